/** How one client is connected; `text` is ready to paste. */
export interface ClientSetup {
  readonly client: string;
  readonly text: string;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/**
 * Set-up of every client (docs/litellm-1.77.3.md#clients). All speak streamable HTTP to `/mcp/`, with the slash.
 * @param gatewayUrl without a trailing slash
 * @param key the virtual key, or a placeholder
 */
export function clientSetups(gatewayUrl: string, key: string): readonly ClientSetup[] {
  const url = `${gatewayUrl}/mcp/`;
  return [
    {
      client: "Claude Code",
      text: `claude mcp add --scope user --transport http gateway ${url} --header "Authorization: Bearer ${key}"`,
    },
    {
      client: "Gemini CLI (~/.gemini/settings.json)",
      text: json({
        mcpServers: { gateway: { httpUrl: url, headers: { Authorization: `Bearer ${key}` } } },
      }),
    },
    {
      client: "Codex CLI (the variable belongs into your shell's profile)",
      text: [
        `export MCP_GATEWAY_KEY=${key}`,
        `codex mcp add gateway --url ${url} --bearer-token-env-var MCP_GATEWAY_KEY`,
      ].join("\n"),
    },
    {
      client: "VS Code (.vscode/mcp.json; asks for the key once and keeps it)",
      text: json({
        inputs: [
          {
            type: "promptString",
            id: "gateway-key",
            description: "mcp-gateway key",
            password: true,
          },
        ],
        servers: {
          gateway: {
            type: "http",
            url,
            headers: { Authorization: "Bearer ${input:gateway-key}" },
          },
        },
      }),
    },
    {
      client: "Open WebUI (Admin settings)",
      text: [
        `Connections -> OpenAI API: URL ${gatewayUrl}/v1, key ${key}`,
        `External Tools -> add, type "MCP (Streamable HTTP)": URL ${url}, auth Bearer, key ${key}`,
      ].join("\n"),
    },
  ];
}
