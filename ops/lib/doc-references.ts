import { posix } from "node:path";

/** A file of the repository, by its path from the root. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** The explicit anchors of a document: `<a id="server-id"></a>`. Headings may be renamed, these may not. */
const anchorsOf = (markdown: string): Set<string> =>
  new Set([...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id));

/**
 * Comments cite a document as `docs/NAME.md`, a fact of LiteLLM's as
 * `docs/litellm-1.77.3.md#ANCHOR`. What is wrong with those of `files`, a line each.
 * @param documents every Markdown file
 */
export function brokenCitations(
  files: readonly TextFile[],
  documents: readonly TextFile[],
): string[] {
  const anchors = new Map(documents.map(({ path, text }) => [path, anchorsOf(text)]));
  return files.flatMap(({ path, text }) => [
    ...[...text.matchAll(/\bdocs\/[\w./-]+\.md(?:#([\w.-]*\w))?/g)].flatMap((match) => {
      const document = match[0].split("#")[0] ?? "";
      const known = anchors.get(document);
      const where = `${path}:${lineOf(text, match.index)}`;
      if (known === undefined) return [`${where}: there is no ${document}`];
      return match[1] === undefined || known.has(match[1])
        ? []
        : [`${where}: ${document} has no <a id="${match[1]}">`];
    }),
    ...[...text.matchAll(/\bfacts? §/gi)].map(
      ({ index }) =>
        `${path}:${lineOf(text, index)}: cite docs/NAME.md#ANCHOR, not a section's number`,
    ),
  ]);
}

/**
 * Paths of the repository that `document` names in code spans and that are not there. A code span is
 * a path if it begins with a file or folder of the root; it may start from the document's own folder
 * too. `NAME` and `<name>` stand for anything, `*` for any part of a name that is there.
 */
export function brokenPaths(document: TextFile, paths: readonly string[]): string[] {
  const folder = document.path.slice(0, document.path.lastIndexOf("/") + 1);
  const known = paths
    .flatMap((path) =>
      path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/")),
    )
    .flatMap((path) => (path.startsWith(folder) ? [path, path.slice(folder.length)] : [path]));
  const roots = new Set(paths.map((path) => path.split("/")[0]));
  return [...document.text.matchAll(/`([\w.-]+(?:\/[\w.*<>{},-]*)*)`/g)].flatMap((match) => {
    const written = match[1] ?? "";
    const span = written.startsWith("../") ? posix.join(folder, written) : written;
    const path = span.replace(/\/$/, "");
    const isPath = roots.has(path.split("/")[0]) && /[/.]/.test(span);
    if (!isPath || /[<>{}]|\bNAME\b/.test(path)) return [];
    const glob = path.replaceAll(".", "\\.").replaceAll("*", "[^/]*");
    const pattern = new RegExp(`^${glob}$`);
    if (known.some((each) => pattern.test(each))) return [];
    return [`${document.path}:${lineOf(document.text, match.index)}: there is no ${path}`];
  });
}
