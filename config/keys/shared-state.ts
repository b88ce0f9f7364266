import type { ConnectorModel } from "../connectors/model.ts";
import type { KeyModel } from "./model.ts";

/** The first of them by name, the rest as a number. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/**
 * Where keys share a server's process, and one of them may change what is in it. A stdio server has
 * one process for everybody: it cannot tell keys apart, and neither can the gateway inside of it.
 * One sentence each, shown at every preview.
 */
export function sharedStateWarnings(
  connectors: readonly ConnectorModel[],
  keys: readonly KeyModel[],
): string[] {
  return connectors.flatMap(({ id, defaultTools, container, lock }) => {
    // Inside LiteLLM each call has a process of its own.
    if (container?.definition.transport !== "stdio") return [];
    const sharing = keys.filter(({ tools }) => (tools[id] ?? []).length > 0);
    const last = sharing.at(-1);
    if (last === undefined || sharing.length < 2) return [];
    const proposed = defaultTools ?? [];
    const beyond = Object.keys(lock).filter(
      (tool) => !proposed.includes(tool) && sharing.some(({ tools }) => tools[id]?.includes(tool)),
    );
    if (beyond.length === 0) return [];
    const why =
      defaultTools === undefined
        ? `its definition does not say which of its tools (${some(beyond)}) only read`
        : `some may call ${some(beyond)}, which its definition does not propose`;
    return [
      `connectors.${id}: the keys ${some(sharing.map(({ name }) => name))} share one process of this server, and ${why}: what a call of one key leaves in it, a call of another may read or change. If that must not be, give a key a connector of its own: the same entry again under another id, such as connectors.${id}_${last.name.replaceAll("-", "_")}, and that id instead of "${id}" in keys.${last.name}`,
    ];
  });
}
