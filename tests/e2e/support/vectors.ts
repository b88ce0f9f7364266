import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { mcpHeaders, send } from "./http.ts";

/** What somebody got who tried to use the connector `db`. */
export interface Got {
  /** The status that ended it, or what was seen of the tools and the call. */
  readonly words: string;
  /** Names of tools that were listed, wherever. */
  readonly listed: readonly string[];
  /** The whole answer. */
  readonly text: string;
}

/** One way of trying, with these headers for who it is. */
export type Vector = (url: string, who: Readonly<Record<string, string>>) => Promise<Got>;

const sql = { sql: "SELECT name FROM planets" };
const toolNames = (text: string): string[] => [
  ...new Set(text.match(/\b(?:db|second)-[a-z_]+/g) ?? []),
];

/** With the official MCP client: connect, list, call. */
const official =
  (path: string, tool: string, more: Readonly<Record<string, string>> = {}): Vector =>
  async (url, who) => {
    const client = new Client({ name: "e2e", version: "1.0.0" });
    const transport = new StreamableHTTPClientTransport(new URL(path, url), {
      requestInit: { headers: { ...who, ...more } },
    });
    try {
      await client.connect(transport);
      const listed = (await client.listTools()).tools.map(({ name }) => name);
      const result = await client.callTool({ name: tool, arguments: sql });
      const text = JSON.stringify(result.content);
      const ended = result.isError === true ? "refused" : "done";
      return { words: `lists ${listed.length}, call ${ended}`, listed, text };
    } catch (error) {
      const text = String(error);
      const words = error instanceof StreamableHTTPError ? String(error.code) : text.slice(0, 60);
      return { words, listed: [], text };
    } finally {
      await client.close();
    }
  };

/** Requests as they are written; the words are their statuses. */
const raw =
  (
    requests: readonly (readonly [string, string, unknown?])[],
    more: Readonly<Record<string, string>> = {},
  ): Vector =>
  async (url, who) => {
    const answers = [];
    for (const [method, path, body] of requests)
      answers.push(await send(url, method, path, { ...mcpHeaders, ...who, ...more }, body));
    const text = answers.map(({ body }) => body).join("\n");
    const words = [...new Set(answers.map(({ status }) => String(status)))].join(", ");
    return { words, listed: text.includes('"inputSchema"') ? toolNames(text) : [], text };
  };

const call = { name: "db-execute_sql", arguments: sql };
const rpcCall = { jsonrpc: "2.0", id: 1, method: "tools/call", params: call };
const rpcList = { jsonrpc: "2.0", id: 1, method: "tools/list" };
const mcpTool = {
  type: "mcp",
  server_label: "gateway",
  server_url: "litellm_proxy",
  require_approval: "never",
};

/** A `/v1/responses` round: what the model was offered comes back in its words. */
const responses =
  (input: string, more: object = {}): Vector =>
  async (url, who) => {
    const body = { model: "gpt-4o-mock", input, tools: [mcpTool], ...more };
    const answer = await send(url, "POST", "/v1/responses", who, body);
    const ran = answer.body.includes("The tool answered");
    // In a stream the refusal is what the model is told that the tool answered.
    const refused = /may not call|which it was not offered/.test(answer.body);
    const ended = refused ? "refused" : ran ? "done" : "nothing ran";
    const words = answer.status === 200 ? `200, ${ended}` : String(answer.status);
    const offered = /Tools offered: ([^"\\]*)/.exec(answer.body)?.[1] ?? "";
    return { words, listed: toolNames(offered), text: answer.body };
  };

const ask = `db-execute_sql ${JSON.stringify(sql)}`;

/** Even for the key with the right: what a request did not ask for is not run for it. */
export const notOffered = "`/v1/responses`, the model names a tool it was not offered";

/** The routes and the tricks of the table in docs/security.md. */
export const vectors: Readonly<Record<string, Vector>> = {
  "prefixed name at `/mcp/`": official("/mcp/", "db-execute_sql"),
  "bare name at `/mcp/`": official("/mcp/", "execute_sql"),
  "path filter `/mcp/db`": official("/mcp/db", "db-execute_sql"),
  "header filter `x-mcp-servers: db`": official("/mcp/", "db-execute_sql", {
    "x-mcp-servers": "db",
  }),
  "unknown server `/mcp/nowhere`": official("/mcp/nowhere", "db-execute_sql"),
  "`/mcp-rest/tools/list` and `/call`": raw([
    ["GET", "/mcp-rest/tools/list"],
    ["POST", "/mcp-rest/tools/call", call],
  ]),
  "`/v1/responses`": responses(`Call ${ask}`),
  "`/v1/responses`, streamed": responses(`Call ${ask}`, { stream: true }),
  [notOffered]: responses(`Call exactly ${ask}`, {
    tools: [{ ...mcpTool, server_url: "litellm_proxy/mcp/second" }],
  }),
  "the same, streamed": responses(`Call exactly ${ask}`, {
    stream: true,
    tools: [{ ...mcpTool, server_url: "litellm_proxy/mcp/second" }],
  }),
  "`/v1/responses`, what it is offered": responses("nothing is named in that"),
  "another Host header": raw([["POST", "/mcp/", rpcCall]], { Host: "attacker.example" }),
  "Host with a path in it": raw([["POST", "/mcp/", rpcCall]], {
    Host: "127.0.0.1/mcp-rest/tools/call?",
  }),
  "`//mcp-rest`, `/./mcp-rest`": raw([
    ["GET", "//mcp-rest/tools/list"],
    ["POST", "//mcp-rest/tools/call", call],
    ["POST", "/./mcp-rest/tools/call", call],
  ]),
  "`%2e%2e`, `%2f`, `..;`": raw([
    ["POST", "/mcp/%2e%2e/mcp-rest/tools/call", call],
    ["POST", "/mcp/..%2fmcp-rest/tools/call", call],
    ["POST", "/mcp/..;/mcp-rest/tools/call", call],
    ["GET", "/%6dcp-rest/tools/list"],
  ]),
  "`/MCP-REST`, `/Mcp/`": raw([
    ["POST", "/MCP-REST/tools/call", call],
    ["POST", "/Mcp/", rpcCall],
    ["POST", "/Mcp/", rpcList],
  ]),
};
