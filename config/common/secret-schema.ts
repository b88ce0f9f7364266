import { z } from "zod";
import { Secret } from "./secret.ts";

/** Pulumi decrypts secrets inside objects to plain strings; this wraps them again. */
export const secretString = z
  .string()
  // On one line: it goes into an env file.
  .regex(/^[^\r\n\0]+$/)
  .transform((value) => new Secret(value))
  .meta({ description: "a secret: set it with --secret", secret: true });
