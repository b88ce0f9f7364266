import { posix } from "node:path";
import { relay } from "../common/names.ts";
import { Secret } from "../common/secret.ts";
import type { ConnectorDefinition, ContainerDefinition } from "./definition.ts";
import { textOf } from "./input-check.ts";
import { type ConnectorInput, isSecretInput } from "./input.ts";
import { lockKey } from "./instance.ts";
import type {
  ConnectorAuth,
  ConnectorContainer,
  ConnectorModel,
  ConnectorProcess,
  ConnectorValue,
  Egress,
  OpenPort,
  PathMount,
} from "./model.ts";
import { relayPort } from "./relay-port.ts";
import type { ConnectorConfig } from "./schema.ts";
import { serverId, serverNameOf } from "./server-id.ts";
import type { ToolsLock } from "./tools-lock.ts";

type InputValue = ConnectorConfig["inputs"][string];

const variableOf = (id: string): string => `CONNECTOR_${id.toUpperCase()}`;

/** The connector's DNS name: `_` is no part of a DNS name that HTTP clients accept as a host. */
export function connectorHost(id: string): string {
  return `mcp-${id.replaceAll("_", "-")}`;
}

/** What LiteLLM asks for a server behind the relay. */
function relayUrl(id: string, ids: readonly string[], path: string): string {
  return `http://${relay.host}:${relayPort(id, ids)}${path}`;
}

/**
 * Where a server that runs elsewhere is, for LiteLLM. Over TLS the relay proves servers by name: one
 * that is called by its address is asked by LiteLLM itself.
 */
function remotePlace(
  id: string,
  ids: readonly string[],
  text: string,
): Pick<Place, "url" | "remote"> {
  const remote = new URL(text);
  if (remote.protocol === "https:" && /^(\[|[\d.]+$)/.test(remote.hostname)) return { url: text };
  return { url: relayUrl(id, ids, `${remote.pathname}${remote.search}`), remote };
}

/** The value of an input: the user's, or the definition's default. */
function valueOf(
  config: ConnectorConfig,
  name: string,
  input: ConnectorInput,
): InputValue | undefined {
  return config.inputs[name] ?? input.default;
}

/** Where paths of the Docker host appear to the server. Inside the proxy each connector has its own place. */
function mountRoot(id: string, config: ConnectorConfig, input: ConnectorInput): string {
  const mount = input.mount ?? "/";
  return config.placement === "gateway" ? posix.join("/connectors", id, mount) : mount;
}

function pathMounts(
  id: string,
  config: ConnectorConfig,
  definition: ConnectorDefinition,
): readonly PathMount[] {
  return Object.entries(definition.inputs).flatMap(([name, input]): PathMount[] => {
    const value = valueOf(config, name, input);
    const root = mountRoot(id, config, input);
    const switchInput =
      input.writable === undefined ? undefined : definition.inputs[input.writable];
    const writable =
      switchInput !== undefined && valueOf(config, input.writable ?? "", switchInput) === true;
    const at = ["connectors", id, "inputs", name];
    if (input.type === "hostPath" && typeof value === "string")
      return [{ source: posix.normalize(value), target: root, writable, path: at }];
    if (input.type !== "hostPaths" || !Array.isArray(value)) return [];
    return value.map((source, index) => ({
      source: posix.normalize(source),
      target: posix.join(root, posix.normalize(source)),
      writable,
      path: [...at, index],
    }));
  });
}

function inputValue(
  id: string,
  config: ConnectorConfig,
  input: ConnectorInput,
  value: InputValue,
): ConnectorValue {
  if (input.type === "hostPath" || input.type === "hostPaths")
    return { kind: "plain", value: mountRoot(id, config, input) };
  if (typeof value === "object" && "sample" in value)
    return { kind: "sample", database: value.sample, role: serverNameOf(id) };
  return isSecretInput(input.type)
    ? { kind: "secret", value: new Secret(String(value)) }
    : { kind: "plain", value: String(value) };
}

function environmentOf(
  id: string,
  config: ConnectorConfig,
  definition: ConnectorDefinition,
): Record<string, ConnectorValue> {
  const inputs = Object.entries(definition.inputs).flatMap(([name, input]) => {
    const value = valueOf(config, name, input);
    return input.env === undefined || value === undefined
      ? []
      : [[input.env, inputValue(id, config, input, value)] as const];
  });
  return Object.fromEntries(inputs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function egressOf(config: ConnectorConfig, definition: ContainerDefinition): Egress {
  const { mode, allow } = definition.egress;
  if (mode !== "filtered") return { mode };
  return { mode, allow: config.egress?.allow ?? allow, private: config.egress?.private ?? [] };
}

function authOf(
  id: string,
  config: ConnectorConfig,
  definition: ConnectorDefinition,
): ConnectorAuth | undefined {
  const value = config.inputs[definition.auth?.input ?? ""];
  if (definition.auth === undefined || typeof value !== "string") return undefined;
  return {
    type: definition.auth.type,
    variable: `${variableOf(id)}_AUTH`,
    value: new Secret(value),
  };
}

interface Place {
  readonly transport: ConnectorModel["transport"];
  readonly url: string;
  readonly container?: ConnectorContainer;
  readonly process?: ConnectorProcess;
  readonly remote?: URL;
}

/** Where the server runs, and what LiteLLM is told about that. */
function placeOf(
  id: string,
  config: ConnectorConfig,
  definition: ConnectorDefinition,
  { ids, image }: Surroundings,
): Place {
  if (definition.transport === "remote")
    return {
      transport: definition.serves,
      ...remotePlace(id, ids, textOf(config.inputs[definition.url] ?? "")),
    };
  if (config.placement === "gateway") {
    const [command = "", ...args] = definition.command;
    return { transport: "stdio", url: "", process: { command, args } };
  }
  return {
    transport: definition.transport === "stdio" ? "http" : definition.transport,
    url: relayUrl(id, ids, definition.path),
    container: {
      definition,
      image: image(definition.image),
      user: config.user ?? definition.user,
      egress: egressOf(config, definition),
    },
  };
}

/** Variable inside the proxy → value, of a server that LiteLLM starts itself. */
export function proxyVariable(id: string, name: string): string {
  return `${variableOf(id)}_${name}`;
}

/** What a connector has to know of the rest of the stack. */
interface Surroundings {
  /** Every connector's id. */
  readonly ids: readonly string[];
  readonly lock: ToolsLock;
  /** What to pull for a reference. */
  readonly image: (reference: string) => string;
  readonly open?: OpenPort;
}

/** One connector of the model. */
export function connectorModel(
  id: string,
  config: ConnectorConfig,
  definition: ConnectorDefinition,
  around: Surroundings,
): ConnectorModel {
  const alias = config.alias ?? id;
  const serverName = serverNameOf(id);
  const place = placeOf(id, config, definition, around);
  const auth = authOf(id, config, definition);
  const { transport, url } = place;
  return {
    id,
    alias,
    serverName,
    host: connectorHost(id),
    definition,
    ...place,
    ...(auth === undefined ? {} : { auth }),
    ...(around.open === undefined ? {} : { open: around.open }),
    serverId: serverId({
      ...{ name: serverName, url, transport, alias },
      ...(auth === undefined ? {} : { authType: auth.type }),
    }),
    environment: environmentOf(id, config, definition),
    mounts: pathMounts(id, config, definition),
    verify: config.verify ?? definition.verify,
    lock: around.lock.connectors[lockKey(id, config, definition)]?.tools ?? {},
  };
}
