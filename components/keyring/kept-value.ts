/** A kept secret as `keep-secret.sh` prints it. */
export interface KeptValue {
  readonly value: string;
  /** The value before a rotation, and the Unix second until which it still holds. */
  readonly previous?: { readonly value: string; readonly until: number };
}

/** @throws Error if the text is not what `keep-secret.sh` prints */
export function parseKept(text: string): KeptValue {
  const [value = "", previous = ""] = text.trimEnd().split("\n");
  if (value === "") throw new Error("the keyring gave no value");
  const [old = "", until = ""] = previous.split(" ");
  if (old === "") return { value };
  if (!/^\d+$/.test(until)) throw new Error("the keyring gave no end for the value before");
  return { value, previous: { value: old, until: Number(until) } };
}
