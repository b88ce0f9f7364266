import { optional } from "../common/optional.ts";
import { posix } from "node:path";
import { relay } from "../common/names.ts";
import { Secret } from "../common/secret.ts";
import { type ConfigContext, pulled } from "./context.ts";
import type { ContainerDefinition } from "./definition.ts";
import { textOf } from "./input-check.ts";
import { type ConnectorInput, isSecretInput } from "./input.ts";
import type { GivenPort } from "./host-ports.ts";
import { type ConnectorInstance, lockedTools } from "./instance.ts";
import type {
  ConnectorAuth,
  ConnectorContainer,
  ConnectorModel,
  ConnectorProcess,
  ConnectorValue,
  Egress,
  PathMount,
} from "./model.ts";
import { openPort } from "./open-port.ts";
import type { ConnectorConfig } from "./schema.ts";
import { serverId, serverNameOf } from "./server-id.ts";

type InputValue = ConnectorConfig["inputs"][string];

const variableOf = (id: string): string => `CONNECTOR_${id.toUpperCase()}`;

/** The connector's DNS name: `_` is no part of a DNS name that HTTP clients accept as a host. */
export function connectorHost(id: string): string {
  return `mcp-${id.replaceAll("_", "-")}`;
}

/** What LiteLLM asks for a server behind the relay. */
function relayUrl(relayPort: number, path: string): string {
  return `http://${relay.host}:${relayPort}${path}`;
}

/**
 * Where a server that runs elsewhere is, for LiteLLM. Over TLS the relay proves servers by name: one
 * that is called by its address is asked by LiteLLM itself.
 */
function remotePlace(text: string, relayPort: number): Pick<Place, "url" | "remote"> {
  const remote = new URL(text);
  if (remote.protocol === "https:" && /^(\[|[\d.]+$)/.test(remote.hostname)) return { url: text };
  return { url: relayUrl(relayPort, `${remote.pathname}${remote.search}`), remote };
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

function pathMounts({ id, entry: config, definition }: ConnectorInstance): readonly PathMount[] {
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

function environmentOf({
  id,
  entry: config,
  definition,
}: ConnectorInstance): Record<string, ConnectorValue> {
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

function authOf({ id, entry, definition }: ConnectorInstance): ConnectorAuth | undefined {
  const value = entry.inputs[definition.auth?.input ?? ""];
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
  { entry, definition }: ConnectorInstance,
  { context, relayPort }: Surroundings,
): Place {
  if (definition.transport === "remote")
    return {
      transport: definition.serves,
      ...remotePlace(textOf(entry.inputs[definition.url] ?? ""), relayPort),
    };
  if (entry.placement === "gateway") {
    const [command = "", ...args] = definition.command;
    return { transport: "stdio", url: "", process: { definition, command, args } };
  }
  return {
    transport: definition.transport === "stdio" ? "http" : definition.transport,
    url: relayUrl(relayPort, definition.path),
    container: {
      definition,
      image: pulled(definition.image, context),
      user: entry.user ?? definition.user,
      egress: egressOf(entry, definition),
    },
  };
}

/** Variable inside the proxy → value, of a server that LiteLLM starts itself. */
export function proxyVariable(id: string, name: string): string {
  return `${variableOf(id)}_${name}`;
}

/** What a connector has to know of the rest of the stack. */
interface Surroundings {
  readonly context: Pick<ConfigContext, "lock" | "mirror">;
  readonly relayPort: number;
  /** The ports of the Docker host that connectors get; none for one that is closed. */
  readonly ports: readonly GivenPort[];
}

/** One connector of the model. */
export function connectorModel(instance: ConnectorInstance, around: Surroundings): ConnectorModel {
  const { id, entry, definition } = instance;
  const { title, description, defaultTools } = definition;
  const alias = entry.alias ?? id;
  const serverName = serverNameOf(id);
  const place = placeOf(instance, around);
  const auth = authOf(instance);
  const open = openPort(instance, around.ports, around.relayPort);
  const { transport, url } = place;
  return {
    id,
    alias,
    serverName,
    host: connectorHost(id),
    title,
    description,
    ...optional({ defaultTools }),
    ...place,
    ...optional({ auth, open }),
    serverId: serverId({
      name: serverName,
      url,
      transport,
      alias,
      ...optional({ authType: auth?.type }),
    }),
    environment: environmentOf(instance),
    mounts: pathMounts(instance),
    verify: entry.verify ?? definition.verify,
    lock: lockedTools(instance, around.context.lock),
  };
}
