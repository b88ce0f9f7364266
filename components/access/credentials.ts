import { createHash } from "node:crypto";
import type { KeyModel } from "../config/model.ts";

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

/** One value that lets somebody in: what guard and edge know of it. */
export interface Credential {
  readonly name: string;
  /** Hex sha256 of the key's value. */
  readonly keyHash: string;
  /** Unix seconds, or null for no end. */
  readonly expires: number | null;
}

/** What LiteLLM, the guard and the edge know a key by. */
export const keyHash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A key's present value and, during an overlap, the one before; never beyond the key's own end. */
export function credentialsOf(key: KeyModel, kept: KeptValue): Credential[] {
  const own = { name: key.name, keyHash: keyHash(kept.value), expires: key.expires ?? null };
  if (kept.previous === undefined) return [own];
  const expires = Math.min(kept.previous.until, key.expires ?? kept.previous.until);
  return [own, { name: key.name, keyHash: keyHash(kept.previous.value), expires }];
}
