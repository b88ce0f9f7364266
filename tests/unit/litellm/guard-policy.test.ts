import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { type GuardRow, guardPolicy } from "../../../components/litellm/guard-policy.ts";
import { loading, python } from "../../support/python.ts";
import { scratch } from "../../support/shell.ts";

const file = "guard/guard_policy.py";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const row = (name: string, more: Partial<GuardRow> = {}): GuardRow => ({
  ...{ name, keyHash: sha256(name), tools: { db: ["b", "a"] }, models: ["m"], expires: null },
  ...more,
});

describe("guardPolicy", () => {
  it("renders rows exactly", () => {
    expect(JSON.parse(guardPolicy([row("one", { expires: 5 })], {}))).toEqual({
      version: 2,
      keys: {
        [sha256("one")]: { name: "one", tools: { db: ["a", "b"] }, models: ["m"], expires: 5 },
      },
      connectors: {},
    });
  });

  it("is the same text for the same rows in any order", () => {
    const a = row("one", { tools: { db: ["a", "b", "a"], files: [] }, models: ["x", "m"] });
    const b = row("one", { tools: { files: [], db: ["b", "a"] }, models: ["m", "x", "m"] });
    const one = { description: "a".repeat(16), inputSchema: "b".repeat(16) };
    const two = { description: "c".repeat(16), inputSchema: "d".repeat(16) };
    const text = guardPolicy([a, row("two")], { db: { x: one, y: two }, files: {} });
    expect(text).toBe(guardPolicy([row("two"), b], { files: {}, db: { y: two, x: one } }));
    expect(JSON.parse(text)).toMatchObject({
      connectors: {
        db: { x: "a".repeat(16) + "b".repeat(16), y: "c".repeat(16) + "d".repeat(16) },
      },
    });
  });

  it("does not merge two rows of one key", () => {
    expect(() => guardPolicy([row("one"), row("two", { keyHash: sha256("one") })], {})).toThrow(
      "of the same key",
    );
  });
});

interface Case {
  readonly rows: readonly GuardRow[];
  readonly token: string | null;
  readonly name: string;
  readonly now: number;
}

/** The guard's decisions; null where it lets the call through. */
async function decisions(cases: readonly Case[]): Promise<(string | null)[]> {
  const source = `${loading(file, {})}
for case in json.load(sys.stdin):
    rows, _ = module.parse(case["policy"])
    print(json.dumps(module.decide(rows, case["token"], case["name"], case["now"])))`;
  const input = cases.map(({ rows, ...rest }) => ({ ...rest, policy: guardPolicy(rows, {}) }));
  const ran = await python(source, JSON.stringify(input));
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as string | null);
}

const alias = fc.constantFrom("db", "files", "d_b");
const tool = fc.constantFrom("read", "write", "read-all", "db-read");
const tools = fc.dictionary(alias, fc.subarray(["read", "write", "read-all", "db-read"]), {
  maxKeys: 3,
  size: "max",
});
const rows = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("k1", "k2", "k3"),
    tools,
    models: fc.constant([]),
    expires: fc.option(fc.integer({ min: 0, max: 100 }), { freq: 1 }),
  }),
  { minLength: 2, maxLength: 3, selector: ({ name }) => name },
);
const called = fc.oneof(
  fc.tuple(alias, tool).map(([a, t]) => `${a}-${t}`),
  fc.tuple(alias, fc.constantFrom("-", "_", "--", "/", " -"), tool).map((parts) => parts.join("")),
  tool,
  fc.tuple(alias, tool).map(([a, t]) => `${a.toUpperCase()}-${t}`),
  fc.string(),
);

it("decides as the matrix says, whatever the matrix and the request", async () => {
  const cases = fc.sample(
    fc.record({
      rows: rows.map((list) => list.map((each) => ({ ...each, keyHash: sha256(each.name) }))),
      token: fc.option(fc.constantFrom("k1", "k2", "k3", "k4").map(sha256)),
      name: called,
      now: fc.integer({ min: 0, max: 100 }),
    }),
    { numRuns: 3000, seed: 4 },
  );
  const got = await decisions(cases);
  const wanted = cases.map(({ rows: list, token, name, now }) =>
    list.some(
      (each) =>
        each.keyHash === token &&
        (each.expires === null || now < each.expires) &&
        Object.entries(each.tools).some(([a, names]) => names.some((t) => `${a}-${t}` === name)),
    ),
  );
  expect(got.map((text) => text === null)).toEqual(wanted);
  // Not a test of refusals only.
  expect(wanted.filter(Boolean).length).toBeGreaterThan(100);
});

it("tells the caller the key, the tool and the rule", async () => {
  const rows = [
    row("one", { tools: { db: ["a", "b"], files: ["a"] } }),
    row("old", { expires: 9 }),
  ];
  const token = sha256("one");
  const cases = [
    ...["db-c", "a", "b", "x-a", "y".repeat(500)].map((name) => ({ rows, token, name, now: 1 })),
    { rows, token: sha256("old"), name: "db-a", now: 9 },
    { rows, token: sha256("else"), name: "db-a", now: 1 },
    { rows, token: null, name: "db-a", now: 1 },
  ];
  const has = "its row has db (2 tools), files (1 tool)";
  expect(await decisions(cases)).toEqual([
    `key "one" may not call "db-c": ${has}`,
    'key "one" may not call "a" by its bare name: call "db-a" or "files-a"',
    'key "one" may not call "b" by its bare name: call "db-b"',
    `key "one" may not call "x-a": ${has}`,
    `key "one" may not call "${"y".repeat(125)}...": ${has}`,
    'key "old" expired at 1970-01-01T00:00:09+00:00',
    "this key is not in the gateway's policy: it may call nothing",
    "this call carries no identity: it is refused",
  ]);
});

describe("the policy file", () => {
  const place = scratch();
  const path = join(place.path, "policy.json");
  afterAll(() => {
    place.remove();
  });
  const locked = { description: "a".repeat(16), inputSchema: "b".repeat(16) };
  const good = guardPolicy([row("one")], { db: { a: locked } });
  const change = (text: string, from: string, to: string): string => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };
  const token = sha256("one");

  it.each<[string, string, string]>([
    ["nothing", "", "Expecting value"],
    ["no JSON", "{", "Expecting property name"],
    ["a list", "[]", "does not have exactly version, keys and connectors"],
    ["another version", change(good, '"version": 2', '"version": 1'), "its version is not 2"],
    ["a true version", change(good, '"version": 2', '"version": true'), "its version is not 2"],
    [
      "a member more",
      change(good, '"version": 2', '"version": 2, "x": 1'),
      "exactly version, keys and connectors",
    ],
    ["a key twice", change(good, '"version": 2', '"version": 2, "version": 2'), "twice"],
    ["a key in the clear", change(good, token, "sk-1"), "not named by a SHA-256"],
    ["a row less", change(good, '"models"', '"model"'), "exactly name, tools, models and expires"],
    ["no name", change(good, '"name": "one"', '"name": ""'), "has no name"],
    [
      "a star",
      change(good, '"db": [\n     "a",\n     "b"\n    ]', '"db": "*"'),
      "not a list of names",
    ],
    ["an alias with a hyphen", change(good, '"db"', '"d-b"'), "alias is none"],
    [
      "a lock without names",
      change(good, '"connectors": {', '"connectors": [], "x": {'),
      "exactly",
    ],
    ["a list of locks", '{"version": 2, "keys": {}, "connectors": []}', "not alias: lock"],
    ["a short hash", change(good, "a".repeat(16) + "b", "b"), "a tool without a hash"],
    [
      "a locked tool's hash in capitals",
      change(good, "a".repeat(16), "A".repeat(16)),
      "without a hash",
    ],
    [
      "a lock that is none",
      '{"version": 2, "keys": {}, "connectors": {"db": "*"}}',
      "not tool: hash",
    ],
    [
      "a lock of no alias",
      '{"version": 2, "keys": {}, "connectors": {"d-b": {}}}',
      "alias is none",
    ],
    ["an expiry as text", change(good, '"expires": null', '"expires": "never"'), "not in seconds"],
  ])("with %s in it refuses everything", async (_, text, reason) => {
    writeFileSync(path, text);
    const ran = await python(
      `${loading(file, {})}
said = []
policy = module.Policy(${JSON.stringify(path)}, said.append)
for _ in range(3):
    try:
        policy.row(${JSON.stringify(token)})
        print("let through")
    except module.Refusal as refusal:
        print(refusal)
print(json.dumps(said))`,
    );
    const [first, second, third, said] = ran.stdout.split("\n");
    expect(new Set([first, second, third])).toEqual(
      new Set(["the gateway has no policy in force: every call is refused"]),
    );
    const lines = JSON.parse(said ?? "") as { state: string; reason: string }[];
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ guard: "policy", state: "refusing every call" });
    expect(lines[0]?.reason).toContain(reason);
  });

  it("is read again when it is another one, and only then", async () => {
    const other = guardPolicy([row("two")], {});
    for (const [name, text] of Object.entries({ good, other }))
      writeFileSync(join(place.path, name), text);
    rmSync(path, { force: true, recursive: true });
    const ran = await python(
      `${loading(file, {})}
import os, shutil
said, reads = [], []
policy = module.Policy(${JSON.stringify(path)}, said.append)
parse = module.parse
module.parse = lambda text: reads.append(1) or parse(text)
def look():
    try:
        return policy.row(${JSON.stringify(token)}).name
    except module.Refusal as refusal:
        return refusal.message.partition(":")[0]
def put(name):
    shutil.copyfile(${JSON.stringify(place.path)} + "/" + name, ${JSON.stringify(path)} + ".new")
    os.replace(${JSON.stringify(path)} + ".new", ${JSON.stringify(path)})
seen = [look(), look()]
for name in ("good", "good", "other"):
    put(name)
    seen += [look(), look()]
os.remove(${JSON.stringify(path)})
seen += [look(), look()]
os.mkdir(${JSON.stringify(path)})
seen += [look()]
os.rmdir(${JSON.stringify(path)})
put("good")
seen += [look()]
print(json.dumps([seen, len(reads), [line["state"] for line in said]]))`,
    );
    expect(ran.stderr).toBe("");
    const none = "the gateway has no policy in force";
    const gone = "this key is not in the gateway's policy";
    expect(JSON.parse(ran.stdout)).toEqual([
      [none, none, "one", "one", "one", "one", gone, gone, none, none, none, "one"],
      4,
      // A missing file, three policies, a missing one, a directory, a policy.
      [
        "refusing every call",
        "in force",
        "in force",
        "in force",
        "refusing every call",
        "refusing every call",
        "in force",
      ],
    ]);
  });
});
