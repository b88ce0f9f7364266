import { type DestinationSource, destinationName, destinationsOf } from "./destinations.ts";

/** What trusted_roots.py takes. */
interface Roots {
  /** `name:port` of each provider and each MCP server elsewhere that is asked over TLS. */
  readonly hosts: readonly string[];
  /** PEM of private authorities, or nothing. */
  readonly own: string;
}

/** `roots.json`: the same text for the same models and connectors, in whatever order they come. */
export function rootsFile(source: DestinationSource, own: string): string {
  const hosts = destinationsOf(source).flatMap((destination) =>
    destination.tls ? [destinationName(destination)] : [],
  );
  return `${JSON.stringify({ hosts, own } satisfies Roots, null, 1)}\n`;
}
