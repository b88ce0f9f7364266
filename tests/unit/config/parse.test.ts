import { readCatalogue } from "../../../config/connectors/catalogue.ts";
import { definitionProblems } from "../../../config/connectors/definition-problems.ts";
import { rawConfig } from "../../../config/read.ts";
import {
  catalogue,
  exampleConfig,
  exampleUri,
  lock,
  modelOf,
  parseRaw,
} from "../../support/config.ts";
import { inCheckout } from "../../support/paths.ts";

const model = modelOf(exampleConfig());
const connector = (id: string) => {
  const found = model.connectors.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no connector ${id}`);
  return found;
};

it("derives everything of a connector from its id and its entry", () => {
  const planets = connector("planets");
  expect(planets.container?.definition).toBe(catalogue["postgres"]);
  expect(planets).toEqual({
    id: "planets",
    alias: "db",
    serverName: "mcp_planets",
    host: "mcp-planets",
    title: "PostgreSQL",
    description: "PostgreSQL tools",
    transport: "sse",
    container: {
      definition: catalogue["postgres"],
      image: "example/postgres-mcp:1.0",
      user: "1000:1000",
      egress: { mode: "open" },
    },
    mounts: [],
    url: "http://mcp-relay:20643/sse",
    serverId: "4e8f2fad8594bced8eb67a5cc8e1ebac",
    environment: { DATABASE_URI: { kind: "sample", database: "planets", role: "mcp_planets" } },
    verify: { tool: "list_schemas", arguments: {}, expect: "public", outcome: "result" },
    lock: lock.connectors["postgres"]?.tools,
  });
});

it("has no underscore in a DNS name: HTTP clients refuse it in a host name", () => {
  const raw = { connectors: { my_notes_2: { use: "notes" } } };
  expect(modelOf(raw).connectors.map(({ host, url }) => [host, url])).toEqual([
    ["mcp-my-notes-2", "http://mcp-relay:21396/mcp"],
  ]);
});

it("wraps every secret input again and leaves plain ones readable", () => {
  const { environment } = connector("notes");
  expect(JSON.stringify(environment)).toBe(
    '{"GREETING":{"kind":"plain","value":"hi"},"TOKEN":{"kind":"secret","value":"[secret]"}}',
  );
  const uri = connector("reports").environment["DATABASE_URI"];
  expect(uri?.kind === "secret" && uri.value.reveal()).toBe(exampleUri);
  expect(JSON.stringify(model)).not.toContain("example-");
});

it("opens a port of its own only for a connector that asks for one", () => {
  expect(model.connectors.map(({ id, open }) => [id, open])).toEqual([
    [
      "notes",
      {
        bind: "0.0.0.0",
        hostPort: 48020,
        wish: { id: "notes", preferred: 48020 },
        edgePort: 25552,
      },
    ],
    ["planets", undefined],
    [
      "reports",
      {
        bind: "127.0.0.1",
        hostPort: 48011,
        wish: { id: "reports", fixed: 48011, preferred: 48010 },
        edgePort: 20975,
      },
    ],
  ]);
});

it.each([
  [{ expose: "closed" }, undefined],
  [{ hostPort: 48_099, expose: "closed" }, undefined],
  [{ hostPort: 48_099 }, ["127.0.0.1", 48_099]],
  [{ hostPort: 48_099, expose: "lan" }, ["0.0.0.0", 48_099]],
  [{ expose: "loopback" }, ["127.0.0.1", 48_020]],
])("a connector's port as %j", (how, expected) => {
  const [one] = modelOf({ connectors: { a: { use: "notes", ...how } } }).connectors;
  expect(one?.open && [one.open.bind, one.open.hostPort]).toEqual(expected);
});

it("names a provider's key after its model", () => {
  expect(model.models[0]).toEqual({
    name: "gpt-4o",
    provider: "litellm",
    model: "openai/gpt-4o",
    apiKey: expect.anything() as unknown,
    apiKeyVariable: "MODEL_KEY_GPT_4O",
    apiBase: "http://models.test:8080/v1",
    hosts: [],
  });
});

it("resolves relative directories from the checkout and keeps absolute ones", () => {
  expect(model.directories).toEqual({
    config: "/checkout/.gateway/config",
    secrets: "/checkout/.gateway/secrets",
  });
  expect(modelOf({ directories: { config: "/a", secrets: "b" } }).directories).toEqual({
    config: "/a",
    secrets: "/checkout/b",
  });
});

it("exchanges images by the mirror's exact references only", () => {
  const mirror = { "haproxy:3.0-alpine": "mirror.test/haproxy:1", haproxy: "mirror.test/wrong:1" };
  const result = parseRaw(exampleConfig(), mirror);
  expect(result.ok && [result.model.edge.image, result.model.proxy.image]).toEqual([
    "mirror.test/haproxy:1",
    "ghcr.io/berriai/litellm:main-v1.77.3-stable",
  ]);
});

it("reads the program's namespace only, JSON as JSON and text as text", () => {
  const all = {
    "mcp-gateway:dockerHost": "unix:///x",
    "mcp-gateway:network": "123",
    "mcp-gateway:gateway": '{"port":4000}',
    "mcp-gateway:proxy": "not json",
    "other:gateway": "{}",
    "mcp-gateway-2:gateway": "{}",
  };
  expect(rawConfig(all, "mcp-gateway")).toEqual({
    dockerHost: "unix:///x",
    network: "123",
    gateway: { port: 4000 },
    proxy: "not json",
  });
});

it.each([null, undefined, "x", 1, []])("refuses %j as a configuration without throwing", (raw) => {
  expect(parseRaw(raw).ok).toBe(false);
});

it("reads the catalogue that is committed", () => {
  const read = readCatalogue(inCheckout("mcp-connectors"));
  expect(Object.keys(read)).toEqual([
    "fetch",
    "filesystem",
    "monitoring",
    "n8n",
    "postgres",
    "timescaledb",
    "toolshed",
  ]);
  for (const definition of Object.values(read)) {
    expect(definition.vetting).toBeDefined();
    expect(definitionProblems(definition)).toEqual([]);
  }
});
