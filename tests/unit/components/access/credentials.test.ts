import { optional } from "../../../../config/common/optional.ts";
import { credentialsOf } from "../../../../components/access/credentials.ts";
import { parseKept } from "../../../../components/keyring/kept-value.ts";

const key = { name: "k", tools: {}, models: [], rotation: "1", overlapHours: 0 };
/** printf %s sk-new | sha256sum, and of sk-old. */
const hash = {
  now: "8da9a7efee51ce8615fe40f891bb33ed0da172afab224ae4c3f434dedbdfcfe3",
  old: "d3e64608f5182a4408eef248830800d9f4b82167cb91b4b193ac488aa1235fc9",
};

describe("what keep-secret.sh prints", () => {
  it.each([
    ["sk-new\n", { value: "sk-new" }],
    ["sk-new", { value: "sk-new" }],
    ["sk-new\nsk-old 1700\n", { value: "sk-new", previous: { value: "sk-old", until: 1700 } }],
  ])("%j", (text, kept) => {
    expect(parseKept(text)).toEqual(kept);
  });

  it.each(["", "\n"])("is not %j", (text) => {
    expect(() => parseKept(text)).toThrow("the keyring gave no value");
  });

  it.each(["sk-new\nsk-old", "sk-new\nsk-old soon"])("has an end for the old value: %j", (text) => {
    expect(() => parseKept(text)).toThrow("the keyring gave no end for the value before");
  });
});

it("lets the present value in, by its hash, as long as the key", () => {
  const kept = { value: "sk-new" };
  expect(credentialsOf(key, kept)).toEqual([{ name: "k", keyHash: hash.now, expires: null }]);
  expect(credentialsOf({ ...key, expires: 900 }, kept)).toEqual([
    { name: "k", keyHash: hash.now, expires: 900 },
  ]);
});

it.each([
  ["until its own end", undefined, 1700],
  ["never beyond the key's own end", 1600, 1600],
  ["no longer than its overlap for a key that goes on", 1800, 1700],
])("lets the old value in %s", (_, expires, until) => {
  const kept = { value: "sk-new", previous: { value: "sk-old", until: 1700 } };
  expect(credentialsOf({ ...key, ...optional({ expires }) }, kept)).toEqual([
    { name: "k", keyHash: hash.now, expires: expires ?? null },
    { name: "k", keyHash: hash.old, expires: until },
  ]);
});
