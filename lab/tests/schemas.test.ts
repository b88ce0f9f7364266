/** The committed schemas are what the published ones reduce to. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Published, reduce } from "../schemas/reduce.ts";

const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const root = join(import.meta.dirname, "../..");
const published = join(root, "../shared/schemas");

// The published schemas are half a megabyte and not part of the repository.
const whenPublished = existsSync(published) ? test : test.skip;

whenPublished.each(["docker", "command"])(
  "%s.json is reduced from the published schema",
  (name) => {
    const source = read(join(published, `${name}.json`)) as Published;
    expect(reduce(source)).toEqual(read(join(root, `lab/schemas/${name}.json`)));
  },
);

const TINY: Published = {
  name: "command",
  config: {},
  types: {
    "command:local:Logging": { enum: [{ value: "none" }] },
    "command:remote:Connection": {
      properties: { host: { type: "string" }, port: { type: "number", default: 22 }, proxy: {} },
      required: ["host"],
    },
  },
  resources: {
    "command:local:Command": {
      inputProperties: {
        assetPaths: { type: "array" },
        logging: { $ref: "#/types/command:local:Logging" },
        triggers: { type: "array", items: { $ref: "pulumi.json#/Any" }, replaceOnChanges: true },
      },
      properties: { stdout: { type: "string" }, archive: { $ref: "pulumi.json#/Archive" } },
      required: ["stdout"],
    },
    "command:remote:Command": {
      inputProperties: {
        connection: { $ref: "#/types/command:remote:Connection", secret: true },
        environment: { type: "object", additionalProperties: { type: "string" } },
      },
      requiredInputs: ["connection"],
      properties: {},
    },
  },
};

test("reducing keeps types, flags and defaults, and names what is not implemented", () => {
  expect(reduce(TINY)).toEqual({
    name: "command",
    flavour: "native",
    config: {},
    resources: {
      "command:local:Command": {
        inputs: {
          assetPaths: { implemented: false },
          logging: { type: "string", enum: ["none"] },
          triggers: { type: "array", items: { type: "any" }, replace: true },
        },
        outputs: { stdout: { type: "string", computed: true } },
      },
      "command:remote:Command": {
        inputs: {
          connection: { ref: "command:remote:Connection", secret: true, required: true },
          environment: { type: "object", values: { type: "string" } },
        },
        outputs: {},
      },
    },
    functions: {},
    types: {
      "command:remote:Connection": {
        host: { type: "string", required: true },
        port: { type: "number", default: 22 },
        proxy: { implemented: false },
      },
    },
  });
});

test("a schema that lacks what is served is refused", () => {
  expect(() => reduce({ ...TINY, resources: {} })).toThrow(
    "the published schema has no command:local:Command",
  );
});
