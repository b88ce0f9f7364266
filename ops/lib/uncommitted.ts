/** The changed paths of `git status --porcelain=v1 -z`. */
export function changedPaths(status: string): string[] {
  const fields = status.split("\0").filter((field) => field !== "");
  const isRename = (field: string): boolean => /^(?:[RC].|.[RC]) /.test(field);
  // After a rename or copy the old name follows, in a field of its own.
  return fields
    .filter((_, index) => index === 0 || !isRename(fields[index - 1] ?? ""))
    .map((field) => field.slice(3));
}

/** A file of a stack's configuration, which Pulumi writes to as well. */
export const isStackFile = (path: string): boolean => /(?:^|\/)Pulumi\.[^/]+\.yaml$/.test(path);

/** Does this diff of one file change nothing but the salt that Pulumi puts there by itself? */
export function isSaltAlone(diff: string): boolean {
  const changed = diff
    .split("\n")
    .filter((line) => /^[+-]/.test(line) && !/^(?:\+\+\+|---) /.test(line));
  return changed.length > 0 && changed.every((line) => /^[+-]encryptionsalt:/.test(line));
}

const named = 3;

/** One line about changes that no commit has; undefined where there are none. */
export function uncommittedWarning(paths: readonly string[]): string | undefined {
  if (paths.length === 0) return undefined;
  const names = [...paths.slice(0, named), ...(paths.length > named ? ["…"] : [])].join(", ");
  const count =
    paths.length === 1 ? "an uncommitted change" : `${paths.length} uncommitted changes`;
  return `! this checkout has ${count} (${names}): no commit says what is deployed from it`;
}
