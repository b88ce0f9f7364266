import { optional } from "./common/optional.ts";
import { type JsonSchema, configJsonSchema } from "./problems.ts";

/** A leaf that Pulumi may hold encrypted: `{secure: ciphertext}` instead of the value. */
const secure = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** Every string of the schema may also be a secret. */
function withSecrets(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withSecrets);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) =>
    // A record's names are strings as well, but never secrets.
    key === "propertyNames" ? [key, value as unknown] : [key, withSecrets(value)],
  );
  const mapped = Object.fromEntries(entries) as Record<string, unknown>;
  return mapped["type"] === "string" && !("const" in mapped) ? { anyOf: [mapped, secure] } : mapped;
}

/** JSON Schema of a whole `Pulumi.<stack>.yaml`, as text with a final line break. */
export function stackFileSchema(): string {
  const config: JsonSchema = configJsonSchema();
  const namespaced = Object.fromEntries(
    Object.entries(config.properties ?? {}).map(([key, value]) => [
      `mcp-gateway:${key}`,
      withSecrets(value),
    ]),
  );
  return `${JSON.stringify(
    {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "Configuration of a stack of mcp-gateway",
      type: "object",
      properties: {
        config: {
          type: "object",
          properties: namespaced,
          // Pulumi's own keys and other projects'; what is left is a typo.
          patternProperties: { "^(?!mcp-gateway:)": true },
          additionalProperties: false,
        },
        encryptionsalt: { type: "string" },
        secretsprovider: { type: "string" },
        encryptedkey: { type: "string" },
      },
      // What recursive parts (a call's arguments are any JSON) refer to.
      ...optional({ $defs: config.$defs }),
    },
    null,
    2,
  )}\n`;
}
