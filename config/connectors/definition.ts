import { z } from "zod";
import { connectorInput } from "./input.ts";
import { toolCall } from "./tool-call.ts";
import { vetting } from "./vetting.ts";

/** What every connector has, wherever its server runs. */
const common = {
  title: z.string().min(1).meta({ description: "what a person calls it" }),
  description: z.string().min(1).meta({ description: "what models are told that it is for" }),
  inputs: z.record(z.string(), connectorInput).default({}),
  /** What `default` in a key's scope stands for; every locked tool where it is left out. */
  defaultTools: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({ description: 'the tools that "default" in a scope stands for; all if left out' }),
  auth: z
    .strictObject({
      /** What LiteLLM 1.77.3 sends: docs/litellm-1.77.3.md#auth-type. */
      type: z.enum(["bearer_token", "api_key", "basic", "authorization"]).meta({
        description:
          "Authorization: Bearer V, X-API-Key: V, Authorization: Basic base64(V), or Authorization: V",
      }),
      input: z.string().min(1).meta({ description: "the secret input that has the value" }),
    })
    .optional()
    .meta({ description: "how the gateway proves itself to the server" }),
  verify: toolCall,
  /** Inline definitions may leave it out. */
  vetting: vetting.optional(),
};

const egress = z.enum(["open", "none", "filtered"]).meta({
  description:
    "what the container reaches: whatever a container does, nothing at all, or only what a filtering proxy lets through",
});

const container = z.strictObject({
  ...common,
  /** `stdio`: a program that the bridge keeps alive and serves as streamable HTTP. */
  transport: z.enum(["sse", "http", "stdio"]).meta({ description: "what the server speaks" }),
  image: z.string().min(1).meta({ description: "by digest, where one is known" }),
  port: z
    .number()
    .int()
    .min(1024)
    .max(65535)
    .default(8080)
    .meta({ description: "the port that the server listens on" }),
  /** Used verbatim by LiteLLM: nothing is appended (docs/litellm-1.77.3.md#url-verbatim). */
  path: z
    .string()
    .regex(/^\/[A-Za-z0-9._/-]*$/)
    .default("/mcp")
    .meta({ description: "the path of the MCP endpoint, as a whole: nothing is appended" }),
  hostPort: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .meta({ description: "the Docker host's port, where the stack opens one and says no other" }),
  user: z
    .string()
    .regex(/^\d+:\d+$/)
    .default("1000:1000")
    .meta({ description: "uid:gid of the process, which also owns its secrets file" }),
  command: z.array(z.string().min(1)).min(1).meta({
    description: "program and arguments; inputs arrive in the environment, nothing is put in here",
  }),
  environment: z
    .record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string())
    .default({})
    .meta({ description: "settings that are no inputs; `docker inspect` shows them" }),
  memoryMb: z
    .number()
    .int()
    .min(16)
    .default(256)
    .meta({ description: "megabytes of memory, at least 16" }),
  /** Half of them of one key. A server that can do fewer makes the others wait, and cancels nothing. */
  parallelCalls: z.number().int().min(1).max(400).optional().meta({
    description: "calls that the server can do at once, where it is fewer than proxy.limits says",
  }),
  cpus: z.number().min(0.1).max(256).default(1).meta({ description: "how many CPUs it may use" }),
  readOnly: z.boolean().default(true).meta({ description: "a read-only root file system" }),
  tmpfs: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: "directories in memory that it may write to, each with mount options" }),
  capabilities: z
    .array(z.strictObject({ add: z.string().regex(/^[A-Z_]+$/), reason: z.string().min(1) }))
    .default([])
    .meta({ description: "all are dropped; `add` and `reason` of each that comes back" }),
  networks: z.array(z.string().min(1)).default([]).meta({
    description: "existing Docker networks that it needs, besides the stack's own for it",
  }),
  egress: z.strictObject({
    mode: egress,
    reason: z.string().min(1).meta({ description: "why it needs that much" }),
    allow: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: "filtered: hosts, .domain for all of a domain, * for any" }),
  }),
  probe: z.enum(["python3", "node"]).default("python3").meta({
    description: "what is in the image to run the health probe with, initialize and tools/list",
  }),
});

const remote = z.strictObject({
  ...common,
  transport: z.literal("remote").meta({ description: "a server that runs already" }),
  serves: z.enum(["sse", "http"]).default("http").meta({ description: "what it speaks" }),
  url: z
    .string()
    .min(1)
    .default("url")
    .meta({ description: "the input of type url that says where it is" }),
});

/**
 * A catalogue entry (`mcp-connectors/<name>.yaml`), or an inline definition in the stack's
 * configuration: everything the gateway has to know to run or reach an MCP server and to prove
 * that it works. Data only: no connector needs TypeScript.
 */
export const connectorDefinition = z.discriminatedUnion("transport", [container, remote]);

export type ConnectorDefinition = z.output<typeof connectorDefinition>;
export type ContainerDefinition = z.output<typeof container>;

/** Catalogue entries by name. */
export type Catalogue = Readonly<Record<string, ConnectorDefinition>>;

/** Whether the server's tools depend on what the user gives it, not on the image alone. */
export function toolsOfItsOwn(definition: ConnectorDefinition): boolean {
  return (
    definition.transport === "remote" ||
    Object.values(definition.inputs).some((input) => input.decidesTools)
  );
}
