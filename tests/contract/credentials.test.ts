import { parse, stringify } from "yaml";
import { guardPolicy } from "../../components/litellm/guard-policy.ts";
import { exampleConfig, modelOf } from "../support/config.ts";
import * as docker from "../support/docker.ts";
import { asks } from "../support/gateway-asks.ts";
import { type RealGateway, masterKey, realGateway } from "../support/gateway.ts";
import { lockOf, sha256 } from "../support/guarded.ts";
import { inCheckout } from "../support/paths.ts";

jest.setTimeout(60_000);

/** alias → auth_type; each is the same server, which tells what it was asked with. */
const servers = {
  bearer: "bearer_token",
  apikey: "api_key",
  basic: "basic",
  authz: "authorization",
  my_server: "bearer_token",
  open: "none",
} as const;

/** What a client sends, and what the server gets. */
const forms: readonly (readonly [keyof typeof servers, Record<string, string>, unknown])[] = [
  ["bearer", {}, { authorization: "Bearer configured" }],
  ["bearer", { "x-mcp-bearer-authorization": "mine" }, { authorization: "Bearer mine" }],
  ["bearer", { "X-MCP-Bearer-Anything": "mine" }, { authorization: "Bearer mine" }],
  // The scheme is the server's: one that the client adds is sent twice.
  [
    "bearer",
    { "x-mcp-bearer-authorization": "Bearer mine" },
    { authorization: "Bearer Bearer mine" },
  ],
  ["my_server", { "x-mcp-my_server-authorization": "mine" }, { authorization: "Bearer mine" }],
  ["apikey", { "x-mcp-apikey-key": "mine" }, { "x-api-key": "mine" }],
  [
    "basic",
    { "x-mcp-basic-authorization": "user:pass" },
    { authorization: `Basic ${Buffer.from("user:pass").toString("base64")}` },
  ],
  ["authz", { "x-mcp-authz-authorization": "Token mine" }, { authorization: "Token mine" }],
  // Another's: the configured one is used.
  ["bearer", { "x-mcp-authz-authorization": "mine" }, { authorization: "Bearer configured" }],
  // Without an auth_type nothing is ever sent.
  ["open", { "x-mcp-open-authorization": "mine" }, {}],
];

docker.describeWithDocker("credentials that a client sends for a server, on LiteLLM 1.77.3", () => {
  const model = modelOf(exampleConfig());
  const key = `sk-${"k".repeat(40)}`;
  const headersServer = docker.testName("headers");
  let gateway: RealGateway;
  beforeAll(async () => {
    const tools = Object.fromEntries(Object.keys(servers).map((alias) => [alias, ["seen"]]));
    const rows = [{ name: "k", keyHash: sha256(key), tools, models: [], expires: null }];
    gateway = await realGateway(model, {
      config: (text) => {
        const config = parse(text) as { mcp_servers: Record<string, unknown> };
        for (const [alias, type] of Object.entries(servers))
          config.mcp_servers[`mcp_${alias}`] = {
            alias,
            transport: "http",
            url: "http://mcp-headers:9000/mcp",
            ...(type === "none" ? {} : { auth_type: type, auth_value: "configured" }),
          };
        return stringify(config);
      },
    });
    await docker.start(headersServer, [
      "--network",
      gateway.network,
      "--network-alias",
      "mcp-headers",
      "--volume",
      `${inCheckout("tests/support/header-server.py")}:/srv/server.py:ro`,
      "--entrypoint",
      "python3",
      docker.image(docker.images.litellm),
      "/srv/server.py",
    ]);
    await docker.until(headersServer, 60, async () => {
      const probe = "import socket; socket.create_connection(('127.0.0.1', 9000), 1)";
      return (await docker.docker(["exec", headersServer, "python3", "-c", probe])).code === 0;
    });
    const lock = await lockOf(gateway, { transport: "http", url: "http://mcp-headers:9000/mcp" });
    const locks = Object.fromEntries(Object.keys(servers).map((alias) => [alias, lock]));
    gateway.setPolicy(guardPolicy(rows, locks));
    const made = await asks(() => gateway).ask("/key/generate", masterKey, { key, key_alias: "k" });
    expect(made.status).toBe(200);
  }, 240_000);
  afterAll(async () => {
    await docker.removeAll([headersServer], []);
    await (gateway as RealGateway | undefined)?.remove();
  }, 60_000);

  it.each(["x-mcp-apikey-x-api-key", "x-mcp-mcp_bearer-authorization", "x-mcp-foreign-key"])(
    "a header %s, which is for no connector of the key's, is refused",
    async (header) => {
      const answer = await fetch(`${gateway.url}/mcp/`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${key}`,
          "Content-Type": "application/json",
          [header]: "mine",
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
      });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(`\\"${header}\\" is for a connector`);
    },
  );

  it.each(forms)("%s with %j gets %j", async (alias, headers, expected) => {
    const answer = await fetch(`${gateway.url}/mcp/`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${key}`,
        "Content-Type": "application/json",
        Accept: "application/json, text/event-stream",
        ...headers,
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: `${alias}-seen`, arguments: {} },
      }),
    });
    const { result } = (await answer.json()) as {
      result: { isError: boolean; content: { text: string }[] };
    };
    expect([result.isError, JSON.parse(result.content[0]?.text ?? "")]).toEqual([false, expected]);
  });
});
