import { databaseModel } from "../../../../config/database/parse.ts";
import { database } from "../../../../config/database/schema.ts";

const shared = { admin: { password: "admins" } };
const same = (reference: string): string => reference;

it.each([
  ["dedicated", undefined],
  ["shared", "litellm_db"],
])("where the mode is %s, the shared database is %s", (mode, name) => {
  const model = databaseModel(database.parse({ mode, shared }), same);
  expect(model.shared?.name).toBe(name);
  expect(Object.hasOwn(model, "shared")).toBe(name !== undefined);
  expect(Object.hasOwn(model, "mode")).toBe(false);
});

it("has the image that is pulled, and the other fields as they are", () => {
  const model = databaseModel(database.parse({ volume: "data" }), (image) => `mirror/${image}`);
  expect([model.image, model.volume]).toEqual(["mirror/postgres:16-alpine", "data"]);
});
