import { rmSync } from "node:fs";
import { scratch } from "./lib/checkout.ts";
import { median } from "./lib/figures.ts";
import {
  type Access,
  ask,
  accessOf,
  lockTiny,
  succeeded,
  tinyConnector,
  tinyStack,
} from "./lib/tiny.ts";

/**
 * How long a connector takes from `pulumi up` until a client can call it, images present: another one
 * is added in each round, and a client asks for its tool all the while.
 */
const rounds = Number(process.env["ROUNDS"] ?? 5);

const ids = Array.from({ length: rounds + 1 }, (_, at) => `c${at}`);
const stackOf = (size: number) =>
  tinyStack(
    "bench-add",
    4924,
    Object.fromEntries(ids.slice(0, size).map((id) => [id, tinyConnector("http")])),
  );

async function callable(access: Access, tool: string): Promise<boolean> {
  const call = { name: tool, arguments: { text: "here I am" } };
  const text = await ask(access, "tools/call", call);
  return text.includes("here I am") && !text.includes('"isError":true');
}

rmSync(scratch("bench-add"), { recursive: true, force: true });
let project = await stackOf(1);
try {
  await lockTiny(project, [ids[0] ?? ""], ids);
  succeeded(await project.pulumi("up", "--yes", "--skip-preview"));
  const access = await accessOf(project);
  const seconds: { callable: number; done: number }[] = [];
  for (let size = 2; size <= ids.length; size++) {
    project = await stackOf(size);
    const began = performance.now();
    const since = (): number => (performance.now() - began) / 1000;
    const state: { over: boolean } = { over: false };
    const up = project.pulumi("up", "--yes", "--skip-preview").then((ran) => {
      state.over = true;
      return { ran, done: since() };
    });
    let seen = 0;
    while (seen === 0 && !state.over)
      if (await callable(access, `${ids[size - 1] ?? ""}-echo`)) seen = since();
      else await new Promise((next) => setTimeout(next, 200));
    const { ran, done } = await up;
    succeeded(ran);
    if (seen === 0) throw new Error(`${ids[size - 1] ?? ""} could not be called`);
    seconds.push({ callable: seen, done });
    process.stderr.write(
      `  callable after ${seen.toFixed(1)} s, up over after ${done.toFixed(1)} s\n`,
    );
  }
  const of = (values: readonly number[]): string =>
    `${median(values).toFixed(1)} s (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
  process.stdout.write(
    `from pulumi up to the new connector's first answer: ${of(seconds.map((one) => one.callable))}, goal 20\n` +
      `until it is verified and up is over: ${of(seconds.map(({ done }) => done))}\n`,
  );
} finally {
  await project.pulumi("destroy", "--yes", "--skip-preview");
}
