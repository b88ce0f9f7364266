/** The border to the engine: what is secret or unknown must stay so in both directions. */
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { markSecrets, previewCreate, previewUpdate } from "../plugins/provider.ts";
import {
  fromStruct,
  hasSecret,
  reveal,
  revealAll,
  Secret,
  toStruct,
  Unknown,
} from "../plugins/rpc/values.ts";
import type { PackageSpec } from "../plugins/schema/schema.ts";
import commandSchema from "../schemas/command.json" with { type: "json" };
import randomSchema from "../schemas/random.json" with { type: "json" };

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const wire = {
  plain: "text",
  list: [1, null, { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: { deep: "hidden" } }],
  later: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
};
const decoded = {
  plain: "text",
  list: [1, null, new Secret({ deep: "hidden" })],
  later: new Unknown(),
};

test("secrets and unknowns survive the wire", () => {
  const arrived = fromStruct(structPb.Struct.fromJavaScript(wire));
  expect(arrived).toEqual(decoded);
  expect(arrived["later"]).toBeInstanceOf(Unknown);
  expect(toStruct(arrived).toJavaScript()).toEqual(wire);
  expect(fromStruct(undefined)).toEqual({});
});

test("assets are refused", () => {
  const asset = { source: { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17" } };
  expect(() => fromStruct(structPb.Struct.fromJavaScript(asset))).toThrow(
    "assets, archives and resource references are not implemented here",
  );
});

test("revealing drops wrappers and nulls, and refuses what is not known", () => {
  expect(revealAll({ a: new Secret([new Secret("x")]), b: null, c: { d: false } })).toEqual({
    a: ["x"],
    c: { d: false },
  });
  expect(() => reveal([new Unknown()])).toThrow("a value that is not known yet");
});

test("a secret is found however deep", () => {
  expect(hasSecret({ a: [{ b: new Secret(1) }] })).toBe(true);
  expect(hasSecret({ a: [{ b: 1 }, new Unknown()] })).toBe(false);
});

test("outputs are secret by the schema or by the input of the same name", () => {
  const spec = {
    inputs: { envs: { type: "array" }, key: { type: "string", secret: true } },
    outputs: { result: { type: "string", secret: true }, open: { type: "string" } },
  } as const;
  const outputs = { envs: ["A=1"], key: "k", result: "r", open: "o" };
  expect(markSecrets(spec, outputs, { envs: ["A=1"] })).toEqual({
    envs: ["A=1"],
    key: new Secret("k"),
    result: new Secret("r"),
    open: "o",
  });
  expect(markSecrets(spec, outputs, { envs: [new Secret("A=1")] })["envs"]).toEqual(
    new Secret(["A=1"]),
  );
});

const random = randomSchema as PackageSpec;
const command = commandSchema as PackageSpec;
const PASSWORD = "random:index/randomPassword:RandomPassword";
const COMMAND = "command:local:Command";

test("a preview knows the inputs and nothing else", () => {
  expect(previewCreate(random, PASSWORD, { length: 8, __defaults: [] })).toEqual({
    length: 8,
    bcryptHash: new Secret(new Unknown()),
    result: new Secret(new Unknown()),
  });
});

test("the preview of an update: a command's output is open, a password stays", () => {
  const olds = { state: { create: "a", stdout: "1", stderr: "" }, inputs: { create: "a" } };
  expect(previewUpdate(command, COMMAND, olds, { create: "b" })).toEqual({
    create: "b",
    stdout: new Unknown(),
    stderr: new Unknown(),
  });
  expect(previewUpdate(command, COMMAND, olds, { create: "a" })).toEqual(olds.state);
  const kept = { state: { length: 8, result: new Secret("r"), bcryptHash: "" }, inputs: {} };
  expect(previewUpdate(random, PASSWORD, kept, { length: 9 })).toEqual({
    length: 9,
    result: new Secret("r"),
    bcryptHash: new Secret(""),
  });
});
