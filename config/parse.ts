import { resolve } from "node:path";
import { byName } from "./common/by-name.ts";
import { optional } from "./common/optional.ts";
import type { Problem } from "./common/problem.ts";
import { type ConfigContext, pulled } from "./connectors/context.ts";
import { givenPorts } from "./connectors/host-ports.ts";
import { connectorInstances, sortedInstances } from "./connectors/instance.ts";
import { portWish } from "./connectors/open-port.ts";
import { connectorModel } from "./connectors/parse.ts";
import { relayPort } from "./connectors/relay-port.ts";
import { warningsOf } from "./connectors/warnings.ts";
import { crossCheck } from "./cross-check.ts";
import { databaseModel } from "./database/parse.ts";
import { ownPorts } from "./edge/own-ports.ts";
import { parseDockerHost, sshTrust } from "./host/parse.ts";
import { keyModel } from "./keys/parse.ts";
import { sharedStateWarnings } from "./keys/shared-state.ts";
import type { GatewayModel } from "./model.ts";
import { modelEntry } from "./models/parse.ts";
import { ownNetworks } from "./network/check.ts";
import { externalNetworks } from "./network/external.ts";
import { nothingKnown, subnets } from "./network/subnets.ts";
import { problemsOf } from "./problems.ts";
import { configSchema } from "./schema.ts";
import { omitPaths } from "./stack-file/omit-paths.ts";
import { withIsoTimes } from "./stack-file/yaml-time.ts";

export type ParseResult =
  | { readonly ok: true; readonly model: GatewayModel }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * What else is wrong once the values that have the wrong shape are left out: otherwise a typo in
 * one place would hide a dangling name in another until the next run.
 */
function furtherProblems(
  raw: unknown,
  problems: readonly Problem[],
  context: ConfigContext,
): Problem[] {
  const paths = problems.map((problem) => problem.path);
  let left = omitPaths(raw, paths);
  let rest = configSchema.safeParse(left);
  // What still fails lacks a value that was left out: its parent goes as well.
  for (let round = 0; !rest.success && round < 6; round++) {
    left = omitPaths(
      left,
      problemsOf(rest.error, left).map((problem) => problem.path.slice(0, -1)),
    );
    rest = configSchema.safeParse(left);
  }
  if (!rest.success) return [];
  const startsWith = (path: readonly unknown[], start: readonly unknown[]): boolean =>
    start.every((part, index) => path[index] === part);
  const instances = connectorInstances(rest.data.connectors, context.catalogue);
  return crossCheck(rest.data, instances, context).filter(
    (problem) =>
      !paths.some((path) => startsWith(problem.path, path) || startsWith(path, problem.path)),
  );
}

/**
 * Stack config to model, in one strict pass: either the whole model, or every problem found.
 * @param given the `mcp-gateway:` namespace as plain values, secrets decrypted
 */
export function parseConfig(given: unknown, context: ConfigContext): ParseResult {
  const raw = withIsoTimes(given);
  const parsed = configSchema.safeParse(raw);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, raw);
    return { ok: false, problems: [...problems, ...furtherProblems(raw, problems, context)] };
  }
  const config = parsed.data;
  const instances = connectorInstances(config.connectors, context.catalogue);
  const problems = crossCheck(config, instances, context);
  if (problems.length > 0) return { ok: false, problems };

  const image = (reference: string): string => pulled(reference, context);
  const networks = ownNetworks(instances);
  const placed = subnets(config.networkRange, networks, nothingKnown);
  if (placed === undefined)
    throw new Error(`${config.networkRange} is too small, and was let through`);
  const { traefik } = config.ingress;
  const own = ownPorts(config.gateway);
  const ports = givenPorts(instances.flatMap(portWish), { own, deployed: {}, foreign: [] });
  const ids = instances.map(({ id }) => id);
  const connectors = sortedInstances(instances).map((instance) =>
    connectorModel(instance, { context, relayPort: relayPort(instance.id, ids), ports }),
  );
  const scoped = { accessGroups: config.accessGroups, instances, lock: context.lock };
  const keys = byName(config.keys).map(([name, entry]) => keyModel(name, entry, scoped));
  return {
    ok: true,
    model: {
      dockerHost: parseDockerHost(config.dockerHost),
      ...optional({ ssh: config.ssh && sshTrust(config.ssh) }),
      gateway: {
        ...config.gateway,
        url: `http://${config.gateway.host}:${config.gateway.port}`,
      },
      directories: {
        config: resolve(context.root, config.directories.config),
        secrets: resolve(context.root, config.directories.secrets),
      },
      network: config.network,
      networkRange: config.networkRange,
      subnets: placed,
      namePrefix: config.namePrefix,
      externalNetworks: externalNetworks(config, instances),
      database: databaseModel(config.database, image),
      proxy: {
        ...config.proxy,
        image: image(config.proxy.image),
        reference: config.proxy.image,
        privateRoots: context.privateRoots,
      },
      edge: {
        ...config.edge,
        image: image(config.edge.image),
        hosts: [...config.edge.hosts, ...(traefik === undefined ? [] : [traefik.host])],
      },
      ingress: config.ingress,
      mockModel: { ...config.mockModel, image: image(config.mockModel.image) },
      egressProxy: { ...config.egressProxy, image: image(config.egressProxy.image) },
      models: byName(config.models).map(([name, entry]) => modelEntry(name, entry)),
      connectors,
      keys,
      warnings: [...warningsOf(instances, context), ...sharedStateWarnings(connectors, keys)],
    },
  };
}
