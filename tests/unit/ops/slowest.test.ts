import { slowest } from "../../../ops/lib/slowest.ts";

const file = (name: string, ms: number, tests: Record<string, number | null>) => ({
  name: `/there/tests/${name}`,
  startTime: 1000,
  endTime: 1000 + ms,
  assertionResults: Object.entries(tests).map(([fullName, duration]) => ({ fullName, duration })),
});

describe("slowest", () => {
  it("names the slowest files with their set-up, then the slowest tests", () => {
    const results = {
      testResults: [
        file("a.test.ts", 1500, { quick: 20, slow: 1000 }),
        file("b.test.ts", 62_000, { slower: 2000, skipped: null }),
        file("c.test.ts", 10, { least: 10 }),
      ],
    };
    expect(slowest(results, "/there", 2)).toEqual([
      "   62.0 s  tests/b.test.ts, 60.0 s of it set-up",
      "    1.5 s  tests/a.test.ts, 0.5 s of it set-up",
      "    2.0 s  slower",
      "    1.0 s  slow",
    ]);
  });

  it("has nothing to say of a suite without files", () => {
    expect(slowest({ testResults: [] }, "/there")).toEqual([]);
  });
});
