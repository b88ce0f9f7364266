import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { run } from "../../components/host/exec.ts";
import { readCatalogue } from "../../config/connectors/catalogue.ts";
import { inCheckout } from "./paths.ts";

const label = "mcp-gateway.test=true";

/** Container and network names of one test run. */
export const testName = (what: string, suite = "contract"): string =>
  `mcp-${suite}-${randomBytes(4).toString("hex")}-${what}`;

/** Where this machine keeps its copies of the images; the references themselves elsewhere. */
export function image(reference: string): string {
  const file = inCheckout(".lab/images.json");
  const map = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>)
    : {};
  return map[reference] ?? reference;
}

function imageOf(id: string): string {
  const entry = readCatalogue(inCheckout("mcp-connectors"))[id];
  if (entry === undefined || entry.transport === "remote") throw new Error("it has no image");
  return entry.image;
}

export const images = {
  litellm: "ghcr.io/berriai/litellm:main-v1.77.3-stable",
  postgres: "postgres:16-alpine",
  haproxy: "haproxy:3.0-alpine",
  python: "python:3.13-alpine",
  get postgresMcp() {
    return imageOf("postgres");
  },
  get bridge() {
    return imageOf("toolshed");
  },
} as const;

/** `docker` with these arguments. */
export function docker(args: readonly string[], stdin = "") {
  return run("docker", args, { stdin });
}

/** The same; throws if it fails. */
export async function dockerOk(args: readonly string[], stdin = ""): Promise<string> {
  const ran = await docker(args, stdin);
  if (ran.code !== 0) throw new Error(`docker ${args.join(" ")}: ${ran.stderr}${ran.stdout}`);
  return ran.stdout.trim();
}

/** Starts a labelled container in the background. */
export const start = (name: string, args: readonly string[]): Promise<string> =>
  dockerOk(["run", "--detach", "--name", name, "--label", label, ...args]);

/** Runs a labelled container to its end. */
export const runOnce = (args: readonly string[]) =>
  docker(["run", "--rm", "--name", testName("once"), "--label", label, ...args]);

export const network = (name: string): Promise<string> =>
  dockerOk(["network", "create", "--label", label, name]);

/** A network with the options of the gateway's own inner one: without a way anywhere. */
export const closedNetwork = (name: string): Promise<string> =>
  dockerOk([
    "network",
    "create",
    "--label",
    label,
    "--internal",
    "--opt",
    "com.docker.network.bridge.inhibit_ipv4=true",
    name,
  ]);

/** Removes containers, then networks; what is not there is no matter. */
export async function removeAll(containers: readonly string[], networks: readonly string[]) {
  if (containers.length > 0) await docker(["rm", "--force", "--volumes", ...containers]);
  for (const one of networks) await docker(["network", "rm", one]);
}

/** The loopback address that a container's port is published on. */
export async function published(name: string, port: number): Promise<string> {
  const [address = ""] = (await dockerOk(["port", name, String(port)])).split("\n");
  return `http://${address}`;
}

/** Tries until `probe` returns true, or throws with the container's log. */
export async function until(
  name: string,
  seconds: number,
  probe: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await probe().catch(() => false)) return;
    const state = await docker(["inspect", "-f", "{{.State.Running}}", name]);
    if (state.stdout.trim() !== "true") break;
    await new Promise((done) => setTimeout(done, 300));
  }
  const { stdout, stderr } = await docker(["logs", "--tail", "40", name]);
  throw new Error(`${name} did not come up:\n${stdout}${stderr}`);
}

/**
 * `describe` where Docker can be used. Elsewhere it is skipped with a word about it, except in
 * CI: there a suite that cannot run has failed.
 */
export function describeWithDocker(title: string, tests: () => void): void {
  const usable = spawnSync("docker", ["version"], { timeout: 20_000 }).status === 0;
  if (usable || process.env["CI"] === "true") {
    describe(title, tests);
    return;
  }
  process.stderr.write(`SKIPPED, Docker cannot be used here: ${title}\n`);
  describe.skip(title, tests);
}
