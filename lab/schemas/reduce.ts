/**
 * Reduces a published Pulumi schema to what the stand-ins need:
 *
 *     node lab/schemas/reduce.ts published/docker.json > lab/schemas/docker.json
 *
 * Derived, so that nobody's memory decides which change replaces a container. Properties that the
 * stand-ins don't implement stay in by name, to be refused by name.
 */
import { readFileSync } from "node:fs";
import type { Json } from "../plugins/rpc/values.ts";
import type {
  PackageSpec,
  PropertySpec,
  PropertySpecs,
  TypeSpec,
} from "../plugins/schema/schema.ts";
import { SERVED, type ServedProperties } from "./served.ts";

interface PublishedType {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: PublishedType;
  readonly additionalProperties?: PublishedType;
}

interface PublishedProperty extends PublishedType {
  readonly default?: Json;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
  readonly replaceOnChanges?: boolean;
}

type PublishedProperties = Readonly<Record<string, PublishedProperty>>;

interface PublishedResource {
  readonly inputProperties: PublishedProperties;
  readonly requiredInputs?: readonly string[];
  readonly properties: PublishedProperties;
  readonly required?: readonly string[];
}

interface PublishedObject {
  readonly properties?: PublishedProperties;
  readonly required?: readonly string[];
  readonly enum?: readonly { readonly value: string }[];
}

export interface Published {
  readonly name: string;
  readonly config: { readonly variables?: PublishedProperties };
  readonly resources: Readonly<Record<string, PublishedResource>>;
  readonly functions?: Readonly<Record<string, { readonly inputs?: PublishedObject }>>;
  readonly types: Readonly<Record<string, PublishedObject>>;
}

export function reduce(published: Published): PackageSpec {
  const served = published.name === "docker" ? SERVED.docker : SERVED.command;
  const properties = (
    from: PublishedProperties,
    what: ServedProperties,
    required: readonly string[] = [],
    computed: readonly string[] = [],
  ): PropertySpecs =>
    mapSorted(from, (property, key) =>
      what.inputs.includes(key)
        ? {
            ...reduceProperty(published, property),
            ...(required.includes(key) ? { required: true } : {}),
            // An output that is always there though the input is optional: the plugin fills it in.
            ...(computed.includes(key) && !required.includes(key) ? { computed: true } : {}),
            ...what.extra?.[key],
          }
        : { implemented: false },
    );

  return {
    name: published.name,
    flavour: served.flavour,
    config: properties(published.config.variables ?? {}, { inputs: served.config }),
    resources: mapSorted(served.resources, ({ inputs, extra, ...flags }, token) => {
      const resource = lookUp(published.resources, token);
      const what = { inputs, ...(extra ? { extra } : {}) };
      const required = resource.requiredInputs ?? [];
      // A native plugin computes nothing for an input: its outputs repeat the inputs.
      const computed = served.flavour === "bridged" ? (resource.required ?? []) : [];
      const only = Object.entries(resource.properties).filter(
        ([key]) => !(key in resource.inputProperties) && (resource.required ?? []).includes(key),
      );
      return {
        ...flags,
        inputs: properties(resource.inputProperties, what, required, computed),
        outputs: mapSorted(Object.fromEntries(only), (property) => ({
          ...outputType(property),
          ...(property.secret === true ? { secret: true } : {}),
          computed: true,
        })),
      };
    }),
    functions: Object.fromEntries(
      served.functions.map((token) => {
        const { inputs } = lookUp(published.functions ?? {}, token);
        const given = inputs?.properties ?? {};
        return [
          token,
          { inputs: properties(given, { inputs: Object.keys(given) }, inputs?.required) },
        ];
      }),
    ),
    types: mapSorted(served.types, (what, token) => {
      const type = lookUp(published.types, token);
      return properties(type.properties ?? {}, what, type.required);
    }),
  };
}

function reduceProperty(published: Published, property: PublishedProperty): PropertySpec {
  const replace = property.willReplaceOnChanges === true || property.replaceOnChanges === true;
  return {
    ...reduceType(published, property),
    ...(property.default === undefined ? {} : { default: property.default }),
    ...(property.secret === true ? { secret: true } : {}),
    ...(replace ? { replace: true } : {}),
  };
}

function reduceType(published: Published, type: PublishedType): TypeSpec {
  const { $ref: reference, items, additionalProperties: values } = type;
  if (reference === "pulumi.json#/Any") return { type: "any" };
  if (reference !== undefined) {
    const token = reference.replace("#/types/", "");
    const target = lookUp(published.types, token);
    if (target.enum === undefined) return { ref: token };
    return { type: "string", enum: target.enum.map(({ value }) => value) };
  }
  return {
    type: (type.type ?? "any") as NonNullable<TypeSpec["type"]>,
    ...(items === undefined ? {} : { items: reduceType(published, items) }),
    ...(values === undefined ? {} : { values: reduceType(published, values) }),
  };
}

/** Outputs are made by us, so their inner shape needs no checking. */
function outputType({ type }: PublishedType): TypeSpec {
  return { type: (type ?? "any") as NonNullable<TypeSpec["type"]> };
}

function mapSorted<From, To>(
  from: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  const entries = Object.entries(from).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, key)]));
}

function lookUp<Found>(from: Readonly<Record<string, Found>>, token: string): Found {
  const found = from[token];
  if (found === undefined) throw new Error(`the published schema has no ${token}`);
  return found;
}

if (process.argv[1]?.endsWith("/reduce.ts") === true) {
  const [, , path = ""] = process.argv;
  const published = JSON.parse(readFileSync(path, "utf8")) as Published;
  process.stdout.write(`${JSON.stringify(reduce(published), undefined, 2)}\n`);
}
