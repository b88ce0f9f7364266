import { createHash } from "node:crypto";
import { type GuardRow, guardPolicy } from "../../../../components/litellm/guard-policy.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const row = (name: string, more: Partial<GuardRow> = {}): GuardRow => ({
  name,
  keyHash: sha256(name),
  tools: { db: ["b", "a"] },
  models: ["m"],
  expires: null,
  ...more,
});

describe("guardPolicy", () => {
  it("renders rows exactly", () => {
    expect(JSON.parse(guardPolicy([row("one", { expires: 5 })], {}))).toEqual({
      version: 2,
      keys: {
        [sha256("one")]: { name: "one", tools: { db: ["a", "b"] }, models: ["m"], expires: 5 },
      },
      connectors: {},
    });
  });

  it("is the same text for the same rows in any order", () => {
    const a = row("one", { tools: { db: ["a", "b", "a"], files: [] }, models: ["x", "m"] });
    const b = row("one", { tools: { files: [], db: ["b", "a"] }, models: ["m", "x", "m"] });
    const one = { description: "a".repeat(16), inputSchema: "b".repeat(16) };
    const two = { description: "c".repeat(16), inputSchema: "d".repeat(16) };
    const text = guardPolicy([a, row("two")], { db: { x: one, y: two }, files: {} });
    expect(text).toBe(guardPolicy([row("two"), b], { files: {}, db: { y: two, x: one } }));
    expect(JSON.parse(text)).toMatchObject({
      connectors: {
        db: { x: "a".repeat(16) + "b".repeat(16), y: "c".repeat(16) + "d".repeat(16) },
      },
    });
  });

  it("does not merge two rows of one key", () => {
    expect(() => guardPolicy([row("one"), row("two", { keyHash: sha256("one") })], {})).toThrow(
      "of the same key",
    );
  });
});
