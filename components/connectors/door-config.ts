import { resolvers } from "../haproxy/common-sections.ts";

/**
 * HAProxy's configuration of the door to a connector that reaches nothing: it stands on the
 * gateway's network in the server's place, and passes bytes on to it.
 * @param server the server's name on the network that only it and its doors are on
 */
export function doorConfig(server: string, port: number): string {
  return `${[
    "global",
    "  log stdout format raw local0",
    "  maxconn 1000",
    "  nbthread 1",
    "",
    "defaults",
    "  mode tcp",
    "  # A server that is being started again has no address: nobody is kept waiting for that.",
    "  timeout connect 1s",
    "  retries 0",
    "  # Longer than any call: the ends know when one is over.",
    "  timeout client 1h",
    "  timeout server 1h",
    "",
    ...resolvers("docker", 1),
    "",
    "listen door",
    `  bind :${port}`,
    `  server connector ${server}:${port} resolvers docker init-addr libc,none`,
    "",
    "frontend health",
    "  mode http",
    "  bind 127.0.0.1:8404",
    "  monitor-uri /",
  ].join("\n")}\n`;
}
