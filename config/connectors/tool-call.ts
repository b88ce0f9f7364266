import { z } from "zod";

function isRegExp(text: string): boolean {
  try {
    return new RegExp(text).source !== "";
  } catch {
    return false;
  }
}

/**
 * One real call that proves a connector; `expect` is matched against the result's text. Where the
 * server has nothing that can be asked without harm or a third party, a refusal can be the proof.
 */
export const toolCall = z.strictObject({
  tool: z.string().min(1).meta({ description: "the tool's name without the connector's prefix" }),
  arguments: z.record(z.string(), z.json()).default({}),
  expect: z
    .string()
    .min(1)
    .refine(isRegExp)
    .meta({ description: "a regular expression the result must match" }),
  outcome: z.enum(["result", "error"]).default("result").meta({
    description: "error: the call has to be refused, and `expect` matches the refusal",
  }),
});

export type ToolCall = z.output<typeof toolCall>;
