import { z } from "zod";
import { sharedDatabase } from "./schema-database.ts";
import { edgeRules } from "./schema-edge.ts";
import { ingress } from "./schema-ingress.ts";
import { accessGroup, connectorId, key, keyName, modelName, rotationWord } from "./schema-keys.ts";
import { secretString } from "./schema-secret.ts";

/**
 * The one source of the stack configuration's shape: parsing, editor completion
 * (`schemas/stack-config.json`) and the "allowed" and "fix" lines of error messages all come
 * from here. Objects are strict: Pulumi ignores a key that nobody reads, so a typo would
 * otherwise do nothing for months.
 */

const imageReference = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._:/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$/)
  .meta({
    description: "an image reference with a tag, a digest or both",
    examples: ["ghcr.io/berriai/litellm:main-v1.77.3-stable"],
  });

const port = z
  .number()
  .int()
  .min(1)
  .max(65535)
  .meta({ description: "a TCP port, 1 to 65535", examples: [4000] });

const memoryMb = z
  .number()
  .int()
  .min(16)
  .max(1_048_576)
  .meta({ description: "megabytes of memory, at least 16", examples: [512] });

const userIds = z
  .string()
  .regex(/^\d+:\d+$/)
  .meta({ description: "numeric uid:gid", examples: ["1000:1000"] });

const directory = z
  .string()
  .regex(/^[A-Za-z0-9._/-]+$/)
  .meta({
    description: "a directory on the Docker host; relative to the checkout only on this machine",
    examples: ["/home/administrator/projects/mcp/gateway/config"],
  });

const hostName = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/)
  .meta({ description: "a host name or an IPv4 address", examples: ["linuxserver.lan"] });

const dockerHost = z
  .string()
  .regex(/^(unix:\/\/\/[A-Za-z0-9._/-]+|ssh:\/\/[A-Za-z0-9._-]+@[A-Za-z0-9.-]+(:\d{1,5})?)$/)
  .meta({
    description: "unix:///path/to/docker.sock or ssh://user@host[:port]",
    examples: ["ssh://administrator@linuxserver.lan"],
  });

const objectName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/)
  .meta({ description: "a Docker object's name", examples: ["mcp-gateway-net"] });

const ssh = z.strictObject({
  hostKey: z
    .string()
    .regex(/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]+$/)
    .meta({
      description: "the host's public key as `ssh-keyscan` prints it, without the host name",
      examples: ["ssh-ed25519 AAAA..."],
    }),
  privateKeyFile: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "a private key on this machine; without it the SSH agent is asked",
      examples: ["~/.ssh/id_ed25519"],
    }),
});

const gateway = z
  .strictObject({
    host: hostName.default("127.0.0.1"),
    port: port.default(4000),
    adminPort: port.optional().meta({
      description:
        "every route of LiteLLM, its UI too, on the Docker host's own 127.0.0.1; closed if left out",
      examples: [4001],
    }),
    bind: z
      .ipv4()
      .default("127.0.0.1")
      .meta({
        description: "the Docker host's address to listen on; 0.0.0.0 for the whole LAN",
        examples: ["0.0.0.0"],
      }),
  })
  .prefault({});

const directories = z
  .strictObject({
    config: directory.default(".gateway/config"),
    secrets: directory.default(".gateway/secrets"),
  })
  .prefault({});

const database = z
  .strictObject({
    mode: z.enum(["dedicated", "shared"]).default("dedicated").meta({
      description: "dedicated: a PostgreSQL container of the gateway's own; shared: see shared",
    }),
    shared: sharedDatabase.optional(),
    image: imageReference.default("postgres:16-alpine"),
    user: userIds.default("70:70").meta({ description: "uid:gid of postgres in the image" }),
    volume: objectName.default("mcp_gateway_pgdata"),
    memoryMb: memoryMb.default(512),
    destroyData: z.boolean().default(false).meta({
      description: "true lets `pulumi destroy` remove the data: volume, shared database and role",
    }),
    samples: z
      .array(z.enum(["planets"]))
      .default([])
      .meta({ description: "sample databases to make on the dedicated server" }),
  })
  .prefault({});

const proxy = z
  .strictObject({
    image: imageReference.default("ghcr.io/berriai/litellm:main-v1.77.3-stable"),
    imageFallback: z.enum(["none", "nearest-stable"]).default("none").meta({
      description:
        "what to do if the image's tag was not published: nothing, or take the nearest published *-stable",
    }),
    user: userIds
      .default("0:0")
      .meta({ description: "uid:gid to run LiteLLM as; the official image expects root" }),
    memoryMb: memoryMb.default(2048),
    masterKeyRotation: rotationWord.default("1").meta({
      description: "change this word to get a new master key; virtual keys stay as they are",
      examples: ["2"],
    }),
    logLevel: z.enum(["INFO", "DEBUG"]).default("INFO").meta({ description: "LITELLM_LOG" }),
    privateRootsFile: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "a PEM file of this machine: private certificate authorities that LiteLLM is to trust",
        examples: ["office-ca.pem"],
      }),
    startSeconds: z.number().int().min(30).max(1800).default(300).meta({
      description: "how long LiteLLM may take to become healthy, 30 to 1800",
    }),
  })
  .prefault({});

const edge = z
  .strictObject({
    image: imageReference.default("haproxy:3.0-alpine"),
    user: userIds.default("99:99").meta({ description: "uid:gid of haproxy in the image" }),
    memoryMb: memoryMb.default(128),
    ...edgeRules,
  })
  .prefault({});

const mockModel = z
  .strictObject({
    image: imageReference.default("python:3.13-alpine"),
    memoryMb: memoryMb.default(64),
  })
  .prefault({});

const model = z.discriminatedUnion("provider", [
  z.strictObject({
    provider: z.literal("mock").meta({ description: "the gateway's own scripted model" }),
  }),
  z.strictObject({
    provider: z.literal("litellm"),
    model: z
      .string()
      .regex(/^[a-z0-9_]+\/.+$/)
      .meta({
        description: "LiteLLM's provider/model",
        examples: ["openai/gpt-4o"],
      }),
    apiKey: secretString,
    apiBase: z.url().optional().meta({ description: "the provider's base URL, if not its own" }),
  }),
]);

const connectorInput = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({
    sample: z
      .enum(["planets"])
      .meta({ description: "a sample database of the dedicated server, by a role of its own" }),
  }),
]);

function isRegExp(text: string): boolean {
  try {
    return new RegExp(text).source !== "";
  } catch {
    return false;
  }
}

/** One real call that proves a connector; `expect` is matched against the result's text. */
export const toolCall = z.strictObject({
  tool: z.string().min(1).meta({ description: "the tool's name without the connector's prefix" }),
  arguments: z.record(z.string(), z.json()).default({}),
  expect: z
    .string()
    .min(1)
    .refine(isRegExp)
    .meta({ description: "a regular expression the result must match" }),
});

const connector = z.strictObject({
  use: z.string().min(1).meta({ description: "a catalogue entry: a file of mcp-connectors/" }),
  alias: connectorId.optional().meta({
    description: "the name clients use and the prefix of its tools; the connector's id by default",
    examples: ["db"],
  }),
  hostPort: port.optional().meta({
    description: "the Docker host's port; without it one that is free, from 48010 on, and stays",
  }),
  expose: z
    .enum(["loopback", "lan"])
    .default("loopback")
    .meta({ description: "lan publishes it without authentication: most MCP servers have none" }),
  inputs: z.record(z.string(), connectorInput).default({}),
  verify: toolCall.optional(),
});

export const configSchema = z.strictObject({
  dockerHost: dockerHost.default("unix:///var/run/docker.sock"),
  ssh: ssh.optional(),
  gateway,
  directories,
  network: objectName
    .default("mcp-gateway-net")
    .meta({ description: "the gateway's own Docker network" }),
  externalNetworks: z.record(objectName, z.array(z.string())).default({}).meta({
    description:
      "existing networks and who joins them: edge, proxy or a connector's id; never created",
  }),
  namePrefix: z
    .string()
    .regex(/^([a-z0-9][a-z0-9_.-]{0,20})?$/)
    .default("")
    .meta({
      description: "stands before every container's name: a second gateway on one Docker host",
      examples: ["staging-"],
    }),
  database,
  proxy,
  edge,
  ingress,
  mockModel,
  models: z.record(modelName, model).default({ "gpt-4o-mock": { provider: "mock" } }),
  connectors: z.record(connectorId, connector).default({}),
  keys: z.record(keyName, key).default({}),
  accessGroups: z
    .record(connectorId, accessGroup)
    .default({})
    .meta({ description: "named sets of connectors and tools that keys can use" }),
  imageMirrorFile: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "a JSON file of this machine, image reference to image reference: what to pull instead; read if it exists",
      examples: ["images.json"],
    }),
});

export type RawConfig = z.input<typeof configSchema>;
export type ParsedConfig = z.output<typeof configSchema>;
export type ToolCall = z.output<typeof toolCall>;
