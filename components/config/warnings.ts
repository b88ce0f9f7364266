import { definitionOf } from "../connectors/instance.ts";
import type { Catalogue } from "../connectors/definition.ts";
import type { ParsedConfig } from "./schema.ts";

/** Whether a reference names one image for ever. */
export const hasDigest = (reference: string): boolean => /@sha256:[0-9a-f]{64}$/.test(reference);

/** What is allowed, and what it costs: one sentence each, shown at every preview. */
export function warningsOf(
  config: ParsedConfig,
  catalogue: Catalogue,
  image: (reference: string) => string,
): string[] {
  return Object.entries(config.connectors)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, connector]) => {
      const definition = definitionOf(connector, catalogue);
      const reference =
        definition === undefined || definition.transport === "remote" ? "" : definition.image;
      return [
        ...(reference === "" || connector.placement === "gateway" || hasDigest(image(reference))
          ? []
          : [
              `connectors.${id}: the image ${reference} has no digest: its tag may be another image tomorrow`,
            ]),
        ...(connector.placement === "gateway"
          ? [
              `connectors.${id}: placement "gateway" starts a new process inside LiteLLM for every call (about a second each, several when many call), with LiteLLM's user, files and network, which has no way out; no watchdog, no limits of its own`,
            ]
          : []),
      ];
    });
}
