import { createHash } from "node:crypto";
import fc from "fast-check";
import { type ListedTool, lockTools } from "../../../../config/connectors/tools-lock.ts";
import { envFile } from "../../../../components/shell/shell.ts";
import { type GuardRow, guardPolicy } from "../../../../components/litellm/guard-policy.ts";
import { inCheckout } from "../../../support/paths.ts";
import { python } from "../../../support/python.ts";

// What is written here and read in guard/, or made in both. Everything else about guard/ is tested
// in guard/tests.

// Thousands of tools, in two languages.
jest.setTimeout(60_000);

/** What Python prints of `value`, a line each, with the modules of guard/ at hand. */
async function printed(source: string, input: string): Promise<string[]> {
  const ran = await python(
    `import json, sys\nsys.path.insert(0, ${JSON.stringify(inCheckout("guard"))})\nvalue = json.load(sys.stdin)\n${source}`,
    input,
  );
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout.trim().split("\n");
}

/** A tool as it was locked: one word, as in the policy file. */
const hashOf = (tool: ListedTool): string => {
  const { description = "", inputSchema = "" } = lockTools([tool])[tool.name] ?? {};
  return description + inputSchema;
};

/** The guard's hashes of tools that an MCP server lists, as JSON. */
const hashes = (tools: string): Promise<string[]> =>
  printed(
    `import guard_hash
for tool in value:
    print(guard_hash.tool_hash(tool.get("description"), tool["inputSchema"]))`,
    tools,
  );

it("knows a tool by the hash that tools.lock.json has of it", async () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    // Half characters, what JSON escapes, and names that are an array's index.
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((at) => String.fromCharCode(at)) }),
    fc.constantFrom("__proto__", "constructor", "0", "00", "10", "9", "4294967294", "4294967295"),
    fc.nat().map(String),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.constantFrom(null, true, false, 1e21, 1e-7, 1e-6, 123e18, -0, 5e-324, 1.7e308, 2 ** 53),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(text, tie("any"), { maxKeys: 6, noNullPrototype: true }),
    ),
  })).any;
  const tools = fc.sample(
    fc.record({
      name: fc.constant("t"),
      description: fc.option(text, { nil: undefined }),
      inputSchema: fc.dictionary(text, value, { maxKeys: 6, noNullPrototype: true }),
    }),
    { numRuns: 4000, seed: 12 },
  );
  // As it arrives: what JSON makes of it.
  const listed = JSON.parse(JSON.stringify(tools)) as ListedTool[];
  expect(await hashes(JSON.stringify(listed))).toEqual(listed.map(hashOf));
});

it("reads numbers as they are written, like JavaScript", async () => {
  const numbers = ["1.0", "1e2", "100000000000000000000000", "0.1e-6", "9007199254740993", "-0.0"];
  const text = `[${numbers.map((n) => `{"name":"t","inputSchema":{"n":${n}}}`).join(",")}]`;
  expect(await hashes(text)).toEqual((JSON.parse(text) as ListedTool[]).map(hashOf));
});

it("has its policy file read as it was meant", async () => {
  const name = fc.string({ minLength: 1 });
  const names = fc.uniqueArray(name);
  const aliases = fc.constantFrom("db", "files", "d_b", "a0");
  const digit = fc.nat(15).map((value) => value.toString(16));
  const hash = fc.string({ minLength: 16, maxLength: 16, unit: digit });
  const lock = fc.dictionary(name, fc.record({ description: hash, inputSchema: hash }), {
    noNullPrototype: true,
  });
  const policies = fc.sample(
    fc.record({
      rows: fc.uniqueArray(
        fc.record({
          name,
          tools: fc.dictionary(aliases, names, { noNullPrototype: true }),
          models: names,
          expires: fc.option(fc.nat()),
        }),
        { selector: (row) => row.name },
      ),
      locks: fc.dictionary(aliases, lock, { noNullPrototype: true }),
    }),
    { numRuns: 300, seed: 4 },
  );
  const keyHash = (text: string) => createHash("sha256").update(text).digest("hex");
  const texts = policies.map(({ rows, locks }) =>
    guardPolicy(
      rows.map((row): GuardRow => ({ ...row, keyHash: keyHash(row.name) })),
      locks,
    ),
  );
  const read = await printed(
    `import guard_policy
for text in value:
    rows, locks = guard_policy.parse(text)
    print(json.dumps([{
        hash: {
            "name": row.name, "models": sorted(row.models), "expires": row.expires,
            "tools": {alias: sorted(names) for alias, names in row.tools.items()},
        } for hash, row in rows.items()
    }, locks]))`,
    JSON.stringify(texts),
  );
  // As Python sorts: by code points.
  const byCodePoint = (words: readonly string[]) =>
    [...words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const map = <T, U>(values: Readonly<Record<string, T>>, each: (value: T) => U) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, each(value)]));
  expect(read.map((line) => JSON.parse(line) as unknown)).toEqual(
    policies.map(({ rows, locks }) => [
      Object.fromEntries(
        rows.map(({ name: key, tools, models, expires }) => [
          keyHash(key),
          { name: key, tools: map(tools, byCodePoint), models: byCodePoint(models), expires },
        ]),
      ),
      map(locks, (tools) => map(tools, (tool) => tool.description + tool.inputSchema)),
    ]),
  );
});

it("has its env file read in whatever quoting it has", async () => {
  const values = {
    PLAIN: "x",
    KEY: "sk-it's",
    WORD: `it's "x" $HOME \\ \`id\` #`,
    EMPTY: "",
    A_B: "a=b c",
  };
  const read = await printed(
    `import os, tempfile, gate_environment
with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
    file.write(value)
    file.flush()
    print(json.dumps(gate_environment.read(file.name)))`,
    JSON.stringify(envFile(values)),
  );
  expect(read.map((line) => JSON.parse(line) as unknown)).toEqual([values]);
});
