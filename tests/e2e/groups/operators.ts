import type { Deployment } from "../support/deployment.ts";
import { leaks, secretsOf } from "../support/secrets.ts";

/** What `make verify` and the end of `make up` print. */
export function operators(deployment: () => Deployment): void {
  test("make verify runs the checks again", async () => {
    const ran = await deployment().ops("verify.ts", {}, ["--stack"]);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    const lines = ran.stdout.trim().split("\n");
    expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);
    expect(lines).toHaveLength(19);
    expect(leaks(ran.stdout, await secretsOf(deployment()))).toEqual([]);
  });

  test("make up ends with the result of a tool call", async () => {
    const stack = deployment();
    const ran = await stack.ops("call.ts");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toBe(
      `\nTool call at ${stack.url}/mcp/ with the virtual key "claude-code":\n` +
        '  db-execute_sql {"sql":"SELECT name FROM planets ORDER BY moons DESC LIMIT 1"}\n' +
        "  [{'name': 'Saturn'}]\n",
    );
  });

  test("recovery has nothing to do after a run that ended by itself", async () => {
    const ran = await deployment().ops("recover.ts");
    expect([ran.code, ran.all]).toEqual([0, ""]);
  });
}
