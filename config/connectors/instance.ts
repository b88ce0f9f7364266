import { type Catalogue, type ConnectorDefinition, toolsOfItsOwn } from "./definition.ts";
import type { ConnectorConfig, ConnectorConfigs } from "./schema.ts";
import type { LockedTool, ToolsLock } from "./tools-lock.ts";

/** A connector of the stack, and what it is: its own definition or the catalogue's. */
export interface ConnectorInstance {
  readonly id: string;
  readonly entry: ConnectorConfig;
  readonly definition: ConnectorDefinition;
}

/** The definition behind a connector; undefined if there is none. */
function definitionOf(
  { definition, use = "" }: ConnectorConfig,
  catalogue: Catalogue,
): ConnectorDefinition | undefined {
  // Own: "constructor" is a name that every object has.
  return definition ?? (Object.hasOwn(catalogue, use) ? catalogue[use] : undefined);
}

/**
 * The connectors in the configuration's order, each with its definition; those without one, which
 * `connectorCheck` reports, are left out.
 */
export function connectorInstances(
  connectors: ConnectorConfigs,
  catalogue: Catalogue,
): ConnectorInstance[] {
  return Object.entries(connectors).flatMap(([id, entry]) => {
    const definition = definitionOf(entry, catalogue);
    return definition === undefined ? [] : [{ id, entry, definition }];
  });
}

/** The same, sorted by id. */
export function sortedInstances(instances: readonly ConnectorInstance[]): ConnectorInstance[] {
  return [...instances].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What a person calls the connector's kind in a message. */
export function kindName({ use }: Pick<ConnectorConfig, "use">): string {
  return use ?? "its definition";
}

/**
 * Where tools.lock.json has a connector's tools: under its catalogue entry, or under
 * `connector:<id>` where they depend on this stack (an inline definition, a server of the user's).
 */
export function lockKey({ id, entry: { use }, definition }: ConnectorInstance): string {
  return use === undefined || toolsOfItsOwn(definition) ? `connector:${id}` : use;
}

/** The tools that tools.lock.json has for a connector; none where it does not know it. */
export function lockedTools(
  instance: ConnectorInstance,
  lock: ToolsLock,
): Readonly<Record<string, LockedTool>> {
  return lock.connectors[lockKey(instance)]?.tools ?? {};
}

/** What the tools were read from: an image, or the URL of a server that runs elsewhere. */
export function lockSource(
  definition: ConnectorDefinition,
  inputs: Readonly<Record<string, unknown>>,
): string {
  if (definition.transport !== "remote") return definition.image;
  const url = inputs[definition.url];
  return typeof url === "string" ? url : "";
}
