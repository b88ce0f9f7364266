/** Where a Squid of the gateway's listens. */
export const squidPort = 3128;

/** Addresses that lead to a machine itself, to a metadata service, to nobody or to everybody. */
export const nobodysNetworks = [
  ...["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24"],
  ...["192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4"],
  // The same in IPv6, and IPv4 in IPv6's clothes: mapped, NAT64, 6to4, Teredo.
  ...["::/128", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64"],
  ...["2001::/32", "2001:db8::/32", "2002::/16", "fe80::/10", "ff00::/8"],
];

/** Addresses that are somebody's, but not on the internet: this host, its networks, the LAN. */
export const lanNetworks = [
  ...["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
];

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
