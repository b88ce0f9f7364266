/** What of jest's `--json` is read here. */
export interface JestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly duration?: number | null;
    }[];
  }[];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(7)} s`;

/**
 * Where the time of a suite went, a line each: its slowest files with what they spend before and
 * between their tests (set-up), then its slowest tests.
 * @param root the checkout, left out of the names
 */
export function slowest(results: JestResults, root: string, count = 10): string[] {
  const files = results.testResults.map(({ name, startTime, endTime, assertionResults }) => {
    const tests = assertionResults.map(({ fullName, duration }) => ({
      name: fullName,
      ms: duration ?? 0,
    }));
    const ms = endTime - startTime;
    const inTests = tests.reduce((sum, test) => sum + test.ms, 0);
    return { name: name.replace(`${root}/`, ""), ms, between: Math.max(0, ms - inTests), tests };
  });
  const first = <T extends { readonly ms: number }>(all: readonly T[]): T[] =>
    [...all].sort((a, b) => b.ms - a.ms).slice(0, count);
  return [
    ...first(files).map(
      ({ name, ms, between }) => `${seconds(ms)}  ${name}, ${seconds(between).trim()} of it set-up`,
    ),
    ...first(files.flatMap(({ tests }) => tests)).map(({ name, ms }) => `${seconds(ms)}  ${name}`),
  ];
}
