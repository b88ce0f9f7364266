import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { MarkdownItFactory } from "markdownlint";
import { lint } from "markdownlint/sync";
import relativeLinks, { markdownIt } from "markdownlint-rule-relative-links";
import { configurationDocument, configurationText } from "./lib/configuration-document.ts";
import { type TextFile, brokenCitations, brokenPaths } from "./lib/doc-references.ts";

/**
 * Holds the documents against the repository: every relative link leads to a file and a heading or
 * anchor that are there, every citation in the code to a document and an anchor, every path in a
 * code span to a file; docs/configuration.md says what the schema says. Nothing is asked of the network.
 */
const paths = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(path));
const read = (wanted: RegExp): TextFile[] =>
  paths
    .filter((path) => wanted.test(path))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));

const documents = read(/\.md$/);
const code = read(/\.(ts|js|py|sh|yaml|cfg)$|(^|\/)[A-Za-z]+$/).filter(
  // Their examples are none.
  ({ path }) => !/\/doc-references(\.test)?\.ts$/.test(path),
);

// Its types would be one more package.
const parser: unknown = markdownIt;
const found = lint({
  files: documents.map(({ path }) => path),
  config: { default: false, "relative-links": true, MD051: true },
  customRules: [relativeLinks],
  markdownItFactory: () => parser as ReturnType<MarkdownItFactory>,
});
const wrong = [
  ...Object.entries(found).flatMap(([path, errors]) =>
    errors.map(
      ({ lineNumber, errorDetail, errorContext }) =>
        `${path}:${lineNumber}: ${errorDetail ?? `there is no such heading: ${errorContext ?? ""}`}`,
    ),
  ),
  ...brokenCitations(code, documents),
  ...documents.flatMap((document) => brokenPaths(document, paths)),
  ...(readFileSync(configurationDocument, "utf8") === (await configurationText())
    ? []
    : [`${configurationDocument} is not what the schema says: make schema`]),
];
for (const line of wrong) process.stdout.write(`${line}\n`);
if (wrong.length > 0) process.exitCode = 1;
