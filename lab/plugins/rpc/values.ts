/**
 * Property values as the engine sends them: JSON, plus secrets and values not known yet.
 *
 * The engine wraps a secret in an object with a signature key and stands a fixed string in for an
 * unknown. Both are turned into classes at the border, so that no code inside can mistake the
 * wrapping for data (a lost wrapper is a password in clear text in the state file).
 */
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value which the engine encrypts in the state and masks on screen. */
export interface Secret {
  readonly value: Value;
}

/** A value that only an `up` can know; previews are full of them. */
export interface Unknown {
  readonly unknown: true;
}

// Classes to `instanceof`, interfaces to the compiler: one of typescript-eslint's rules follows a
// recursive type that contains classes without end.
export const Secret: new (value: Value) => Secret = class {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
};

export const Unknown: new () => Unknown = class {
  readonly unknown = true;
};

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Value =
  null | boolean | number | string | Secret | Unknown | Value[] | { [key: string]: Value };
/** A resource's properties with their secrets still marked. */
export type Props = Record<string, Value>;
/** A resource's properties in clear, for the code that really creates things. */
export type Plain = Record<string, Json>;

/** True for a JSON-like object, so neither an array nor one of the marker classes. */
export function isObject(value: Value | undefined): value is Record<string, Value> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

/** The value inside any number of secret wrappers. */
export function peel(value: Value): Exclude<Value, Secret> {
  return value instanceof Secret ? peel(value.value) : value;
}

/** Whether a secret hides anywhere in the value. */
export function hasSecret(value: Value): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(hasSecret);
  return isObject(value) && Object.values(value).some(hasSecret);
}

/** The value in clear. Unknowns must not get this far: only previews carry them. */
export function reveal(value: Value): Json {
  const bare = peel(value);
  if (bare instanceof Unknown)
    throw new Error("a value that is not known yet reached an operation");
  if (Array.isArray(bare)) return bare.map(reveal);
  return isObject(bare) ? revealAll(bare) : bare;
}

/** `reveal` for a whole property map; nulls are dropped, as the official plugins do. */
export function revealAll(props: Props): Plain {
  const plain: Plain = {};
  for (const [key, value] of Object.entries(props)) {
    const bare = reveal(value);
    if (bare !== null) plain[key] = bare;
  }
  return plain;
}

/** From the wire. Assets, archives and resource references are refused: nothing here takes them. */
export function fromStruct(struct: Struct | undefined): Props {
  if (struct === undefined) return {};
  const decoded = decode(struct.toJavaScript());
  if (!isObject(decoded)) throw new Error("the engine sent a property map that is no object");
  return decoded;
}

/** To the wire. */
export function toStruct(props: Props): Struct {
  return structPb.Struct.fromJavaScript(encodeAll(props));
}

function decode(json: Json): Value {
  if (json === UNKNOWN) return new Unknown();
  if (Array.isArray(json)) return json.map(decode);
  if (typeof json !== "object" || json === null) return json;
  if (SIGNATURE in json) {
    if (json[SIGNATURE] !== SECRET) {
      throw new Error("assets, archives and resource references are not implemented here");
    }
    return new Secret(decode(json["value"] ?? null));
  }
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, decode(value)]));
}

function encode(value: Value): Json {
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: encode(value.value) };
  if (value instanceof Unknown) return UNKNOWN;
  if (Array.isArray(value)) return value.map(encode);
  return isObject(value) ? encodeAll(value) : value;
}

function encodeAll(props: Props): Record<string, Json> {
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, encode(value)]));
}
