import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** Longer than LiteLLM's 30 s for each server that hangs (docs/litellm-1.77.3.md#black-hole). */
const requestTimeout = 65_000;

export interface ToolResult {
  readonly text: string;
  readonly isError: boolean;
}

/**
 * Opens an MCP session with a key, as any client on the LAN would, and closes it again.
 * @param url the gateway's URL without a path
 */
export async function withSession<T>(
  url: string,
  key: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ name: "mcp-gateway-verify", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL("/mcp/", url), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  });
  try {
    await client.connect(transport, { timeout: requestTimeout });
    return await use(client);
  } finally {
    await client.close();
  }
}

export async function toolNames(client: Client): Promise<string[]> {
  const { tools } = await client.listTools({}, { timeout: requestTimeout });
  return tools.map((tool) => tool.name).sort();
}

/** A tool's result as text, and whether the call has failed. */
export async function callTool(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<ToolResult> {
  const result = await client.callTool({ name, arguments: { ...args } }, undefined, {
    timeout: requestTimeout,
  });
  const content = Array.isArray(result.content) ? (result.content as unknown[]) : [];
  const text = content
    .map((part) =>
      typeof part === "object" && part !== null && "text" in part ? String(part.text) : "",
    )
    .join("\n");
  return { text, isError: result.isError === true };
}
