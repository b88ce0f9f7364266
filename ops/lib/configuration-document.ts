import { format, resolveConfig } from "prettier";
import { configJsonSchema } from "../../config/problems.ts";
import { configReference } from "./config-reference.ts";

export const configurationDocument = "docs/configuration.md";

/** The text of docs/configuration.md as it is to be, formatted like every other document. */
export async function configurationText(): Promise<string> {
  return format(configReference(configJsonSchema()), {
    ...(await resolveConfig(configurationDocument)),
    filepath: configurationDocument,
  });
}
