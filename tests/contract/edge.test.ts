import { describeWithDocker } from "../support/docker.ts";
import { edgeModel } from "../support/edge-model.ts";
import { type RealEdge, linesWith, realEdge } from "../support/edge.ts";

jest.setTimeout(60_000);

const good = `sk-${"a".repeat(40)}`;
const expired = `sk-${"b".repeat(40)}`;
const keys = [
  { name: "claude-code", value: good },
  { name: "guest", value: expired, expires: 1_000 },
  { name: "later", value: `sk-${"c".repeat(40)}`, expires: 4_000_000_000 },
];
const as = (key: string) => `Authorization: Bearer ${key}`;
const auth = as(good);
const request = (line: string, ...headers: string[]): string =>
  `${[line, "Host: gateway.test:4000", ...headers].join("\r\n")}\r\n\r\n`;
const get = (path: string, ...headers: string[]) => request(`GET ${path} HTTP/1.1`, ...headers);
const post = (path: string, ...headers: string[]) =>
  `${request(`POST ${path} HTTP/1.1`, auth, "Content-Length: 2", ...headers)}{}`;
const withHost = (...hosts: string[]) =>
  `GET /v1/models HTTP/1.1\r\n${hosts.map((host) => `Host: ${host}\r\n`).join("")}${auth}\r\n\r\n`;

type Refused = [what: string, bytes: string, status: number, reason: string, key?: string];

/** Answered by the rules: JSON, and the reason in the log. */
const refused: readonly Refused[] = [
  ["no key", get("/v1/models"), 401, "no key"],
  ["an unknown key", get("/v1/models", as("sk-unknown")), 401, "unknown key"],
  ["an expired key", get("/v1/models", as(expired)), 401, "expired key", "guest"],
  ["the hash of a key", get("/v1/models", as("f".repeat(64))), 401, "unknown key"],
  ["another scheme", get("/v1/models", `Authorization: Basic ${good}`), 401, "no key"],
  ["no scheme", get("/v1/models", `Authorization: ${good}`), 401, "no key"],
  ["two spaces", get("/v1/models", `Authorization: Bearer  ${good}`), 401, "no key"],
  ["a tab", get("/v1/models", `Authorization: Bearer\t${good}`), 401, "no key"],
  ["Bearer twice", get("/v1/models", `Authorization: Bearer Bearer ${good}`), 401, "no key"],
  ["two keys in one", get("/v1/models", `${auth}, Bearer sk-x`), 401, "no key"],
  ["a folded key", get("/v1/models", `Authorization: Bearer\r\n ${good}`), 401, "no key"],
  ["a long key", get("/v1/models", as("x".repeat(300))), 401, "no key"],
  ["two Authorizations", get("/v1/models", auth, as("sk-unknown")), 400, "form"],
  ["two, the other way", get("/v1/models", as("sk-unknown"), auth), 400, "form"],
  ...["x-litellm-api-key", "api-key", "x-api-key", "x-goog-api-key"].map((name): Refused => [
    `${name} alone`,
    get("/v1/models", `${name}: ${good}`),
    401,
    "no key",
  ]),
  ["a cookie", get("/v1/models", `Cookie: token=${good}`), 401, "no key"],
  ["?key=", get(`/v1/models?key=${good}`), 400, "form"],
  ["?key= and a key", get(`/v1/models?a=b&key=${good}`, auth), 400, "form"],
  ["another host", withHost("evil.test"), 421, "host"],
  ["a host within a host", withHost("gateway.test.evil.test"), 421, "host"],
  ["a dot behind the host", withHost("gateway.test."), 421, "host"],
  ["a port that is none", withHost("gateway.test:4000x"), 421, "host"],
  ["an empty host", withHost(""), 421, "host"],
  ["no host", `GET /v1/models HTTP/1.0\r\n${auth}\r\n\r\n`, 421, "host"],
  ["a URL", get("http://gateway.test:4000/v1/models", auth), 400, "form"],
  ["a URL's closed path", get("http://gateway.test:4000/mcp-rest/tools/list", auth), 400, "form"],
  ["*", request("OPTIONS * HTTP/1.1", auth), 400, "form"],
  ["a long path", get(`/mcp/${"z".repeat(2100)}`, auth), 414, "size"],
  ["chunks", request("POST /mcp/ HTTP/1.1", auth, "Transfer-Encoding: chunked"), 411, "form"],
  [
    "chunks and a length",
    post("/mcp/", "Transfer-Encoding: chunked").replace(/\{\}$/, "0\r\n\r\n"),
    411,
    "form",
  ],
  ["9 MB", request("POST /mcp/ HTTP/1.1", auth, `Content-Length: ${9 * 1024 * 1024}`), 413, "size"],
  ...[
    "/",
    "/mcp-rest/tools/list",
    "//mcp-rest/tools/list",
    "/mcp/../mcp-rest/tools/list",
    "/mcp/%2e%2e/mcp-rest/tools/list",
    "/mcp%2fdb",
    "/mcp/db%2f..",
    "/%6dcp/",
    "/MCP/",
    "/Mcp-Rest/tools/list",
    "/mcp;x=1/",
    "/mcp/;x",
    "/mcp/db;x",
    "/mcp./",
    "/mcp/db.",
    "/mcp//",
    "/v1/models/",
    "/v1//models",
    "/./v1/models",
    "/v1/models%00",
    "/v1/models%20",
    "/v1\\models",
    "/mcp/a,",
    "/mcp/,a",
    "/mcp/db/mcp",
    "/ui/",
    "/key/list",
    "/openapi.json",
    "/v1/mcp/server",
    "/health/readiness",
    "/health/liveliness/",
    "/metrics",
    "/config/yaml",
    "/sse",
    `/mcp/${good}`,
  ].map((path): Refused => [path, get(path, auth), 404, "route"]),
  ["an event stream", get("/mcp/", auth), 405, "no stream", "claude-code"],
  [
    "the end of a session",
    request("DELETE /mcp/db HTTP/1.1", auth),
    405,
    "no stream",
    "claude-code",
  ],
  ["another method", request("PUT /mcp/ HTTP/1.1", auth), 404, "route"],
  ["TRACE", request("TRACE /mcp/ HTTP/1.1", auth), 404, "route"],
  ["a lower-case method", request("get /v1/models HTTP/1.1", auth), 404, "route"],
  [
    "a method in a header",
    request("POST /v1/models HTTP/1.1", auth, "X-HTTP-Method-Override: GET"),
    404,
    "route",
  ],
];

/** Answered by HAProxy's parser, before any rule: 400 in its own words. */
const unparsable: readonly (readonly [string, string])[] = [
  ["a path in the host", withHost("gateway.test/health")],
  ["a query in the host", withHost("gateway.test?x")],
  ["a user in the host", withHost("evil@gateway.test")],
  ["two hosts in one", withHost("gateway.test, evil.test")],
  ["two different hosts", withHost("gateway.test", "evil.test")],
  ["a URL of another host", get("http://evil.test/v1/models", auth)],
  ["two lengths", post("/mcp/", "Content-Length: 3")],
  ["an odd transfer encoding", post("/mcp/", "Transfer-Encoding: xchunked")],
  ["HTTP/0.9", "GET /v1/models\r\n\r\n"],
  ["a NUL in the path", get("/v1/models\0", auth)],
  ["a NUL in a header", get("/v1/models", `${auth}\0`)],
  ["a fragment", get("/mcp/#/../key/list", auth)],
  ["a space in the path", get("/mcp/ /key/list", auth)],
  ["a space before the colon", get("/v1/models", `Authorization : Bearer ${good}`)],
  ["80 headers", get("/v1/models", auth, ...Array.from({ length: 80 }, (_, at) => `x-${at}: 1`))],
  ["20 kB of headers", get("/v1/models", auth, `x: ${"a".repeat(20_000)}`)],
];

describeWithDocker("the edge, HAProxy 3.0 with the rendered files", () => {
  let edge: RealEdge;
  beforeAll(async () => {
    const ports = [
      { alias: "db", port: 23_456 },
      { alias: "notes", port: 34_567 },
    ];
    edge = await realEdge({ ...edgeModel({}, { adminPort: 4001 }), ports }, keys);
  }, 120_000);
  afterAll(() => (edge as RealEdge | undefined)?.remove());

  it.each(refused)("refuses %s", async (_, bytes, status, reason, key = "-") => {
    const line = { frontend: "gateway", status, refused: reason, key };
    const before = (await linesWith(edge, line)).length;
    const answer = await edge.raw(bytes);
    expect([answer.status, answer.headers["content-type"]]).toEqual([status, "application/json"]);
    expect(JSON.parse(answer.body)).toEqual({
      error: { message: expect.any(String) as string, type: "mcp_gateway" },
    });
    expect(answer.headers["www-authenticate"]).toBe(status === 401 ? "Bearer" : undefined);
    expect(answer.headers["allow"]).toBe(status === 405 ? "POST" : undefined);
    expect(await edge.seen()).toEqual([]);
    expect(await linesWith(edge, line, before + 1)).toHaveLength(before + 1);
  });

  it.each(unparsable)("does not understand %s", async (_, bytes) => {
    expect((await edge.raw(bytes)).status).toBe(400);
    expect(await edge.seen()).toEqual([]);
  });

  it.each([
    ["GET", "/v1/models", "/v1/models"],
    ["POST", "/v1/responses", "/v1/responses"],
    ["POST", "/v1/chat/completions", "/v1/chat/completions"],
    ["POST", "/mcp", "/mcp/"],
    ["POST", "/mcp/", "/mcp/"],
    ["POST", "/mcp/db,notes", "/mcp/db,notes"],
    ["GET", "/v1/models?team_id=x&x-litellm-api-key=y", "/v1/models"],
  ])("lets %s %s through as %s", async (method, path, seen) => {
    const length = method === "POST" ? ["Content-Length: 0"] : [];
    const line = { key: "claude-code", refused: "-", status: 200 };
    const before = (await linesWith(edge, line)).length;
    expect((await edge.raw(request(`${method} ${path} HTTP/1.1`, auth, ...length))).status).toBe(
      200,
    );
    expect((await edge.seen()).map(({ line }) => line)).toEqual([`${method} ${seen} HTTP/1.1`]);
    expect(await linesWith(edge, line, before + 1)).toHaveLength(before + 1);
  });

  it.each([
    "gateway.test",
    "GATEWAY.test:4000",
    "localhost:1",
    "127.0.0.1",
    "[::1]:4000",
    "other.test",
  ])("goes by the name %s, and tells LiteLLM its own", async (host) => {
    expect((await edge.raw(withHost(host))).status).toBe(200);
    const [seen] = await edge.seen();
    expect(seen?.headers.filter(([name]) => name === "host")).toEqual([
      ["host", "gateway.test:4000"],
    ]);
  });

  it("tells clients nothing of what is behind it", async () => {
    const { headers } = await edge.raw(get("/v1/models", auth));
    expect(await edge.seen()).toHaveLength(1);
    expect(headers["x-kept"]).toBe("1");
    expect(
      Object.keys(headers).filter((name) => /litellm|llm_provider|^server$/.test(name)),
    ).toEqual([]);
  });

  it("gives LiteLLM one spelling of one key and nothing that could contradict it", async () => {
    const others = [
      "x-litellm-api-key",
      "api-key",
      "x-api-key",
      "x-goog-api-key",
      "Ocp-Apim-Subscription-Key",
      "Cookie",
      "X-HTTP-Method-Override",
      "X-Original-URL",
      "X-Forwarded-For",
      "X-Forwarded-Host",
      "X-Forwarded-Proto",
      "X-Real-IP",
      "Forwarded",
    ].map((name) => `${name}: Bearer sk-other`);
    const kept = ["x-mcp-servers: db", "x-mcp-db-authorization: Bearer theirs", "Accept: a/b"];
    const answer = await edge.raw(
      request(
        "POST /mcp/ HTTP/1.1",
        `aUTHORIZATION: bEARER ${good}  `,
        ...others,
        ...kept,
        "Upgrade: h2c",
        "Content-Length: 0",
      ),
    );
    expect(answer.status).toBe(200);
    const [seen] = await edge.seen();
    expect(Object.fromEntries(seen?.headers ?? [])).toEqual({
      accept: "a/b",
      authorization: `Bearer ${good}`,
      "content-length": "0",
      host: "gateway.test:4000",
      "x-mcp-servers": "db",
      "x-mcp-db-authorization": "Bearer theirs",
      "x-forwarded-for": expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) as string,
    });
  });

  it("answers liveness without a key, and passes none on", async () => {
    expect((await edge.raw(get("/health/liveliness?key=x", auth))).status).toBe(200);
    const [seen] = await edge.seen();
    expect(seen?.line).toBe("GET /health/liveliness HTTP/1.1");
    expect(seen?.headers.map(([name]) => name)).not.toContain("authorization");
  });

  it("speaks no HTTP/2", async () => {
    expect((await edge.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).status).toBe(400);
  });

  it("takes 8 MB", async () => {
    const body = "x".repeat(8 * 1024 * 1024);
    const headers = request("POST /mcp/ HTTP/1.1", auth, `Content-Length: ${body.length}`);
    expect((await edge.raw(headers + body)).status).toBe(200);
    expect((await edge.seen()).map(({ length }) => length)).toEqual([body.length]);
  });

  describe("the port of one connector", () => {
    const at = (bytes: string, alias = "db") => edge.raw(bytes, edge.portUrls[alias]);

    it.each(["/", "/mcp", "/mcp/"])("is /mcp/<alias> by the name of %s", async (path) => {
      for (const alias of ["db", "notes"]) {
        expect((await at(post(path), alias)).status).toBe(200);
        const [seen] = await edge.seen();
        expect(seen?.line).toBe(`POST /mcp/${alias} HTTP/1.1`);
        expect(seen?.headers).toContainEqual(["authorization", `Bearer ${good}`]);
      }
    });

    const elsewhere: readonly Refused[] = [
      ["no key", request("POST / HTTP/1.1", "Content-Length: 0"), 401, "no key"],
      [
        "an unknown key",
        request("POST / HTTP/1.1", as("sk-x"), "Content-Length: 0"),
        401,
        "unknown key",
      ],
      ["another host", post("/").replace("gateway.test", "evil.test"), 421, "host"],
      ["an event stream", get("/mcp", auth), 405, "no stream"],
      ["chunks", request("POST / HTTP/1.1", auth, "Transfer-Encoding: chunked"), 411, "form"],
      ...[
        "/mcp/db",
        "/mcp/notes",
        "/mcp/db,notes",
        "/v1/models",
        "/v1/responses",
        "//",
        "/x",
        "/health/liveliness",
        "/mcp//",
        "/mcp/../v1/models",
        "/%6dcp",
        "/mcp%2f",
        "/MCP",
      ].map((path): Refused => [path, post(path), 404, "route"]),
    ];
    it.each(elsewhere)("refuses %s", async (_, bytes, status, reason) => {
      const before = (await linesWith(edge, { status, refused: reason })).length;
      const answer = await at(bytes);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([status, expect.anything()]);
      await linesWith(edge, { status, refused: reason }, before + 1);
      expect(await edge.seen()).toEqual([]);
    });

    it("leaves the gateway's own port as it is", async () => {
      expect((await edge.raw(post("/"))).status).toBe(404);
      expect((await edge.raw(post("/mcp/notes"))).status).toBe(200);
      expect((await edge.seen()).map(({ line }) => line)).toEqual(["POST /mcp/notes HTTP/1.1"]);
    });
  });

  describe("admin port", () => {
    const admin = async (bytes: string) => (await edge.raw(bytes, edge.adminUrl)).status;

    it.each(["/key/list?page=1", "/ui/", "/mcp-rest/tools/list", "/openapi.json"])(
      "opens %s as it is",
      async (path) => {
        expect(await admin(get(path, as("sk-master"), "Cookie: token=x"))).toBe(200);
        const [seen] = await edge.seen();
        expect(seen?.line).toBe(`GET ${path} HTTP/1.1`);
        expect(seen?.headers).toContainEqual(["host", "gateway.test:4000"]);
        expect(seen?.headers).toContainEqual(["cookie", "token=x"]);
      },
    );

    it.each([
      "/mcp-rest/test/connection",
      "//mcp-rest//test/connection",
      "/mcp-rest/%74est/tools/list",
      "/%6dcp-rest/test/connection",
      "/x/../mcp-rest/test/connection",
      "/mcp-rest/./test/x",
    ])("keeps %s closed", async (path) => {
      expect(await admin(get(path, as("sk-master")))).toBe(404);
      expect(await edge.seen()).toEqual([]);
    });

    it("is as strict about hosts and forms", async () => {
      expect(await admin(withHost("evil.test"))).toBe(421);
      expect(await admin(get("http://gateway.test/mcp-rest/test/connection"))).toBe(400);
      expect(await edge.seen()).toEqual([]);
    });

    it("is not for other containers", async () => {
      const { fromContainer } = edge;
      const answer = await fromContainer("http://mcp-edge:4001/key/list");
      expect(answer).toContain("403");
      expect(await edge.seen()).toEqual([]);
    });
  });

  it("writes no key and no hash into its log", async () => {
    const text = JSON.stringify(await edge.log());
    expect(text).toContain("claude-code");
    expect(text).not.toMatch(/sk-[A-Za-z0-9]|[0-9a-f]{64}/);
  });
});
