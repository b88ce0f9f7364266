import type { ConnectorModel } from "../config/model.ts";
import { samples } from "../names.ts";
import { samplesOf } from "./environment.ts";

/** The proxy out, a name on the connector's own network. */
export const egressHost = (host: string): string => `${host}-egress`;

/** Names of all containers of a connector, without the stack's prefix. */
export function connectorContainers(connector: ConnectorModel): string[] {
  const { host, container } = connector;
  if (container === undefined) return [];
  return [
    host,
    ...(container.egress.mode === "filtered" ? [egressHost(host)] : []),
    ...(samplesOf(connector) === undefined ? [] : [samples.host(host)]),
  ];
}
