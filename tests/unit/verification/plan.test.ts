import { verificationPlan } from "../../../components/verification/plan.ts";
import { exampleConfig, modelOf } from "../../support/config.ts";

const raw = exampleConfig();
const plan = (keys: unknown, more: Record<string, unknown> = {}) =>
  verificationPlan(modelOf({ ...raw, keys, ...more }), { k: "sk-k", all: "sk-all" }, ["id1"]);

it("expects of every key exactly its connectors, by alias, and its models", () => {
  const made = verificationPlan(modelOf(raw), { all: "sk-all", nobody: "sk-nobody" }, [
    "id1",
    "id2",
  ]);
  expect(made).toEqual({
    gatewayUrl: "http://127.0.0.1:4000",
    dockerHost: { kind: "local", url: "unix:///var/run/docker.sock" },
    namePrefix: "",
    keys: [
      {
        name: "all",
        value: "sk-all",
        connectors: ["db", "notes", "reports"],
        models: ["gpt-4o-mock"],
      },
      { name: "nobody", value: "sk-nobody", connectors: [], models: ["__none__"] },
    ],
    connectors: [
      { alias: "notes", tool: "search", arguments: { text: "a" }, expect: ".", key: "all" },
      { alias: "db", tool: "list_schemas", arguments: {}, expect: "public", key: "all" },
      { alias: "reports", tool: "list_schemas", arguments: {}, expect: "public", key: "all" },
    ],
    mock: { model: "gpt-4o-mock", key: "all", connector: "db" },
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

it.each([
  ["has no model", { connectors: { notes: "*" } }],
  ["has no connector", { models: ["gpt-4o-mock"] }],
  ["has a real model only", { connectors: { notes: "*" }, models: ["gpt-4o"] }],
])("asks no mock model when the only key %s", (_, key) => {
  expect("mock" in plan({ k: key })).toBe(false);
});

it("prefers the stack's own call over the catalogue's", () => {
  const verify = { tool: "other", arguments: { a: 1 }, expect: "x" };
  const connectors = { notes: { use: "notes", verify } };
  expect(plan({}, { connectors }).connectors).toEqual([{ alias: "notes", ...verify }]);
});
