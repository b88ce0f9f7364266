import type { ConnectorModel } from "../connectors/model.ts";
import type { KeyModel } from "./model.ts";

/**
 * Stands for "no server" and "no model": LiteLLM 1.77.3 reads an empty list as everything
 * (docs/litellm-1.77.3.md#grant-empty), and a name that matches nothing as nothing.
 */
export const nothing = "__none__";

/** A key as `admin.py apply` takes it, without its value. */
export interface Grant {
  readonly name: string;
  readonly models: readonly string[];
  /** Server ids, or the sentinel alone. */
  readonly servers: readonly string[];
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly budget: { readonly usd: number; readonly per: string } | null;
  /** Unix seconds. */
  readonly expires: number | null;
}

/** What LiteLLM is to know about a key: computed server ids, never names. */
export function grantOf(key: KeyModel, connectors: readonly ConnectorModel[]): Grant {
  const servers = connectors
    .filter((connector) => Object.hasOwn(key.tools, connector.id))
    .map((connector) => connector.serverId);
  return {
    name: key.name,
    models: key.models.length === 0 ? [nothing] : key.models,
    servers: servers.length === 0 ? [nothing] : servers,
    rpm: key.rpm ?? null,
    tpm: key.tpm ?? null,
    budget: key.budget ?? null,
    expires: key.expires ?? null,
  };
}

/** The part of the model that says who may call what. */
export interface MatrixModel {
  readonly keys: readonly KeyModel[];
  readonly connectors: readonly ConnectorModel[];
}

/** Key → connector alias → tools, explicit and sorted; the stack output `accessMatrix`. */
export type AccessMatrix = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The one place that says who may call what; grants, guard and edge derive from the same. */
export function accessMatrix(model: MatrixModel): AccessMatrix {
  return Object.fromEntries(
    model.keys.map((key) => [
      key.name,
      Object.fromEntries(
        model.connectors.flatMap((connector) => {
          // Own: a connector may be called "constructor".
          const tools = Object.hasOwn(key.tools, connector.id)
            ? key.tools[connector.id]
            : undefined;
          return tools === undefined ? [] : [[connector.alias, tools] as const];
        }),
      ),
    ]),
  );
}
