import type { Deployment } from "../support/deployment.ts";
import { bearer } from "../support/http.ts";
import { callsAt, withSecond } from "../support/second.ts";
import { type Got, notOffered, vectors } from "../support/vectors.ts";

/** A route that lets a key with the right through: without these the table would prove nothing. */
const open = new Set([
  "prefixed name at `/mcp/`",
  "path filter `/mcp/db`",
  "header filter `x-mcp-servers: db`",
  "unknown server `/mcp/nowhere`",
  "`/v1/responses`",
  "`/v1/responses`, streamed",
]);

/** Every route × every kind of key: none gets a tool or a call beyond its row. Ends with expiry. */
export function matrix(deployment: () => Deployment): void {
  const keys: Record<string, string> = { "no key": "", garbage: `sk-${"garbage".repeat(5)}` };
  const table: string[] = [];
  let expires = 0;

  beforeAll(async () => {
    const stack = deployment();
    const all = { models: ["gpt-4o-mock"] };
    const wide = { ...all, connectors: { postgres: "*" as const, second: "*" as const } };
    stack.configure({
      connectors: await withSecond(stack),
      keys: { right: wide, revoked: wide, other: { ...all, connectors: { second: "*" } } },
    });
    await stack.up();
    keys["revoked"] = await stack.key("revoked");
    expires = Math.ceil(Date.now() / 1000) + 75;
    stack.configure({
      keys: {
        right: wide,
        other: { ...all, connectors: { second: "*" } },
        expired: { ...wide, expires: new Date(expires * 1000).toISOString() },
      },
    });
    await stack.up();
    for (const name of ["right", "other", "expired"]) keys[name] = await stack.key(name);
  });

  afterAll(() => {
    process.stdout.write(
      [
        "",
        "| what is tried | no key | garbage | revoked | another scope | expired |",
        "| --- | --- | --- | --- | --- | --- |",
        ...table,
        "",
        "",
      ].join("\n"),
    );
  });

  const attempt = async (
    name: string,
    who: string,
  ): Promise<Got & { readonly reached: number; readonly second: number }> => {
    const vector = vectors[name];
    if (vector === undefined) throw new Error(`no vector ${name}`);
    const before = await callsAt(deployment(), "mcp-postgres");
    const secondBefore = await callsAt(deployment(), "mcp-second");
    const got = await vector(deployment().url, who === "no key" ? {} : bearer(keys[who] ?? ""));
    return {
      ...got,
      reached: (await callsAt(deployment(), "mcp-postgres")) - before,
      second: (await callsAt(deployment(), "mcp-second")) - secondBefore,
    };
  };

  test.each([...open])("the key with the right gets through: %s", async (name) => {
    const got = await attempt(name, "right");
    expect([name, got.reached, got.text.includes("Saturn")]).toEqual([name, 1, true]);
  });

  test.each([notOffered, "the same, streamed"])("nor even with the right: %s", async (name) => {
    const got = await attempt(name, "right");
    expect([got.reached, got.text.includes("Saturn")]).toEqual([0, false]);
    expect(got.text).toContain("which it was not offered");
  });

  test("the key that expires works until then, and time passes", async () => {
    expect(Date.now() / 1000).toBeLessThan(expires);
    expect((await attempt("prefixed name at `/mcp/`", "expired")).reached).toBe(1);
    await new Promise((done) => setTimeout(done, expires * 1000 + 1000 - Date.now()));
  });

  test.each(Object.keys(vectors))("nobody else: %s", async (name) => {
    const cells = [];
    for (const who of ["no key", "garbage", "revoked", "other", "expired"]) {
      const got = await attempt(name, who);
      expect([who, got.reached]).toEqual([who, 0]);
      // The other scope's key may run its own tool when the model takes that instead.
      if (who !== "other") expect(got.text).not.toContain("Saturn");
      expect(got.listed.filter((tool) => !tool.startsWith("second-"))).toEqual([]);
      if (who !== "other") expect([who, got.words]).toEqual([who, expect.stringMatching(/^4\d\d/)]);
      // What was done was done by the server that this key may use.
      const done = got.words.endsWith("done");
      expect([who, got.second]).toEqual([who, done ? 1 : 0]);
      cells.push(done ? got.words.replace("done", "a tool of its own ran") : got.words);
    }
    table.push(`| ${name} | ${cells.join(" | ")} |`);
  });
}
