import type { GatewayModel } from "../../config/model.ts";
import { usualHost } from "../../config/models/providers.ts";

/** One place outside the gateway that LiteLLM asks itself. */
export interface Destination {
  /** As in a URL: an IPv6 address has its brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The configuration gives the address itself: it may be one of the LAN. */
  readonly given: boolean;
}

/** What decides where LiteLLM asks. */
export type DestinationSource = Pick<GatewayModel, "models" | "connectors">;

export const destinationName = ({ host, port }: Pick<Destination, "host" | "port">): string =>
  `${host}:${port}`;

function ofUrl(text: string): Destination {
  const { protocol, hostname, port } = new URL(text);
  const tls = protocol === "https:";
  return { host: hostname, port: Number(port === "" ? (tls ? 443 : 80) : port), tls, given: true };
}

/** `name` or `name:port` of `models.<name>.hosts`: a provider's, so on the internet and with TLS. */
function ofHost(text: string): Destination {
  const [host = "", port = "443"] = text.split(":");
  return { host, port: Number(port), tls: true, given: false };
}

/**
 * Every host and port outside that LiteLLM needs: its model providers, and MCP servers elsewhere
 * that no relay can stand before. Sorted, each once: the same for the same models and connectors,
 * in whatever order they come. Empty: LiteLLM has no way out at all.
 */
export function destinationsOf({ models, connectors }: DestinationSource): readonly Destination[] {
  const providers = models.flatMap((entry): Destination[] => {
    if (entry.provider === "mock") return [];
    const usual = usualHost(entry.model);
    return [
      ...(entry.apiBase === undefined
        ? usual === undefined
          ? []
          : [ofHost(usual)]
        : [ofUrl(entry.apiBase)]),
      ...entry.hosts.map(ofHost),
    ];
  });
  const servers = connectors.flatMap(({ url }) => (url.startsWith("https:") ? [ofUrl(url)] : []));
  const destinations = new Map<string, Destination>();
  for (const one of [...providers, ...servers]) {
    const same = destinations.get(destinationName(one));
    destinations.set(destinationName(one), {
      ...one,
      tls: one.tls || same?.tls === true,
      given: one.given || same?.given === true,
    });
  }
  return [...destinations]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, destination]) => destination);
}
