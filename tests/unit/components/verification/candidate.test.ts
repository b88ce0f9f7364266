import { masterKey, secretsFile, withSecrets } from "../../../support/admin.ts";
import { fakeLitellm } from "../../../support/fake-litellm.ts";
import { python } from "../../../support/python.ts";

withSecrets();

const call = { tool: "web-fetch", arguments: {}, expect: "403", key: null };

/** What candidate.py says of one call that is answered so; nothing if it is satisfied. */
async function said(outcome: string, text: string, isError: boolean): Promise<string> {
  const result = { content: [{ type: "text", text }], isError };
  const litellm = await fakeLitellm([], masterKey, { "/mcp/": [200, { result }] });
  try {
    const source = [
      "import json, sys",
      'sys.path.insert(0, "guard")',
      "import admin",
      `admin.BASE, admin.SECRETS = ${JSON.stringify(litellm.url)}, ${JSON.stringify(secretsFile)}`,
      "import candidate",
      'print("\\n".join(candidate.problems(json.load(sys.stdin))))',
    ].join("\n");
    const ran = await python(source, JSON.stringify({ keys: [], calls: [{ ...call, outcome }] }));
    return ran.stderr + ran.stdout.trim();
  } finally {
    await litellm.close();
  }
}

it.each([
  ["result", "status 403", false, ""],
  ["result", "status 403", true, "failed with 'status 403'"],
  ["result", "a page", false, "answered 'a page', which does not match /403/"],
  ["error", "status 403", true, ""],
  ["error", "status 403", false, "was to be refused, and answered 'status 403'"],
  ["error", "no route", true, "answered 'no route', which does not match /403/"],
])("a call that is to end as %s, answered %s (isError %s)", async (outcome, text, error, wrong) => {
  expect(await said(outcome, text, error)).toBe(
    wrong === "" ? "" : `FAILED  tool call web-fetch: ${wrong}`,
  );
});
