import { configJsonSchema } from "../../../config/problems.ts";
import { configReference } from "../../../ops/lib/config-reference.ts";

const text = configReference(configJsonSchema());
const rowOf = (path: string): string | undefined =>
  text.split("\n").find((line) => line.startsWith(`| \`${path}\` |`));

it("says default and meaning of a value", () => {
  expect(rowOf("proxy.cpus")).toBe(
    "| `proxy.cpus` | `2` | how many CPUs LiteLLM may use at most, what it starts included |",
  );
});

it("gives an example where the default tells nothing", () => {
  expect(rowOf("namePrefix")).toMatch(/\| – \| .*; e\.g\. `staging-` \|$/);
});

it("calls needed what has to be there", () => {
  expect(rowOf("database.shared.admin.password")).toMatch(/\| needed \|/);
});

it("says once what the branches of a union have in common", () => {
  expect(
    text.split("\n").filter((line) => line.startsWith("| `models.<name>.provider` |")),
  ).toEqual([
    "| `models.<name>.provider` | needed | `mock`; the gateway's own scripted model; or `litellm` |",
  ]);
});

it("has a section for each key, and one for a connector's definition", () => {
  const sections = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(sections).toEqual([
    ...Object.keys(configJsonSchema().properties ?? {}),
    "A connector's definition",
  ]);
});

it("leaves no value without a word", () => {
  expect(text).not.toMatch(/\|\s*\|$/m);
});

it("asks for a line about a new key", () => {
  expect(() => configReference({ properties: { colour: { type: "string" } } })).toThrow(
    'ops/lib/config-reference.ts says nothing about colour: add a line to "about"',
  );
});
