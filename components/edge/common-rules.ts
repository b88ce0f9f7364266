import { refuse } from "./refusal.ts";

/**
 * One JSON line a request: the key's name, never the key or its hash; the path, no query, and no
 * key that somebody took for a part of it.
 */
export const accessLog = `  log-format '{"time":"%[date,ltime(%Y-%m-%dT%H:%M:%S%z)]","frontend":"%f","client":"%[src]","key":"%[var(txn.key),json(utf8s)]","method":"%[method,json(utf8s)]","path":"%[capture.req.uri,field(1,?),regsub(sk-[A-Za-z0-9_-]+,sk-***,g),json(utf8s)]","status":%ST,"refused":"%[var(txn.refused),json(utf8s)]","bytes":%B,"ms":%Ta,"server":"%s","ended":"%ts"}'`;

/** Host header: LiteLLM before 1.84 can be talked past its own checks by one (CVE-2026-49468). */
export const hostRules: readonly string[] = [
  "  http-request set-var(txn.host) req.fhdr(host),lower,regsub(:[0-9]+$,)",
  ...refuse({
    reason: "host",
    status: 421,
    message:
      "this gateway does not go by that name: see gateway.host and edge.hosts in its configuration",
    when: "unless { req.fhdr_cnt(host) eq 1 } { var(txn.host) -m str -f hosts.lst }",
  }),
];

/** Whatever a path or a length could be said in two ways. */
export const formRules = (maxBodyMb: number): string[] => [
  ...refuse({
    reason: "form",
    status: 400,
    message: "the request must name a path, not a URL",
    when: "unless { url -m beg / }",
  }),
  ...refuse({
    reason: "size",
    status: 414,
    message: "the address is too long",
    when: "if { url_len gt 2048 }",
  }),
  ...refuse({
    reason: "form",
    status: 411,
    message: "the request must say its length: Content-Length, no Transfer-Encoding",
    when: "if { req.fhdr(transfer-encoding) -m found }",
  }),
  ...refuse({
    reason: "size",
    status: 413,
    message: `the request is larger than ${maxBodyMb} MB`,
    when: `if { req.body_size gt ${maxBodyMb * 1024 * 1024} }`,
  }),
];

/** Headers by which a client could tell LiteLLM another story than it told the edge. */
export const untrusted: readonly string[] = [
  "forwarded",
  "x-real-ip",
  "x-original-url",
  "x-rewrite-url",
  "upgrade",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
].map((name) => `  http-request del-header ${name}`);

export const forwarded = "  http-request del-header x-forwarded- -m beg";
