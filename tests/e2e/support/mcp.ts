import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** A session of the official MCP TypeScript SDK with a gateway. */
async function session<T>(
  url: string,
  key: string,
  use: (client: Client) => Promise<T>,
  path = "/mcp/",
): Promise<T> {
  const client = new Client({ name: "e2e", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL(path, url), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  });
  try {
    await client.connect(transport);
    return await use(client);
  } finally {
    await client.close();
  }
}

export async function tools(url: string, key: string, path?: string): Promise<string[]> {
  return session(
    url,
    key,
    async (client) => {
      const listed = await client.listTools();
      return listed.tools.map((tool) => tool.name).sort();
    },
    path,
  );
}

/** A tool's answer as text, and whether it says that it is an error. */
export async function answer(
  url: string,
  key: string,
  name: string,
  args: Record<string, unknown>,
  path?: string,
): Promise<{ readonly text: string; readonly isError: boolean }> {
  return session(
    url,
    key,
    async (client) => {
      const result = await client.callTool({ name, arguments: args });
      const content = result.content as { text?: string }[];
      return {
        text: content.map((part) => part.text ?? "").join("\n"),
        isError: result.isError === true,
      };
    },
    path,
  );
}

/** A tool's answer as text. */
export async function call(
  url: string,
  key: string,
  name: string,
  args: Record<string, unknown>,
): Promise<string> {
  return (await answer(url, key, name, args)).text;
}

/** The tools of postgres-mcp 0.3.0, under the connector's alias. */
export const databaseTools = [
  "db-analyze_db_health",
  "db-analyze_query_indexes",
  "db-analyze_workload_indexes",
  "db-execute_sql",
  "db-explain_query",
  "db-get_object_details",
  "db-get_top_queries",
  "db-list_objects",
  "db-list_schemas",
];
