import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ran, run } from "../../components/host/exec.ts";
import { checkout, scratch } from "./checkout.ts";
import { type ScratchProject, scratchProject } from "./scratch-project.ts";

// One line: Pulumi writes a stack's file again and changes the empty lines of a longer text.
const source = `exec(${JSON.stringify(readFileSync(join(import.meta.dirname, "tiny-server.py"), "utf8"))})`;

export type Transport = "sse" | "http" | "stdio";

/** The catalogue's bridge: its image has Python's `mcp` package, of this year. */
const bridge = {
  image:
    /^image: (\S+)$/m.exec(
      readFileSync(join(checkout, "mcp-connectors/toolshed.yaml"), "utf8"),
    )?.[1] ?? "",
  python: "/opt/bridge/bin/python3",
};

/** Program and arguments of the tiny server. */
export const tinyCommand = (transport: Transport, python = bridge.python): string[] => [
  python,
  "-c",
  source,
  transport,
];

/** An inline definition of the tiny server. */
export function tinyConnector(
  transport: Transport,
  command = tinyCommand(transport),
): Record<string, unknown> {
  const verify = { tool: "echo", arguments: { text: "hello" }, expect: "hello" };
  return {
    definition: {
      title: "Tiny",
      description: "One tool that says what it was told",
      transport,
      image: bridge.image,
      ...(transport === "stdio" ? {} : { port: 9000, path: transport === "sse" ? "/sse" : "/mcp" }),
      command,
      memoryMb: 192,
      tmpfs: { "/tmp": "size=16m" },
      egress: { mode: "open", reason: "a benchmark of the way in" },
      verify,
    },
    verify,
  };
}

/** A stack of tiny servers in a project of its own, or the one of that name with other connectors. */
export async function tinyStack(
  name: string,
  port: number,
  connectors: Readonly<Record<string, Record<string, unknown>>>,
  more: Readonly<Record<string, unknown>> = {},
  source?: string,
): Promise<ScratchProject> {
  const directory = scratch(name);
  const unlimited = {
    requestsPerMinute: 1_000_000,
    requestsPerMinutePerAddress: 1_000_000,
    failuresPerMinute: 1_000_000,
  };
  const config = {
    gateway: { host: "127.0.0.1", port, bind: "127.0.0.1" },
    network: `mcp-gateway-${name}-net`,
    namePrefix: `${name}-`,
    database: { volume: `mcp_gateway_${name.replaceAll("-", "_")}`, destroyData: true },
    edge: { limits: unlimited },
    connectors,
    keys: {
      bench: {
        connectors: Object.fromEntries(Object.keys(connectors).map((id) => [id, "*"])),
      },
    },
    imageMirrorFile: scratch("images.json"),
    ...more,
  };
  return scratchProject(directory, name, config, source);
}

/** What a program has printed, if it has ended well. */
export function succeeded(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`${ran.stdout.slice(-3000)}\n${ran.stderr}`);
  return ran;
}

/** Where LiteLLM is asked, and with which key. */
export interface Access {
  readonly url: string;
  readonly key: string;
}

/** The gateway that a stack of tiny servers has deployed. */
export async function accessOf(project: ScratchProject): Promise<Access> {
  const { stdout } = await project.pulumi("stack", "output", "--json", "--show-secrets");
  const { gatewayUrl, virtualKeys } = JSON.parse(stdout) as {
    gatewayUrl: string;
    virtualKeys: { bench: string };
  };
  return { url: gatewayUrl, key: virtualKeys.bench };
}

/** The answer to one MCP request without a session, as text. */
export async function ask({ url, key }: Access, method: string, params?: unknown): Promise<string> {
  const answer = await fetch(`${url}/mcp/`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${key}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  return answer.text();
}

interface Lock {
  connectors: Record<string, { image: string }>;
}

/** Reads the tools of `asked` from their servers and gives the same to all that are `like` them. */
export async function lockTiny(
  project: ScratchProject,
  asked: readonly string[],
  like: readonly string[] = [],
): Promise<void> {
  const file = join(project.directory, "tools.lock.json");
  rmSync(file, { force: true });
  copyFileSync(join(project.source, "tools.lock.json"), file);
  const ran = await run("node", ["ops/tools-lock.ts", ...asked.map((id) => `connector:${id}`)], {
    cwd: project.directory,
    env: project.env,
  });
  succeeded(ran);
  const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
  const first = lock.connectors[`connector:${asked[0] ?? ""}`];
  if (first === undefined) throw new Error("no tools were locked");
  for (const id of like) lock.connectors[`connector:${id}`] = first;
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
