/** One key as the guard is to know it. */
export interface GuardRow {
  readonly name: string;
  /** SHA-256 of the key's value, 64 hex digits: what LiteLLM knows a key by. */
  readonly keyHash: string;
  /** Connector alias → bare tool names, always spelled out. */
  readonly tools: Readonly<Record<string, readonly string[]>>;
  readonly models: readonly string[];
  /** Unix seconds. */
  readonly expires: number | null;
}

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();

const byName = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * The guard's policy file: the same text for the same rows, in whatever order they come.
 * @throws Error if two rows are of the same key: the file could hold only one of them
 */
export function guardPolicy(rows: readonly GuardRow[]): string {
  const keys = byName(
    rows.map(({ keyHash, name, tools, models, expires }) => [
      keyHash,
      {
        name,
        tools: byName(Object.entries(tools).map(([alias, names]) => [alias, sorted(names)])),
        models: sorted(models),
        expires,
      },
    ]),
  );
  if (Object.keys(keys).length !== rows.length)
    throw new Error("two rows of the guard's policy are of the same key");
  return `${JSON.stringify({ version: 1, keys }, null, 1)}\n`;
}
