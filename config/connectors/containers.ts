import { samples } from "../common/names.ts";
import type { ConnectorModel, ConnectorSamples } from "./model.ts";

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

/** The sample databases that a connector reads, and as whom; undefined if it reads none. */
export function samplesOf({
  environment,
}: Pick<ConnectorModel, "environment">): ConnectorSamples | undefined {
  const read = Object.values(environment).flatMap((value) =>
    value.kind === "sample" ? [value] : [],
  );
  const role = read[0]?.role;
  return role === undefined
    ? undefined
    : { role, names: [...new Set(read.map(({ database }) => database))].sort() };
}
