/** What came of an attack, for one kind of key. */
export interface Cell {
  readonly verdict: "refused" | "no effect" | "reached" | "n/a" | "not tried";
  /** The answers' status codes, each once. */
  readonly statuses: readonly number[];
  /** What was seen where something was reached, or why nothing was tried. */
  readonly seen: readonly string[];
}

export interface Row {
  readonly id: string;
  readonly words: string;
  readonly cells: readonly Cell[];
}

/** One try's outcome. */
export interface Outcome {
  readonly name: string;
  readonly statuses: readonly number[];
  readonly seen: string | undefined;
  /** The gateway was not there to refuse anything. */
  readonly away: boolean;
}

const refused = (status: number): boolean => status >= 400 || status === 0;

/** An attack's cell: reached if one way was; refused if every answer was a refusal. */
export function cellOf(outcomes: readonly Outcome[]): Cell {
  const statuses = [...new Set(outcomes.flatMap((one) => one.statuses))].sort((a, b) => a - b);
  const reached = outcomes.filter(({ seen }) => seen !== undefined);
  if (outcomes.length === 0) return { verdict: "n/a", statuses, seen: [] };
  if (reached.length > 0)
    return {
      verdict: "reached",
      statuses,
      seen: reached.map(({ name, seen }) => `${name}: ${seen ?? ""}`),
    };
  if (outcomes.some(({ away }) => away)) return notTried("the gateway did not answer");
  return { verdict: statuses.every(refused) ? "refused" : "no effect", statuses, seen: [] };
}

export const notTried = (why: string): Cell => ({
  verdict: "not tried",
  statuses: [],
  seen: [why],
});

const shown = ({ verdict, statuses, seen }: Cell): string => {
  if (verdict === "reached") return `REACHED (${seen.length})`;
  if (verdict === "n/a" || verdict === "not tried") return verdict;
  const codes = statuses.map((status) => (status === 0 ? "closed" : String(status)));
  return codes.length === 0 ? verdict : `${verdict} ${codes.join(" ")}`;
};

/** One table of an attack a line and a kind of key a column, aligned for a terminal. */
export function table(heads: readonly string[], rows: readonly Row[]): string {
  const lines = [
    ["attack", ...heads],
    ...rows.map(({ id, words, cells }) => [`${id}: ${words}`, ...cells.map(shown)]),
  ];
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const drawn = lines.map(
    (line) => `| ${line.map((text, at) => text.padEnd(widths?.[at] ?? 0)).join(" | ")} |`,
  );
  const rule = `| ${(widths ?? []).map((width) => "-".repeat(width)).join(" | ")} |`;
  return [drawn[0], rule, ...drawn.slice(1)].join("\n") + "\n";
}

/** A line for everything that was reached. */
export function reachedLines(heads: readonly string[], rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ id, cells }) =>
    cells.flatMap((cell, at) =>
      cell.verdict === "reached"
        ? cell.seen.map((seen) => `${id}, ${heads[at] ?? ""}: ${seen}`)
        : [],
    ),
  );
}
