/** Ports of the Docker host that the gateway itself takes. */
export function ownPorts(gateway: {
  readonly port: number;
  readonly adminPort?: number | undefined;
}): number[] {
  return [gateway.port, ...(gateway.adminPort === undefined ? [] : [gateway.adminPort])];
}
