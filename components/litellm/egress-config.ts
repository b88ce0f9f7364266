import { lanNetworks, reservedNetworks, squidConfig } from "../squid/squid-config.ts";
import type { Destination } from "./destinations.ts";

/** Squid's lines for destinations that are alike: names and ports are allowed in pairs. */
function allowed(destinations: readonly Destination[], word: string): string[] {
  const ports = [...new Set(destinations.map(({ port }) => port))].sort((a, b) => a - b);
  return ports.flatMap((port) => {
    const names = destinations
      .filter((destination) => destination.port === port)
      .map(({ host }) => host);
    return [
      // -n: an address in a URL is no name, whatever its owner's name server says.
      `acl ${word}_${port} dstdomain -n ${names.join(" ")}`,
      `acl port_${word}_${port} port ${port}`,
      `http_access allow ${word}_${port} port_${word}_${port}`,
    ];
  });
}

/**
 * Squid's configuration: what LiteLLM may reach. A provider's public name leads to no private
 * address, whatever a name server says; what the configuration itself gives may.
 */
export function proxyEgressConfig(destinations: readonly Destination[]): string {
  const given = destinations.filter((destination) => destination.given);
  const named = destinations.filter((destination) => !destination.given);
  return squidConfig([
    "acl somewhere dst all",
    `acl nobodys dst ${reservedNetworks.join(" ")}`,
    `acl lan dst ${lanNetworks.join(" ")}`,
    // Before its name is looked up: a question to a name server carries words out as well.
    `acl known dstdomain -n ${[...new Set(destinations.map(({ host }) => host))].join(" ")}`,
    "http_access deny !known",
    // What cannot be looked up has no address that the next lines could refuse.
    "http_access deny !somewhere",
    "http_access deny nobodys",
    ...allowed(given, "given"),
    "http_access deny lan",
    ...allowed(named, "named"),
    // LiteLLM that has given up on an answer is to cost no more of it.
    "quick_abort_min 0 KB",
    "quick_abort_max 0 KB",
  ]);
}
