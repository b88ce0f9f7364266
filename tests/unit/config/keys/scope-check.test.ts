import type { Problem } from "../../../../config/common/problem.ts";
import { lockTools } from "../../../../config/connectors/tools-lock.ts";
import { lock, modelOf, now, problemsIn } from "../../../support/config.ts";

const base = { connectors: { notes: { use: "notes" } } };
const only = (raw: unknown, known = lock): Problem => {
  const [problem, ...more] = problemsIn(raw, known);
  expect(more).toEqual([]);
  if (problem === undefined) throw new Error("no problem");
  return problem;
};
const key = (more: unknown) => ({ ...base, keys: { k: more } });
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

describe("keys", () => {
  it("name connectors that are there, and a typo is helped", () => {
    expect(only(key({ connectors: { nots: "*" } }))).toEqual({
      path: ["keys", "k", "connectors", "nots"],
      message: 'there is no connector "nots" (did you mean "notes"?)',
      allowed: "notes",
      fix: "pulumi config rm --path 'mcp-gateway:keys.k.connectors.nots'",
    });
  });

  it("do not find a connector in what every object has", () => {
    expect(only(key({ connectors: { constructor: "*" } })).message).toBe(
      'there is no connector "constructor"',
    );
  });

  it("name tools that the lock has, and a typo is helped", () => {
    expect(only(key({ connectors: { notes: ["add", "serch"] } }))).toEqual({
      path: ["keys", "k", "connectors", "notes", 1],
      message: '"notes" has no tool "serch" (did you mean "search"?)',
      value: "serch",
      allowed: "add, remove, search",
      fix: "pulumi config rm --path 'mcp-gateway:keys.k.connectors.notes[1]'",
    });
  });

  it("lose the connector with its only tool: an empty list would be the next problem", () => {
    expect(only(key({ connectors: { notes: ["zzzzzzzz"] } }))).toEqual({
      path: ["keys", "k", "connectors", "notes", 0],
      message: '"notes" has no tool "zzzzzzzz"',
      value: "zzzzzzzz",
      allowed: "add, remove, search",
      fix: "pulumi config rm --path 'mcp-gateway:keys.k.connectors.notes'",
    });
  });

  it("name access groups that are there, and a typo is helped", () => {
    const accessGroups = { readers: { connectors: { notes: ["search"] } } };
    expect(only({ ...key({ groups: ["readers", "raeders"] }), accessGroups })).toEqual({
      path: ["keys", "k", "groups", 1],
      message: 'there is no access group "raeders" (did you mean "readers"?)',
      value: "raeders",
      allowed: "readers",
      fix: "pulumi config rm --path 'mcp-gateway:keys.k.groups[1]'",
    });
    expect(only(key({ groups: ["any"] })).allowed).toBe("none");
  });

  it("name models that are there, and a typo is helped", () => {
    expect(only(key({ models: ["gpt-4o-mock", "gpt-4o-mok"] }))).toEqual({
      path: ["keys", "k", "models", 1],
      message: 'there is no model "gpt-4o-mok" (did you mean "gpt-4o-mock"?)',
      value: "gpt-4o-mok",
      allowed: "gpt-4o-mock",
      fix: "pulumi config set --path 'mcp-gateway:keys.k.models[1]' 'gpt-4o-mock'",
    });
  });

  it.each([
    ["2027-06-30 00:00:00 +0000 UTC", "2027-06-30T00:00:00Z"],
    ["2027-06-30 02:00:00.5 +0200 +0200", "2027-06-30T00:00:00.5Z"],
  ])("take %j, which Pulumi makes of a time without quotes", (expires, same) => {
    const of = (text: string) => modelOf(key({ expires: text })).keys[0]?.expires;
    expect(of(expires)).toBe(of(same));
    expect(of(expires)).toBe(Math.floor(Date.parse(same) / 1000));
  });

  it("have not expired already", () => {
    expect(only(key({ expires: iso(now) }))).toEqual({
      path: ["keys", "k", "expires"],
      message: "the key has expired already",
      value: iso(now),
      allowed: "a time in the future, or no key",
      fix: "pulumi config rm --path 'mcp-gateway:keys.k'",
    });
    expect(modelOf(key({ expires: iso(now + 1) })).keys[0]?.expires).toBe(now + 1);
  });

  it("expire at the same moment in whatever time zone it is written", () => {
    const [made] = modelOf(key({ expires: "2026-01-01T02:00:01+02:00" })).keys;
    expect(made?.expires).toBe(now + 1);
  });
});

it("holds access groups to the same rules", () => {
  const accessGroups = { g: { connectors: { notes: ["adds"], note: "*" } } };
  expect(problemsIn({ ...base, accessGroups })).toEqual([
    {
      path: ["accessGroups", "g", "connectors", "notes", 0],
      message: '"notes" has no tool "adds" (did you mean "add"?)',
      value: "adds",
      allowed: "add, remove, search",
      fix: "pulumi config rm --path 'mcp-gateway:accessGroups.g.connectors.notes'",
    },
    {
      path: ["accessGroups", "g", "connectors", "note"],
      message: 'there is no connector "note" (did you mean "notes"?)',
      allowed: "notes",
      fix: "pulumi config rm --path 'mcp-gateway:accessGroups.g.connectors.note'",
    },
  ]);
});

describe("tools.lock.json", () => {
  const fix = "make tools-lock, then look at what git diff tools.lock.json shows";
  const allowed = "a connector whose tools were read from example/notes:2.0";
  const path = ["connectors", "notes", "use"];
  const withNotes = (entry: { image: string; tools: ReturnType<typeof lockTools> }) => ({
    ...lock,
    connectors: { ...lock.connectors, notes: entry },
  });
  const tools = lock.connectors["notes"]?.tools ?? {};

  it("knows every connector that is used, whatever keys say of it", () => {
    const message = 'tools.lock.json does not know the tools of "notes"';
    const empty = { version: 1 as const, connectors: {} };
    for (const scope of ["*", ["add"]])
      expect(only(key({ connectors: { notes: scope } }), empty)).toEqual({
        path,
        message,
        value: "notes",
        allowed,
        fix,
      });
  });

  it("knows the very image that will run", () => {
    expect(only(base, withNotes({ image: "example/notes:1.9", tools }))).toEqual({
      path,
      value: "notes",
      allowed,
      fix,
      message: 'tools.lock.json has the tools of another image of "notes"',
    });
  });

  it("proves a connector by a tool that the lock has, and a typo is helped", () => {
    const verify = { tool: "serch", expect: "." };
    expect(only({ connectors: { notes: { use: "notes", verify } } })).toEqual({
      path: ["connectors", "notes", "verify", "tool"],
      message: '"notes" has no tool "serch" (did you mean "search"?)',
      value: "serch",
      allowed: "add, remove, search",
      fix: "pulumi config set --path 'mcp-gateway:connectors.notes.verify.tool' 'search'",
    });
  });

  it("has no tool that is longer than 60 characters with its prefix", () => {
    const of = (length: number) =>
      withNotes({
        image: "example/notes:2.0",
        tools: lockTools(
          ["short", "t".repeat(length)].map((name) => ({ name, inputSchema: null })),
        ),
      });
    expect(only(base, of(55))).toEqual({
      path: ["connectors", "notes", "alias"],
      message: `"notes-${"t".repeat(55)}" is longer than 60 characters`,
      value: "notes",
      allowed: "an alias of at most 4 characters",
      fix: "pulumi config set --path 'mcp-gateway:connectors.notes.alias' 'not'",
    });
    expect(modelOf(base, of(54)).connectors[0]?.alias).toBe("notes");
    const aliased = { connectors: { notes: { use: "notes", alias: "note" } } };
    expect(modelOf(aliased, of(55)).connectors[0]?.alias).toBe("note");
    expect(only(base, of(58)).fix).toBe(
      "pulumi config set --path 'mcp-gateway:connectors.notes.alias' 'n'",
    );
  });
});

describe("a key's tools", () => {
  const of = (more: Record<string, unknown>, known = lock) =>
    modelOf({ ...base, ...more }, known).keys[0]?.tools;

  it("are spelled out from the lock for the asterisk", () => {
    expect(of({ keys: { k: { connectors: { notes: "*" } } } })).toEqual({
      notes: ["add", "remove", "search"],
    });
  });

  it("are never wider than the lock: what is not in it yet is not in the row", () => {
    const entry = {
      image: "example/notes:2.0",
      tools: lockTools([{ name: "add", inputSchema: 1 }]),
    };
    const known = { ...lock, connectors: { notes: entry } };
    expect(of({ keys: { k: { connectors: { notes: "*" } } } }, known)).toEqual({ notes: ["add"] });
  });

  it("are those of its own scope and of all its groups, sorted, each once", () => {
    const accessGroups = {
      a: { connectors: { notes: ["search"] } },
      b: { connectors: { notes: ["add", "search"] } },
      unused: { connectors: { notes: "*" } },
    };
    const keys = { k: { connectors: { notes: ["search"] }, groups: ["a", "b", "a"] } };
    expect(of({ accessGroups, keys })).toEqual({ notes: ["add", "search"] });
    expect(of({ accessGroups, keys: { k: { groups: ["a"] } } })).toEqual({ notes: ["search"] });
    const wide = { k: { connectors: { notes: ["add"] }, groups: ["unused"] } };
    expect(of({ accessGroups, keys: wide })).toEqual({ notes: ["add", "remove", "search"] });
  });

  it("are none without connectors: such a key may exist", () => {
    expect(of({ keys: { k: {} } })).toEqual({});
  });
});
