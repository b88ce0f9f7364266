import { z } from "zod";
import { connector } from "./schema-connector.ts";
import { sharedDatabase } from "./schema-database.ts";
import { edgeRules } from "./schema-edge.ts";
import { ingress } from "./schema-ingress.ts";
import { callLimits } from "./schema-limits.ts";
import { accessGroup, connectorId, key, keyName, modelName, rotationWord } from "./schema-keys.ts";
import { secretString } from "./schema-secret.ts";
import { cpus, imageReference, memoryMb, networkRange, port, userIds } from "./schema-values.ts";

/**
 * The one source of the stack configuration's shape: parsing, editor completion
 * (`schemas/stack-config.json`) and the "allowed" and "fix" lines of error messages all come
 * from here. Objects are strict: Pulumi ignores a key that nobody reads, so a typo would
 * otherwise do nothing for months.
 */

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
      .meta({ description: "sample databases that connectors may name as their database" }),
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
    readOnlyRoot: z.boolean().default(true).meta({
      description:
        "false gives LiteLLM's container a root file system that it can write to, for images that do not start without",
    }),
    cpus: cpus
      .default(2)
      .meta({ description: "how many CPUs LiteLLM may use at most, what it starts included" }),
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
          "a PEM file of this machine: private certificate authorities to trust, for model providers and for MCP servers elsewhere",
        examples: ["office-ca.pem"],
      }),
    sessionIdleSeconds: z
      .number()
      .int()
      .min(0)
      .max(300)
      .default(30)
      .meta({
        description:
          "how long a session with an MCP server waits for the next call of the same key, 0 to 300; 0: a session for each call",
        examples: [0],
      }),
    limits: callLimits,
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

const egressProxy = z
  .strictObject({
    // Canonical's image of 2026-07, Squid 6.13: the digest that public configurations pin.
    image: imageReference.default(
      "ubuntu/squid@sha256:6a097f68bae708cedbabd6188d68c7e2e7a38cedd05a176e1cc0ba29e3bbe029",
    ),
    memoryMb: memoryMb.default(128),
  })
  .prefault({});

const policy = z
  .strictObject({
    imagesWithoutDigest: z
      .enum(["warn", "refuse"])
      .default("warn")
      .meta({ description: "what to do about a connector's image that only has a tag" }),
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
    apiBase: z
      .url({ abort: true })
      // LiteLLM's config.yaml has it in the clear.
      .regex(/^[a-z]+:\/\/[^/@]*(\/|$)/i)
      .optional()
      .meta({
        description: "the provider's base URL, if not its own; without a password in it",
        examples: ["http://models.lan:8080/v1"],
      }),
    hosts: z
      .array(z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/))
      .default([])
      .meta({
        description:
          "hosts on the internet that LiteLLM asks for it, name or name:port, over TLS; the usual provider's own is known",
        examples: [["bedrock-runtime.eu-central-1.amazonaws.com"]],
      }),
  }),
]);

export const configSchema = z.strictObject({
  dockerHost: dockerHost.default("unix:///var/run/docker.sock"),
  ssh: ssh.optional(),
  gateway,
  directories,
  network: objectName.default("mcp-gateway-net").meta({
    description: "the gateway's own Docker network, and how the names of its others begin",
  }),
  networkRange: networkRange.default("10.231.0.0/18"),
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
  egressProxy,
  policy,
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
