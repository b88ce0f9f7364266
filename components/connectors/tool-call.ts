import { z } from "zod";

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

export type ToolCall = z.output<typeof toolCall>;
