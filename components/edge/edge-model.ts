import type { GatewayModel } from "../../config/model.ts";

/** What the edge is rendered from: its part of the model, and where it sends requests. */
export interface EdgeModel extends Pick<GatewayModel, "gateway" | "edge"> {
  /** Name of the proxy's container. */
  readonly upstream: string;
  /** Ports of the edge's own that are one connector's each. */
  readonly ports: readonly ConnectorPort[];
}

/** A port by which clients reach one connector alone. */
export interface ConnectorPort {
  readonly alias: string;
  readonly port: number;
}

export function connectorPorts(connectors: GatewayModel["connectors"]): ConnectorPort[] {
  return connectors.flatMap(({ alias, open }) =>
    open === undefined ? [] : [{ alias, port: open.edgePort }],
  );
}
