import type { TraefikIngress } from "./model.ts";
import type { ParsedConfig } from "./schema.ts";

/** Existing networks and who joins them, those that a mode brings with it included. */
export function joinedNetworks(config: ParsedConfig): Record<string, string[]> {
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

export function traefikIngress({
  certResolver,
  ...rest
}: NonNullable<ParsedConfig["ingress"]["traefik"]>): TraefikIngress {
  return { ...rest, ...(certResolver === undefined ? {} : { certResolver }) };
}
