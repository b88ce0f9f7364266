import { z } from "zod";
import { blockOf, contains, privateRanges } from "./cidr.ts";

function isPrivate(text: string): boolean {
  const block = blockOf(text);
  return (
    block !== undefined && privateRanges.some((range) => contains(blockOf(range) ?? block, block))
  );
}

export const networkRange = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-2])$/)
  .refine(isPrivate)
  .meta({
    description:
      "private addresses for the gateway's networks without a way in, as address/bits, 16 to 22 bits: a /24, and a /28 for each connector",
    examples: ["10.232.0.0/18"],
  });
