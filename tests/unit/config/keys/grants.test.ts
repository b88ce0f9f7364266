import { accessMatrix, grantOf } from "../../../../config/keys/grants.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";

const model = modelOf(exampleConfig());
const key = { name: "k", tools: {}, models: [], rotation: "1", overlapHours: 0 };
const unlimited = { rpm: null, tpm: null, budget: null, expires: null };

it("grants nothing by a name that matches nothing: LiteLLM reads an empty list as everything", () => {
  expect(grantOf(key, model.connectors)).toEqual({
    name: "k",
    models: ["__none__"],
    servers: ["__none__"],
    ...unlimited,
  });
});

it("grants servers by computed id, models by name", () => {
  const granted = grantOf(
    { ...key, tools: { planets: ["list_schemas"] }, models: ["gpt-4o-mock"] },
    model.connectors,
  );
  expect(granted).toEqual({
    name: "k",
    models: ["gpt-4o-mock"],
    servers: ["4e8f2fad8594bced8eb67a5cc8e1ebac"],
    ...unlimited,
  });
});

it("puts neither names nor aliases into a grant: LiteLLM matches only ids", () => {
  const { servers } = grantOf(
    { ...key, tools: { notes: ["add"], planets: ["list_schemas"], reports: ["execute_sql"] } },
    model.connectors,
  );
  expect(servers).toEqual(model.connectors.map((connector) => connector.serverId));
  expect(servers).toHaveLength(3);
});

it("brings limits and the end along", () => {
  const limits = { rpm: 1, tpm: 2, budget: { usd: 3, per: "30d" }, expires: 4 };
  expect(grantOf({ ...key, ...limits }, [])).toMatchObject(limits);
});

it("says in the access matrix which key may use which tool of which alias", () => {
  expect(accessMatrix(model)).toEqual({
    all: {
      notes: ["add", "remove", "search"],
      db: ["execute_sql", "list_schemas"],
      reports: ["execute_sql", "list_schemas"],
    },
    nobody: {},
  });
});

it("has a row for a key without connectors: it may exist, and sees nothing", () => {
  const made = modelOf({ ...exampleConfig(), keys: { k: { connectors: {} } } });
  expect(accessMatrix(made)).toEqual({ k: {} });
  expect(grantOf(made.keys[0] ?? key, made.connectors).servers).toEqual(["__none__"]);
});

it("gives nobody a connector for being called as what every object has", () => {
  const made = modelOf({ connectors: { constructor: { use: "notes" } }, keys: { k: {} } });
  expect(accessMatrix(made)).toEqual({ k: {} });
  expect(grantOf(made.keys[0] ?? key, made.connectors).servers).toEqual(["__none__"]);
});
