import { z } from "zod";
import { cpus, imageReference, memoryMb, userIds, rotationWord } from "../common/values-schema.ts";
import { callLimits } from "./limits-schema.ts";

export const proxy = z
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

export type ProxyConfig = z.output<typeof proxy>;
