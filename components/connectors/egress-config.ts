import type { Egress } from "../config/model.ts";

/** Where the egress proxy listens, on the network that it shares with one connector. */
export const egressPort = 3128;

/** Addresses that are nobody's on the internet: this host, its networks, metadata services. */
const privateNetworks = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"],
  ...["172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"],
  ...["198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  // All of IPv6 but 2000::/3, the internet's part, where it can be said without meaning IPv4: to
  // Squid an IPv4-mapped address is the IPv4 one.
  ...["::/96", "::ffff:0:0:0/96", "1::/16", "2::/15", "4::/14", "8::/13", "10::/12", "20::/11"],
  ...["40::/10", "80::/9", "100::/8", "200::/7", "400::/6", "800::/5", "1000::/4", "4000::/2"],
  "8000::/1",
  // In that part: protocols' own (Teredo among them), documentation, 6to4.
  ...["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
];

/**
 * Squid's configuration: what one connector may reach. Decided by address, after the name has
 * been looked up, so that a name which points into the LAN is no way around.
 */
export function egressConfig(egress: Extract<Egress, { mode: "filtered" }>): string {
  const any = egress.allow.includes("*");
  const hosts = [...egress.allow].filter((host) => host !== "*").sort();
  const exceptions = [...egress.private].sort();
  return `${[
    `http_port ${egressPort}`,
    "visible_hostname mcp-gateway-egress",
    "acl web port 80 443",
    "acl somewhere dst all",
    `acl private dst ${privateNetworks.join(" ")}`,
    ...(exceptions.length === 0 ? [] : [`acl exceptions dst ${exceptions.join(" ")}`]),
    // -n: an address in a URL is no name, whatever its owner's name server says.
    ...(any || hosts.length === 0 ? [] : [`acl hosts dstdomain -n ${hosts.join(" ")}`]),
    ...(exceptions.length === 0 ? [] : ["http_access allow exceptions"]),
    // What cannot be looked up has no address that the next line could refuse. Without IPv6 in its
    // container Squid leaves IPv6 out of every line, and of what it connects to.
    "http_access deny !somewhere",
    "http_access deny private",
    "http_access deny !web",
    ...(any ? ["http_access allow all"] : hosts.length === 0 ? [] : ["http_access allow hosts"]),
    "http_access deny all",
    // What was fetched belongs to who asked for it.
    "cache deny all",
    "memory_cache_shared off",
    "via off",
    "forwarded_for delete",
    "access_log stdio:/dev/stdout",
    "cache_log stdio:/dev/stderr",
    "cache_store_log none",
    "netdb_filename none",
    "pinger_enable off",
    "pid_filename none",
    "coredump_dir none",
    "shutdown_lifetime 3 seconds",
  ].join("\n")}\n`;
}
