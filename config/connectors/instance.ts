import { type Catalogue, type ConnectorDefinition, toolsOfItsOwn } from "./definition.ts";

/** A connector as the stack's configuration has it, as far as it says what it is. */
export interface Instance {
  readonly use?: string | undefined;
  readonly definition?: ConnectorDefinition | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The definition behind a connector: its own, or the catalogue's; undefined if there is none. */
export function definitionOf(
  instance: Instance,
  catalogue: Catalogue,
): ConnectorDefinition | undefined {
  if (instance.definition !== undefined) return instance.definition;
  const { use = "" } = instance;
  // Own: "constructor" is a name that every object has.
  return Object.hasOwn(catalogue, use) ? catalogue[use] : undefined;
}

/** What a person calls the connector's kind in a message. */
export function kindName(instance: Instance): string {
  return instance.use ?? "its definition";
}

/**
 * Where tools.lock.json has a connector's tools: under its catalogue entry, or under
 * `connector:<id>` where they depend on this stack (an inline definition, a server of the user's).
 */
export function lockKey(id: string, instance: Instance, definition: ConnectorDefinition): string {
  return instance.use === undefined || toolsOfItsOwn(definition) ? `connector:${id}` : instance.use;
}

/** What the tools were read from: an image, or the URL of a server that runs elsewhere. */
export function lockSource(instance: Instance, definition: ConnectorDefinition): string {
  if (definition.transport !== "remote") return definition.image;
  const url = instance.inputs[definition.url];
  return typeof url === "string" ? url : "";
}
