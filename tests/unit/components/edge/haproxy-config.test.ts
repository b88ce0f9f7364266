import { haproxyConfig } from "../../../../components/edge/haproxy-config.ts";
import { edgeModel } from "../../../support/edge-model.ts";

const lines = haproxyConfig(edgeModel())
  .split("\n")
  .map((line) => line.trim());

/** The path expression and methods of route `index`, as HAProxy reads them. */
const route = (index: number) => ({
  methods: lines
    .find((line) => line.startsWith(`acl route_${index} `))
    ?.split(" ")
    .slice(3),
  path: new RegExp(
    lines.find((line) => line.startsWith(`acl path_${index} `))?.split(" ")[5] ?? "",
  ),
});

const open = (method: string, path: string): boolean =>
  [0, 1, 2].some((index) => {
    const { methods, path: pattern } = route(index);
    return methods?.includes(method) === true && pattern.test(path);
  });

it.each([
  ["POST", "/mcp"],
  ["POST", "/mcp/"],
  ["GET", "/mcp/"],
  ["DELETE", "/mcp/"],
  ["POST", "/mcp/db"],
  ["POST", "/mcp/db/"],
  ["POST", "/mcp/db,notes"],
  ["GET", "/v1/models"],
  ["POST", "/v1/responses"],
  ["POST", "/v1/chat/completions"],
])("lets %s %s through", (method, path) => {
  expect(open(method, path)).toBe(true);
});

it.each([
  ["GET", "/mcp-rest/tools/list"],
  ["POST", "/mcp-rest/tools/call"],
  ["POST", "/mcp-rest/test/connection"],
  ["POST", "/key/generate"],
  ["GET", "/key/list"],
  ["GET", "/"],
  ["GET", "/ui/"],
  ["GET", "/v1/mcp/server"],
  ["POST", "/v1/mcp/server"],
  ["PUT", "/mcp/"],
  ["POST", "/mcp/db/mcp"],
  ["POST", "/mcp/../key/generate"],
  ["POST", "/mcp//"],
  ["POST", "/v1/models"],
  ["GET", "/v1/responses"],
  ["POST", "/v1/responses/x"],
  ["GET", "/health/readiness"],
  ["GET", "/metrics"],
])("closes %s %s", (method, path) => {
  expect(open(method, path)).toBe(false);
});

it("has these three routes and no other", () => {
  expect(lines.filter((line) => line.startsWith("acl route_"))).toHaveLength(3);
  expect(lines.filter((line) => line.includes("set-var(txn.route)"))).toEqual([
    "http-request set-var(txn.route) int(1) if route_0 path_0",
    "http-request set-var(txn.route) int(2) if route_1 path_1",
    "http-request set-var(txn.route) int(3) if route_2 path_2",
    "http-request set-var(txn.route) int(100) if health { method GET HEAD }",
  ]);
});

it("refuses in this order, everything before LiteLLM is asked", () => {
  const statuses = lines.flatMap((line) => {
    const found = /^http-request return status (\d+) content-type application/.exec(line);
    return found === null ? [] : [Number(found[1])];
  });
  expect(statuses).toEqual([
    403, 421, 429, 400, 414, 411, 413, 404, 400, 429, 401, 401, 401, 429, 405,
  ]);
  expect(lines.findLastIndex((line) => line.includes("return status 429"))).toBeLessThan(
    lines.indexOf("default_backend litellm"),
  );
});

it("says why in the log, each time it refuses", () => {
  const rules = lines.slice(0, lines.indexOf("default_backend litellm"));
  rules.forEach((line, at) => {
    if (!line.startsWith("http-request return")) return;
    expect(rules.slice(at - 2, at).join()).toContain("set-var(txn.refused) str(");
    expect(line).toMatch(/ if \{ var\(txn\.refused\) -m found \}$/);
  });
});

it("takes a key by Authorization alone: the names that LiteLLM 1.77.3 knows are gone", () => {
  for (const name of [
    "x-litellm-api-key",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
    "cookie",
    "authorization",
  ])
    expect(lines).toContain(`http-request del-header ${name}`);
});

it("binds a connector's own port, and makes its address of what is asked there", () => {
  const ports = [
    { alias: "db", port: 23_456 },
    { alias: "notes", port: 34_567 },
  ];
  const lines = haproxyConfig({ ...edgeModel(), ports })
    .split("\n")
    .map((line) => line.trim());
  expect(lines.filter((line) => line.startsWith("bind :"))).toEqual([
    "bind :4000",
    "bind :23456",
    "bind :34567",
  ]);
  const from = lines.indexOf("acl own_port dst_port 23456 34567");
  expect(lines.slice(from + 1, from + 5)).toEqual([
    'http-request set-var(txn.refused) str("route") if own_port !{ path / /mcp /mcp/ }',
    expect.stringContaining("this port is one connector\\u0027s own: its address here is /mcp"),
    "http-request set-path /mcp/db if { dst_port 23456 }",
    "http-request set-path /mcp/notes if { dst_port 34567 }",
  ]);
  // Before what a path may be, and after who may ask at all.
  expect(from).toBeGreaterThan(lines.findIndex((line) => line.includes("-f hosts.lst")));
  expect(from).toBeLessThan(lines.findIndex((line) => line.startsWith("acl route_0")));
  expect(haproxyConfig(edgeModel())).not.toContain("own_port");
});

it("has an admin route only if there is a port for it", () => {
  const routes = (text: string) => text.match(/^frontend \w+$/gm);
  expect(routes(haproxyConfig(edgeModel()))).toEqual(["frontend gateway", "frontend health"]);
  const open = haproxyConfig(edgeModel({}, { adminPort: 9000 }));
  expect(routes(open)).toEqual(["frontend gateway", "frontend admin", "frontend health"]);
  // Published as 9000; inside it is always the same.
  expect(open).toContain("frontend admin\n  bind :4001\n");
});

it("puts the limits in", () => {
  const limits = {
    requestsPerMinute: 7,
    requestsPerMinutePerAddress: 8,
    failuresPerMinute: 9,
    connectionsPerAddress: 10,
  };
  const text = haproxyConfig(edgeModel({ limits, maxBodyMb: 2 }));
  for (const part of [
    "map_str_int(rpm.map,7)",
    "sc0_gpc0_rate ge 8 }",
    "sc0_gpc1_rate ge 9 }",
    "sc0_conn_cur gt 10 }",
    "req.body_size gt 2097152 }",
    "the request is larger than 2 MB",
  ])
    expect(text).toContain(part);
});

it("looks LiteLLM up again and again, so that a replaced container is found", () => {
  expect(lines.filter((line) => line.startsWith("server"))).toEqual([
    "server litellm mcp-litellm-proxy:4000 check inter 2s fastinter 500ms fall 3 rise 1 resolvers docker init-addr libc,none",
  ]);
  expect(lines).toContain("nameserver dns 127.0.0.11:53");
});

it("answers its own errors as JSON", () => {
  const pages = lines.filter((line) => line.startsWith("http-error status"));
  expect(pages).toHaveLength(6);
  for (const page of pages) {
    const body =
      /^http-error status (\d{3}) content-type application\/json string '(.*)'( hdr Retry-After 5)?$/.exec(
        page,
      );
    expect(body?.[3] !== undefined).toBe(body?.[1] === "503");
    expect(JSON.parse(body?.[2] ?? "")).toEqual({
      error: { message: expect.any(String) as string, type: "mcp_gateway" },
    });
  }
});

it("believes no X-Forwarded-For unless a proxy is named, and then before it looks at addresses", () => {
  for (const word of ["proxies.lst", "set-src"]) expect(lines.join("\n")).not.toContain(word);
  const proxied = haproxyConfig(edgeModel({ trustedProxies: ["172.20.0.2/32"] }))
    .split("\n")
    .map((line) => line.trim());
  const at = (start: string) => proxied.findIndex((line) => line.startsWith(start));
  expect(proxied).toContain(
    "tcp-request connection track-sc0 src table addresses unless { src -f proxies.lst }",
  );
  const set = at("http-request set-src req.hdr_ip(x-forwarded-for,-1) if proxied");
  expect(set).toBeGreaterThan(at("acl proxied src -f proxies.lst"));
  expect(at("http-request track-sc0 src table addresses")).toBeGreaterThan(set);
  expect(at('http-request set-var(txn.refused) str("source")')).toBeGreaterThan(set);
});
