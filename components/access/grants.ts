import type { GatewayModel, KeyModel } from "../config/model.ts";

/**
 * Stands for "no server" and "no model": LiteLLM 1.77.3 reads an empty list as everything
 * (facts §3), and a name that matches nothing as nothing.
 */
export const nothing = "__none__";

/** A key as `admin.py apply` takes it, without its value. */
export interface Grant {
  readonly name: string;
  readonly models: readonly string[];
  /** Server ids, or the sentinel alone. */
  readonly servers: readonly string[];
}

/** What LiteLLM is to know about a key: computed server ids, never names. */
export function grantOf(key: KeyModel, connectors: GatewayModel["connectors"]): Grant {
  const servers = connectors
    .filter((connector) => key.connectors.includes(connector.id))
    .map((connector) => connector.serverId);
  return {
    name: key.name,
    models: key.models.length === 0 ? [nothing] : key.models,
    servers: servers.length === 0 ? [nothing] : servers,
  };
}

/** Key → connector alias → tools; the stack output `accessMatrix`. */
export type AccessMatrix = Readonly<Record<string, Readonly<Record<string, "*">>>>;

export function accessMatrix(model: Pick<GatewayModel, "keys" | "connectors">): AccessMatrix {
  return Object.fromEntries(
    model.keys.map((key) => [
      key.name,
      Object.fromEntries(
        model.connectors
          .filter((connector) => key.connectors.includes(connector.id))
          .map((connector) => [connector.alias, "*" as const]),
      ),
    ]),
  );
}
