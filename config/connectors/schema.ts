import { z } from "zod";
import { port, userIds } from "../common/values-schema.ts";
import { connectorDefinition } from "./definition.ts";
import { firstHostPort } from "./host-ports.ts";
import { toolCall } from "./tool-call.ts";

/** LiteLLM splits tool names at the first `-`, so aliases must not hold one (docs/litellm-1.77.3.md#tool-names). */
const CONNECTOR_ID = /^[a-z][a-z0-9_]{0,19}$/;

export const connectorId = z
  .string()
  .regex(CONNECTOR_ID)
  .meta({
    description: "lower-case letters, digits and _, starting with a letter, at most 20 characters",
    examples: ["postgres"],
  });

const egressHost = z
  .string()
  .regex(/^(\*|\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/)
  .meta({ description: "a host, .domain for all of a domain, or *", examples: ["example.org"] });

const connectorInput = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()).min(1),
  z.strictObject({
    sample: z
      .enum(["planets"])
      .meta({ description: "a sample database, on a throw-away server beside the connector" }),
  }),
]);

/** One connector of the stack: a catalogue entry or a definition, and what it is given. */
export const connector = z.strictObject({
  use: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "a catalogue entry: a file of mcp-connectors/", examples: ["postgres"] }),
  definition: connectorDefinition
    .optional()
    .meta({ description: "instead of `use`: what a file of mcp-connectors/ would say" }),
  alias: connectorId.optional().meta({
    description: "the name clients use and the prefix of its tools; the connector's id by default",
    examples: ["db"],
  }),
  hostPort: port.optional().meta({
    description:
      "a port of the Docker host for this connector alone, at the edge, with a key as everywhere; closed if left out",
  }),
  expose: z
    .enum(["closed", "loopback", "lan"])
    .optional()
    .meta({
      description: `who reaches that port: nobody, the Docker host, or the network; loopback if hostPort is set, closed otherwise; without a hostPort one that is free, from ${firstHostPort} on, and stays`,
    }),
  placement: z.enum(["container", "gateway"]).default("container").meta({
    description:
      "gateway runs a stdio server inside LiteLLM: a new process for every call, with LiteLLM's network and files",
  }),
  user: userIds
    .optional()
    .meta({ description: "uid:gid of the server, if files on the host ask for another" }),
  egress: z
    .strictObject({
      allow: z
        .array(egressHost)
        .optional()
        .meta({
          description:
            "hosts, .domain for all of a domain, * for any; the definition's if left out",
          examples: [["example.org", ".example.com"]],
        }),
      private: z
        .array(z.union([z.ipv4(), z.cidrv4()]))
        .default([])
        .meta({
          description: "private addresses that it may reach all the same",
          examples: [["192.168.1.20"]],
        }),
    })
    .optional()
    .meta({ description: "of a connector whose egress is filtered" }),
  inputs: z.record(z.string(), connectorInput).default({}),
  verify: toolCall.optional(),
});

export type ConnectorConfig = z.output<typeof connector>;

/** The stack's connectors by id. */
export type ConnectorConfigs = Readonly<Record<string, ConnectorConfig>>;
