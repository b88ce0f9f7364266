import type { Deployment } from "../support/deployment.ts";
import { type Answer, bearer, mcpHeaders, send, toolsList } from "../support/http.ts";
import { call, databaseTools, tools } from "../support/mcp.ts";

const open = [
  ["POST", "/mcp/"],
  ["POST", "/mcp"],
  ["GET", "/mcp/"],
  ["DELETE", "/mcp/"],
  ["POST", "/mcp/db"],
  ["POST", "/mcp/db/"],
  ["GET", "/v1/models"],
  ["POST", "/v1/responses"],
  ["POST", "/v1/chat/completions"],
] as const;

/** Nobody's business, key or no key; each is a real route of LiteLLM, or a way to spell one. */
const closed = [
  ["GET", "/"],
  ["GET", "/mcp-rest/tools/list"],
  ["POST", "/mcp-rest/tools/call"],
  ["POST", "/mcp-rest/test/connection"],
  ["POST", "/mcp-rest/test/tools/list"],
  ["POST", "/key/generate"],
  ["GET", "/key/list"],
  ["GET", "/key/info"],
  ["POST", "/key/delete"],
  ["POST", "/team/new"],
  ["POST", "/user/new"],
  ["GET", "/spend/logs"],
  ["GET", "/ui"],
  ["GET", "/ui/"],
  ["POST", "/login"],
  ["GET", "/openapi.json"],
  ["GET", "/docs"],
  ["GET", "/redoc"],
  ["GET", "/routes"],
  ["GET", "/metrics"],
  ["GET", "/config/yaml"],
  ["GET", "/health"],
  ["GET", "/health/readiness"],
  ["GET", "/mcp/enabled/x"],
  ["GET", "/models"],
  ["POST", "/responses"],
  ["POST", "/chat/completions"],
  ["POST", "/v1/completions"],
  ["POST", "/v1/embeddings"],
  ["GET", "/v1/model/info"],
  ["GET", "/v1/responses/resp_mock"],
  ["GET", "/v1/mcp/server"],
  ["POST", "/v1/mcp/server"],
  ["GET", "/v1/mcp/tools"],
  ["GET", "/v1/mcp/access_groups"],
  ["POST", "/v1/models"],
  ["PUT", "/mcp/"],
  ["GET", "//mcp-rest/tools/list"],
  ["GET", "/./mcp-rest/tools/list"],
  ["GET", "/mcp/../mcp-rest/tools/list"],
  ["GET", "/mcp/%2e%2e/mcp-rest/tools/list"],
  ["GET", "/mcp/%2E%2E/mcp-rest/tools/list"],
  ["GET", "/mcp/..%2fmcp-rest/tools/list"],
  ["GET", "/mcp/..;/mcp-rest/tools/list"],
  ["GET", "/%6dcp-rest/tools/list"],
  ["GET", "/mcp%2drest/tools/list"],
  ["GET", "/mcp-rest%2ftools%2flist"],
  ["GET", "/v1/models/../../key/list"],
  ["GET", "/v1/models%2f..%2f..%2fkey%2flist"],
  ["GET", "/v1/mcp/server?x=/mcp/"],
  ["GET", "/mcp/\\..\\..\\key/list"],
] as const;

/** No requests at all to HAProxy, which answers them itself with a page of its own. */
const malformed = [
  ["a fragment", "/key/list#/mcp/"],
  ["another host than the Host header's", "http://127.0.0.1/key/list"],
] as const;

const isJson = (answer: Answer): boolean => {
  JSON.parse(answer.body);
  return answer.headers["content-type"] === "application/json";
};

/** What the LAN can reach, and with which key. */
export function reachable(deployment: () => Deployment): void {
  test.each(open)("without a key: %s %s is 401", async (method, path) => {
    const answer = await send(deployment().url, method, path, mcpHeaders);
    expect([answer.status, isJson(answer)]).toEqual([401, true]);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
  });

  test.each([
    ["x-litellm-api-key", "Bearer "],
    ["x-litellm-api-key", ""],
    ["x-api-key", ""],
    ["api-key", ""],
    ["Authorization", "Basic "],
    ["Authorization", ""],
  ])("a good key in `%s: %s…` opens nothing", async (header, scheme) => {
    const key = await deployment().key("claude-code");
    const answer = await send(deployment().url, "GET", "/v1/models", { [header]: scheme + key });
    expect([answer.status, isJson(answer)]).toEqual([401, true]);
  });

  test.each(closed)("%s %s is closed, with and without a key", async (method, path) => {
    const { url } = deployment();
    const { masterKey } = await deployment().outputs();
    for (const headers of [{}, bearer(masterKey)]) {
      const answer = await send(url, method, path, { ...mcpHeaders, ...headers });
      expect([400, 404]).toContain(answer.status);
      expect(isJson(answer)).toBe(true);
    }
  });

  test.each(malformed)("a path with %s is no request", async (_, path) => {
    const { masterKey } = await deployment().outputs();
    const answer = await send(deployment().url, "GET", path, bearer(masterKey));
    expect(answer.status).toBe(400);
  });

  test("liveness needs no key, and says nothing else", async () => {
    const answer = await send(deployment().url, "GET", "/health/liveliness");
    expect([answer.status, answer.body]).toEqual([200, `"I'm alive!"`]);
  });

  test.each([
    ["POST", "/mcp/", toolsList, 401],
    ["GET", "/v1/models", undefined, 401],
    ["POST", "/v1/responses", { model: "gpt-4o-mock", input: "hello" }, 401],
    ["POST", "/v1/chat/completions", { model: "gpt-4o-mock", messages: [] }, 401],
  ])("an unknown key is refused: %s %s", async (method, path, body, status) => {
    const headers = { ...mcpHeaders, ...bearer(`sk-${"0".repeat(40)}`) };
    const answer = await send(deployment().url, method, path, headers, body);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("tools");
  });

  test("a key without connectors and models lists no tool and may ask no model", async () => {
    const { url } = deployment();
    const key = await deployment().key("stranger");
    expect(await tools(url, key)).toEqual([]);
    const models = await send(url, "GET", "/v1/models", bearer(key));
    expect(models.status).toBe(200);
    // A name that stands for none: LiteLLM reads an empty list as all models.
    const { data } = JSON.parse(models.body) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(["__none__"]);
    for (const [model, status] of [
      ["gpt-4o-mock", 403],
      ["__none__", 403],
    ] as const) {
      const asked = { model, messages: [{ role: "user", content: "hello" }] };
      const answer = await send(url, "POST", "/v1/chat/completions", bearer(key), asked);
      expect([model, answer.status]).toEqual([model, status]);
    }
  });

  test("a key with the connector lists exactly its tools, and calls one", async () => {
    const { url } = deployment();
    const key = await deployment().key("open-webui");
    expect(await tools(url, key)).toEqual(databaseTools);
    const sql = "SELECT name, moons FROM planets WHERE moons > 90 ORDER BY moons";
    expect(await call(url, key, "db-execute_sql", { sql })).toBe(
      "[{'name': 'Jupiter', 'moons': 95}, {'name': 'Saturn', 'moons': 146}]",
    );
  });

  test("the connector's role can read and nothing else", async () => {
    const { url } = deployment();
    const key = await deployment().key("open-webui");
    const sql = "UPDATE planets SET moons = 0";
    expect(await call(url, key, "db-execute_sql", { sql })).toMatch(/^Error: /);
    const count = "SELECT count(*) AS n FROM planets WHERE moons = 0";
    expect(await call(url, key, "db-execute_sql", { sql: count })).toBe("[{'n': 2}]");
  });
}
