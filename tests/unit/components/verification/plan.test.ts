import { verificationPlan } from "../../../../components/verification/plan.ts";
import { exampleConfig, lock, modelOf } from "../../../support/config.ts";

const raw = exampleConfig();
const plan = (keys: unknown, more: Record<string, unknown> = {}) =>
  verificationPlan(modelOf({ ...raw, keys, ...more }), { k: "sk-k", all: "sk-all" }, "proxy-1", [
    "id1",
  ]);

const ofPostgres = (alias: string, url: string) => ({
  alias,
  server: { transport: "sse", url, headers: {} },
  lock: lock.connectors["postgres"]?.tools,
  tool: "list_schemas",
  arguments: {},
  expect: "public",
  outcome: "result",
});
const notes = {
  alias: "notes",
  server: { transport: "http", url: "http://mcp-relay:25552/mcp", headers: {} },
  lock: lock.connectors["notes"]?.tools,
};

it("expects of every key exactly its tools, with their prefix, and its models", () => {
  const values = { all: "sk-all", nobody: "sk-nobody" };
  const made = verificationPlan(modelOf(raw), values, "proxy-1", ["id1", "id2"]);
  expect(made).toEqual({
    applied: [],
    purged: [],
    directories: { config: "/checkout/.gateway/config", secrets: "/checkout/.gateway/secrets" },
    gatewayUrl: "http://127.0.0.1:4000",
    dockerHost: { kind: "local", url: "unix:///var/run/docker.sock" },
    namePrefix: "",
    proxy: "proxy-1",
    database: { container: "mcp-litellm-postgres", user: "postgres", name: "litellm" },
    keys: [
      {
        name: "all",
        value: "sk-all",
        tools: [
          "db-execute_sql",
          "db-list_schemas",
          "notes-add",
          "notes-remove",
          "notes-search",
          "reports-execute_sql",
          "reports-list_schemas",
        ],
        models: ["gpt-4o-mock"],
      },
      { name: "nobody", value: "sk-nobody", tools: [], models: ["__none__"] },
    ],
    connectors: [
      {
        ...notes,
        tool: "search",
        arguments: { text: "a" },
        expect: ".",
        outcome: "result",
        key: "all",
      },
      { ...ofPostgres("db", "http://mcp-relay:20643/sse"), key: "all" },
      { ...ofPostgres("reports", "http://mcp-relay:20975/sse"), key: "all" },
    ],
    containers: ["mcp-notes", "mcp-planets", "mcp-planets-samples", "mcp-reports"],
    mock: { model: "gpt-4o-mock", key: "all", connector: "notes" },
    deployment: ["id1", "id2"],
  });
});

it("calls inside for a connector that no key may use", () => {
  const { connectors } = plan({ k: { connectors: { notes: "*" } } });
  expect(connectors.map(({ alias, key }) => [alias, key])).toEqual([
    ["notes", "k"],
    ["db", undefined],
    ["reports", undefined],
  ]);
  expect("key" in (connectors[1] ?? {})).toBe(false);
});

it("has a call made only by a key whose row has that very tool", () => {
  const keys = { a: { connectors: { notes: ["add"] } }, b: { connectors: { notes: ["search"] } } };
  expect(plan(keys).connectors[0]?.key).toBe("b");
});

it("finds the key that may ask a mock model, also behind one that may not", () => {
  const keys = {
    a: { connectors: { notes: "*" } },
    b: { connectors: { notes: "*" }, models: ["gpt-4o-mock"] },
  };
  expect(plan(keys).mock).toEqual({ model: "gpt-4o-mock", key: "b", connector: "notes" });
});

it.each([
  ["has no model", { connectors: { notes: "*" } }],
  ["has no connector", { models: ["gpt-4o-mock"] }],
  ["has a real model only", { connectors: { notes: "*" }, models: ["gpt-4o"] }],
])("asks no mock model when the only key %s", (_, key) => {
  expect("mock" in plan({ k: key })).toBe(false);
});

it("prefers the stack's own call over the catalogue's", () => {
  const verify = { tool: "add", arguments: { a: 1 }, expect: "x", outcome: "error" };
  const connectors = { notes: { use: "notes", verify } };
  expect(plan({}, { connectors }).connectors).toEqual([{ ...notes, ...verify }]);
});

it("asks a model for no call that is to be refused", () => {
  const verify = { tool: "search", arguments: {}, expect: "x", outcome: "error" };
  const connectors = {
    notes: { use: "notes", verify },
    planets: { use: "postgres", inputs: { databaseUri: { sample: "planets" } } },
  };
  const keys = { k: { connectors: { notes: "*", planets: "*" }, models: ["gpt-4o-mock"] } };
  expect(plan(keys, { connectors }).mock?.connector).toBe("planets");
});
