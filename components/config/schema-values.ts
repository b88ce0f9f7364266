import { z } from "zod";
import { blockOf, contains } from "./cidr.ts";

/** Values that more than one part of the configuration has. */

export const imageReference = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._:/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$/)
  .meta({
    description: "an image reference with a tag, a digest or both",
    examples: ["ghcr.io/berriai/litellm:main-v1.77.3-stable"],
  });

export const port = z
  .number()
  .int()
  .min(1)
  .max(65535)
  .meta({ description: "a TCP port, 1 to 65535", examples: [4000] });

export const memoryMb = z
  .number()
  .int()
  .min(16)
  .max(1_048_576)
  .meta({ description: "megabytes of memory, at least 16", examples: [512] });

export const cpus = z
  .number()
  .min(0.1)
  .max(256)
  .meta({ description: "a number of CPUs, 0.1 to 256", examples: [1.5] });

export const userIds = z
  .string()
  .regex(/^\d+:\d+$/)
  .meta({ description: "numeric uid:gid", examples: ["1000:1000"] });

/** What is nobody's on the internet. */
const privateRanges = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];

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
