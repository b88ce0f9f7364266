import { candidatePlan } from "../../../../components/verification/candidate-plan.ts";
import { verificationPlan } from "../../../../components/verification/plan.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";

const model = modelOf({
  ...exampleConfig(),
  keys: { all: { connectors: { planets: "*", notes: ["add"] } }, nobody: {} },
});
const values = { all: "sk-all", nobody: "sk-nobody" };

it("lists with every key, and calls every connector with a key that may, or the deployer's", () => {
  expect(candidatePlan(verificationPlan(model, values, "proxy", []))).toEqual({
    keys: [
      {
        name: "all",
        value: "sk-all",
        tools: ["db-execute_sql", "db-list_schemas", "notes-add"],
      },
      { name: "nobody", value: "sk-nobody", tools: [] },
    ],
    calls: [
      { tool: "notes-search", arguments: { text: "a" }, expect: ".", outcome: "result", key: null },
      {
        tool: "db-list_schemas",
        arguments: {},
        expect: "public",
        outcome: "result",
        key: "sk-all",
      },
      {
        tool: "reports-list_schemas",
        arguments: {},
        expect: "public",
        outcome: "result",
        key: null,
      },
    ],
  });
});
