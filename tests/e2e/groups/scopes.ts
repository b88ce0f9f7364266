import { optional } from "../../../config/common/optional.ts";
import type { Deployment } from "../support/deployment.ts";
import { containerOf, logs } from "../support/docker.ts";
import { bearer, send } from "../support/http.ts";
import { answer, tools } from "../support/mcp.ts";

const sql = { sql: "SELECT name FROM planets" };

/** A key with one tool of nine gets that one, through every route and under every name. */
export function scopes(deployment: () => Deployment): void {
  const key = (): Promise<string> => deployment().key("reader");
  const responses = async (body: Record<string, unknown>) =>
    send(deployment().url, "POST", "/v1/responses", bearer(await key()), {
      model: "gpt-4o-mock",
      ...body,
    });
  const offer = (url: string, allowed?: readonly string[]) => ({
    type: "mcp",
    server_label: "gateway",
    server_url: url,
    require_approval: "never",
    ...optional({ allowed_tools: allowed }),
  });

  test.each(["/mcp/", "/mcp/db", "/mcp/nowhere"])("%s lists its one tool", async (path) => {
    expect(await tools(deployment().url, await key(), path)).toEqual(["db-list_schemas"]);
  });

  test("its own tool is called", async () => {
    const said = await answer(deployment().url, await key(), "db-list_schemas", {});
    expect(said.isError).toBe(false);
    expect(said.text).toContain("public");
  });

  test.each(["db-execute_sql", "execute_sql", "DB-execute_sql", "mcp_postgres-execute_sql"])(
    "%s is refused in words, on every path",
    async (name) => {
      for (const path of ["/mcp/", "/mcp/db", "/mcp/nowhere"]) {
        const said = await answer(deployment().url, await key(), name, sql, path);
        expect(said.isError).toBe(true);
        expect(said.text).toContain(`key "reader" may not call "${name}"`);
        expect(said.text).not.toContain("Mercury");
      }
    },
  );

  test.each([
    ["litellm_proxy", undefined],
    ["litellm_proxy/mcp/db", undefined],
    ["litellm_proxy/mcp/db", ["db-execute_sql"]],
    ["litellm_proxy/mcp/nowhere", undefined],
  ])("/v1/responses at %s (allowed %j) does not run it", async (url, allowed) => {
    for (const stream of [false, true]) {
      const input = `Call db-execute_sql ${JSON.stringify(sql)}`;
      const { body } = await responses({ input, stream, tools: [offer(url, allowed)] });
      expect(body).not.toContain("Mercury");
    }
  });

  test("/v1/responses runs its own tool", async () => {
    const { status, body } = await responses({
      input: "Call db-list_schemas",
      tools: [offer("litellm_proxy/mcp/db")],
    });
    expect(status).toBe(200);
    expect(body).toContain("The tool answered");
    expect(body).toContain("public");
  });

  test("each call has one audit line: who, what, how it went, and no argument", async () => {
    const { prefix } = deployment();
    const lines = async (): Promise<Record<string, unknown>[]> =>
      (await logs(await containerOf(prefix, "mcp-litellm-proxy")))
        .join("\n")
        .split("\n")
        .filter((line) => line.startsWith('{"audit"'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const before = (await lines()).length;
    await answer(deployment().url, await key(), "db-list_schemas", {});
    await answer(deployment().url, await key(), "db-execute_sql", sql);
    const added = (await lines()).slice(before);
    expect(added.map(({ time, ms, ...rest }) => [typeof time, typeof ms, rest])).toEqual(
      [
        { tool: "list_schemas", outcome: "ok" },
        { tool: "execute_sql", outcome: "refused" },
      ].map((one) => [
        "string",
        "number",
        { audit: "mcp", key: "reader", connector: "db", route: "/mcp", ...one },
      ]),
    );
  });
}
