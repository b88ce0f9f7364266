import { byName } from "../common/by-name.ts";
import type { ConnectorDefinition, Catalogue } from "../connectors/definition.ts";
import { definitionOf, lockKey } from "../connectors/instance.ts";
import type { ConnectorConfigs } from "../connectors/schema.ts";
import type { ToolsLock } from "../connectors/tools-lock.ts";
import type { KeyModel } from "./model.ts";
import type { AccessGroupConfig, KeyConfig } from "./schema.ts";

/** What keys' scopes are spelled out from. */
interface ScopedConfig {
  readonly connectors: ConnectorConfigs;
  readonly accessGroups: Readonly<Record<string, AccessGroupConfig>>;
}

interface KnownTools {
  readonly catalogue: Catalogue;
  readonly lock: ToolsLock;
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
  config: ScopedConfig,
  context: KnownTools,
): Record<string, string[]> {
  const scopes = [
    key.connectors,
    ...key.groups.map((group) => config.accessGroups[group]?.connectors ?? {}),
  ];
  const tools = new Map<string, Set<string>>();
  for (const [id, wanted] of scopes.flatMap((scope) => Object.entries(scope))) {
    const connector = config.connectors[id];
    const definition = connector && definitionOf(connector, context.catalogue);
    if (connector === undefined || definition === undefined) continue;
    const locked = context.lock.connectors[lockKey(id, connector, definition)]?.tools ?? {};
    const named = namedTools(wanted, definition, Object.keys(locked));
    tools.set(id, new Set([...(tools.get(id) ?? []), ...named]));
  }
  return Object.fromEntries(
    byName(Object.fromEntries(tools)).map(([id, set]) => [id, [...set].sort()]),
  );
}

export function keyModel(
  name: string,
  key: KeyConfig,
  config: ScopedConfig,
  context: KnownTools,
): KeyModel {
  const { owner, purpose, rpm, tpm, budget, rotation } = key;
  return {
    name,
    tools: toolsOf(key, config, context),
    models: [...new Set(key.models)].sort(),
    rotation,
    overlapHours: key.overlapHours,
    ...(owner === undefined ? {} : { owner }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(key.expires === undefined ? {} : { expires: Math.floor(Date.parse(key.expires) / 1000) }),
    ...(rpm === undefined ? {} : { rpm }),
    ...(tpm === undefined ? {} : { tpm }),
    ...(budget === undefined ? {} : { budget }),
  };
}
