import { edge, proxy } from "../names.ts";

/** What the edge lets through; everything else is answered 404 before LiteLLM sees it. */
const routes: readonly { readonly methods: string; readonly path: string }[] = [
  // Streamable HTTP for MCP clients: all servers, or the ones named in the path.
  { methods: "GET POST DELETE", path: "^/mcp(/|(/[a-z0-9_]+(,[a-z0-9_]+)*/?))?$" },
  { methods: "GET", path: "^/v1/models$" },
  { methods: "POST", path: "^/v1/(responses|chat/completions)$" },
];

const json = (message: string): string =>
  `'{"error":{"message":"${message}","type":"mcp_gateway"}}'`;

/** Error pages of HAProxy's own, as the JSON that API clients expect. */
const errors: readonly (readonly [number, string])[] = [
  [400, "bad request"],
  [408, "the request took too long to arrive"],
  [500, "the edge failed"],
  [502, "the proxy answered nonsense"],
  [503, "the proxy is not ready"],
  [504, "the proxy did not answer in time"],
];

/**
 * HAProxy's configuration: one listener, the routes that clients need, JSON access log.
 * `/mcp-rest/*` is closed because LiteLLM 1.77.3 ignores a key's scope there and answers
 * `/mcp-rest/test/connection` without any key (facts §3).
 */
export function haproxyConfig(): string {
  const route = routes.map(({ methods, path }, index) => [
    `  acl route_${index} method ${methods}`,
    `  acl path_${index} path -m reg ${path}`,
  ]);
  return [
    "global",
    "  log stdout format raw local0",
    "  maxconn 2000",
    "",
    "defaults",
    "  mode http",
    "  log global",
    "  option dontlognull",
    "  option forwardfor",
    "  timeout connect 5s",
    "  timeout http-request 10s",
    "  timeout http-keep-alive 60s",
    "  timeout queue 30s",
    "  # An MCP client's GET stream stays silent and open, and a tool may work for long.",
    "  timeout client 1h",
    "  timeout server 1h",
    "  # A client that has hung up keeps LiteLLM from stopping until its stream's next ping, 15 s",
    "  # away: a replaced proxy took 16 s to go.",
    "  option abortonclose",
    "  timeout client-fin 1s",
    ...errors.map(
      ([status, message]) =>
        `  http-error status ${status} content-type application/json string ${json(message)}`,
    ),
    "",
    "resolvers docker",
    "  nameserver dns 127.0.0.11:53",
    "  resolve_retries 3",
    "  timeout resolve 1s",
    "  timeout retry 1s",
    "  hold valid 2s",
    "  hold nx 2s",
    "  hold obsolete 2s",
    "",
    "frontend gateway",
    `  bind :${edge.port}`,
    "  # Header and line limits are HAProxy's own (16 kB); LiteLLM sees nothing longer.",
    `  log-format '{"time":"%[date,ltime(%Y-%m-%dT%H:%M:%S%z)]","client":"%[src]","method":"%[method,json(utf8s)]","path":"%[capture.req.uri,field(1,?),json(utf8s)]","status":%ST,"bytes":%B,"ms":%Ta,"server":"%s","ended":"%ts"}'`,
    "  acl health path /health/liveliness /health/liveness",
    "  acl health_method method GET HEAD",
    ...route.flat(),
    ...routes.map(
      (_, index) =>
        `  http-request set-var(txn.route) int(${index + 1}) if route_${index} path_${index}`,
    ),
    "  http-request set-var(txn.route) int(100) if health health_method",
    `  http-request return status 404 content-type application/json string ${json("no such route on this gateway")} unless { var(txn.route) -m found }`,
    `  http-request return status 401 content-type application/json hdr WWW-Authenticate Bearer string ${json("a key is needed: Authorization: Bearer <key>")} unless health or { req.hdr(authorization) -m reg -i '^Bearer [^ ]+$' }`,
    "  # LiteLLM takes a key from these as well; one door is enough to watch.",
    "  http-request del-header x-litellm-api-key",
    "  http-request del-header x-api-key",
    "  # Saves clients the 307 to /mcp/, which some follow without their key.",
    "  http-request set-path /mcp/ if { path /mcp }",
    "  default_backend litellm",
    "",
    "backend litellm",
    "  option httpchk",
    "  http-check send meth GET uri /health/readiness ver HTTP/1.1 hdr Host litellm",
    "  http-check expect status 200",
    `  server-template litellm 4 ${proxy.host}:${proxy.port} check inter 2s fastinter 500ms fall 3 rise 1 resolvers docker init-addr none`,
    "",
    "frontend health",
    `  bind 127.0.0.1:${edge.healthPort}`,
    "  no log",
    "  monitor-uri /",
    "",
  ].join("\n");
}
