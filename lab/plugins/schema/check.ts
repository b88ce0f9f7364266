/**
 * Checks inputs against the schema and fills in defaults.
 *
 * The official plugins ignore or pass on much that is wrong. A stand-in must be stricter, never
 * kinder: an input it does not implement and silently dropped would make a test green for a
 * deployment that differs from the real one.
 */
import { isObject, peel, Secret, Unknown, type Props, type Value } from "../rpc/values.ts";
import { isDuration } from "./duration.ts";
import {
  propertiesOf,
  type PackageSpec,
  type PropertySpec,
  type PropertySpecs,
  type TypeSpec,
} from "./schema.ts";

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export interface Checked {
  readonly inputs: Props;
  readonly failures: Failure[];
  /** Top-level inputs that the program did not give. */
  readonly defaulted: string[];
}

export const NOT_IMPLEMENTED = "this stand-in does not implement it; use the official plugin";

/** Checks a whole property map; secrets stay wrapped, and gain a wrapper where the schema says so. */
export function check(schema: PackageSpec, specs: PropertySpecs, given: Props): Checked {
  const failures: Failure[] = [];
  const inputs = checkProperties(schema, specs, given, "", failures);
  const defaulted = Object.keys(inputs).filter((key) => !(key in given));
  return { inputs, failures, defaulted };
}

function checkProperties(
  schema: PackageSpec,
  specs: PropertySpecs,
  given: Props,
  path: string,
  failures: Failure[],
): Props {
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  const checked: Props = {};
  for (const [key, value] of Object.entries(given)) {
    // The engine and the SDK put notes of their own beside the inputs.
    if (key.startsWith("__")) continue;
    const spec = specs[key];
    if (spec === undefined) {
      failures.push({ property: at(key), reason: `${at(key)}: the schema knows no such property` });
    } else if (spec.implemented === false) {
      failures.push({ property: at(key), reason: `${at(key)}: ${NOT_IMPLEMENTED}` });
    } else if (peel(value) !== null) {
      checked[key] = checkProperty(schema, spec, value, at(key), failures);
    }
  }
  for (const [key, spec] of Object.entries(specs)) {
    if (key in checked) continue;
    if (spec.default !== undefined) checked[key] = spec.default;
    else if (spec.required === true && !failures.some((failure) => failure.property === at(key))) {
      failures.push({ property: at(key), reason: `${at(key)}: a value is required` });
    }
  }
  return checked;
}

function checkProperty(
  schema: PackageSpec,
  spec: PropertySpec,
  value: Value,
  path: string,
  failures: Failure[],
): Value {
  const checked = checkValue(schema, spec, value, path, failures);
  const bare = peel(checked);
  if (typeof bare === "string") {
    if (spec.pattern !== undefined && !new RegExp(spec.pattern).test(bare)) {
      failures.push({ property: path, reason: `${path}: does not match ${spec.pattern}` });
    }
    if (spec.duration === true && !isDuration(bare)) {
      failures.push({ property: path, reason: `${path}: is not a valid duration such as 1m30s` });
    }
  }
  if (typeof bare === "number" && spec.minimum !== undefined && bare < spec.minimum) {
    failures.push({ property: path, reason: `${path}: must be ${spec.minimum} or more` });
  }
  return spec.secret === true && !(checked instanceof Secret) ? new Secret(checked) : checked;
}

function checkValue(
  schema: PackageSpec,
  spec: TypeSpec,
  value: Value,
  path: string,
  failures: Failure[],
): Value {
  if (value instanceof Secret) {
    return new Secret(checkValue(schema, spec, value.value, path, failures));
  }
  if (value instanceof Unknown || spec.type === "any") return value;
  const properties = propertiesOf(schema, spec);
  const wanted = properties === undefined ? (spec.type ?? "any") : "object";
  const mismatch = () => {
    // The value itself is left out: it may be a password in the wrong place.
    failures.push({ property: path, reason: `${path}: must be of type ${wanted}` });
    return value;
  };
  switch (wanted) {
    case "array":
      if (!Array.isArray(value)) return mismatch();
      return value.map((item, index) =>
        checkValue(schema, spec.items ?? { type: "any" }, item, `${path}[${index}]`, failures),
      );
    case "object":
      if (!isObject(value)) return mismatch();
      if (properties !== undefined)
        return checkProperties(schema, properties, value, path, failures);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          checkValue(schema, spec.values ?? { type: "any" }, item, `${path}.${key}`, failures),
        ]),
      );
    case "integer":
      return Number.isInteger(value) ? value : mismatch();
    case "number":
    case "boolean":
      return typeof value === wanted ? value : mismatch();
    case "string":
      if (typeof value !== "string") return mismatch();
      if (spec.enum !== undefined && !spec.enum.includes(value)) {
        failures.push({
          property: path,
          reason: `${path}: must be one of ${spec.enum.join(", ")}`,
        });
      }
      return value;
    case "any":
      return value;
  }
}
