import { samples } from "../common/names.ts";
import type { ConnectorModel, ConnectorSamples } from "./model.ts";

/** The proxy out, a name on the connector's own network. */
export const egressHost = (host: string): string => `${host}-egress`;

/** A connector's server and its way out: what a call of a tool needs. Names without the stack's prefix. */
export function servingContainers({ host, container }: ConnectorModel): string[] {
  if (container === undefined) return [];
  return [host, ...(container.egress.mode === "filtered" ? [egressHost(host)] : [])];
}

/** All containers of a connector: its sample server as well, which is ready before it. */
export function connectorContainers(connector: ConnectorModel): string[] {
  const { host } = connector;
  return [
    ...servingContainers(connector),
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
