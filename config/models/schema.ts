import { z } from "zod";
import { secretString } from "../common/secret-schema.ts";

/** A host that a model may need besides its provider's own. */
export const exampleHost = "bedrock-runtime.eu-central-1.amazonaws.com";

export const model = z.discriminatedUnion("provider", [
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
        examples: [[exampleHost]],
      }),
  }),
]);

export type ModelConfig = z.output<typeof model>;
