import { resolve } from "node:path";
import type { Catalogue, ConnectorDefinition } from "../connectors/definition.ts";
import { type PortWish, hostPorts } from "../connectors/host-ports.ts";
import type { ToolsLock } from "../access/tools-lock.ts";
import { definitionOf, lockKey } from "../connectors/instance.ts";
import { relayPort } from "../relay/relay-port.ts";
import type {
  DockerHost,
  GatewayModel,
  KeyModel,
  ModelEntry,
  OpenPort,
  SshTrust,
} from "./model.ts";
import { connectorModel } from "./connector-model.ts";
import { crossCheck } from "./cross-check.ts";
import { ownNetworks } from "./network-check.ts";
import { joinedNetworks, traefikIngress } from "./ingress.ts";
import type { IsEncrypted } from "./plain-secrets.ts";
import { type Problem, problemsOf } from "./problems.ts";
import { type ParsedConfig, configSchema } from "./schema.ts";
import { nothingKnown, subnets } from "./subnets.ts";
import { sharedStateWarnings } from "./shared-state.ts";
import { warningsOf } from "./warnings.ts";
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
  /** Whether the value at a path is encrypted in the stack's file; without it nobody can tell. */
  readonly isEncrypted?: IsEncrypted;
  /** tools.lock.json is about to be written: what it lacks is no problem. */
  readonly lockIsWritten?: boolean;
}

export type ParseResult =
  | { readonly ok: true; readonly model: GatewayModel }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

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

/** A connector's wish for a port of its own, if it is to have one. */
function portWish(
  id: string,
  { hostPort, expose }: ParsedConfig["connectors"][string],
  definition: ConnectorDefinition | undefined,
): PortWish[] {
  if ((expose ?? (hostPort === undefined ? "closed" : "loopback")) === "closed") return [];
  const preferred = definition?.transport === "remote" ? undefined : definition?.hostPort;
  return [
    {
      id,
      ...(hostPort === undefined ? {} : { fixed: hostPort }),
      ...(preferred === undefined ? {} : { preferred }),
    },
  ];
}

/** A scope's words as tools: the definition proposes some, the lock has all. */
function namedTools(
  wanted: "*" | "default" | readonly string[],
  definition: ConnectorDefinition,
  locked: readonly string[],
): readonly string[] {
  if (wanted === "*") return locked;
  return wanted === "default" ? (definition.defaultTools ?? locked) : wanted;
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
    const connector = config.connectors[id];
    const definition = connector && definitionOf(connector, context.catalogue);
    if (connector === undefined || definition === undefined) continue;
    const locked = context.lock.connectors[lockKey(id, connector, definition)]?.tools ?? {};
    const named = namedTools(wanted, definition, Object.keys(locked));
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
    hosts: [...new Set(config.hosts)].sort(),
  };
}

function openPort(
  wish: PortWish | undefined,
  ports: Readonly<Record<string, number>>,
  { expose }: ParsedConfig["connectors"][string],
  ids: readonly string[],
): { readonly open?: OpenPort } {
  if (wish === undefined) return {};
  return {
    open: {
      bind: expose === "lan" ? "0.0.0.0" : "127.0.0.1",
      hostPort: ports[wish.id] ?? 0,
      wish,
      edgePort: relayPort(wish.id, ids),
    },
  };
}

/** Ports of the Docker host that the gateway itself takes. */
export function ownPorts(gateway: GatewayModel["gateway"] | ParsedConfig["gateway"]): number[] {
  return [gateway.port, ...(gateway.adminPort === undefined ? [] : [gateway.adminPort])];
}

/**
 * Network → who joins it: what the stack says, and what the connectors' definitions need. Servers
 * that run elsewhere are reached by the relay: it joins for them, and wherever the proxy is to.
 */
function externalNetworks(config: ParsedConfig, catalogue: Catalogue): Record<string, string[]> {
  const remote = Object.keys(config.connectors).filter(
    (id) =>
      definitionOf(config.connectors[id] ?? { inputs: {} }, catalogue)?.transport === "remote",
  );
  const members = new Map(
    Object.entries(joinedNetworks(config)).map(([network, names]) => [network, new Set(names)]),
  );
  for (const names of members.values()) {
    if (remote.length > 0 && names.has("proxy")) names.add("relay");
    for (const id of remote) if (names.delete(id)) names.add("relay");
  }
  for (const [id, connector] of byName(config.connectors)) {
    const definition = definitionOf(connector, catalogue);
    if (definition === undefined || definition.transport === "remote") continue;
    for (const network of definition.networks)
      members.set(network, (members.get(network) ?? new Set()).add(id));
  }
  return Object.fromEntries(
    byName(Object.fromEntries(members)).map(([network, names]) => [network, [...names]]),
  );
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
  const wishes = byName(config.connectors).flatMap(([id, entry]) =>
    portWish(id, entry, definitionOf(entry, context.catalogue)),
  );
  const ids = Object.keys(config.connectors);
  const ports = hostPorts(wishes, {
    ...{ own: ownPorts(config.gateway), deployed: {}, foreign: [] },
  });
  const networks = ownNetworks(config, context.catalogue);
  const placed = subnets(config.networkRange, networks, nothingKnown);
  if (placed === undefined)
    throw new Error(`${config.networkRange} is too small, and was let through`);
  const shared = config.database.mode === "shared" ? config.database.shared : undefined;
  const { traefik } = config.ingress;
  const connectors = byName(config.connectors).flatMap(([id, entry]) => {
    const definition = definitionOf(entry, context.catalogue);
    return definition === undefined
      ? []
      : [
          connectorModel(id, entry, definition, {
            ...{ ids, image, lock: context.lock },
            ...openPort(
              wishes.find((wish) => wish.id === id),
              ports,
              entry,
              ids,
            ),
          }),
        ];
  });
  const keys = byName(config.keys).map(([name, entry]) => keyModel(name, entry, config, context));
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
      networkRange: config.networkRange,
      subnets: placed,
      namePrefix: config.namePrefix,
      externalNetworks: externalNetworks(config, context.catalogue),
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
        readOnlyRoot: config.proxy.readOnlyRoot,
        cpus: config.proxy.cpus,
        sessionIdleSeconds: config.proxy.sessionIdleSeconds,
        limits: config.proxy.limits,
        startSeconds: config.proxy.startSeconds,
      },
      edge: {
        ...config.edge,
        image: image(config.edge.image),
        hosts: [...config.edge.hosts, ...(traefik === undefined ? [] : [traefik.host])],
      },
      ingress: traefik === undefined ? {} : { traefik: traefikIngress(traefik) },
      mockModel: { ...config.mockModel, image: image(config.mockModel.image) },
      egressProxy: { ...config.egressProxy, image: image(config.egressProxy.image) },
      models: byName(config.models).map(([name, entry]) => modelEntry(name, entry)),
      connectors,
      keys,
      warnings: [
        ...warningsOf(config, context.catalogue, image),
        ...sharedStateWarnings(connectors, keys),
      ],
    },
  };
}
