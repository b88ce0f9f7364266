import { keyHash } from "../../config/keys/key-hash.ts";
import type { GatewayModel } from "../../config/model.ts";
import {
  haproxyText,
  healthFrontend,
  resolvers,
  versioned,
  json,
} from "../haproxy/common-sections.ts";
import type { HostFile } from "../host/files.ts";

/** A connector as the relay knows it. */
export interface Upstream {
  readonly id: string;
  /** What clients call it. */
  readonly alias: string;
  /** Where LiteLLM asks for it. */
  readonly bind: number;
  /** DNS name and port of its server, on the gateway's network or elsewhere. */
  readonly host: string;
  readonly port: number;
  /** What the server is called in a request. */
  readonly calledAs: string;
  /** A server that runs elsewhere, and whether it speaks TLS. */
  readonly elsewhere?: { readonly tls: boolean };
}

export function upstreams(connectors: GatewayModel["connectors"]): Upstream[] {
  return connectors.flatMap(({ id, alias, host, url, container, remote }): Upstream[] => {
    const known = { id, alias, bind: Number(URL.parse(url)?.port) };
    if (container !== undefined) {
      const { port } = container.definition;
      // Servers of the Python SDK from 1.23 on refuse every name but their own machine's.
      return [{ ...known, host, port, calledAs: `localhost:${port}` }];
    }
    if (remote === undefined) return [];
    const tls = remote.protocol === "https:";
    return [
      {
        ...known,
        host: remote.hostname,
        port: Number(remote.port === "" ? (tls ? 443 : 80) : remote.port),
        calledAs: remote.host,
        elsewhere: { tls },
      },
    ];
  });
}

/** Whether a server is proved by certificate authorities: apply-haproxy.sh brings them then. */
export function needsRoots(upstreams: readonly Upstream[]): boolean {
  return upstreams.some(({ elsewhere }) => elsewhere?.tls === true);
}

const global = [
  "global",
  "  default-path config",
  "  log stdout len 4096 format raw local0",
  "  maxconn 4000",
  "  nbthread 1",
  "  # A worker that was reloaded finishes its calls, but not for ever.",
  "  hard-stop-after 61m",
  "  mworker-max-reloads 6",
  "",
  "defaults",
  "  mode http",
  "  log global",
  "  # A call is five requests. A kept connection is closed by a reload with an answer, not before.",
  "  option idle-close-on-response",
  "  timeout http-keep-alive 4s",
  "  # Otherwise each event of an SSE session waits 200 ms for more: 0.8 s a call.",
  "  option http-no-delay",
  "  option dontlog-normal",
  "  # Who takes a connection and says nothing is no caller.",
  "  timeout http-request 10s",
  "  timeout connect 1s",
  "  timeout client 1h",
  "  timeout queue 5s",
  "  timeout check 2s",
  "  # Until a server has begun to answer; from then on, and for a tool call, an hour.",
  "  timeout server 5s",
  "  retries 1",
];

/** Somebody else's server and name server are asked less often. */
function server({ host, port, elsewhere }: Upstream): string {
  const words = [`server connector ${host}:${port} check`];
  if (elsewhere === undefined)
    words.push("inter 5s fastinter 500ms downinter 1s fall 2 rise 1 resolvers docker");
  else words.push("inter 15s fastinter 1s downinter 5s fall 2 rise 1 resolvers elsewhere");
  words.push("resolve-prefer ipv4 init-addr libc,none");
  if (elsewhere?.tls === true)
    words.push(`ssl verify required ca-file roots.pem sni str(${host}) check-sni ${host}`);
  return `  ${words.join(" ")}`;
}

/** As the edge's access log, of what went wrong: what is normal is in LiteLLM's. */
const log = `  log-format '{"time":"%[date,ltime(%Y-%m-%dT%H:%M:%S%z)]","frontend":"%f","client":"%[src]","method":"%[method,json(utf8s)]","path":"%[capture.req.uri,field(1,?),json(utf8s)]","status":%ST,"refused":"%[var(txn.refused),json(utf8s)]","bytes":%B,"ms":%Ta,"server":"%s","ended":"%ts"}'`;

/** LiteLLM uses a part of these; a connector that opened all there are would keep it out. */
const connectionsPerAddress = 1000;

const addresses = ["backend addresses", "  stick-table type ip size 1k expire 2m store conn_cur"];

/**
 * The relay is on the networks of all connectors. What comes from there is refused: an address is no
 * proof, a secret that only LiteLLM has is.
 */
const callers: readonly string[] = [
  "  tcp-request connection track-sc0 src table addresses",
  `  tcp-request connection reject if { sc0_conn_cur gt ${connectionsPerAddress} }`,
  "  http-request set-var(txn.caller) req.fhdr(x-mcp-gateway-relay),sha2(256),hex,lower,map_str(callers.map) if { req.fhdr_cnt(x-mcp-gateway-relay) eq 1 }",
  '  http-request set-var(txn.refused) str("caller") unless { var(txn.caller) -m found }',
  "  # Not `return`: that would be a normal answer, which is not logged.",
  `  http-request deny deny_status 403 content-type application/json string ${json("the relay takes requests from the gateway's own LiteLLM alone")} if { var(txn.refused) -m found }`,
  "  http-request del-header x-mcp-gateway-relay",
];

function listen(upstream: Upstream): string[] {
  const { id, alias, bind, calledAs } = upstream;
  return [
    `listen ${id}`,
    `  bind :${bind}`,
    log,
    ...callers,
    "  # Who asks for tools is told at once that there are none; who calls one may wait for it.",
    "  option http-buffer-request",
    "  http-request set-timeout server 1h if { method POST } { req.body -m sub tools/call }",
    "  http-response set-timeout server 1h",
    "  # LiteLLM 1.77.3 sends its own beside the negotiated one; the TypeScript SDK refuses two.",
    "  http-request set-header MCP-Protocol-Version %[req.hdr(mcp-protocol-version,-1)] if { req.hdr_cnt(mcp-protocol-version) gt 1 }",
    `  http-request set-header Host ${calledAs}`,
    "  # FastMCP up to 1.10 redirects /mcp to /mcp/, by the name that it was asked under.",
    `  http-response replace-header Location ^https?://${calledAs.replaceAll(".", "\\.")}(/.*) \\1`,
    "  # LiteLLM follows, with the call and the secret: to another connector, if it were let.",
    `  http-response return status 502 content-type application/json string ${json(`the connector ${alias} redirects to another place`)} if { res.hdr(location) -m found } !{ res.hdr(location) -m reg ^/([^/\\\\\\\\]|$) }`,
    ...[502, 503].map(
      (status) =>
        `  http-error status ${status} content-type application/json string ${json(`the connector ${alias} does not answer`)}`,
    ),
    `  http-error status 504 content-type application/json string ${json(`the connector ${alias} has not answered in time`)}`,
    "  # Any answer is one: a server that is asked for its tools would open a session each time.",
    "  option httpchk",
    `  http-check send meth GET uri /mcp-gateway-relay ver HTTP/1.1 hdr Host ${calledAs}`,
    "  http-check expect rstatus ^[1-5]",
    server(upstream),
  ];
}

/**
 * The relay's configuration: a port for each connector, and behind it a server that is known to
 * answer or is told to be down. LiteLLM 1.77.3 asks its servers one after the other and waits 30 s
 * for one that takes connections and says nothing, for a list and for the first call of a tool
 * (docs/litellm-1.77.3.md#black-hole): with the relay before it, the same server costs
 * nothing.
 */
export function relayConfig(upstreams: readonly Upstream[]): string {
  return haproxyText([
    global,
    resolvers("docker", 2),
    ...(upstreams.some(({ elsewhere }) => elsewhere !== undefined)
      ? [resolvers("elsewhere", 30)]
      : []),
    addresses,
    ...upstreams.map(listen),
    healthFrontend,
  ]);
}

/**
 * Everything that the relay reads, in one directory.
 * @param secret what it knows LiteLLM by: the hash of it is all that gets there
 * @param privateRoots PEM of private certificate authorities, or nothing
 */
export function relayFiles(
  upstreams: readonly Upstream[],
  secret: string,
  privateRoots: string,
): HostFile[] {
  const files = [
    { name: "haproxy.cfg", content: relayConfig(upstreams) },
    { name: "callers.map", content: `${keyHash(secret)} litellm\n` },
  ];
  if (needsRoots(upstreams) && privateRoots !== "")
    files.push({ name: "private.pem", content: privateRoots });
  return versioned(files);
}
