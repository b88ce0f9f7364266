import type { ConnectorModel } from "../config/model.ts";

/** The door's container, which has the connector's own name on the gateway's network. */
export const doorHost = (host: string): string => `${host}-door`;
/** The proxy out, a name on the connector's own network. */
export const egressHost = (host: string): string => `${host}-egress`;
/** The server, on the network that only it and its doors are on. */
export const serverAlias = (host: string): string => `${host}-server`;

/** Names of all containers of a connector, without the stack's prefix. */
export function connectorContainers({ host, container }: ConnectorModel): string[] {
  if (container === undefined) return [];
  const { mode } = container.egress;
  return [
    host,
    ...(mode === "open" ? [] : [doorHost(host)]),
    ...(mode === "filtered" ? [egressHost(host)] : []),
  ];
}

/** The container that the connector's port on the Docker host belongs to. */
export function publishingContainer({ host, container }: ConnectorModel): string {
  return container?.egress.mode === "open" ? host : doorHost(host);
}
