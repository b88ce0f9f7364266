import { rmSync } from "node:fs";
import { type Ran, run } from "../components/host/exec.ts";
import { litellmConfig } from "../components/litellm/config-file.ts";
import { relayConfig, upstreams } from "../components/relay/relay-config.ts";
import { stackModel } from "../ops/lib/stack-model.ts";
import { scratch } from "./lib/checkout.ts";
import { markdown, median } from "./lib/figures.ts";
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
 * A stack that grows to COUNT tiny connectors: how long a preview takes, how large what is rendered
 * becomes, how long the whole list of tools takes through the gateway, and what our own parts need.
 * Previews take turns with those of a second stack that keeps its one connector: the machine's
 * speed changes by half from minute to minute.
 */
const count = Number(process.env["COUNT"] ?? 50);
const sizes = [1, Math.round(count / 2), count];

const ids = Array.from({ length: count }, (_, at) => `c${String(at + 1).padStart(2, "0")}`);

const stackOf = (size: number) =>
  tinyStack(
    "bench-scale",
    4922,
    Object.fromEntries(ids.slice(0, size).map((id) => [id, tinyConnector("http")])),
  );
const stackOfOne = () =>
  tinyStack("bench-scale-one", 4924, {
    one: tinyConnector("http"),
  });

async function timed(what: () => Promise<Ran>): Promise<number> {
  const began = performance.now();
  succeeded(await what());
  return performance.now() - began;
}

async function listed(access: Access): Promise<{ tools: number; ms: number }> {
  const began = performance.now();
  const { result } = JSON.parse(await ask(access, "tools/list")) as {
    result: { tools: unknown[] };
  };
  return { tools: result.tools.length, ms: performance.now() - began };
}

/** Megabytes that a container uses now. */
async function memory(name: string): Promise<number> {
  const format = "{{.Name}} {{.MemUsage}}";
  const { stdout } = await run("docker", ["stats", "--no-stream", "--format", format]);
  const used = stdout.split("\n").find((line) => line.startsWith(`bench-scale-${name}`)) ?? "";
  const [, figure = "0", unit = "MiB"] = /([\d.]+)(GiB|MiB|KiB)/.exec(used) ?? [];
  return Number(figure) * { GiB: 1024, MiB: 1, KiB: 1 / 1024 }[unit as "GiB" | "MiB" | "KiB"];
}

const rows = [
  [
    "connectors",
    "preview",
    "of one beside it",
    "config.yaml",
    "haproxy.cfg of the relay",
    "list",
    "edge",
    "relay",
    "proxy",
  ],
];
let grown = 0;
const relays: number[] = [];
let slowest = 0;
for (const name of ["bench-scale", "bench-scale-one"])
  rmSync(scratch(name), { recursive: true, force: true });
let project = await stackOf(1);
const beside = await stackOfOne();
try {
  await lockTiny(beside, ["one"]);
  succeeded(await beside.pulumi("up", "--yes", "--skip-preview"));
  for (const size of sizes) {
    project = await stackOf(size);
    await lockTiny(project, [ids[0] ?? ""], ids.slice(0, size));
    process.stderr.write(`${size} connectors\n`);
    await timed(() => project.pulumi("up", "--yes", "--skip-preview"));
    const times: number[] = [];
    const ofOne: number[] = [];
    for (let round = 0; round < 5; round++) {
      ofOne.push(await timed(() => beside.pulumi("preview")));
      times.push(await timed(() => project.pulumi("preview")));
    }
    grown = (median(times) - median(ofOne)) / (size - 1);
    const access = await accessOf(project);
    const lists: number[] = [];
    for (let round = 0; round < 5; round++) {
      const { tools, ms } = await listed(access);
      if (tools !== size) throw new Error(`${tools} tools instead of ${size}`);
      lists.push(ms);
    }
    slowest = median(lists);
    Object.assign(process.env, project.env);
    process.chdir(project.directory);
    const model = await stackModel();
    process.chdir("../..");
    const sizesOf = [litellmConfig(model), relayConfig(upstreams(model.connectors))];
    const used = [
      await memory("mcp-edge"),
      await memory("mcp-relay"),
      await memory("mcp-litellm-proxy"),
    ];
    relays.push(used[1] ?? 0);
    rows.push([
      String(size),
      ...[times, ofOne].map((all) => `${(median(all) / 1000).toFixed(2)} s`),
      ...sizesOf.map((text) => `${(text.length / 1024).toFixed(1)} kB`),
      `${slowest.toFixed(0)} ms`,
      ...used.map((megabytes) => `${megabytes.toFixed(0)} MB`),
    ]);
  }
  process.stdout.write(markdown(rows));
  const held = ((relays.at(-1) ?? 0) - (relays[0] ?? 0)) / (count - 1);
  process.stdout.write(
    `\npreview: ${grown.toFixed(0)} ms a connector (goal 40); list of ${count}: ${slowest.toFixed(0)} ms (goal 3000); relay: ${(held * 1024).toFixed(0)} kB a connector\n`,
  );
} finally {
  for (const one of [project, beside]) await one.pulumi("destroy", "--yes", "--skip-preview");
}
