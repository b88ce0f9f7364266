import { z } from "zod";
import { toolCall } from "../config/schema.ts";

/**
 * A catalogue entry (`mcp-connectors/<name>.yaml`): everything the gateway has to know to run an
 * MCP server as a container and to prove that it works. Data only: no connector needs TypeScript.
 */
export const connectorDefinition = z.strictObject({
  title: z.string().min(1),
  description: z.string().min(1),
  image: z.string().min(1),
  /** Exactly what LiteLLM 1.77.3 accepts for a server with a URL (facts §2). */
  transport: z.enum(["sse", "http"]),
  port: z.number().int().min(1).max(65535),
  /** Used verbatim by LiteLLM: nothing is appended (facts §2). */
  path: z.string().regex(/^\/[A-Za-z0-9._/-]*$/),
  /** Where the Docker host publishes it unless the stack says otherwise. */
  hostPort: z.number().int().min(1).max(65535),
  /** uid:gid of the container's process, which is also the owner of its secrets file. */
  user: z.string().regex(/^\d+:\d+$/),
  command: z.array(z.string()).min(1),
  memoryMb: z.number().int().min(16),
  readOnly: z.boolean().default(true),
  tmpfs: z.record(z.string(), z.string()).default({}),
  healthcheck: z.array(z.string()).min(2),
  inputs: z.record(
    z.string(),
    z.strictObject({
      type: z.enum(["databaseUri", "string", "secret"]),
      description: z.string().min(1),
      env: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
      required: z.boolean().default(true),
    }),
  ),
  verify: toolCall,
});

export type ConnectorDefinition = z.output<typeof connectorDefinition>;

/** Catalogue entries by name. */
export type Catalogue = Readonly<Record<string, ConnectorDefinition>>;
