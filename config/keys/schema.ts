import { z } from "zod";
import { modelName, rotationWord } from "../common/values-schema.ts";
import { connectorId } from "../connectors/schema.ts";

export const keyName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/)
  .meta({ description: "lower-case letters, digits, _ and -, at most 40 characters" });

/** A tool's own name, as the server lists it. */
const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,60}$/)
  .meta({
    description: "a tool's name without the connector's prefix",
    examples: ["list_schemas"],
  });

const scope = z
  .record(
    connectorId,
    z.union([
      // First: what an error message suggests must not be the widest scope there is.
      z
        .array(toolName)
        .min(1)
        .meta({ description: "a list of tools", examples: [["list_schemas"]] }),
      z.literal("default").meta({
        description: '"default": the tools that the connector\'s definition proposes',
      }),
      z.literal("*").meta({ description: '"*": every tool that tools.lock.json has today' }),
    ]),
  )
  .default({})
  .meta({ description: 'connectors, each "*" (all its tools), "default" or a list of tools' });

export const accessGroup = z.strictObject({ connectors: scope });

export const key = z.strictObject({
  connectors: scope,
  groups: z
    .array(connectorId)
    .default([])
    .meta({ description: "access groups whose tools the key may use as well" }),
  owner: z.string().min(1).max(80).optional().meta({ description: "who holds the key" }),
  purpose: z.string().min(1).max(200).optional().meta({ description: "what the key is for" }),
  expires: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({
      description: "when the key stops working, with a time zone",
      examples: ["2027-06-30T00:00:00Z"],
    }),
  rpm: z
    .number()
    .int()
    .min(1)
    .optional()
    .meta({
      description: "requests a minute, at least 1",
      examples: [120],
    }),
  tpm: z
    .number()
    .int()
    .min(1)
    .optional()
    .meta({
      description: "model tokens a minute, at least 1",
      examples: [100000],
    }),
  budget: z
    .strictObject({
      usd: z
        .number()
        .positive()
        .meta({ description: "dollars, more than 0", examples: [5] }),
      per: z
        .string()
        .regex(/^[1-9]\d{0,3}(h|d)$/)
        .meta({ description: "hours or days", examples: ["30d"] }),
    })
    .optional()
    .meta({ description: "what the key may spend on models in a period" }),
  models: z
    .array(modelName)
    .default([])
    .meta({ description: "models the key may ask; none if left out", examples: ["gpt-4o-mock"] }),
  rotation: rotationWord
    .default("1")
    .meta({ description: "change this word to get a new value for the key", examples: ["2"] }),
  overlapHours: z
    .number()
    .int()
    .min(0)
    .max(720)
    .default(0)
    .meta({ description: "hours that the old value still works after a rotation, at most 720" }),
});

export type KeyConfig = z.output<typeof key>;
export type AccessGroupConfig = z.output<typeof accessGroup>;
