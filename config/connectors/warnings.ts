import { type ConfigContext, pulled } from "./context.ts";
import { type ConnectorInstance, sortedInstances } from "./instance.ts";

/** Whether a reference names one image for ever. */
export const hasDigest = (reference: string): boolean => /@sha256:[0-9a-f]{64}$/.test(reference);

/** What is allowed, and what it costs: one sentence each, shown at every preview. */
export function warningsOf(
  instances: readonly ConnectorInstance[],
  context: Pick<ConfigContext, "mirror">,
): string[] {
  return sortedInstances(instances).flatMap(({ id, entry: connector, definition }) => {
    const reference = definition.transport === "remote" ? "" : definition.image;
    return [
      ...(reference === "" ||
      connector.placement === "gateway" ||
      hasDigest(pulled(reference, context))
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
