import {
  connectorInstances,
  lockKey,
  lockedTools,
  sortedInstances,
} from "../../../../config/connectors/instance.ts";
import { connector } from "../../../../config/connectors/schema.ts";
import { catalogue, lock } from "../../../support/config.ts";

const entries = (raw: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(raw).map(([id, entry]) => [id, connector.parse(entry)]));

const inline = catalogue["notes"];

it("finds each connector's definition, in the configuration's order", () => {
  const found = connectorInstances(
    entries({ b: { use: "notes" }, a: { use: "postgres" }, c: { definition: inline } }),
    catalogue,
  );
  expect(found.map(({ id, definition }) => [id, definition.title])).toEqual([
    ["b", "Notes"],
    ["a", "PostgreSQL"],
    ["c", "Notes"],
  ]);
  expect(sortedInstances(found).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(found.map(lockKey)).toEqual(["notes", "postgres", "connector:c"]);
  expect(found.map((one) => Object.keys(lockedTools(one, lock)).length)).toEqual([3, 2, 0]);
});

it("leaves out what has no definition, whatever its name is", () => {
  const raw = { a: {}, b: { use: "gone" }, c: { use: "constructor" }, d: { use: "toString" } };
  expect(connectorInstances(entries(raw), catalogue)).toEqual([]);
});
