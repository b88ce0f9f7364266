import { haproxyConfig } from "../../../components/edge/haproxy-config.ts";

const lines = haproxyConfig()
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
    "http-request set-var(txn.route) int(100) if health health_method",
  ]);
});

it("answers 404 before it asks for a key, and 401 before LiteLLM is asked", () => {
  const at = (start: string): number => lines.findIndex((line) => line.startsWith(start));
  const order = [
    at("http-request set-var(txn.route) int(100)"),
    at("http-request return status 404"),
    at("http-request return status 401"),
    at("default_backend litellm"),
  ];
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(order).not.toContain(-1);
});

it("takes a key by Authorization alone", () => {
  expect(lines).toContain("http-request del-header x-litellm-api-key");
  expect(lines).toContain("http-request del-header x-api-key");
});

it("looks LiteLLM up again and again, so that a replaced container is found", () => {
  expect(lines.filter((line) => line.startsWith("server"))).toEqual([
    "server-template litellm 4 mcp-litellm-proxy:4000 check inter 2s fastinter 500ms fall 3 rise 1 resolvers docker init-addr none",
  ]);
  expect(lines).toContain("nameserver dns 127.0.0.11:53");
});

it("answers its own errors as JSON", () => {
  const pages = lines.filter((line) => line.startsWith("http-error status"));
  expect(pages).toHaveLength(6);
  for (const page of pages) {
    const body = /^http-error status \d{3} content-type application\/json string '(.*)'$/.exec(
      page,
    );
    expect(JSON.parse(body?.[1] ?? "")).toEqual({
      error: { message: expect.any(String) as string, type: "mcp_gateway" },
    });
  }
});
