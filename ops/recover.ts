import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hostExec, run } from "../components/host/exec.ts";
import { type Recorded, missing, recorded } from "./lib/missing-objects.ts";
import { type Suspect, exportedStack, isOrphan, suspects, withoutPending } from "./lib/pending.ts";
import type { DockerHost } from "../config/host/model.ts";
import { parseDockerHost } from "../config/host/parse.ts";
import { optional } from "../config/common/optional.ts";

/**
 * Clears up after a run that was killed, so that the next one can start: a lock whose process is
 * gone, containers and networks that were made but not recorded, pending operations in the state.
 * Does nothing after a run that ended by itself.
 */
const stackName = process.env["PULUMI_STACK"] ?? "local";
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

async function pulumi(args: readonly string[], stdin?: string): Promise<string> {
  const ran = await run("pulumi", args, optional({ stdin }));
  if (ran.code !== 0) {
    say(ran.stderr.trim());
    process.exit(1);
  }
  return ran.stdout;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

interface Lock {
  readonly pid: number;
  readonly hostname: string;
  readonly username: string;
  readonly timestamp: string;
}

/** The files of a directory of the state, if that is on this machine; other backends keep their own. */
function stateFiles(...directory: string[]): string[] {
  const backend = process.env["PULUMI_BACKEND_URL"] ?? "";
  if (!backend.startsWith("file://")) return [];
  const path = join(fileURLToPath(backend), ".pulumi", ...directory);
  return existsSync(path) ? readdirSync(path).map((file) => join(path, file)) : [];
}

function locks(): Lock[] {
  return stateFiles("locks", "organization", "mcp-gateway", stackName)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(file, "utf8")) as Lock);
}

/**
 * The engine puts a file of the state in its place in one step, but not the `.attrs` beside it:
 * killed in between, it leaves an empty one and can't read its own state any more ("failed to
 * load checkpoint: EOF"). Without one it can.
 */
function removeTornAttributes(): void {
  for (const file of stateFiles("stacks", "mcp-gateway")) {
    if (!basename(file).startsWith(`${stackName}.json.`)) continue;
    if (!file.endsWith(".attrs") || statSync(file).size > 0) continue;
    say(`an earlier run was killed while it wrote the state: removing the empty ${file}`);
    rmSync(file);
  }
}

async function unlock(): Promise<void> {
  const held = locks();
  if (held.length === 0) return;
  const working = held.find((lock) => lock.hostname !== hostname() || alive(lock.pid));
  if (working !== undefined) {
    say(
      `${working.username}@${working.hostname} (process ${working.pid}) has been changing stack "${stackName}" since ${working.timestamp}; wait for it, or if it is gone: pulumi cancel`,
    );
    process.exit(1);
  }
  removeTornAttributes();
  say(`an earlier run was killed: releasing its lock on stack "${stackName}"`);
  await pulumi(["cancel", "--yes"]);
}

async function removeOrphan(
  host: DockerHost,
  suspect: Suspect,
  isOurs: (id: string, labelledProject: string) => boolean,
): Promise<void> {
  const labels = suspect.kind === "container" ? ".Config.Labels" : ".Labels";
  const looked = await hostExec(host, [
    "docker",
    suspect.kind,
    "inspect",
    "-f",
    `{{.Id}} {{index ${labels} "com.docker.compose.project"}}`,
    suspect.name,
  ]);
  if (looked.code !== 0) return;
  const [id = "", labelledProject = ""] = looked.stdout.trim().split(" ");
  if (!isOurs(id, labelledProject)) return;
  say(`removing the ${suspect.kind} ${suspect.name}, which that run made but did not record`);
  const removal = suspect.kind === "container" ? ["rm", "-f", id] : ["network", "rm", id];
  const removed = await hostExec(host, ["docker", ...removal]);
  if (removed.code !== 0) {
    say(removed.stderr.trim());
    process.exit(1);
  }
}

/** Where the Docker host is, without reading the whole configuration. */
async function dockerHost(): Promise<DockerHost> {
  const config = JSON.parse(await pulumi(["config", "--json"])) as Record<
    string,
    { value: string }
  >;
  return parseDockerHost(config["mcp-gateway:dockerHost"]?.value ?? "unix:///var/run/docker.sock");
}

/**
 * Has the state forget what somebody has removed by hand: the provider can neither find nor
 * delete it, and `up` would go on as if it were there.
 */
async function forgetLost(all: readonly Recorded[]): Promise<void> {
  const listed = await hostExec(await dockerHost(), [
    "sh",
    "-c",
    "docker ps -aq --no-trunc && docker network ls -q --no-trunc && docker volume ls -q",
  ]);
  // Preflight says what is wrong with the engine.
  if (listed.code !== 0) return;
  const gone = missing(all, new Set(listed.stdout.split("\n")));
  if (gone.length === 0) return;
  for (const { kind, urn } of gone)
    say(`the ${kind} ${urn.split("::").at(-1) ?? ""} is gone from the Docker host`);
  const targets = gone.flatMap(({ urn }) => ["--target", urn]);
  await pulumi(["refresh", "--yes", "--skip-preview", ...targets]);
}

await unlock();
const stack = exportedStack.parse(JSON.parse(await pulumi(["stack", "export"])));
if (stack.deployment.pending_operations.length > 0) {
  const host = await dockerHost();
  for (const suspect of suspects(stack))
    await removeOrphan(host, suspect, (id, label) => isOrphan(stack, id, label));
  await pulumi(["stack", "import"], JSON.stringify(withoutPending(stack)));
}
const known = recorded(stack);
if (known.length > 0) await forgetLost(known);
