import {
  type Upstream,
  needsRoots,
  relayConfig,
  relayFiles,
  upstreams as upstreamsOf,
} from "../../../../components/relay/relay-config.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";

const upstreams = [
  {
    id: "notes",
    alias: "notes",
    bind: 20001,
    host: "mcp-notes",
    port: 9000,
    calledAs: "localhost:9000",
  },
  {
    id: "planets",
    alias: "db",
    bind: 20643,
    host: "mcp-planets",
    port: 8686,
    calledAs: "localhost:8686",
  },
];
const grafana = {
  id: "grafana",
  alias: "grafana",
  bind: 20002,
  host: "grafana.example",
  port: 443,
  calledAs: "grafana.example",
  elsewhere: { tls: true },
};
const section = (id: string, list: readonly Upstream[] = upstreams): string[] =>
  (
    relayConfig(list)
      .split(/\n\n/)
      .find((text) => text.startsWith(`listen ${id}\n`)) ?? ""
  )
    .split("\n")
    .map((line) => line.trim());

it("has a route for each connector, and one for its own health", () => {
  expect(relayConfig(upstreams).match(/^(listen|frontend|backend) .*$/gm)).toEqual([
    "backend addresses",
    "listen notes",
    "listen planets",
    "frontend health",
  ]);
  expect(relayConfig([]).match(/^(listen|frontend|backend) .*$/gm)).toEqual([
    "backend addresses",
    "frontend health",
  ]);
});

it("sends each port to one server, under the name that every server accepts", () => {
  expect(section("planets")).toEqual(
    expect.arrayContaining([
      "bind :20643",
      "http-request set-header Host localhost:8686",
      "server connector mcp-planets:8686 check inter 5s fastinter 500ms downinter 1s fall 2 rise 1 resolvers docker resolve-prefer ipv4 init-addr libc,none",
    ]),
  );
});

it("says in JSON, by the client's name for it, which connector does not answer", () => {
  const bodies = section("planets").flatMap((line) => {
    const found = /^http-error status (\d+) .* string '(.*)'$/.exec(line);
    return found === null ? [] : [[Number(found[1]), JSON.parse(found[2] ?? "") as unknown]];
  });
  const error = (message: string) => ({ error: { message, type: "mcp_gateway" } });
  expect(bodies).toEqual([
    [502, error("the connector db does not answer")],
    [503, error("the connector db does not answer")],
    [504, error("the connector db has not answered in time")],
  ]);
});

it("takes requests from who has the secret, of which it knows the hash alone", () => {
  const files = relayFiles(upstreams, "the secret of this test", "");
  expect(files.find(({ name }) => name === "callers.map")?.content).toBe(
    "226aeb9a6d94e03aaf9d046a4e77f693915d4496a4227ec7d156052e5cec4a22 litellm\n",
  );
  expect(JSON.stringify(files)).not.toContain("of this test");
  // Before anything else is done with a request, at every port.
  for (const id of ["notes", "planets"]) {
    const rules = section(id).filter((line) => /^http-request (?!set-timeout)/.test(line));
    expect(rules.slice(0, 4).map((rule) => rule.split(" ").slice(0, 3).join(" "))).toEqual([
      "http-request set-var(txn.caller) req.fhdr(x-mcp-gateway-relay),sha2(256),hex,lower,map_str(callers.map)",
      'http-request set-var(txn.refused) str("caller")',
      "http-request deny deny_status",
      "http-request del-header x-mcp-gateway-relay",
    ]);
  }
});

it("lets no server redirect to anywhere but itself", () => {
  expect(section("planets")).toEqual(
    expect.arrayContaining([
      "http-response replace-header Location ^https?://localhost:8686(/.*) \\1",
      `http-response return status 502 content-type application/json string '{"error":{"message":"the connector db redirects to another place","type":"mcp_gateway"}}' if { res.hdr(location) -m found } !{ res.hdr(location) -m reg ^/([^/\\\\\\\\]|$) }`,
    ]),
  );
});

it("tells its version, which changes with every connector", () => {
  const version = (list: typeof upstreams) =>
    relayFiles(list, "secret", "").find(({ name }) => name === "version")?.content;
  expect(version(upstreams)).toMatch(/^[0-9a-f]{12}$/);
  expect(version(upstreams.slice(1))).not.toBe(version(upstreams));
});

describe("a server that runs elsewhere", () => {
  it("is asked less often, by its own name, and over TLS proved by authorities", () => {
    const lines = section("grafana", [...upstreams, grafana]);
    expect(lines).toEqual(
      expect.arrayContaining([
        "bind :20002",
        "http-request set-header Host grafana.example",
        "http-check send meth GET uri /mcp-gateway-relay ver HTTP/1.1 hdr Host grafana.example",
        "server connector grafana.example:443 check inter 15s fastinter 1s downinter 5s fall 2 rise 1 resolvers elsewhere resolve-prefer ipv4 init-addr libc,none ssl verify required ca-file roots.pem sni str(grafana.example) check-sni grafana.example",
      ]),
    );
    expect(relayConfig([grafana])).toContain("resolvers elsewhere\n  nameserver dns 127.0.0.11:53");
    expect(relayConfig(upstreams)).not.toContain("elsewhere");
  });

  it("without TLS needs no authorities", () => {
    const plain = { ...grafana, port: 80, elsewhere: { tls: false } };
    expect(section("grafana", [plain]).at(-1)).toBe(
      "server connector grafana.example:80 check inter 15s fastinter 1s downinter 5s fall 2 rise 1 resolvers elsewhere resolve-prefer ipv4 init-addr libc,none",
    );
    expect([needsRoots([plain]), needsRoots([...upstreams, grafana])]).toEqual([false, true]);
  });

  it("brings private authorities where TLS is spoken, and nowhere else", () => {
    const names = (list: readonly Upstream[], pem: string) =>
      relayFiles(list, "secret", pem).map(({ name }) => name);
    expect(names([grafana], "PEM")).toEqual([
      "haproxy.cfg",
      "callers.map",
      "private.pem",
      "version",
    ]);
    expect(names([grafana], "")).toEqual(["haproxy.cfg", "callers.map", "version"]);
    expect(names(upstreams, "PEM")).toEqual(["haproxy.cfg", "callers.map", "version"]);
  });

  const remote = (url: string) =>
    modelOf(
      {
        ...exampleConfig(),
        externalNetworks: { "grafana-net": ["far"] },
        connectors: { far: { definition: elsewhere, inputs: { url } } },
        keys: {},
      },
      { version: 1, connectors: { "connector:far": { image: url, tools: ping } } },
    );
  const none = "0".repeat(16);
  const ping = { ping: { description: none, inputSchema: none } };
  const elsewhere = {
    title: "Far",
    description: "elsewhere",
    transport: "remote",
    inputs: { url: { type: "url", description: "where" } },
    verify: { tool: "ping", arguments: {}, expect: "pong" },
  };

  it.each([
    ["https://grafana.example/mcp?org=1", "grafana.example", 443, true, "/mcp?org=1"],
    ["http://grafana.lan:8080/mcp", "grafana.lan:8080", 8080, false, "/mcp"],
    ["http://192.0.2.7:8080/", "192.0.2.7:8080", 8080, false, "/"],
  ])("%s is behind the relay", (url, calledAs, port, tls, path) => {
    const model = remote(url);
    const [connector] = model.connectors;
    const bind = Number(new URL(connector?.url ?? "").port);
    expect(connector?.url).toBe(`http://mcp-relay:${bind}${path}`);
    expect(upstreamsOf(model.connectors)).toEqual([
      {
        id: "far",
        alias: "far",
        bind,
        host: calledAs.replace(/:\d+$/, ""),
        port,
        calledAs,
        elsewhere: { tls },
      },
    ]);
    expect(model.externalNetworks).toEqual({ "grafana-net": ["relay"] });
  });

  it("that is called by its address over TLS is asked by LiteLLM itself", () => {
    const model = remote("https://192.0.2.7/mcp");
    expect(model.connectors[0]?.url).toBe("https://192.0.2.7/mcp");
    expect(upstreamsOf(model.connectors)).toEqual([]);
  });
});
