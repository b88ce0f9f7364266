/**
 * Whether the value at a path of the configuration is encrypted in the stack's file, as
 * `pulumi config set --secret` writes it: `{secure: ciphertext}`, at the path or above it. Pulumi
 * hands over the decrypted values and says of a whole key only that something in it was a secret.
 * @param stack the file, parsed
 * @returns true also for what the file does not have at all
 */
export function isEncrypted(
  stack: unknown,
  namespace: string,
  path: readonly (string | number)[],
): boolean {
  const [first = "", ...rest] = path;
  let value = at(at(stack, "config"), `${namespace}:${first}`);
  for (const segment of rest) {
    if (secure(value)) return true;
    value = at(value, String(segment));
  }
  return value === undefined || secure(value);
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function secure(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 1 &&
    typeof at(value, "secure") === "string"
  );
}
