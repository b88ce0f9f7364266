import { exampleApiKey, exampleUri } from "./config.ts";
import { type Recording, isSecret, randomValue, reveal } from "./recorder.ts";
import { lanUri } from "./stack-file.ts";

/** Every secret value that can be in a recording: the random ones and those of the examples. */
export function secretsOf(recording: Recording): readonly string[] {
  const random = recording
    .ofType("random:index/randomPassword:RandomPassword")
    .map((resource) => randomValue(resource.name));
  return [...random, exampleUri, exampleApiKey, "example-token", lanUri];
}

/** Strings that are in the clear, with what they say if they are base64. */
function clearText(value: unknown, path = ""): readonly (readonly [string, string])[] {
  if (isSecret(value)) return [];
  if (typeof value === "string") {
    const encoded = value.match(/[A-Za-z0-9+/]{16,}={0,2}/g) ?? [];
    const decoded = encoded.map((word) => Buffer.from(word, "base64").toString());
    return [value, ...decoded].map((text) => [path, text] as const);
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...clearText(key, path),
    ...clearText(item, `${path}.${key}`),
  ]);
}

/** Where a secret value is in the clear: `resource.path`. */
export function leaksOf(recording: Recording): string[] {
  const secrets = secretsOf(recording);
  return recording.resources.flatMap((resource) =>
    clearText(resource.inputs)
      .filter(([, text]) => secrets.some((secret) => text.includes(secret)))
      .map(([path]) => `${resource.name}${path}`),
  );
}

/** Where a secret value is at all, secret or not. */
export function holdersOf(recording: Recording, secret: string): string[] {
  return recording.resources
    .filter((resource) =>
      Object.values(resource.inputs).some((value) => {
        const text = JSON.stringify(reveal(value));
        const lines = text.match(/[A-Za-z0-9+/]{16,}={0,2}/g) ?? [];
        return [text, ...lines.map((word) => Buffer.from(word, "base64").toString())].some((each) =>
          each.includes(secret),
        );
      }),
    )
    .map((resource) => resource.name);
}
