import { resolve } from "node:path";
import type { Catalogue, ConnectorDefinition } from "../connectors/definition.ts";
import { type PortWish, hostPorts } from "../connectors/host-ports.ts";
import type { ToolsLock } from "../access/tools-lock.ts";
import { serverId } from "../access/server-id.ts";
import type {
  ConnectorModel,
  ConnectorValue,
  DockerHost,
  GatewayModel,
  KeyModel,
  ModelEntry,
  SshTrust,
} from "./model.ts";
import { relay } from "../names.ts";
import { relayPort } from "../relay/relay-port.ts";
import { crossCheck } from "./cross-check.ts";
import { joinedNetworks, traefikIngress } from "./ingress.ts";
import { type Problem, problemsOf } from "./problems.ts";
import { type ParsedConfig, configSchema } from "./schema.ts";
import { Secret } from "./secret.ts";
import { without } from "./without.ts";
import { withIsoTimes } from "./yaml-time.ts";

export interface ParseContext {
  readonly catalogue: Catalogue;
  /** tools.lock.json. */
  readonly lock: ToolsLock;
  /** Now, in Unix seconds: a key may not have expired before it is made. */
  readonly now: number;
  /** The checkout: relative directories of a local stack start here. */
  readonly root: string;
  /** Image reference → what to pull instead (`imageMirrorFile`). */
  readonly mirror: Readonly<Record<string, string>>;
  /** Text of `proxy.privateRootsFile`; empty without one. */
  readonly privateRoots: string;
}

export type ParseResult =
  | { readonly ok: true; readonly model: GatewayModel }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** The connector's DNS name: `_` is no part of a DNS name that HTTP clients accept as a host. */
function connectorHost(id: string): string {
  return `mcp-${id.replaceAll("_", "-")}`;
}

/** `unix://…` or `ssh://user@host[:port]`, as the schema has let it through. */
export function parseDockerHost(url: string): DockerHost {
  const match = /^ssh:\/\/([^@]+)@([^:]+)(?::(\d+))?$/.exec(url);
  if (match === null) return { kind: "local", url };
  return {
    kind: "ssh",
    url,
    user: match[1] ?? "",
    host: match[2] ?? "",
    port: Number(match[3] ?? 22),
  };
}

function sshTrust({ hostKey, privateKeyFile }: NonNullable<ParsedConfig["ssh"]>): SshTrust {
  return { hostKey, ...(privateKeyFile === undefined ? {} : { privateKeyFile }) };
}

function connectorValue(
  id: string,
  type: ConnectorDefinition["inputs"][string]["type"],
  value: ParsedConfig["connectors"][string]["inputs"][string],
): ConnectorValue {
  if (typeof value === "object")
    return { kind: "sample", database: value.sample, role: `mcp_${id}` };
  return type === "string"
    ? { kind: "plain", value: String(value) }
    : { kind: "secret", value: new Secret(String(value)) };
}

function portWish(
  id: string,
  { hostPort }: ParsedConfig["connectors"][string],
  definition: ConnectorDefinition | undefined,
): PortWish {
  return {
    id,
    ...(hostPort === undefined ? {} : { fixed: hostPort }),
    ...(definition === undefined ? {} : { preferred: definition.hostPort }),
  };
}

function connectorModel(
  id: string,
  config: ParsedConfig["connectors"][string],
  definition: ConnectorDefinition,
  ids: readonly string[],
  hostPort: number,
  context: ParseContext,
  image: (reference: string) => string,
): ConnectorModel {
  const alias = config.alias ?? id;
  const serverName = `mcp_${id}`;
  const host = connectorHost(id);
  const url = `http://${relay.host}:${relayPort(id, ids)}${definition.path}`;
  const environment = byName(config.inputs).flatMap(([name, value]) => {
    const input = definition.inputs[name];
    return input === undefined ? [] : [[input.env, connectorValue(id, input.type, value)] as const];
  });
  return {
    id,
    alias,
    serverName,
    host,
    definition,
    image: image(definition.image),
    hostPort,
    portWish: portWish(id, config, definition),
    bind: config.expose === "lan" ? "0.0.0.0" : "127.0.0.1",
    url,
    serverId: serverId({ name: serverName, url, transport: definition.transport, alias }),
    environment: Object.fromEntries(environment),
    verify: config.verify ?? definition.verify,
    lock: context.lock.connectors[config.use]?.tools ?? {},
  };
}

/** A key's tools by connector: its own scope and its groups', "*" spelled out from the lock. */
function toolsOf(
  key: ParsedConfig["keys"][string],
  config: ParsedConfig,
  context: ParseContext,
): Record<string, string[]> {
  const scopes = [
    key.connectors,
    ...key.groups.map((group) => config.accessGroups[group]?.connectors ?? {}),
  ];
  const tools = new Map<string, Set<string>>();
  for (const [id, wanted] of scopes.flatMap((scope) => Object.entries(scope))) {
    const locked = context.lock.connectors[config.connectors[id]?.use ?? ""]?.tools ?? {};
    const named = wanted === "*" ? Object.keys(locked) : wanted;
    tools.set(id, new Set([...(tools.get(id) ?? []), ...named]));
  }
  return Object.fromEntries(
    byName(Object.fromEntries(tools)).map(([id, set]) => [id, [...set].sort()]),
  );
}

function keyModel(
  name: string,
  key: ParsedConfig["keys"][string],
  config: ParsedConfig,
  context: ParseContext,
): KeyModel {
  const { owner, purpose, rpm, tpm, budget, rotation } = key;
  return {
    name,
    tools: toolsOf(key, config, context),
    models: [...new Set(key.models)].sort(),
    rotation,
    overlapHours: key.overlapHours,
    ...(owner === undefined ? {} : { owner }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(key.expires === undefined ? {} : { expires: Math.floor(Date.parse(key.expires) / 1000) }),
    ...(rpm === undefined ? {} : { rpm }),
    ...(tpm === undefined ? {} : { tpm }),
    ...(budget === undefined ? {} : { budget }),
  };
}

function modelEntry(name: string, config: ParsedConfig["models"][string]): ModelEntry {
  if (config.provider === "mock") return { name, provider: "mock" };
  return {
    name,
    provider: "litellm",
    model: config.model,
    apiKey: config.apiKey,
    apiKeyVariable: `MODEL_KEY_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`,
    ...(config.apiBase === undefined ? {} : { apiBase: config.apiBase }),
  };
}

/** Ports of the Docker host that the gateway itself takes. */
export function ownPorts(gateway: GatewayModel["gateway"] | ParsedConfig["gateway"]): number[] {
  return [gateway.port, ...(gateway.adminPort === undefined ? [] : [gateway.adminPort])];
}

/**
 * What else is wrong once the values that have the wrong shape are left out: otherwise a typo in
 * one place would hide a dangling name in another until the next run.
 */
function furtherProblems(
  raw: unknown,
  problems: readonly Problem[],
  context: ParseContext,
): Problem[] {
  const paths = problems.map((problem) => problem.path);
  let left = without(raw, paths);
  let rest = configSchema.safeParse(left);
  // What still fails lacks a value that was left out: its parent goes as well.
  for (let round = 0; !rest.success && round < 6; round++) {
    left = without(
      left,
      problemsOf(rest.error, left).map((problem) => problem.path.slice(0, -1)),
    );
    rest = configSchema.safeParse(left);
  }
  if (!rest.success) return [];
  const startsWith = (path: readonly unknown[], start: readonly unknown[]): boolean =>
    start.every((part, index) => path[index] === part);
  return crossCheck(rest.data, context).filter(
    (problem) =>
      !paths.some((path) => startsWith(problem.path, path) || startsWith(path, problem.path)),
  );
}

/**
 * Stack config to model, in one strict pass: either the whole model, or every problem found.
 * @param given the `mcp-gateway:` namespace as plain values, secrets decrypted
 */
export function parseConfig(given: unknown, context: ParseContext): ParseResult {
  const raw = withIsoTimes(given);
  const parsed = configSchema.safeParse(raw);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, raw);
    return { ok: false, problems: [...problems, ...furtherProblems(raw, problems, context)] };
  }
  const config = parsed.data;
  const problems = crossCheck(config, context);
  if (problems.length > 0) return { ok: false, problems };

  const image = (reference: string): string => context.mirror[reference] ?? reference;
  const { host, port, bind, adminPort } = config.gateway;
  const ids = Object.keys(config.connectors);
  const ports = hostPorts(
    byName(config.connectors).map(([id, entry]) =>
      portWish(id, entry, context.catalogue[entry.use]),
    ),
    { own: ownPorts(config.gateway), deployed: {}, foreign: [] },
  );
  const shared = config.database.mode === "shared" ? config.database.shared : undefined;
  const { traefik } = config.ingress;
  return {
    ok: true,
    model: {
      dockerHost: parseDockerHost(config.dockerHost),
      ...(config.ssh === undefined ? {} : { ssh: sshTrust(config.ssh) }),
      gateway: {
        ...{ host, port, bind, url: `http://${host}:${port}` },
        ...(adminPort === undefined ? {} : { adminPort }),
      },
      directories: {
        config: resolve(context.root, config.directories.config),
        secrets: resolve(context.root, config.directories.secrets),
      },
      network: config.network,
      namePrefix: config.namePrefix,
      externalNetworks: joinedNetworks(config),
      database: {
        image: image(config.database.image),
        user: config.database.user,
        volume: config.database.volume,
        memoryMb: config.database.memoryMb,
        destroyData: config.database.destroyData,
        samples: [...config.database.samples].sort(),
        ...(shared === undefined ? {} : { shared }),
      },
      proxy: {
        image: image(config.proxy.image),
        reference: config.proxy.image,
        imageFallback: config.proxy.imageFallback,
        user: config.proxy.user,
        memoryMb: config.proxy.memoryMb,
        logLevel: config.proxy.logLevel,
        masterKeyRotation: config.proxy.masterKeyRotation,
        privateRoots: context.privateRoots,
        startSeconds: config.proxy.startSeconds,
      },
      edge: {
        ...config.edge,
        image: image(config.edge.image),
        hosts: [...config.edge.hosts, ...(traefik === undefined ? [] : [traefik.host])],
      },
      ingress: traefik === undefined ? {} : { traefik: traefikIngress(traefik) },
      mockModel: { ...config.mockModel, image: image(config.mockModel.image) },
      models: byName(config.models).map(([name, entry]) => modelEntry(name, entry)),
      connectors: byName(config.connectors).flatMap(([id, entry]) => {
        const definition = context.catalogue[entry.use];
        return definition === undefined
          ? []
          : [connectorModel(id, entry, definition, ids, ports[id] ?? 0, context, image)];
      }),
      keys: byName(config.keys).map(([name, entry]) => keyModel(name, entry, config, context)),
    },
  };
}
