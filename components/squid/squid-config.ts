import { privateRanges } from "../../config/network/cidr.ts";

/** Where a Squid of the gateway's listens. */
export const squidPort = 3128;

/** Addresses that lead to a machine itself, to a metadata service, to nobody or to everybody. */
export const reservedNetworks = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  // All of IPv6 but 2000::/3, the internet's part, and fc00::/7, the LAN's, where it can be said
  // without meaning IPv4: to Squid an IPv4-mapped address is the IPv4 one.
  "::/96",
  "::ffff:0:0:0/96",
  "1::/16",
  "2::/15",
  "4::/14",
  "8::/13",
  "10::/12",
  "20::/11",
  "40::/10",
  "80::/9",
  "100::/8",
  "200::/7",
  "400::/6",
  "800::/5",
  "1000::/4",
  "4000::/2",
  "8000::/2",
  "c000::/3",
  "e000::/4",
  "f000::/5",
  "f800::/6",
  "fe00::/7",
  // In the internet's part: protocols' own (Teredo among them), documentation, 6to4.
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
];

/** Addresses that are somebody's, but not on the internet: this host, its networks, the LAN. */
export const lanNetworks = [...privateRanges, "fc00::/7"];

/**
 * Squid's configuration.
 * @param rules what it lets through, in order; a request that none of them allows is refused
 */
export function squidConfig(rules: readonly string[]): string {
  return `${[
    `http_port ${squidPort}`,
    "visible_hostname mcp-gateway-egress",
    ...rules,
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
