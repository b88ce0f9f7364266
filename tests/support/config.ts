import type { Problem } from "../../config/common/problem.ts";
import { type Catalogue, connectorDefinition } from "../../config/connectors/definition.ts";
import { type ToolsLock, lockTools } from "../../config/connectors/tools-lock.ts";
import type { GatewayModel } from "../../config/model.ts";
import { parseConfig } from "../../config/parse.ts";
import { renderProblems } from "../../config/problems.ts";

/** A secret leaf as a user would have set it; the words are searched for in everything rendered. */
export const exampleUri = "postgresql://reader:example-password@postgres:5432/app";
export const exampleApiKey = "example-provider-key";

const common = {
  memoryMb: 64,
  user: "1000:1000",
  egress: { mode: "open", reason: "its database is anywhere" },
};

/** Both transports, and every type of input. */
export const catalogue: Catalogue = {
  postgres: connectorDefinition.parse({
    ...common,
    title: "PostgreSQL",
    description: "PostgreSQL tools",
    image: "example/postgres-mcp:1.0",
    transport: "sse",
    port: 8686,
    path: "/sse",
    hostPort: 48010,
    command: ["postgres-mcp", "--transport=sse"],
    inputs: {
      databaseUri: { type: "databaseUri", env: "DATABASE_URI", description: "a reader's URI" },
    },
    verify: { tool: "list_schemas", expect: "public" },
  }),
  notes: connectorDefinition.parse({
    ...common,
    title: "Notes",
    description: "Notes over HTTP",
    image: "example/notes:2.0",
    transport: "http",
    port: 9000,
    path: "/mcp",
    hostPort: 48020,
    command: ["notes"],
    inputs: {
      greeting: {
        type: "string",
        env: "GREETING",
        description: "what to say first",
        required: false,
      },
      token: { type: "secret", env: "TOKEN", description: "the notes' token", required: false },
    },
    verify: { tool: "search", arguments: { text: "a" }, expect: "." },
  }),
};

/** A raw configuration, as `rawConfig` gives it: every part is there once. */
export function exampleConfig(): Record<string, unknown> {
  return {
    database: { samples: ["planets"] },
    models: {
      "gpt-4o-mock": { provider: "mock" },
      "gpt-4o": {
        provider: "litellm",
        model: "openai/gpt-4o",
        apiKey: exampleApiKey,
        apiBase: "http://models.test:8080/v1",
      },
    },
    connectors: {
      planets: { use: "postgres", alias: "db", inputs: { databaseUri: { sample: "planets" } } },
      reports: { use: "postgres", hostPort: 48011, inputs: { databaseUri: exampleUri } },
      notes: { use: "notes", expose: "lan", inputs: { greeting: "hi", token: "example-token" } },
    },
    keys: {
      all: { connectors: { reports: "*", planets: "*", notes: "*" }, models: ["gpt-4o-mock"] },
      nobody: {},
    },
  };
}

const tools = (...names: string[]) =>
  lockTools(names.map((name) => ({ name, description: `does ${name}`, inputSchema: {} })));

/** What both servers are known to list. */
export const lock: ToolsLock = {
  version: 1,
  connectors: {
    postgres: { image: "example/postgres-mcp:1.0", tools: tools("execute_sql", "list_schemas") },
    notes: { image: "example/notes:2.0", tools: tools("add", "remove", "search") },
  },
};

/** 2026-01-01T00:00:00Z. */
export const now = 1_767_225_600;

const root = "/checkout";

export function parseRaw(
  raw: unknown,
  mirror: Readonly<Record<string, string>> = {},
  known: ToolsLock = lock,
) {
  return parseConfig(raw, { catalogue, root, mirror, lock: known, now, privateRoots: "" });
}

/** The model of a configuration that must be right. */
export function modelOf(raw: unknown, known: ToolsLock = lock): GatewayModel {
  const result = parseRaw(raw, {}, known);
  if (!result.ok) throw new Error(renderProblems(result.problems, "test"));
  return result.model;
}

/** The problems of a configuration that must be wrong. */
export function problemsIn(raw: unknown, known: ToolsLock = lock): readonly Problem[] {
  const result = parseRaw(raw, {}, known);
  if (result.ok) throw new Error("the configuration was accepted");
  return result.problems;
}
