import type { Catalogue } from "./definition.ts";
import { definitionOf } from "./instance.ts";
import type { ConnectorConfigs } from "./schema.ts";

/** Whether a reference names one image for ever. */
export const hasDigest = (reference: string): boolean => /@sha256:[0-9a-f]{64}$/.test(reference);

/** What is allowed, and what it costs: one sentence each, shown at every preview. */
export function warningsOf(
  connectors: ConnectorConfigs,
  catalogue: Catalogue,
  image: (reference: string) => string,
): string[] {
  return Object.entries(connectors)
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
