import type { GatewayModel } from "../../config/model.ts";

/** The guard's limits as it reads them, and behind which connectors one process answers everybody. */
export function limitsText({
  proxy,
  connectors,
}: Pick<GatewayModel, "proxy" | "connectors">): string {
  const processes = connectors
    .filter(({ container }) => container?.definition.transport === "stdio")
    .map(({ alias }) => alias)
    .sort();
  const own = connectors.flatMap(({ alias, container, process }) => {
    const { parallelCalls } = (container ?? process)?.definition ?? {};
    return parallelCalls === undefined ? [] : [[alias, parallelCalls] as const];
  });
  return JSON.stringify({ ...proxy.limits, processes, connectors: Object.fromEntries(own.sort()) });
}
