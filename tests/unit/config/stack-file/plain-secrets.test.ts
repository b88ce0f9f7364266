import { optional } from "../../../../config/common/optional.ts";
import type { Problem } from "../../../../config/common/problem.ts";
import { parseConfig } from "../../../../config/parse.ts";
import type { IsEncrypted } from "../../../../config/stack-file/plain-secrets.ts";
import { catalogue, lock, now } from "../../../support/config.ts";

function problems(raw: unknown, isEncrypted?: IsEncrypted): readonly Problem[] {
  const result = parseConfig(raw, {
    catalogue,
    lock,
    now,
    root: "/checkout",
    mirror: {},
    privateRoots: "",
    ...optional({ isEncrypted }),
  });
  return result.ok ? [] : result.problems;
}

const model = { provider: "litellm", model: "xai/b", apiKey: "example-key" };
const shared = { admin: { password: "example-password" } };
const refused = (path: readonly string[]): Problem => ({
  path,
  message: "this is a secret, and it stands in the stack's file for everyone to read",
  allowed: "a value set with --secret; and where the file has been shared, a new one",
  fix: `pulumi config set --secret --path 'mcp-gateway:${path.join(".")}'`,
});

describe("a secret in plain text is refused without being shown, with the command", () => {
  it.each([
    ["a provider's key", { models: { m: model } }, ["models", "m", "apiKey"]],
    [
      "the password of a shared server's admin",
      { database: { mode: "shared", shared } },
      ["database", "shared", "admin", "password"],
    ],
    [
      "the same where the gateway's own server is in use: the file shows it all the same",
      { database: { shared } },
      ["database", "shared", "admin", "password"],
    ],
  ])("%s", (_name, raw, path) => {
    expect(problems(raw, () => false)).toEqual([refused(path)]);
    expect(problems(raw, () => true)).toEqual([]);
    // Nobody can tell where there is no file.
    expect(problems(raw)).toEqual([]);
  });

  it("all of them at once, and only those that are", () => {
    const raw = { models: { a: model, b: model, c: { provider: "mock" } }, database: { shared } };
    expect(problems(raw, (path) => path.includes("b"))).toEqual([
      refused(["database", "shared", "admin", "password"]),
      refused(["models", "a", "apiKey"]),
    ]);
  });
});
