import { lockTools } from "../../../../config/connectors/tools-lock.ts";
import { modelOf } from "../../../support/config.ts";

const definition = (more: object = {}) => ({
  title: "T",
  description: "t",
  transport: "stdio",
  image: `t@sha256:${"0".repeat(64)}`,
  command: ["tool"],
  egress: { mode: "none", reason: "it is a test" },
  verify: { tool: "read", expect: "." },
  defaultTools: ["list", "read"],
  ...more,
});
const locked = {
  image: `t@sha256:${"0".repeat(64)}`,
  tools: lockTools(
    ["list", "read", "write", "drop", "move", "make"].map((name) => ({ name, inputSchema: {} })),
  ),
};
const warnings = (keys: Record<string, unknown>, connector: object = {}, more: object = {}) =>
  modelOf(
    { connectors: { notes_a: { definition: definition(more), ...connector } }, keys },
    { version: 1, connectors: { "connector:notes_a": locked } },
  ).warnings.filter((text) => text.includes("share one process"));
const row = (tools: unknown) => ({ connectors: { notes_a: tools } });

it("says it when two keys share a stdio server and one may do more than is proposed", () => {
  expect(warnings({ "a-b": row(["read"]), c: row(["write", "read"]) })).toEqual([
    'connectors.notes_a: the keys a-b, c share one process of this server, and some may call write, which its definition does not propose: what a call of one key leaves in it, a call of another may read or change. If that must not be, give a key a connector of its own: the same entry again under another id, such as connectors.notes_a_c, and that id instead of "notes_a" in keys.c',
  ]);
});

it("names three tools and counts the rest, and says where nothing is proposed at all", () => {
  const keys = { a: row("*"), b: row(["read"]) };
  expect(warnings(keys)[0]).toContain(
    "and some may call drop, make, move and 1 more, which its definition does not propose:",
  );
  expect(warnings(keys, {}, { defaultTools: undefined })[0]).toContain(
    "and its definition does not say which of its tools (drop, list, make and 3 more) only read:",
  );
});

it.each([
  ["one key", { a: row("*"), b: {} }, {}, {}],
  ["what is proposed alone", { a: row("default"), b: row(["read"]) }, {}, {}],
  ["a process for each call", { a: row("*"), b: row("*") }, { placement: "gateway" }, {}],
  ["a server with sessions of its own", { a: row("*"), b: row("*") }, {}, { transport: "http" }],
])("says nothing for %s", (_, keys, connector, more) => {
  expect(warnings(keys, connector, more)).toEqual([]);
});
