import type { LockedTool } from "../../config/connectors/tools-lock.ts";
import type { GatewayModel } from "../../config/model.ts";

/** What a server must list: tool → its hashes. */
export type ToolLock = Readonly<Record<string, LockedTool>>;

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
 * @param locks connector alias → the tools as tools.lock.json has them
 * @throws Error if two rows are of the same key: the file could hold only one of them
 */
export function guardPolicy(
  rows: readonly GuardRow[],
  locks: Readonly<Record<string, ToolLock>>,
): string {
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
  const connectors = byName(
    Object.entries(locks).map(([alias, tools]) => [
      alias,
      byName(
        Object.entries(tools).map(([tool, { description, inputSchema }]) => [
          tool,
          description + inputSchema,
        ]),
      ),
    ]),
  );
  return `${JSON.stringify({ version: 2, keys, connectors }, null, 1)}\n`;
}

/** Each connector's tools as they are locked, by the name that LiteLLM has for it. */
export function locksOf({
  connectors,
}: Pick<GatewayModel, "connectors">): Record<string, ToolLock> {
  return Object.fromEntries(connectors.map(({ alias, lock }) => [alias, lock]));
}
