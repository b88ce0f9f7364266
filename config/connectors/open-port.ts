import { optional } from "../common/optional.ts";
import type { GivenPort, PortWish } from "./host-ports.ts";
import type { ConnectorInstance } from "./instance.ts";
import type { OpenPort } from "./model.ts";

/** A connector's wish for a port of its own, if it is to have one. */
export function portWish({ id, entry, definition }: ConnectorInstance): PortWish[] {
  const { hostPort, expose } = entry;
  if ((expose ?? (hostPort === undefined ? "closed" : "loopback")) === "closed") return [];
  const preferred = definition.transport === "remote" ? undefined : definition.hostPort;
  return [
    {
      id,
      ...optional({ fixed: hostPort, preferred }),
    },
  ];
}

/**
 * The connector's own way in, if it has one.
 * @param relayPort the relay's port for it: the edge uses the same number
 */
export function openPort(
  { id, entry: { expose } }: ConnectorInstance,
  ports: readonly GivenPort[],
  relayPort: number,
): OpenPort | undefined {
  const own = ports.find(({ wish }) => wish.id === id);
  return own && { bind: expose === "lan" ? "0.0.0.0" : "127.0.0.1", ...own, edgePort: relayPort };
}
