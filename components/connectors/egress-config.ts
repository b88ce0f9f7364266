import type { Egress } from "../../config/connectors/model.ts";
import { lanNetworks, reservedNetworks, squidConfig } from "../squid/squid-config.ts";

/**
 * Squid's configuration: what one connector may reach. Decided by address, after the name has
 * been looked up, so that a name which points into the LAN is no way around.
 */
export function egressConfig(egress: Extract<Egress, { mode: "filtered" }>): string {
  const any = egress.allow.includes("*");
  const hosts = [...egress.allow].filter((host) => host !== "*").sort();
  const exceptions = [...egress.private].sort();
  const listed = !any && hosts.length > 0;
  return squidConfig([
    "acl web port 80 443",
    "acl somewhere dst all",
    `acl private dst ${[...reservedNetworks, ...lanNetworks].join(" ")}`,
    ...(exceptions.length === 0 ? [] : [`acl exceptions dst ${exceptions.join(" ")}`]),
    // -n: an address in a URL is no name, whatever its owner's name server says.
    ...(listed ? [`acl hosts dstdomain -n ${hosts.join(" ")}`] : []),
    ...(exceptions.length === 0
      ? [
          // Before its name is looked up: a question to a name server carries words out as well.
          "http_access deny !web",
          ...(listed ? ["http_access deny !hosts"] : []),
        ]
      : ["http_access allow exceptions", "http_access deny !web"]),
    // What cannot be looked up has no address that the next line could refuse. Without IPv6 in its
    // container Squid leaves IPv6 out of every line, and of what it connects to.
    "http_access deny !somewhere",
    "http_access deny private",
    ...(any ? ["http_access allow all"] : listed ? ["http_access allow hosts"] : []),
  ]);
}
