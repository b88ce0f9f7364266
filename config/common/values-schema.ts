import { z } from "zod";

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

export const modelName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}$/)
  .meta({ description: "a model name as clients will ask for it", examples: ["gpt-4o-mock"] });

/** Another word is another value. */
export const rotationWord = z.string().regex(/^[A-Za-z0-9._-]{1,40}$/);

export const objectName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/)
  .meta({ description: "a Docker object's name", examples: ["mcp-gateway-net"] });
