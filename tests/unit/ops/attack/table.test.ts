import { leaks } from "../../../../ops/attack/leaks.ts";
import { isConnector, isReached, reachCell, rowName } from "../../../../ops/attack/reach.ts";
import { cellOf, reachedLines, table } from "../../../../ops/attack/table.ts";

const outcome = (statuses: readonly number[], seen?: string, away = false) => ({
  name: "way",
  statuses,
  seen,
  away,
});

test.each([
  ["nothing to try", [], "n/a"],
  ["refusals alone", [outcome([400]), outcome([401, 0])], "refused"],
  ["an answer without effect", [outcome([400]), outcome([200])], "no effect"],
  ["a gateway that was not there", [outcome([400]), outcome([503], undefined, true)], "not tried"],
  ["one of many reached", [outcome([400]), outcome([400], "seen")], "reached"],
])("a cell of %s", (_, outcomes, verdict) => {
  expect(cellOf(outcomes).verdict).toBe(verdict);
});

test("the table has a line an attack, and a line of words for everything reached", () => {
  const rows = [
    { id: "a", words: "first", cells: [cellOf([outcome([401])]), cellOf([outcome([500], "x")])] },
    { id: "b", words: "second", cells: [cellOf([]), cellOf([outcome([200])])] },
  ];
  expect(table(["no key", "a key"], rows)).toBe(
    [
      "| attack    | no key      | a key         |",
      "| --------- | ----------- | ------------- |",
      "| a: first  | refused 401 | REACHED (1)   |",
      "| b: second | n/a         | no effect 200 |",
      "",
    ].join("\n"),
  );
  expect(reachedLines(["no key", "a key"], rows)).toEqual(["a, a key: way: x"]);
});

describe("what an answer shows", () => {
  const guarded = { secrets: { "the master key": "sk-master", nothing: "" }, own: ["//10.0.0.9"] };
  const ids = (body: string, headers = {}) =>
    Object.keys(leaks({ status: 200, headers, body }, guarded));
  test.each([
    ["nothing", "an answer", {}, []],
    ["a secret", "x sk-master x", {}, ["leak-secret"]],
    ["a secret in a header", "", { x: "sk-master" }, ["leak-secret"]],
    ["a database's URL", "postgresql://a:b@c/d", {}, ["leak-secret"]],
    ["a name of the inside", "at http://mcp-relay:20828/sse", {}, ["leak-body"]],
    ["a private address in a header", "", { a: "http://172.18.0.3:9200/v1" }, ["leak-header"]],
    ["an address that the attacker wrote", "http://10.0.0.9:1/x", {}, []],
    ["a public address", "see https://docs.example.com/x", {}, []],
    ["a stack", "Traceback (most recent call last):", {}, ["leak-trace"]],
  ])("%s", (_, body, headers, found) => {
    expect(ids(body, headers)).toEqual(found);
  });
});

describe("what a connector reaches", () => {
  test.each([
    ["mcp-edge", "421", false],
    ["mcp-edge", "200", true],
    ["mcp-relay", "403", false],
    ["mcp-relay", "404", true],
    ["mcp-relay", "open", true],
    ["mcp-litellm-proxy", "401", true],
    ["mcp-litellm-postgres", "open", true],
    ["mcp-litellm-postgres", "", false],
    ["this host", "401", false],
    ["this host", "open", true],
  ])("%s that says %s", (row, result, reached) => {
    expect(isReached(row, result)).toBe(reached);
  });

  const found = (of: string, port: number, result: string) => ({
    aim: { of, host: of, port },
    result,
    way: "",
  });
  test("its own data and its own way out are no finding, another port of them is", () => {
    const cell = (port: number) =>
      reachCell("mcp-a", "mcp-samples-postgres", [found("mcp-samples-postgres", port, "open")]);
    expect([cell(5432).verdict, cell(22).verdict]).toEqual(["n/a", "reached"]);
    const squid = (of: string) => reachCell("mcp-a", of, [found(of, 3128, "400")]).verdict;
    expect([squid("mcp-a-egress"), squid("mcp-b-egress")]).toEqual(["n/a", "reached"]);
  });

  test("connectors are told from the gateway's own parts, with and without a prefix", () => {
    const names = ["mcp-postgres", "mcp-edge", "mcp-litellm-proxy-x1", "mcp-relay", "mcp-a-egress"];
    for (const prefix of ["", "e2e-"])
      expect(names.filter((name) => isConnector({ name: prefix + name }, prefix))).toEqual([
        "mcp-postgres",
      ]);
    expect(rowName("e2e-mcp-litellm-proxy-x1", "e2e-")).toBe("mcp-litellm-proxy");
  });
});
