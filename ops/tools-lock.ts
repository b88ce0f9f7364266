import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ListedTool, lockTools, type ToolsLock } from "../config/connectors/tools-lock.ts";
import { checkoutCatalogue, readMirror, readToolsLock } from "../config/read.ts";
import { connectorModel } from "../config/connectors/parse.ts";
import { connector } from "../config/connectors/schema.ts";
import type { GatewayModel } from "../config/model.ts";
import { configSchema } from "../config/schema.ts";
import { type ConnectorDefinition, toolsOfItsOwn } from "../config/connectors/definition.ts";
import {
  connectorInstances,
  lockKey,
  lockSource,
  sortedInstances,
} from "../config/connectors/instance.ts";
import { projectDirectory } from "./lib/project.ts";
import { ToolReader } from "./lib/tool-reader.ts";
import { stackConfig } from "./lib/stack-model.ts";
import type { ConnectorModel } from "../config/connectors/model.ts";

/**
 * Reads tools from real servers and writes tools.lock.json: every catalogue entry's with made-up
 * inputs, for which no gateway, database or secret is needed; and those of the selected stack's
 * own servers (inline definitions, remote servers, programs of the user's) with their real inputs.
 * Entries named as arguments (`postgres`, `connector:tools`), or all.
 */
const wanted = process.argv.slice(2);
const stack = await stackConfig();
const mirror =
  stack?.mirror ?? readMirror(projectDirectory, { imageMirrorFile: ".lab/images.json" });
const image = (reference: string): string => mirror[reference] ?? reference;
const nothing: ToolsLock = { version: 1, connectors: {} };
const catalogue = checkoutCatalogue(projectDirectory);

const madeUp = {
  string: "x",
  secret: "x".repeat(40),
  number: 1,
  boolean: false,
  databaseUri: "postgresql://nobody:nothing@127.0.0.1:1/none",
  url: "http://127.0.0.1:1/",
} as const;

/** A connector that only exists to be asked for its tools. */
function sample(name: string, definition: ConnectorDefinition): ConnectorModel {
  const inputs = Object.entries(definition.inputs).flatMap(([input, { type, options }]) =>
    type === "hostPath" || type === "hostPaths"
      ? []
      : [[input, type === "choice" ? (options?.[0] ?? "") : madeUp[type]] as const],
  );
  const entry = connector.parse({ use: name, inputs: Object.fromEntries(inputs) });
  const instance = { id: "sample", entry, definition };
  // Nothing of the gateway is there: no relay, and no way in.
  return connectorModel(instance, { context: { lock: nothing, mirror }, relayPort: 0, ports: [] });
}

/** Where the relay finds servers that run elsewhere. */
const relayNetworks = (model: GatewayModel): string[] => [
  model.network,
  ...Object.entries(model.externalNetworks).flatMap(([network, members]) =>
    members.includes("relay") ? [network] : [],
  ),
];

const subjects = [
  ...Object.entries(catalogue).flatMap(([name, definition]) =>
    toolsOfItsOwn(definition)
      ? []
      : [
          {
            key: name,
            source: lockSource(definition, {}),
            model: sample(name, definition),
          },
        ],
  ),
  ...sortedInstances(connectorInstances(stack?.config.connectors ?? {}, catalogue)).flatMap(
    (instance) => {
      const key = lockKey(instance);
      const model = stack?.model.connectors.find(({ id }) => id === instance.id);
      const source = lockSource(instance.definition, instance.entry.inputs);
      return key.startsWith("connector:") && model !== undefined ? [{ key, source, model }] : [];
    },
  ),
];

const lockFile = join(projectDirectory, "tools.lock.json");
const before = readToolsLock(projectDirectory);
// Another stack's connectors are not this one's to forget.
const connectors: ToolsLock["connectors"] = Object.fromEntries(
  Object.entries(before.connectors).filter(
    ([key]) => key.startsWith("connector:") || subjects.some((subject) => subject.key === key),
  ),
);
const reader = await ToolReader.open(
  image(configSchema.parse({}).proxy.image),
  stack === undefined ? [] : relayNetworks(stack.model),
);
const failed: string[] = [];
try {
  for (const { key, source, model } of subjects) {
    if (wanted.length > 0 && !wanted.includes(key)) continue;
    try {
      const listed: readonly ListedTool[] = await reader.list(model);
      const tools = lockTools(listed);
      if (Object.keys(tools).length === 0) throw new Error("it lists no tools");
      connectors[key] = { image: source, tools };
      process.stdout.write(`${key}: ${Object.keys(tools).length} tools\n`);
    } catch (error) {
      failed.push(`${key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  await reader.close();
}
const sorted = Object.fromEntries(Object.entries(connectors).sort(([a], [b]) => (a < b ? -1 : 1)));
const text = `${JSON.stringify({ version: 1, connectors: sorted }, null, 2)}\n`;
if (!existsSync(lockFile) || text !== readFileSync(lockFile, "utf8")) writeFileSync(lockFile, text);
if (failed.length > 0) {
  process.stderr.write(`not read, and left as they were:\n${failed.join("\n")}\n`);
  process.exitCode = 1;
}
