import { shellQuote } from "./shell-quote.ts";

/** One thing that is wrong with the configuration, in the user's terms. */
export interface Problem {
  /** Path inside the `mcp-gateway:` namespace, e.g. `["keys", "claude", "connectors"]`. */
  readonly path: readonly (string | number)[];
  /** What is wrong, lower-case, without a full stop. */
  readonly message: string;
  /** The offending value; left out where there is none or where it is a secret. */
  readonly value?: unknown;
  /** What would have been accepted. */
  readonly allowed?: string;
  /** The command that puts it right. */
  readonly fix: string;
}

/** `pulumi config set --path` spelling: dots where it can, brackets and quotes where it must. */
export function configPath(path: readonly (string | number)[]): string {
  const [first, ...rest] = path;
  return rest.reduce<string>(
    (text, segment) => {
      if (typeof segment === "number") return `${text}[${segment}]`;
      return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(segment)
        ? `${text}.${segment}`
        : `${text}["${segment.replaceAll('"', '\\"')}"]`;
    },
    `mcp-gateway:${first ?? ""}`,
  );
}

/** The command that sets `path` to a value that is known here; `setCommand` finds one in the schema. */
export function setTo(path: readonly (string | number)[], value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const word = value === undefined ? "<value>" : shellQuote(text);
  return `pulumi config set --path ${shellQuote(configPath(path))} ${word}`;
}

/** The command that sets a secret: asked for at a prompt, never typed. */
export function setSecret(path: readonly (string | number)[]): string {
  return `pulumi config set --secret --path ${shellQuote(configPath(path))}`;
}

export function removeCommand(path: readonly (string | number)[]): string {
  return `pulumi config rm --path ${shellQuote(configPath(path))}`;
}

/** What there is to choose from, as a sentence names it. */
export const list = (words: readonly string[]): string =>
  words.length === 0 ? "none" : words.join(", ");

/** The `wanted` words nearest to `given` (edit distance at most 3), best first. */
export function nearest(given: string, wanted: readonly string[]): string[] {
  const distance = (a: string, b: string): number => {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++)
        next.push(
          Math.min(
            (row[j] ?? 0) + 1,
            (next[j - 1] ?? 0) + 1,
            (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
          ),
        );
      row = next;
    }
    return row[b.length] ?? 0;
  };
  return wanted
    .map((word) => ({ word, far: distance(given.toLowerCase(), word.toLowerCase()) }))
    .filter(({ far }) => far <= 3)
    .sort((a, b) => a.far - b.far || a.word.localeCompare(b.word))
    .map(({ word }) => word);
}

export function didYouMean(given: string, wanted: readonly string[]): string {
  const [best] = nearest(given, wanted);
  return best === undefined ? "" : ` (did you mean "${best}"?)`;
}
