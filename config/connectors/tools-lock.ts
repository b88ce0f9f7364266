import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * What a connector's image is known to offer: a server that lists another tool, or another
 * description or input schema under a known name, has changed behind our back (a "rug pull").
 */
export interface LockedTool {
  /** First 16 hex digits of the description's sha256. */
  readonly description: string;
  /** The same of the input schema as JSON with sorted keys. */
  readonly inputSchema: string;
}

/** A tool as an MCP server lists it. */
export interface ListedTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: unknown;
}

const hash = z.string().regex(/^[0-9a-f]{16}$/);

export const toolsLock = z.strictObject({
  version: z.literal(1),
  /** Catalogue entry → the image it was read from, and its tools. */
  connectors: z.record(
    z.string(),
    z.strictObject({
      image: z.string(),
      tools: z.record(z.string(), z.strictObject({ description: hash, inputSchema: hash })),
    }),
  ),
});
export type ToolsLock = z.output<typeof toolsLock>;

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

const short = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);

/**
 * A server's list as lock entries, sorted by name.
 * @throws Error at a name that comes twice: which of the two a client takes is anyone's guess
 */
export function lockTools(tools: readonly ListedTool[]): Record<string, LockedTool> {
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`the server lists "${twice}" twice`);
  return Object.fromEntries(
    [...tools]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((tool) => [
        tool.name,
        {
          description: short(tool.description ?? ""),
          inputSchema: short(JSON.stringify(sorted(tool.inputSchema))),
        },
      ]),
  );
}

/** What differs between the lock and what a server lists now, one sentence each. */
export function lockDifferences(
  locked: Readonly<Record<string, LockedTool>>,
  listed: Readonly<Record<string, LockedTool>>,
): string[] {
  const names = [...new Set([...Object.keys(locked), ...Object.keys(listed)])].sort();
  return names.flatMap((name) => {
    // Own: a tool may be called "constructor".
    const before = Object.hasOwn(locked, name) ? locked[name] : undefined;
    const now = Object.hasOwn(listed, name) ? listed[name] : undefined;
    if (before === undefined) return [`${name} is new`];
    if (now === undefined) return [`${name} has vanished`];
    return [
      ...(before.description === now.description ? [] : [`${name} has another description`]),
      ...(before.inputSchema === now.inputSchema ? [] : [`${name} has another input schema`]),
    ];
  });
}
