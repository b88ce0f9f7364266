import { keyHash } from "../../config/keys/key-hash.ts";
import type { KeyModel } from "../../config/keys/model.ts";
import type { KeptValue } from "../keyring/kept-value.ts";

/** One value that lets somebody in: what guard and edge know of it. */
export interface Credential {
  readonly name: string;
  /** Hex sha256 of the key's value. */
  readonly keyHash: string;
  /** Unix seconds, or null for no end. */
  readonly expires: number | null;
}

/** A key's present value and, during an overlap, the one before; never beyond the key's own end. */
export function credentialsOf(key: KeyModel, kept: KeptValue): Credential[] {
  const own = { name: key.name, keyHash: keyHash(kept.value), expires: key.expires ?? null };
  if (kept.previous === undefined) return [own];
  const expires = Math.min(kept.previous.until, key.expires ?? kept.previous.until);
  return [own, { name: key.name, keyHash: keyHash(kept.previous.value), expires }];
}
