import { readFileSync } from "node:fs";
import manifest from "../../../package.json" with { type: "json" };

const changelog = readFileSync("CHANGELOG.md", "utf8");
const sections = [...changelog.matchAll(/^## \[([^\]]+)\](?: - (\S+))?$/gm)].map(
  ([, name = "", date]) => ({ name, date }),
);

it("begins with what is unreleased, and its newest version is package.json's", () => {
  const [unreleased, ...released] = sections;
  expect(unreleased).toEqual({ name: "Unreleased", date: undefined });
  // Until the first tag there is no section for a version.
  expect([undefined, manifest.version]).toContain(released[0]?.name);
  for (const { date } of released) expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
});

it("says what is replaced in words that it explains, at the end of an entry", () => {
  const [, explanation = ""] = /^`\[replaces: …\]`(.*)$/m.exec(changelog) ?? [];
  const entries = changelog.match(/^- .*$/gm) ?? [];
  const marked = entries.filter((entry) => entry.includes("[replaces:"));
  expect(marked.length).toBeGreaterThan(0);
  for (const entry of marked) {
    const [, parts = ""] = /\. \[replaces: ([a-z ,]+)\]$/.exec(entry) ?? [];
    for (const part of parts.split(", ")) expect(explanation).toContain(`\`${part}\``);
  }
});
