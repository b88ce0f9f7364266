import { byName } from "../common/by-name.ts";
import { type ConnectorInstance, sortedInstances } from "../connectors/instance.ts";
import type { DatabaseConfig } from "../database/schema.ts";
import type { IngressConfig } from "../edge/ingress-schema.ts";

interface JoiningConfig {
  readonly database: DatabaseConfig;
  readonly externalNetworks: Readonly<Record<string, readonly string[]>>;
  readonly ingress: IngressConfig;
}

/** Existing networks and who joins them, those that a mode brings with it included. */
function joinedNetworks(config: JoiningConfig): Record<string, string[]> {
  const joined = new Map(
    Object.entries(config.externalNetworks).map(([name, members]) => [name, new Set(members)]),
  );
  const join = (network: string, ...members: string[]): void => {
    joined.set(network, new Set([...(joined.get(network) ?? []), ...members]));
  };
  const { mode, shared } = config.database;
  if (mode === "shared" && shared !== undefined) join(shared.network, "database");
  if (config.ingress.traefik !== undefined) join(config.ingress.traefik.network, "edge");
  return Object.fromEntries(
    [...joined].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, members]) => [name, [...members]]),
  );
}

/**
 * Network → who joins it: what the stack says, and what the connectors' definitions need. Servers
 * that run elsewhere are reached by the relay: it joins for them, and wherever the proxy is to.
 */
export function externalNetworks(
  config: JoiningConfig,
  instances: readonly ConnectorInstance[],
): Record<string, string[]> {
  const remote = instances.flatMap(({ id, definition }) =>
    definition.transport === "remote" ? [id] : [],
  );
  const members = new Map(
    Object.entries(joinedNetworks(config)).map(([network, names]) => [network, new Set(names)]),
  );
  for (const names of members.values()) {
    if (remote.length > 0 && names.has("proxy")) names.add("relay");
    for (const id of remote) if (names.delete(id)) names.add("relay");
  }
  for (const { id, definition } of sortedInstances(instances)) {
    if (definition.transport === "remote") continue;
    for (const network of definition.networks)
      members.set(network, (members.get(network) ?? new Set()).add(id));
  }
  return Object.fromEntries(
    byName(Object.fromEntries(members)).map(([network, names]) => [network, [...names]]),
  );
}
