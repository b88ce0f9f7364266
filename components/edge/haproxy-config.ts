import { edge, proxy } from "../../config/common/names.ts";
import { haproxyText, healthFrontend, resolvers } from "../haproxy/common-sections.ts";
import { adminFrontend } from "./admin-frontend.ts";
import { clientFrontend } from "./client-frontend.ts";
import type { EdgeModel } from "./edge-model.ts";
import { errorPages } from "./refusal.ts";

const global = [
  "global",
  "  # Maps and lists lie beside this file; `current` is a link to the directory of both.",
  "  default-path config",
  "  # The length: a line that is cut off at the usual 1024 is no JSON.",
  "  log stdout len 8192 format raw local0",
  "  maxconn 2000",
  "  # Two threads that log at once lose lines: of 3000 requests 6 to 9 (fd_write_frag_line gives up).",
  "  nbthread 1",
  "  localpeer edge",
  "  # A worker that was reloaded finishes its requests and streams, but not for ever: each one",
  "  # takes 12 MB.",
  "  hard-stop-after 61m",
  "  mworker-max-reloads 6",
  "  # Request line and headers: 15 kB together (HAProxy's own limit), at most 64 headers.",
  "  tune.http.maxhdr 64",
  "",
  "defaults",
  "  mode http",
  "  log global",
  "  option dontlognull",
  "  option forwardfor",
  "  # Clients speak HTTP/1.1: a preface that switches to HTTP/2 is only another way in.",
  "  option disable-h2-upgrade",
  "  timeout connect 5s",
  "  timeout http-request 10s",
  "  timeout http-keep-alive 60s",
  "  timeout queue 30s",
  "  # While a client sends its request or is slow to read. It does not run while LiteLLM works",
  "  # or an event stream is silent: that is the server's hour.",
  "  timeout client 30s",
  "  timeout server 1h",
  "  timeout tunnel 1h",
  "  # A client that has hung up keeps LiteLLM from stopping until its stream's next ping, 15 s",
  "  # away: a replaced proxy took 16 s to go.",
  "  option abortonclose",
  "  # Streamed answers: a part that is ready does not wait for the next.",
  "  option http-no-delay",
  "  timeout client-fin 1s",
  ...errorPages,
];

/** Counters of the last minute; a reloaded worker gives them to the next one. */
const counters = [
  "peers edge",
  `  peer edge 127.0.0.1:${edge.peerPort}`,
  "",
  "backend addresses",
  "  # gpc0: requests taken; gpc1: requests without a key that is known.",
  "  stick-table type ipv6 size 20k expire 2m peers edge store conn_cur,gpc0_rate(1m),gpc1_rate(1m)",
  "",
  "backend keys",
  "  stick-table type string len 64 size 5k expire 2m peers edge store gpc0_rate(1m)",
];

/**
 * The one proxy that has been verified, by its container's name: another that is being started
 * has the same DNS alias and must get nothing before it has proved itself.
 */
const backend = (upstream: string): string[] => [
  "backend litellm",
  "  option httpchk",
  "  http-check send meth GET uri /health/readiness ver HTTP/1.1 hdr Host litellm",
  "  http-check expect status 200",
  "  # The address as it is when a worker starts: a reload is not to wait for a resolver's answer.",
  `  server litellm ${upstream}:${proxy.port} check inter 2s fastinter 500ms fall 3 rise 1 resolvers docker init-addr libc,none`,
];

/**
 * HAProxy's configuration: who may come in, with which key, to which routes; JSON access log.
 * Keys are in map files beside it ({@link keyMaps}), so that it holds no secret and no hash.
 */
export function haproxyConfig(model: EdgeModel): string {
  return haproxyText([
    global,
    resolvers("docker", 2),
    counters,
    clientFrontend(model),
    ...(model.gateway.adminPort === undefined ? [] : [adminFrontend()]),
    backend(model.upstream),
    healthFrontend,
  ]);
}
