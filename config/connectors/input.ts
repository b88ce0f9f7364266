import { z } from "zod";

const environmentVariable = z.string().regex(/^[A-Z][A-Z0-9_]*$/);

/** One value that the user gives a connector. */
export const connectorInput = z
  .strictObject({
    type: z.enum([
      "string",
      "number",
      "boolean",
      "choice",
      "url",
      "secret",
      "databaseUri",
      "hostPath",
      "hostPaths",
    ] as const),
    description: z.string().min(1).meta({ description: "what a right value looks like" }),
    env: environmentVariable
      .optional()
      .meta({ description: "the variable that gets it; of a path, the place inside" }),
    required: z.boolean().default(true),
    default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    options: z.array(z.string().min(1)).min(1).optional().meta({ description: "of a choice" }),
    mount: z
      .string()
      .regex(/^\/[a-z][a-z0-9/-]*$/)
      .optional()
      .meta({
        description: "where a hostPath appears inside, or below which each of hostPaths does",
      }),
    writable: z
      .string()
      .optional()
      .meta({ description: "the boolean input that lets the server write to the paths" }),
    decidesTools: z
      .boolean()
      .default(false)
      .meta({ description: "the server's tools depend on it: they are locked per connector" }),
  })
  .refine((input) => input.type !== "choice" || input.options !== undefined, {
    path: ["options"],
    error: "a choice needs options",
  })
  .refine((input) => !input.type.startsWith("hostPath") || input.mount !== undefined, {
    path: ["mount"],
    error: "a path needs a mount",
  });

export type ConnectorInput = z.output<typeof connectorInput>;

/** Whether a value of this type has to be encrypted in the stack's file. */
export function isSecretInput(type: ConnectorInput["type"]): boolean {
  return type === "secret" || type === "databaseUri";
}
