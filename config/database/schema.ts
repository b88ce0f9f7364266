import { z } from "zod";
import { secretString } from "../common/secret-schema.ts";
import {
  imageReference,
  memoryMb,
  objectName,
  rotationWord,
  userIds,
} from "../common/values-schema.ts";

/** A name that PostgreSQL takes without quotes, which also fits a URI and a shell. */
const identifier = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/)
  .meta({
    description: "lower-case letters, digits and _, not starting with a digit, at most 63",
    examples: ["litellm_db"],
  });

const server = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/)
  .meta({
    description: "the server's name on that network, or its address",
    examples: ["postgres"],
  });

/** A PostgreSQL that is there already and has other databases in it. */
export const sharedDatabase = z.strictObject({
  network: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/)
    .default("postgres-net")
    .meta({ description: "the existing Docker network that the server is on" }),
  host: server.default("postgres"),
  port: z.number().int().min(1).max(65535).default(5432).meta({
    description: "the server's port on that network, 1 to 65535",
  }),
  name: identifier
    .default("litellm_db")
    .meta({ description: "LiteLLM's database; made if it is not there" }),
  role: identifier.default("litellm_user").meta({
    description: "LiteLLM's role, which owns it; made if it is not there",
    examples: ["litellm_user"],
  }),
  rotation: rotationWord
    .default("1")
    .meta({ description: "any word; another one gives the role another password" }),
  adopt: z.boolean().default(false).meta({
    description: "true takes over a database and a role that are there and not this gateway's",
  }),
  admin: z.strictObject({
    user: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/)
      .default("postgres")
      .meta({ description: "a role that may create databases and roles" }),
    password: secretString,
    database: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/)
      .default("postgres")
      .meta({ description: "the database that the admin connects to" }),
  }),
});

export const database = z
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

export type DatabaseConfig = z.output<typeof database>;
