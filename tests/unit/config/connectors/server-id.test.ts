import { execFileSync } from "node:child_process";
import { serverId } from "../../../../config/connectors/server-id.ts";

/** The recipe of docs/litellm-1.77.3.md#server-id, by another implementation of SHA-256. */
function byShell(identity: string): string {
  return execFileSync("/bin/sh", [
    "-c",
    `printf '%s' "$1" | sha256sum | cut -c1-32`,
    "sh",
    identity,
  ])
    .toString()
    .trim();
}

it.each([
  [
    {
      name: "up_sse",
      url: "http://127.0.0.1:9101/sse",
      transport: "sse",
      authType: "bearer_token",
    },
    "up_sse|http://127.0.0.1:9101/sse|sse|bearer_token|",
  ],
  [
    { name: "mcp_postgres", url: "http://mcp-postgres:8686/sse", transport: "sse", alias: "db" },
    "mcp_postgres|http://mcp-postgres:8686/sse|sse||db",
  ],
  [{ name: "n", url: "http://n:1/mcp", transport: "http" }, "n|http://n:1/mcp|http||"],
] as const)("hashes %j as LiteLLM does", (server, identity) => {
  expect(serverId(server)).toBe(byShell(identity));
  expect(serverId(server)).toMatch(/^[0-9a-f]{32}$/);
});

it("changes with every part: keys granted by the old id would silently lose the server", () => {
  const base = { name: "n", url: "http://n:1/mcp", transport: "http", alias: "a" } as const;
  const ids = [
    base,
    { ...base, name: "m" },
    { ...base, url: "http://n:2/mcp" },
    { ...base, transport: "sse" as const },
    { ...base, alias: "b" },
    { ...base, authType: "api_key" },
  ].map(serverId);
  expect(new Set(ids).size).toBe(6);
});
