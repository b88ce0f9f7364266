/** The random resources: their alphabets, their rules, and that nothing repeats. */
import { checkResource } from "../plugins/provider.ts";
import { type TextRules, randomText } from "../plugins/random/alphabet.ts";
import { randomPackage } from "../plugins/random/package.ts";
import { type Plain, revealAll } from "../plugins/rpc/values.ts";
import { subject } from "./subject.ts";

const RULES: TextRules = {
  length: 4000,
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

function alphabet(rules: Partial<TextRules>): string {
  return [...new Set(randomText({ ...RULES, ...rules }))].sort().join("");
}

test.each([
  [{ lower: false, upper: false, special: false }, "0123456789"],
  [{ lower: false, numeric: false, special: false }, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  [{ upper: false, numeric: false, special: false }, "abcdefghijklmnopqrstuvwxyz"],
  [{ upper: false, lower: false, numeric: false }, "!#$%&()*+-:<=>?@[]_{}"],
  [{ upper: false, lower: false, numeric: false, overrideSpecial: "-_" }, "-_"],
])("the alphabet of %j is exactly %s", (rules, expected) => {
  expect(alphabet(rules)).toBe(expected);
});

test("every character is as likely as another", () => {
  // 171 characters: the remainder of a byte would give every second one twice its share.
  const overrideSpecial = String.fromCharCode(...Array.from({ length: 171 }, (_, i) => 0x100 + i));
  const only = { lower: false, upper: false, numeric: false, overrideSpecial };
  const counts = new Map<string, number>();
  for (const character of randomText({ ...RULES, ...only, length: 171_000 })) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect(counts.size).toBe(171);
  // Nine standard deviations wide, so that chance never fails the build.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(285);
});

test("minimums are kept, anywhere in the text", () => {
  const rules = {
    ...RULES,
    length: 8,
    lower: false,
    special: false,
    numeric: false,
    minNumeric: 1,
  };
  const places = new Set<number>();
  for (let round = 0; round < 300; round++) {
    const text = randomText(rules);
    expect(text).toMatch(/^[A-Z]*[0-9][A-Z]*$/);
    expect(text).toHaveLength(8);
    places.add(text.search(/[0-9]/));
  }
  expect([...places].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("impossible rules are refused", () => {
  expect(() => randomText({ ...RULES, length: 3, minLower: 2, minUpper: 2 })).toThrow(
    "length must be at least 4: the sum of the minimums",
  );
  const none = { lower: false, upper: false, numeric: false, special: false };
  expect(() => randomText({ ...RULES, ...none })).toThrow("the character set specified is empty");
});

async function make(type: string, inputs: Plain): Promise<{ id: string; outputs: Plain }> {
  const token = `random:index/random${type}:Random${type}`;
  const checked = checkResource(randomPackage.schema, token, "it", {}, inputs);
  expect(checked.failures).toEqual([]);
  const plain = revealAll(checked.inputs);
  delete plain["__defaults"];
  const made = await randomPackage.resources[token]?.create(subject(), plain);
  if (made === undefined) throw new Error(`no ${token}`);
  return made;
}

test("a password carries its rules along", async () => {
  const { id, outputs } = await make("Password", { length: 24, special: false });
  expect(id).toBe("none");
  expect(outputs).toEqual({
    length: 24,
    lower: true,
    upper: true,
    numeric: true,
    number: true,
    special: false,
    minLower: 0,
    minUpper: 0,
    minNumeric: 0,
    minSpecial: 0,
    bcryptHash: "",
    result: expect.stringMatching(/^[0-9A-Za-z]{24}$/) as unknown,
  });
});

test("a string's id is its result", async () => {
  const { id, outputs } = await make("String", { length: 12 });
  expect(outputs["result"]).toBe(id);
  expect(id).toHaveLength(12);
});

test("bytes and ids are the same bytes in several spellings", async () => {
  const { outputs: bytes } = await make("Bytes", { length: 16 });
  expect(Buffer.from(bytes["base64"] as string, "base64").toString("hex")).toBe(bytes["hex"]);
  expect(bytes["hex"]).toMatch(/^[0-9a-f]{32}$/);
  const { id, outputs } = await make("Id", { byteLength: 8, prefix: "p-" });
  const raw = Buffer.from(id, "base64url");
  expect(raw).toHaveLength(8);
  expect(outputs).toMatchObject({
    b64Url: `p-${id}`,
    b64Std: `p-${raw.toString("base64")}`,
    hex: `p-${raw.toString("hex")}`,
    dec: `p-${raw.readBigUInt64BE()}`,
  });
});

test("no two are alike", async () => {
  const [one, two] = [await make("Bytes", { length: 16 }), await make("Bytes", { length: 16 })];
  expect(one.outputs["hex"]).not.toBe(two.outputs["hex"]);
});
