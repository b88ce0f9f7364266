import { optional } from "../../config/common/optional.ts";
import { type RealGateway, masterKey } from "./gateway.ts";

/** What a client is told of a call whose answer ended before it was there. */
export const GONE = "Error: the server went away before it had answered";

/** What a caller sees of one attempt to run a tool. */
export interface Seen {
  readonly status: number;
  readonly text: string;
  /** MCP's own flag, at the routes that have it. */
  readonly isError?: boolean;
}

export type Route = (
  gateway: Pick<RealGateway, "url">,
  key: string,
  tool: string,
  args?: Record<string, unknown>,
) => Promise<Seen>;

export async function ask(
  gateway: Pick<RealGateway, "url">,
  path: string,
  key: string,
  body?: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Seen> {
  const answer = await fetch(gateway.url + path, {
    ...optional({ signal }),
    method: body === undefined ? "GET" : "POST",
    headers: {
      Authorization: `Bearer ${key}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

export function rpc(
  gateway: Pick<RealGateway, "url">,
  key: string,
  method: string,
  params?: unknown,
  path = "/mcp/",
  headers: Record<string, string> = {},
): Promise<Seen> {
  return ask(gateway, path, key, { jsonrpc: "2.0", id: 1, method, params }, headers);
}

/** A client that is gone while its call is under way. */
export async function leaving(
  gateway: Pick<RealGateway, "url">,
  key: string,
  name: string,
  args: Record<string, unknown>,
  path = "/mcp/",
): Promise<void> {
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } };
  const signal = AbortSignal.timeout(500);
  await expect(ask(gateway, path, key, call, {}, signal)).rejects.toThrow(/abort|timeout/i);
}

const mcp =
  (path: string, headers: Record<string, string> = {}): Route =>
  async (gateway, key, tool, args = {}) => {
    const seen = await rpc(
      gateway,
      key,
      "tools/call",
      { name: tool, arguments: args },
      path,
      headers,
    );
    const { result } = JSON.parse(seen.text) as {
      result: { isError: boolean; content: { text: string }[] };
    };
    return { ...seen, text: result.content[0]?.text ?? "", isError: result.isError };
  };

export const gatewayTool = {
  type: "mcp",
  server_label: "gateway",
  server_url: "litellm_proxy",
  require_approval: "never",
};

/** A model that calls `tool` whatever it was offered, in a request with these MCP tools. */
export const order = (calls: readonly (readonly [string, unknown])[], more: object = {}) => ({
  model: "gpt-4o",
  input: JSON.stringify({ calls }),
  tools: [gatewayTool],
  ...more,
});

const responses =
  (path: string, more: object = {}): Route =>
  (gateway, key, tool, args = {}) =>
    ask(gateway, path, key, order([[tool, args]], more));

const rest =
  (headers: Record<string, string> = {}, more: object = {}): Route =>
  (gateway, key, tool, args = {}) =>
    ask(gateway, "/mcp-rest/tools/call", key, { name: tool, arguments: args, ...more }, headers);

/** Every way into LiteLLM 1.77.3 at whose end a tool is executed. */
export const routes: Readonly<Record<string, Route>> = {
  "/mcp/": mcp("/mcp/"),
  "/mcp/db": mcp("/mcp/db"),
  "/mcp/notes": mcp("/mcp/notes"),
  "/mcp/nowhere": mcp("/mcp/nowhere"),
  "/mcp/sse": mcp("/mcp/sse"),
  "/mcp/ with x-mcp-servers: notes": mcp("/mcp/", { "x-mcp-servers": "notes" }),
  "/mcp/ with x-mcp-servers: nowhere": mcp("/mcp/", { "x-mcp-servers": "nowhere" }),
  "/mcp-rest/tools/call": rest(),
  "/mcp-rest/tools/call with another's identity": rest({}, { user_api_key_auth: { api_key: "x" } }),
  "/v1/responses": responses("/v1/responses"),
  "/responses": responses("/responses"),
  "/v1/responses, streamed": responses("/v1/responses", { stream: true }),
  "/v1/responses in the background": responses("/v1/responses", {
    background: true,
    previous_response_id: "resp_x",
  }),
  "/v1/responses with another's identity": responses("/v1/responses", {
    user_api_key_auth: { api_key: masterKey },
    litellm_metadata: { user_api_key_auth: { api_key: masterKey }, user_api_key: "x" },
  }),
};

/** Routes that hand MCP tools to a model and execute nothing. */
export const closedRoutes: Readonly<Record<string, Route>> = {
  "/v1/responses without approval": responses("/v1/responses", {
    tools: [{ ...gatewayTool, require_approval: "always" }],
  }),
  ...Object.fromEntries(
    ["/v1/chat/completions", "/openai/deployments/gpt-4o/chat/completions"].map((path) => [
      path,
      ((gateway, key, tool) =>
        ask(gateway, path, key, {
          model: "gpt-4o",
          messages: [{ role: "user", content: JSON.stringify({ calls: [[tool, {}]] }) }],
          tools: [gatewayTool],
        })) satisfies Route,
    ]),
  ),
  "/v1/messages": (gateway, key, tool) =>
    ask(gateway, "/v1/messages", key, {
      model: "gpt-4o",
      max_tokens: 9,
      messages: [{ role: "user", content: JSON.stringify({ calls: [[tool, {}]] }) }],
      tools: [gatewayTool],
    }),
  "/openai/v1/responses": responses("/openai/v1/responses"),
};
