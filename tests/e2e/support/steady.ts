import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** What has come of a tool that is called without a pause. */
export interface Steady {
  readonly calls: number;
  /** Everything that was no good answer, with the moment. */
  readonly failures: readonly string[];
  /** The longest that a client has waited, in ms. */
  readonly longest: number;
}

/**
 * Clients that call a tool one time after the other until they are told to stop.
 * @param expected what every answer has to contain
 */
export function steadyClients(
  url: string,
  key: string,
  clients: number,
  tool: string,
  expected: string,
): { readonly stop: () => Promise<Steady> } {
  let going = true;
  let calls = 0;
  let longest = 0;
  const failures: string[] = [];
  async function one(): Promise<void> {
    const client = new Client({ name: "steady", version: "1.0.0" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL("/mcp/", url), {
        requestInit: { headers: { Authorization: `Bearer ${key}` } },
      }),
    );
    client.onerror = (error) => failures.push(`${new Date().toISOString()} ${error.message}`);
    while (going) {
      const began = performance.now();
      calls++;
      try {
        const result = await client.callTool({ name: tool, arguments: {} });
        const text = JSON.stringify(result.content);
        if (result.isError === true || !text.includes(expected))
          failures.push(`${new Date().toISOString()} ${text.slice(0, 300)}`);
      } catch (error) {
        failures.push(`${new Date().toISOString()} ${String(error)}`);
      }
      longest = Math.max(longest, performance.now() - began);
    }
    await client.close();
  }
  const all = Array.from({ length: clients }, one);
  return {
    stop: async () => {
      going = false;
      await Promise.all(all);
      return { calls, failures, longest: Math.round(longest) };
    },
  };
}
