import { z } from "zod";
import { imageReference, memoryMb, modelName, objectName } from "./common/values-schema.ts";
import { connector, connectorId } from "./connectors/schema.ts";
import { database } from "./database/schema.ts";
import { ingress } from "./edge/ingress-schema.ts";
import { gateway, edge } from "./edge/schema.ts";
import { dockerHost, ssh, directories } from "./host/schema.ts";
import { accessGroup, key, keyName } from "./keys/schema.ts";
import { model } from "./models/schema.ts";
import { networkRange } from "./network/schema.ts";
import { proxy } from "./proxy/schema.ts";

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

/**
 * The one source of the stack configuration's shape: parsing, editor completion
 * (`schemas/stack-config.json`) and the "allowed" and "fix" lines of error messages all come
 * from here. Objects are strict: Pulumi ignores a key that nobody reads, so a typo would
 * otherwise do nothing for months.
 */
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
