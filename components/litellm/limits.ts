import type { GatewayModel } from "../../config/model.ts";

/** The guard's limits as it reads them, and behind which connectors one process answers everybody. */
export function limitsText({
  proxy,
  connectors,
}: Pick<GatewayModel, "proxy" | "connectors">): string {
  const processes = connectors
    .filter(
      ({ definition, container }) => definition.transport === "stdio" && container !== undefined,
    )
    .map(({ alias }) => alias)
    .sort();
  const own = connectors.flatMap(({ alias, definition }) =>
    definition.transport === "remote" || definition.parallelCalls === undefined
      ? []
      : [[alias, definition.parallelCalls] as const],
  );
  return JSON.stringify({ ...proxy.limits, processes, connectors: Object.fromEntries(own.sort()) });
}
