import type { Deployment } from "./deployment.ts";

/** How the export marks a secret. */
const mark = "4dabf18193072939515e22adb298388d";

interface Exported {
  readonly deployment: {
    readonly resources: readonly { type: string; inputs?: unknown; outputs?: unknown }[];
  };
}

function strings(value: unknown): string[] {
  if (typeof value === "string") {
    // The plaintext of a secret is JSON text; so is the verification's plan inside of it.
    if (/^["{[]/.test(value))
      try {
        return strings(JSON.parse(value) as unknown);
      } catch {
        return [value];
      }
    return [value];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}

function secretStrings(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (mark in value) return strings((value as { plaintext?: unknown }).plaintext);
  return Object.values(value).flatMap(secretStrings);
}

/**
 * Every secret value in the stack's state of 16 characters or more: random values and their
 * hashes, keys, passwords inside URIs, and the encoded files that commands get on standard input.
 * Names, statements and script words around them are no secrets.
 */
export async function secretsOf(deployment: Deployment): Promise<string[]> {
  const stack = JSON.parse(await deployment.must("stack", "export", "--show-secrets")) as Exported;
  const found = stack.deployment.resources.flatMap((resource) => {
    const texts = [...secretStrings(resource.inputs), ...secretStrings(resource.outputs)];
    if (resource.type.startsWith("random:")) return texts;
    return texts.flatMap((text) => [
      ...(text.match(/sk-[A-Za-z0-9]{16,}/g) ?? []),
      ...[...text.matchAll(/:\/\/[^:@\s]+:([^@\s]+)@/g)].map((match) => match[1] ?? ""),
      ...[...text.matchAll(/^\S+ 600 \d+:\d+ (\S+)$/gm)].map((match) => match[1] ?? ""),
    ]);
  });
  return [...new Set(found)].filter((text) => text.length >= 16);
}

/** Which of `secrets` are in `text`, shortened so that a failing test does not print them. */
export function leaks(text: string, secrets: readonly string[]): string[] {
  return secrets
    .filter((secret) => text.includes(secret))
    .map((secret) => `${secret.slice(0, 4)}… (${secret.length} characters)`);
}
