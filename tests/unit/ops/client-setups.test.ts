import { execFileSync } from "node:child_process";
import { clientSetups } from "../../../ops/lib/client-setups.ts";

const setups = clientSetups("http://linuxserver.lan:4000", "sk-example");
const text = (client: string): string => {
  const found = setups.filter((setup) => setup.client.startsWith(client));
  expect(found).toHaveLength(1);
  return found[0]?.text ?? "";
};
/** The words that a shell makes of a command line. */
const words = (command: string): string[] =>
  execFileSync("/bin/sh", ["-c", `set -- ${command}; printf '%s\\0' "$@"`])
    .toString()
    .split("\0")
    .slice(0, -1);

it("has every client once", () => {
  expect(setups.map(({ client }) => client.split(" (")[0])).toEqual([
    "Claude Code",
    "Gemini CLI",
    "Codex CLI",
    "VS Code",
    "Open WebUI",
  ]);
});

it("adds the gateway to Claude Code", () => {
  expect(words(text("Claude Code"))).toEqual([
    "claude",
    "mcp",
    "add",
    "--scope",
    "user",
    "--transport",
    "http",
    "gateway",
    "http://linuxserver.lan:4000/mcp/",
    "--header",
    "Authorization: Bearer sk-example",
  ]);
});

it("configures Gemini CLI with httpUrl, which is streamable HTTP there", () => {
  expect(JSON.parse(text("Gemini CLI"))).toEqual({
    mcpServers: {
      gateway: {
        httpUrl: "http://linuxserver.lan:4000/mcp/",
        headers: { Authorization: "Bearer sk-example" },
      },
    },
  });
});

it("gives Codex CLI its key by a variable", () => {
  expect(text("Codex CLI").split("\n").map(words)).toEqual([
    ["export", "MCP_GATEWAY_KEY=sk-example"],
    [
      "codex",
      "mcp",
      "add",
      "gateway",
      "--url",
      "http://linuxserver.lan:4000/mcp/",
      "--bearer-token-env-var",
      "MCP_GATEWAY_KEY",
    ],
  ]);
});

it("has VS Code ask for the key: the file is often committed", () => {
  expect(text("VS Code")).not.toContain("sk-example");
  expect(JSON.parse(text("VS Code"))).toEqual({
    inputs: [
      { type: "promptString", id: "gateway-key", description: "mcp-gateway key", password: true },
    ],
    servers: {
      gateway: {
        type: "http",
        url: "http://linuxserver.lan:4000/mcp/",
        headers: { Authorization: "Bearer ${input:gateway-key}" },
      },
    },
  });
});

it("gives Open WebUI the OpenAI URL and the MCP URL", () => {
  expect(text("Open WebUI")).toContain("URL http://linuxserver.lan:4000/v1, key sk-example");
  expect(text("Open WebUI")).toContain(
    "URL http://linuxserver.lan:4000/mcp/, auth Bearer, key sk-example",
  );
});
