import { matrixBlocks, matrixHtml, matrixText } from "../../../../config/keys/matrix-table.ts";
import { modelOf } from "../../../support/config.ts";

const keys = {
  reader: {
    connectors: { notes: ["search"] },
    models: ["gpt-4o-mock"],
    owner: "Ann <ann@example.test>",
    purpose: `"weekly" report & <script>alert(1)</script>`,
    expires: "2027-06-30T00:00:00Z",
  },
  writer: { connectors: { notes: "*" } },
  nobody: {},
};
const model = modelOf({ connectors: { notes: { use: "notes", alias: "n" } }, keys });

it("has a row for every locked tool and a column for every key", () => {
  expect(matrixBlocks(model)).toEqual([
    {
      alias: "n",
      description: "Notes",
      keys: ["nobody", "reader", "writer"],
      rows: [
        { tool: "add", allowed: [false, false, true] },
        { tool: "remove", allowed: [false, false, true] },
        { tool: "search", allowed: [false, true, true] },
      ],
    },
  ]);
});

it("is a table in a terminal", () => {
  expect(matrixText(model)).toBe(
    [
      "n: Notes",
      "            nobody  reader  writer",
      "n-add       -       -       yes",
      "n-remove    -       -       yes",
      "n-search    -       yes     yes",
      "",
    ].join("\n"),
  );
});

it("says so when there are no connectors", () => {
  expect(matrixText(modelOf({ keys: { k: {} } }))).toBe("No connectors yet.\n");
});

describe("the page", () => {
  const page = matrixHtml(model, `<b>"x"&`);

  it("escapes every word of the configuration", () => {
    expect(page).toContain("<title>Who may call what: &lt;b>&quot;x&quot;&amp;</title>");
    expect(page).toContain(
      "<tr><td>reader</td><td>Ann &lt;ann@example.test></td>" +
        "<td>&quot;weekly&quot; report &amp; &lt;script>alert(1)&lt;/script></td>" +
        "<td>gpt-4o-mock</td><td>2027-06-30T00:00:00.000Z</td></tr>",
    );
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<b>");
  });

  it("has what the table in the terminal has", () => {
    const cells = [...page.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(
      ([, tool, rest = ""]) => [
        tool,
        rest
          .replaceAll(/<[^>]+>/g, " ")
          .trim()
          .split(/\s+/),
      ],
    );
    expect(cells).toEqual([
      ["n-add", ["–", "–", "yes"]],
      ["n-remove", ["–", "–", "yes"]],
      ["n-search", ["–", "yes", "yes"]],
    ]);
    expect(page.match(/<th scope="col">[^<]*/g)).toEqual(
      ["tool", "nobody", "reader", "writer"].map((word) => `<th scope="col">${word}`),
    );
  });

  it("needs nothing else: no address, no script, no file", () => {
    expect(page).not.toMatch(/https?:|\/\/|\bsrc=|\bhref=|url\(|@import|<script|<link|<img/i);
  });
});
