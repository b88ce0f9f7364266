/**
 * The reduced provider schemas of `lab/schemas`, and how to find one's way in them.
 *
 * They are derived from the published schemas (see `lab/schemas/reduce.ts`): what replaces a
 * resource here is what replaces it with the official plugin.
 */
import type { Json } from "../rpc/values.ts";

export interface TypeSpec {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object" | "any";
  readonly items?: TypeSpec;
  readonly values?: TypeSpec;
  /** The name of an object type in `PackageSpec.types`. */
  readonly ref?: string;
  readonly enum?: readonly string[];
}

export interface PropertySpec extends TypeSpec {
  readonly required?: boolean;
  readonly default?: Json;
  readonly secret?: boolean;
  /** A change replaces the resource; otherwise it updates it in place. */
  readonly replace?: boolean;
  /** The provider fills it in where the program says nothing. */
  readonly computed?: boolean;
  /** The order of the elements means nothing (a Terraform set). */
  readonly set?: boolean;
  /** What a given string must look like, `duration`, or a lower bound. */
  readonly pattern?: string;
  readonly duration?: boolean;
  readonly minimum?: number;
  /** False: the official plugin has it, this stand-in doesn't. */
  readonly implemented?: boolean;
}

export type PropertySpecs = Readonly<Record<string, PropertySpec>>;

export interface ResourceSpec {
  readonly deleteBeforeReplace?: boolean;
  /** `name` gets a random suffix where the program gives none. */
  readonly autoname?: boolean;
  readonly inputs: PropertySpecs;
  /** Outputs that are not inputs too. */
  readonly outputs: PropertySpecs;
}

export interface PackageSpec {
  readonly name: string;
  /**
   * How the official plugin is made, which decides what it compares: `bridged` (Terraform) sets the
   * state against the inputs, `native` the old inputs against the new ones.
   */
  readonly flavour: "bridged" | "native";
  readonly config: PropertySpecs;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, { readonly inputs: PropertySpecs }>>;
  readonly types: Readonly<Record<string, PropertySpecs>>;
}

/** The properties of the object type that a spec refers to, if it refers to one. */
export function propertiesOf(schema: PackageSpec, spec: TypeSpec): PropertySpecs | undefined {
  if (spec.ref === undefined) return undefined;
  const properties = schema.types[spec.ref];
  if (properties === undefined) throw new Error(`the schema of ${schema.name} lacks ${spec.ref}`);
  return properties;
}

/** The spec of a resource type; the message names the package, as a typo is most often there. */
export function resourceSpec(schema: PackageSpec, token: string): ResourceSpec {
  const spec = schema.resources[token];
  if (spec === undefined) {
    throw new Error(
      `unrecognized resource type ${token}: this stand-in for the ${schema.name} plugin serves only ` +
        Object.keys(schema.resources).join(", "),
    );
  }
  return spec;
}
