import { brokenCitations, brokenPaths } from "../../../ops/lib/doc-references.ts";

describe("a citation in the code", () => {
  const documents = [
    { path: "docs/facts.md", text: 'x\n\n- <a id="server-id"></a>how it is hashed\n' },
    { path: "docs/deep/guard.md", text: "# The guard" },
  ];
  const wrong = (text: string) => brokenCitations([{ path: "a.ts", text }], documents);

  it.each([
    "docs/facts.md",
    "docs/facts.md#server-id",
    "(docs/facts.md#server-id).",
    "docs/deep/guard.md",
  ])("%s leads somewhere", (text) => {
    expect(wrong(`// see ${text}`)).toEqual([]);
  });

  it.each([
    ["// docs/fact.md", "a.ts:1: there is no docs/fact.md"],
    ["x;\n// docs/facts.md#server", 'a.ts:2: docs/facts.md has no <a id="server">'],
    ["// (facts §2)", "a.ts:1: cite docs/NAME.md#ANCHOR, not a section's number"],
  ])("%j does not", (text, complaint) => {
    expect(wrong(text)).toEqual([complaint]);
  });
});

describe("a path in a code span", () => {
  const paths = ["index.ts", "ops/lib/a.ts", "docs/ops/c.ts", "Makefile"];
  const wrong = (text: string) => brokenPaths({ path: "docs/x.md", text }, paths);

  it.each([
    "`index.ts`",
    "`ops/lib/a.ts`",
    "`ops/lib/`",
    "`ops/<name>.ts`",
    "`ops/NAME/`",
    "`ops/lib/*.ts`",
    "`ops/c.ts`",
    "`../ops/lib/a.ts`",
    "`/mcp/`",
    "`make up`",
    "`ops`",
  ])("%s is there, or is none", (text) => {
    expect(wrong(text)).toEqual([]);
  });

  it.each(["`ops/lib/b.ts`", "`ops/lib/b*.ts`", "`ops/libs/`", "`index.ts/a`"])(
    "%s is not there",
    (text) => {
      expect(wrong(`x\n${text}`)).toEqual([
        `docs/x.md:2: there is no ${text.replaceAll("`", "").replace(/\/$/, "")}`,
      ]);
    },
  );

  it("may go up from the document's folder, and has to be there all the same", () => {
    expect(wrong("`../ops/lib/b.ts`")).toEqual(["docs/x.md:1: there is no ops/lib/b.ts"]);
  });
});
