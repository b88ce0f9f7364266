import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type ListedTool, lockTools, type ToolsLock } from "../components/access/tools-lock.ts";
import { readMirror, readToolsLock } from "../components/config/read.ts";
import { configSchema } from "../components/config/schema.ts";
import { readCatalogue } from "../components/connectors/catalogue.ts";
import type { ConnectorDefinition } from "../components/connectors/definition.ts";
import { run } from "../components/host/host-exec.ts";

/**
 * Reads every catalogue entry's tools from its real server and writes tools.lock.json. Each
 * server runs in a throw-away container on a network of its own, with made-up inputs: no gateway,
 * no database and no secret is needed to list tools. Entries named as arguments, or all.
 */
const network = `mcp-tools-lock-${process.pid}`;
const mirror = readMirror(process.cwd(), { imageMirrorFile: ".lab/images.json" });
const image = (reference: string): string => mirror[reference] ?? reference;
const client = image(configSchema.parse({}).proxy.image);

async function docker(args: readonly string[], stdin = ""): Promise<string> {
  const ran = await run("docker", args, { stdin });
  if (ran.code !== 0) throw new Error(`docker ${args[0] ?? ""}: ${ran.stderr.trim()}`);
  return ran.stdout.trim();
}

const madeUp = {
  databaseUri: "postgresql://nobody:nothing@127.0.0.1:1/none",
  secret: "x",
  string: "x",
};

async function listTools(name: string, definition: ConnectorDefinition): Promise<ListedTool[]> {
  const container = `${network}-${name.replaceAll("_", "-")}`;
  const environment = Object.values(definition.inputs).flatMap((input) => [
    ...["-e", `${input.env}=${madeUp[input.type]}`],
  ]);
  const [entrypoint = "", ...command] = definition.command;
  await docker([
    ...["run", "-d", "--name", container, "--network", network, "--user", definition.user],
    ...["--cap-drop", "ALL", "--label", "mcp-gateway.tools-lock=true", ...environment],
    ...Object.entries(definition.tmpfs).flatMap(([path, flags]) => ["--tmpfs", `${path}:${flags}`]),
    ...["--entrypoint", entrypoint, image(definition.image), ...command],
  ]);
  try {
    const script = readFileSync("components/litellm/files/list_tools.py", "utf8");
    const url = `http://${container}:${definition.port}${definition.path}`;
    // postgres-mcp tries its database for 30 s before it listens.
    const tries = `
import socket, sys, time
for _ in range(300):
    try:
        socket.create_connection(("${container}", ${definition.port}), 1).close()
        break
    except OSError:
        time.sleep(0.3)
`;
    const listed = await docker(
      [
        ...["run", "--rm", "-i", "--network", network, "--entrypoint", "python3", client],
        ...["-c", `${tries}\nexec(compile(${JSON.stringify(script)}, "list_tools.py", "exec"))`],
      ],
      JSON.stringify({ url, transport: definition.transport }),
    );
    return JSON.parse(listed) as ListedTool[];
  } finally {
    await docker(["rm", "-f", container]);
  }
}

const catalogue = readCatalogue(resolve("mcp-connectors"));
const wanted = process.argv.slice(2);
const lock: ToolsLock = existsSync("tools.lock.json")
  ? readToolsLock(process.cwd())
  : { version: 1, connectors: {} };
const connectors = Object.fromEntries(
  Object.entries(lock.connectors).filter(([name]) => name in catalogue),
);
await docker(["network", "create", network]);
try {
  for (const [name, definition] of Object.entries(catalogue)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const tools = lockTools(await listTools(name, definition));
    if (Object.keys(tools).length === 0) throw new Error(`${name} lists no tools`);
    connectors[name] = { image: definition.image, tools };
    process.stdout.write(`${name}: ${Object.keys(tools).length} tools\n`);
  }
} finally {
  await docker(["network", "rm", network]);
}
const sorted = Object.fromEntries(Object.entries(connectors).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(
  "tools.lock.json",
  `${JSON.stringify({ version: 1, connectors: sorted }, null, 2)}\n`,
);
