import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type Ran, run } from "../components/host/exec.ts";
import { database, proxy } from "../config/common/names.ts";
import { checkout, scratch } from "./lib/checkout.ts";
import { composeFile, inspected } from "./lib/compose-file.ts";
import { median } from "./lib/figures.ts";
import { scratchProject } from "./lib/scratch-project.ts";

/**
 * Times the stack `local` beside docker compose with the same containers, in rounds that take
 * turns: cold up from present images and an empty volume, no-op preview and up, down. Its own
 * project, names, ports and volume: a running gateway is left alone.
 */
const rounds = Number(process.env["ROUNDS"] ?? 5);
const directory = scratch("bench");
const prefix = "bench-";

const local = (
  parse(readFileSync(join(checkout, "Pulumi.local.yaml"), "utf8")) as { config: object }
).config;
const config = Object.fromEntries(
  Object.entries(local)
    .filter(([key]) => key.startsWith("mcp-gateway:"))
    .map(([key, value]) => [key.slice("mcp-gateway:".length), value as unknown]),
) as Record<string, Record<string, unknown>>;
rmSync(directory, { recursive: true, force: true });
const project = await scratchProject(directory, "bench", {
  ...config,
  gateway: { host: "127.0.0.1", port: 4910, bind: "127.0.0.1" },
  network: "mcp-gateway-bench-net",
  namePrefix: prefix,
  database: { ...config["database"], volume: "mcp_gateway_bench", destroyData: true },
  imageMirrorFile: scratch("images.json"),
});

async function timed(what: () => Promise<Ran>): Promise<number> {
  const began = performance.now();
  const ran = await what();
  const seconds = (performance.now() - began) / 1000;
  if (ran.code !== 0) throw new Error(`${ran.stdout.slice(-2000)}\n${ran.stderr}`);
  return seconds;
}

/** Copies what the containers mount and writes a compose file that makes the same ones. */
async function prepareCompose(): Promise<string> {
  const names = await run("docker", ["ps", "-q", "--filter", `name=^/${prefix}`]);
  const looked = await run("docker", ["inspect", ...names.stdout.trim().split("\n")]);
  const containers = z.array(inspected).parse(JSON.parse(looked.stdout));
  const copies = join(directory, "compose");
  mkdirSync(copies, { recursive: true });
  for (const { Source: source, Type: type } of containers.flatMap((one) => one.Mounts))
    if (type === "bind") await run("cp", ["-a", source, join(copies, copyName(source))]);
  const exported = await project.pulumi("stack", "export", "--show-secrets");
  const state = JSON.parse(exported.stdout) as {
    deployment: { resources: { urn: string; inputs?: { stdin?: { plaintext: string } } }[] };
  };
  const setup = state.deployment.resources.find(({ urn }) => urn.endsWith("-postgres-setup"));
  const file = join(copies, "setup.sql");
  writeFileSync(file, JSON.parse(setup?.inputs?.stdin?.plaintext ?? '""') as string);
  const compose = join(copies, "compose.yaml");
  writeFileSync(
    compose,
    composeFile(containers, {
      copied: (source) => join(copies, copyName(source)),
      host: (name) => name.slice(prefix.length),
      waitsFor: (host) => (host === proxy.host || host === "mcp-postgres" ? [database.host] : []),
      databaseInit: { host: database.host, file },
    }),
  );
  return compose;
}

const copyName = (source: string): string => `${basename(dirname(source))}-${basename(source)}`;

const figures: Record<string, number[]> = {};
const note = (name: string, seconds: number): void => {
  (figures[name] ??= []).push(seconds);
  process.stderr.write(`  ${name}: ${seconds.toFixed(2)} s\n`);
};

let compose = "";
try {
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    const up = ["up", "--yes", "--skip-preview"];
    note("pulumi cold up", await timed(() => project.pulumi(...up)));
    note(
      "verification alone",
      await timed(() =>
        run("node", ["ops/verify.ts", "--stack"], { cwd: directory, env: project.env }),
      ),
    );
    note("pulumi no-op preview", await timed(() => project.pulumi("preview")));
    note("pulumi no-op up", await timed(() => project.pulumi(...up)));
    if (compose === "") compose = await prepareCompose();
    note("pulumi down", await timed(() => project.pulumi("destroy", "--yes", "--skip-preview")));
    const docker = (...args: string[]) => run("docker-compose", ["-f", compose, ...args]);
    note("compose cold up --wait", await timed(() => docker("up", "-d", "--wait")));
    note("compose no-op up --wait", await timed(() => docker("up", "-d", "--wait")));
    note("compose down", await timed(() => docker("down", "-v")));
  }
} finally {
  if (compose !== "") await run("docker-compose", ["-f", compose, "down", "-v"]);
  await project.pulumi("destroy", "--yes", "--skip-preview");
  rmSync(directory, { recursive: true, force: true });
}

const of = (name: string): number => median(figures[name] ?? []);
for (const [name, values] of Object.entries(figures)) {
  const range = `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
  process.stdout.write(
    `${name.padEnd(26)} ${of(name).toFixed(2).padStart(6)} s   (${range}, ${values.length} rounds)\n`,
  );
}
const deploy = of("pulumi cold up") - of("verification alone");
const ratio = deploy / of("compose cold up --wait");
process.stdout.write(
  `cold up without verification: ${deploy.toFixed(2)} s, ${ratio.toFixed(2)} times compose (goal 1.5)\n` +
    `no-op preview: ${of("pulumi no-op preview").toFixed(2)} s (goal 2.5)\n`,
);
