import type { ConnectorDefinition } from "./definition.ts";
import type { PortWish } from "./host-ports.ts";
import type { OpenPort } from "./model.ts";
import { relayPort } from "./relay-port.ts";
import type { ConnectorConfig } from "./schema.ts";

/** A connector's wish for a port of its own, if it is to have one. */
export function portWish(
  id: string,
  { hostPort, expose }: ConnectorConfig,
  definition: ConnectorDefinition | undefined,
): PortWish[] {
  if ((expose ?? (hostPort === undefined ? "closed" : "loopback")) === "closed") return [];
  const preferred = definition?.transport === "remote" ? undefined : definition?.hostPort;
  return [
    {
      id,
      ...(hostPort === undefined ? {} : { fixed: hostPort }),
      ...(preferred === undefined ? {} : { preferred }),
    },
  ];
}

export function openPort(
  wish: PortWish | undefined,
  ports: Readonly<Record<string, number>>,
  { expose }: ConnectorConfig,
  ids: readonly string[],
): { readonly open?: OpenPort } {
  if (wish === undefined) return {};
  return {
    open: {
      bind: expose === "lan" ? "0.0.0.0" : "127.0.0.1",
      hostPort: ports[wish.id] ?? 0,
      wish,
      edgePort: relayPort(wish.id, ids),
    },
  };
}
