import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "../components/host/exec.ts";
import { checkout, scratch } from "./lib/checkout.ts";
import { markdown, median, quantile } from "./lib/figures.ts";
import type { ScratchProject } from "./lib/scratch-project.ts";
import {
  type Access,
  type Transport,
  ask,
  lockTiny,
  succeeded,
  tinyConnector,
  tinyStack,
} from "./lib/tiny.ts";

/**
 * Whether what has been done since an older commit (BASE) costs a client anything: both programs
 * deploy the same connectors and keys side by side, and each key lists and calls in short blocks
 * that take turns, in one run: the machine's speed changes by half from minute to minute. Ends with
 * an error where a median is more than 5 % above the older one's.
 */
const base = process.env["BASE"] ?? "";
const rounds = Number(process.env["ROUNDS"] ?? 20);
const each = Number(process.env["CALLS"] ?? 25);
const goal = 1.05;
const transports: readonly Transport[] = ["sse", "http", "stdio"];
if (base === "") throw new Error("which older commit? usage: make bench PART=before BASE=commit");

const tree = scratch("bench-before-tree");
const sides = [
  { name: "bench-before", port: 4925, source: tree },
  { name: "bench-after", port: 4926, source: checkout },
] as const;

interface Side {
  readonly project: ScratchProject;
  /** Each key's way in. */
  readonly accesses: Readonly<Record<string, Access>>;
}

/** The older program in a work tree of its own, with this one's packages if it locks the same. */
async function olderTree(): Promise<void> {
  await run("git", ["worktree", "remove", "--force", tree]);
  succeeded(await run("git", ["worktree", "add", "--detach", tree, base]));
  const same = await run("cmp", [
    "-s",
    ...[checkout, tree].map((one) => join(one, "package-lock.json")),
  ]);
  const modules = join(tree, "node_modules");
  if (same.code === 0) symlinkSync(join(checkout, "node_modules"), modules);
  else if (!existsSync(modules))
    succeeded(await run("npm", ["ci", "--ignore-scripts"], { cwd: tree }));
}

const connectors = Object.fromEntries(transports.map((one) => [one, tinyConnector(one)]));
const keys = {
  all: { connectors: Object.fromEntries(transports.map((one) => [one, "*"])) },
  one: { connectors: { http: "*" } },
};

async function prepare({ name, port, source }: (typeof sides)[number]): Promise<ScratchProject> {
  rmSync(scratch(name), { recursive: true, force: true });
  return tinyStack(name, port, connectors, { keys }, source);
}

async function deploy(project: ScratchProject): Promise<Side> {
  await lockTiny(project, transports);
  succeeded(await project.pulumi("up", "--yes", "--skip-preview"));
  const { stdout } = await project.pulumi("stack", "output", "--json", "--show-secrets");
  const { gatewayUrl, virtualKeys } = JSON.parse(stdout) as {
    gatewayUrl: string;
    virtualKeys: Record<string, string>;
  };
  const accesses = Object.entries(virtualKeys).map(([name, key]) => [
    name,
    { url: gatewayUrl, key },
  ]);
  return { project, accesses: Object.fromEntries(accesses) as Record<string, Access> };
}

interface Measure {
  readonly name: string;
  readonly key: keyof typeof keys;
  readonly method: string;
  readonly params?: unknown;
  readonly expect: string;
}

const called = (key: keyof typeof keys, transport: Transport): Measure => ({
  name: `call over ${transport}`,
  key,
  method: "tools/call",
  expect: '"hello"',
  params: { name: `${transport}-echo`, arguments: { text: "hello" } },
});
const listed = (key: keyof typeof keys): Measure => ({
  name: "list",
  key,
  method: "tools/list",
  expect: "http-echo",
});
const measures: readonly Measure[] = [
  listed("all"),
  ...transports.map((one) => called("all", one)),
  listed("one"),
  called("one", "http"),
];

/** Milliseconds of each request of one block. */
async function block(
  { accesses }: Side,
  { key, method, params, expect }: Measure,
): Promise<number[]> {
  const access = accesses[key];
  if (access === undefined) throw new Error(`the stack has no key ${key}`);
  const times: number[] = [];
  for (let at = 0; at < each; at++) {
    const began = performance.now();
    const text = await ask(access, method, params);
    times.push(performance.now() - began);
    if (!text.includes(expect)) throw new Error(`a wrong answer: ${text.slice(0, 300)}`);
  }
  return times;
}

await olderTree();
const projects: ScratchProject[] = [];
try {
  for (const side of sides) projects.push(await prepare(side));
  const deployed: Side[] = [];
  for (const project of projects) deployed.push(await deploy(project));
  const rows = [["key", "what", "before p50 / p95, ms", "after p50 / p95, ms", "ratio", ""]];
  let slower = 0;
  for (const measure of measures) {
    // The first requests make what later ones find: connections, caches, a session of the server's.
    for (const side of deployed) await block(side, measure);
    const times: number[][] = deployed.map(() => []);
    for (let round = 0; round < rounds; round++)
      // Whoever comes first in a round comes second in the next.
      for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const side = deployed[at];
        if (side !== undefined) times[at]?.push(...(await block(side, measure)));
      }
    const [before = [], after = []] = times;
    const ratio = median(after) / median(before);
    const within = ratio <= goal;
    if (!within) slower++;
    const shown = [before, after].map(
      (all) => `${median(all).toFixed(1)} / ${quantile(all, 0.95).toFixed(1)}`,
    );
    const verdict = within ? "within 5 %" : "NOT within 5 %";
    rows.push([measure.key, measure.name, ...shown, ratio.toFixed(3), verdict]);
    process.stderr.write(`  ${rows.at(-1)?.join("  ") ?? ""}\n`);
  }
  process.stdout.write(markdown(rows));
  process.stdout.write(
    `\n${rounds * each} requests a figure, in blocks of ${each} that take turns; ${slower} of ${measures.length} medians more than 5 % above those of ${base}\n`,
  );
  if (slower > 0) process.exitCode = 1;
} finally {
  for (const project of projects) await project.pulumi("destroy", "--yes", "--skip-preview");
  await run("git", ["worktree", "remove", "--force", tree]);
}
