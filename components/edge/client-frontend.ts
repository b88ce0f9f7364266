import { edge } from "../../config/common/names.ts";
import { accessLog, formRules, forwarded, hostRules, untrusted } from "./common-rules.ts";
import type { EdgeModel } from "./edge-model.ts";
import { refuse } from "./refusal.ts";

/** What the edge lets through; everything else is answered 404 before LiteLLM sees it. */
const routes: readonly { readonly methods: string; readonly path: string }[] = [
  // Streamable HTTP for MCP clients: all servers, or the ones named in the path.
  { methods: "GET POST DELETE", path: "^/mcp(/|(/[a-z0-9_]+(,[a-z0-9_]+)*/?))?$" },
  { methods: "GET", path: "^/v1/models$" },
  { methods: "POST", path: "^/v1/(responses|chat/completions)$" },
];

/**
 * Everything besides Authorization that LiteLLM 1.77.3 takes a key from (SpecialHeaders in
 * proxy/_types.py, user_api_key_auth.py): one route is enough to watch.
 */
const otherKeys = [
  "x-litellm-api-key",
  "api-key",
  "x-api-key",
  "x-goog-api-key",
  "ocp-apim-subscription-key",
  "cookie",
];

const bearer = "WWW-Authenticate";

/**
 * A reverse proxy's connections are many clients': each request counts for the address that the
 * proxy has put last in X-Forwarded-For. Nobody else's word for it is taken.
 */
const behindProxy: readonly string[] = [
  "  acl proxied src -f proxies.lst",
  "  http-request set-src req.hdr_ip(x-forwarded-for,-1) if proxied",
  "  http-request track-sc0 src table addresses",
];

function addressRules({ edge: { limits, trustedProxies } }: EdgeModel): string[] {
  const proxies = trustedProxies.length > 0;
  const direct = proxies ? " unless { src -f proxies.lst }" : "";
  return [
    `  tcp-request connection track-sc0 src table addresses${direct}`,
    `  tcp-request connection reject if { sc0_conn_cur gt ${limits.connectionsPerAddress} }`,
    ...(proxies ? behindProxy : []),
    ...refuse({
      reason: "source",
      status: 403,
      message: "this address may not use the gateway: see edge.sources in its configuration",
      when: "unless { src -f sources.lst }",
    }),
    ...hostRules,
    ...refuse({
      reason: "rate",
      status: 429,
      message: "too many requests from this address",
      headers: { "Retry-After": "10" },
      when: `if { sc0_gpc0_rate ge ${limits.requestsPerMinutePerAddress} }`,
    }),
    // What is refused does not count: who waits gets in again.
    "  http-request sc-inc-gpc0(0)",
  ];
}

const routeRules: readonly string[] = [
  ...routes.flatMap(({ methods, path }, index) => [
    `  acl route_${index} method ${methods}`,
    `  acl path_${index} path -m reg ${path}`,
    `  http-request set-var(txn.route) int(${index + 1}) if route_${index} path_${index}`,
  ]),
  "  acl health path /health/liveliness /health/liveness",
  "  http-request set-var(txn.route) int(100) if health { method GET HEAD }",
  ...refuse({
    reason: "route",
    status: 404,
    message: "no such route on this gateway",
    when: "unless { var(txn.route) -m found }",
  }),
];

/** A connector's own port is `/mcp/<alias>` by a shorter name, and nothing else of the gateway. */
function portRules(ports: EdgeModel["ports"]): string[] {
  if (ports.length === 0) return [];
  return [
    `  acl own_port dst_port ${ports.map(({ port }) => port).join(" ")}`,
    ...refuse({
      reason: "route",
      status: 404,
      message: "this port is one connector's own: its address here is /mcp",
      when: "if own_port !{ path / /mcp /mcp/ }",
    }),
    ...ports.map(
      ({ alias, port }) => `  http-request set-path /mcp/${alias} if { dst_port ${port} }`,
    ),
  ];
}

function keyRules({ edge: { limits } }: EdgeModel): string[] {
  const needed = "a key is needed: Authorization: Bearer <key>";
  const failed = { headers: { [bearer]: "Bearer" }, then: ["sc-inc-gpc1(0)"] };
  return [
    ...refuse({
      reason: "form",
      status: 400,
      message: "one Authorization header, and no key in the address",
      when: "if !health { req.fhdr_cnt(authorization) gt 1 } or !health { url_param(key) -m found }",
    }),
    "  http-request set-var(txn.token) req.fhdr(authorization),regsub(^Bearer\\ ,,i) if !health { req.fhdr(authorization) -m reg -i '^Bearer [A-Za-z0-9._~+/=-]{1,256}$' }",
    "  http-request set-var(txn.hash) var(txn.token),sha2(256),hex,lower if { var(txn.token) -m found }",
    "  http-request set-var(txn.key) var(txn.hash),map_str(keys.map) if { var(txn.hash) -m found }",
    "  acl known var(txn.key) -m found",
    ...refuse({
      reason: "rate",
      status: 429,
      message: "too many requests without a key that is known here",
      headers: { "Retry-After": "60" },
      when: `if !health !known { sc0_gpc1_rate ge ${limits.failuresPerMinute} }`,
    }),
    ...refuse({
      reason: "no key",
      status: 401,
      message: needed,
      ...failed,
      when: "if !health !{ var(txn.token) -m found }",
    }),
    ...refuse({
      reason: "unknown key",
      status: 401,
      message: "this key is not known here: it was mistyped, replaced or removed",
      ...failed,
      when: "if !health !known",
    }),
    "  http-request set-var(txn.expires) var(txn.hash),map_str_int(expiry.map) if known",
    ...refuse({
      reason: "expired key",
      status: 401,
      message: "this key has expired",
      ...failed,
      when: "if { var(txn.expires) -m found } { date(),sub(txn.expires) ge 0 }",
    }),
    "  http-request track-sc1 var(txn.hash) table keys if known",
    `  http-request set-var(txn.rpm) var(txn.hash),map_str_int(rpm.map,${limits.requestsPerMinute}) if known`,
    ...refuse({
      reason: "rate",
      status: 429,
      message: "too many requests with this key",
      headers: { "Retry-After": "10" },
      when: "if known { sc1_gpc0_rate,sub(txn.rpm) ge 0 }",
    }),
    "  http-request sc-inc-gpc0(1) if known",
  ];
}

/**
 * Streamable HTTP lets a server say that it has no event stream of its own (405). LiteLLM 1.77.3
 * opens one and never writes into it; it only dies with the proxy that is replaced
 * (docs/litellm-1.77.3.md#event-stream).
 */
const noStream = refuse({
  reason: "no stream",
  status: 405,
  message: "this gateway has no event stream and no sessions: POST is all",
  headers: { Allow: "POST" },
  when: "if path_0 !{ method POST }",
});

/** LiteLLM sees one spelling of everything: what was checked is what it gets. */
function forwardRules({ gateway }: EdgeModel): string[] {
  return [
    ...untrusted,
    ...otherKeys.map((name) => `  http-request del-header ${name}`),
    "  http-request del-header authorization",
    '  http-request set-header Authorization "Bearer %[var(txn.token)]" if known',
    `  http-request set-header Host ${gateway.host}:${gateway.port}`,
    "  # No route here has parameters in its address.",
    "  http-request set-pathq %[path]",
    "  # Saves clients the 307 to /mcp/, which some follow without their key.",
    "  http-request set-path /mcp/ if { path /mcp }",
    "  # A body that fits a buffer is here before LiteLLM is asked.",
    "  http-request wait-for-body time 10s if { method POST }",
  ];
}

/** LiteLLM tells clients the addresses behind it, its version, and what others have spent. */
const answerRules: readonly string[] = [
  "  http-response del-header x-litellm- -m beg",
  "  http-response del-header llm_provider- -m beg",
  "  http-response del-header server",
];

/**
 * What the LAN sees. `/mcp-rest/*` is closed because LiteLLM 1.77.3 ignores a key's scope there
 * and answers `/mcp-rest/test/connection` without any key
 * (docs/litellm-1.77.3.md#mcp-rest-unchecked, docs/litellm-1.77.3.md#mcp-rest-test-open).
 */
export function clientFrontend(model: EdgeModel): string[] {
  return [
    "frontend gateway",
    `  bind :${edge.port}`,
    ...model.ports.map(({ port }) => `  bind :${port}`),
    "  # A connection a request: a kept one is closed by a reload at any moment, also at the one in",
    "  # which its client sends the next request, and clients do not send a POST twice.",
    "  option httpclose",
    accessLog,
    ...addressRules(model),
    ...formRules(model.edge.maxBodyMb),
    ...portRules(model.ports),
    ...routeRules,
    ...keyRules(model),
    ...noStream,
    forwarded,
    ...forwardRules(model),
    ...answerRules,
    "  default_backend litellm",
  ];
}
