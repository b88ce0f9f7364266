import { accessMatrix, grantOf } from "../../../components/access/grants.ts";
import { exampleConfig, modelOf } from "../../support/config.ts";

const model = modelOf(exampleConfig());
const key = { name: "k", connectors: [], models: [], rotation: "1" };

it("grants nothing by a name that matches nothing: LiteLLM reads an empty list as everything", () => {
  expect(grantOf(key, model.connectors)).toEqual({
    name: "k",
    models: ["__none__"],
    servers: ["__none__"],
  });
});

it("grants servers by computed id, models by name", () => {
  const granted = grantOf(
    { ...key, connectors: ["planets"], models: ["gpt-4o-mock"] },
    model.connectors,
  );
  expect(granted).toEqual({
    name: "k",
    models: ["gpt-4o-mock"],
    servers: ["403b871a8016d8b9f49ec8328edeb0aa"],
  });
});

it("puts neither names nor aliases into a grant: LiteLLM matches only ids", () => {
  const { servers } = grantOf(
    { ...key, connectors: ["notes", "planets", "reports"] },
    model.connectors,
  );
  expect(servers).toEqual(model.connectors.map((connector) => connector.serverId));
  expect(servers).toHaveLength(3);
});

it("says in the access matrix which key may use which alias", () => {
  expect(accessMatrix(model)).toEqual({
    all: { notes: "*", db: "*", reports: "*" },
    nobody: {},
  });
});
