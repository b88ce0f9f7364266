import { optional } from "../common/optional.ts";
import { byName } from "../common/by-name.ts";
import type { ConfigContext } from "../connectors/context.ts";
import type { ConnectorDefinition } from "../connectors/definition.ts";
import { type ConnectorInstance, lockedTools } from "../connectors/instance.ts";
import type { KeyModel } from "./model.ts";
import type { AccessGroupConfig, KeyConfig } from "./schema.ts";

/** What keys' scopes are spelled out from. */
interface Scoped {
  readonly accessGroups: Readonly<Record<string, AccessGroupConfig>>;
  readonly instances: readonly ConnectorInstance[];
  readonly lock: ConfigContext["lock"];
}

/** A scope's words as tools: the definition proposes some, the lock has all. */
function namedTools(
  wanted: "*" | "default" | readonly string[],
  definition: ConnectorDefinition,
  locked: readonly string[],
): readonly string[] {
  if (wanted === "*") return locked;
  return wanted === "default" ? (definition.defaultTools ?? locked) : wanted;
}

/** A key's tools by connector: its own scope and its groups', "*" spelled out from the lock. */
function toolsOf(
  key: KeyConfig,
  { accessGroups, instances, lock }: Scoped,
): Record<string, string[]> {
  const scopes = [
    key.connectors,
    ...key.groups.map((group) => accessGroups[group]?.connectors ?? {}),
  ];
  const tools = new Map<string, Set<string>>();
  for (const [id, wanted] of scopes.flatMap((scope) => Object.entries(scope))) {
    const instance = instances.find((one) => one.id === id);
    if (instance === undefined) continue;
    const locked = Object.keys(lockedTools(instance, lock));
    const named = namedTools(wanted, instance.definition, locked);
    tools.set(id, new Set([...(tools.get(id) ?? []), ...named]));
  }
  return Object.fromEntries(
    byName(Object.fromEntries(tools)).map(([id, set]) => [id, [...set].sort()]),
  );
}

export function keyModel(name: string, key: KeyConfig, scoped: Scoped): KeyModel {
  const { owner, purpose, rpm, tpm, budget, rotation } = key;
  const expires =
    key.expires === undefined ? undefined : Math.floor(Date.parse(key.expires) / 1000);
  return {
    name,
    tools: toolsOf(key, scoped),
    models: [...new Set(key.models)].sort(),
    rotation,
    overlapHours: key.overlapHours,
    ...optional({ owner, purpose, expires, rpm, tpm, budget }),
  };
}
