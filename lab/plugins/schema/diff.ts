/**
 * Says what differs between what is and what is wanted, and whether it updates or replaces.
 *
 * Paths go down to the element (`mounts[0].source`): that is what `pulumi preview` prints and what
 * `replaceOnChanges` and `ignoreChanges` are matched against.
 */
import { isObject, peel, Unknown, type Props, type Value } from "../rpc/values.ts";
import {
  propertiesOf,
  type PackageSpec,
  type PropertySpec,
  type PropertySpecs,
  type ResourceSpec,
  type TypeSpec,
} from "./schema.ts";

export type Kind = "add" | "update" | "delete";

export interface Change {
  readonly kind: Kind;
  readonly replace: boolean;
}

export interface Diff {
  readonly changes: Readonly<Record<string, Change>>;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

type Report = (path: string, kind: Kind) => void;

/**
 * @param olds the state for a bridged plugin, the old inputs for a native one
 * @param news the checked inputs
 * @param ignored paths of `ignoreChanges`; the engine has reset them, Terraform wants telling
 */
export function diff(
  schema: PackageSpec,
  spec: ResourceSpec,
  olds: Props,
  news: Props,
  ignored: readonly string[] = [],
): Diff {
  const changes: Record<string, Change> = {};
  for (const [key, property] of Object.entries(spec.inputs)) {
    if (ignored.includes(key) || property.implemented === false) continue;
    compareProperty(schema, property, olds[key] ?? null, news[key] ?? null, key, (path, kind) => {
      changes[path] = { kind, replace: property.replace === true };
    });
  }
  const replaces = [
    ...new Set(
      Object.entries(changes)
        .filter(([, change]) => change.replace)
        .map(([path]) => path.split(/[.[]/)[0] ?? path),
    ),
  ];
  return {
    changes,
    replaces,
    deleteBeforeReplace:
      replaces.length > 0 &&
      (spec.deleteBeforeReplace === true || keepsGivenName(spec, olds, news)),
  };
}

/**
 * A name that the program gave itself, unchanged, would clash with the resource it replaces: the
 * Terraform bridge then deletes first, whatever the resource's type.
 */
function keepsGivenName(spec: ResourceSpec, olds: Props, news: Props): boolean {
  const defaults = peel(news["__defaults"] ?? null);
  const given = Array.isArray(defaults) && !defaults.map(peel).includes("name");
  return (
    spec.autoname === true && given && peel(olds["name"] ?? null) === peel(news["name"] ?? null)
  );
}

function compareProperty(
  schema: PackageSpec,
  spec: PropertySpec,
  before: Value,
  after: Value,
  path: string,
  report: Report,
): void {
  const [old, wanted] = [peel(before), peel(after)];
  if (wanted === null && spec.computed === true) return;
  if (spec.set === true && Array.isArray(old) && Array.isArray(wanted)) {
    if (sameElements(schema, spec, old, wanted)) return;
  }
  compareValue(schema, spec, old, wanted, path, report);
}

function sameElements(schema: PackageSpec, spec: TypeSpec, olds: Value[], news: Value[]): boolean {
  const equal = (old: Value, wanted: Value) => {
    let same = true;
    compareValue(schema, spec.items ?? { type: "any" }, old, wanted, "", () => {
      same = false;
    });
    return same;
  };
  // A Terraform set has no doubles, so containment both ways is equality.
  return (
    olds.every((old) => news.some((wanted) => equal(old, wanted))) &&
    news.every((wanted) => olds.some((old) => equal(old, wanted)))
  );
}

function compareValue(
  schema: PackageSpec,
  spec: TypeSpec,
  before: Value,
  after: Value,
  path: string,
  report: Report,
): void {
  const [old, wanted] = [peel(before), peel(after)];
  if (wanted instanceof Unknown) {
    report(path, isEmpty(schema, old) ? "add" : "update");
  } else if (isEmpty(schema, old) || isEmpty(schema, wanted)) {
    if (!isEmpty(schema, wanted)) report(path, "add");
    else if (!isEmpty(schema, old)) report(path, wanted === null ? "delete" : "update");
  } else if (Array.isArray(old) && Array.isArray(wanted)) {
    for (let index = 0; index < Math.max(old.length, wanted.length); index++) {
      const item = spec.items ?? { type: "any" };
      const [was, will] = [old[index] ?? null, wanted[index] ?? null];
      const place = `${path}[${index}]`;
      if (index >= old.length) report(place, "add");
      else if (index >= wanted.length) report(place, "delete");
      else compareValue(schema, item, was, will, place, report);
    }
  } else if (isObject(old) && isObject(wanted)) {
    const specs: PropertySpecs | undefined = propertiesOf(schema, spec);
    for (const key of specs ? Object.keys(specs) : mergedKeys(old, wanted)) {
      const [was, will] = [old[key] ?? null, wanted[key] ?? null];
      const item = specs?.[key] ?? spec.values ?? { type: "any" };
      compareProperty(schema, item, was, will, `${path}.${key}`, report);
    }
  } else if (old !== wanted) {
    report(path, "update");
  }
}

function mergedKeys(old: Props, wanted: Props): string[] {
  return [...new Set([...Object.keys(old), ...Object.keys(wanted)])];
}

/**
 * Terraform's older SDK can't tell "unset" from a type's zero, so for a bridged plugin they are
 * equal; a native plugin can.
 */
function isEmpty(schema: PackageSpec, value: Value): boolean {
  if (value === null) return true;
  if (schema.flavour === "native") return false;
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === "" || value === 0 || value === false;
}
