import { databasePassage } from "../../config/common/names.ts";
import type { SharedDatabase } from "../../config/database/model.ts";
import { haproxyText, healthFrontend, resolvers } from "../haproxy/common-sections.ts";

/**
 * HAProxy's configuration of the passage to a shared PostgreSQL: bytes, both ways, to that one
 * server and port. The server checks the client's password; TLS, where it has it, goes
 * through.
 */
export function passageConfig({ host, port }: Pick<SharedDatabase, "host" | "port">): string {
  return haproxyText([
    [
      "global",
      "  log stdout len 4096 format raw local0",
      "  maxconn 500",
      "  nbthread 1",
      "",
      "defaults",
      "  mode http",
      "  log global",
      "  timeout connect 5s",
      "  timeout check 2s",
      "  # A pool keeps connections for days; keep-alives tell which of them are dead.",
      "  timeout client 24d",
      "  timeout server 24d",
      "  option tcpka",
      "  clitcpka-idle 60s",
      "  clitcpka-intvl 10s",
      "  clitcpka-cnt 3",
      "  srvtcpka-idle 60s",
      "  srvtcpka-intvl 10s",
      "  srvtcpka-cnt 3",
    ],
    resolvers("docker", 2),
    [
      "listen database",
      `  bind :${databasePassage.port}`,
      "  mode tcp",
      "  option tcplog",
      "  option dontlog-normal",
      // Not checked: PostgreSQL writes a line into its log for each connection that says nothing.
      `  server database ${host}:${port} resolvers docker resolve-prefer ipv4 init-addr libc,none`,
    ],
    // It serves what it was started with; there is no version to tell.
    healthFrontend.filter((line) => !line.includes("/version")),
  ]);
}
