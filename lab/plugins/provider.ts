/**
 * What every stand-in does alike, without gRPC: check, diff, previews and the marking of secrets,
 * all driven by the reduced schema. What really happens is left to a `ResourceLogic` per type.
 */
import { randomBytes } from "node:crypto";
import type { Log } from "./rpc/engine-log.ts";
import {
  hasSecret,
  peel,
  reveal,
  revealAll,
  Secret,
  Unknown,
  type Plain,
  type Props,
} from "./rpc/values.ts";
import { check, type Checked, type Failure } from "./schema/check.ts";
import { diff, type Diff } from "./schema/diff.ts";
import { resourceSpec, type PackageSpec, type ResourceSpec } from "./schema/schema.ts";

/** Which resource an operation is about, and where its messages go. */
export interface Subject {
  readonly urn: string;
  readonly name: string;
  readonly log: Log;
  /** Fires when the user gives up (Ctrl-C): waits and commands end at once. */
  readonly signal: AbortSignal;
}

export interface Created {
  readonly id: string;
  readonly outputs: Plain;
}

/** One resource type's operations, on values in clear. */
export interface ResourceLogic {
  readonly create: (subject: Subject, inputs: Plain) => Promise<Created>;
  /** The state as it is now, or undefined when the thing is gone. Without it, state is believed. */
  readonly read?: (subject: Subject, id: string, state: Plain) => Promise<Created | undefined>;
  /** Without it every change has to be one that replaces. */
  readonly update?: (subject: Subject, id: string, state: Plain, inputs: Plain) => Promise<Plain>;
  readonly delete: (subject: Subject, id: string, state: Plain) => Promise<void>;
}

export interface Package {
  readonly schema: PackageSpec;
  readonly configure?: (config: Plain) => void;
  readonly resources: Readonly<Record<string, ResourceLogic>>;
  readonly functions?: Readonly<Record<string, (inputs: Plain) => Promise<Plain>>>;
}

/** The thing exists but is not as it should be: the engine saves the id and what is known of it. */
export class HalfMade extends Error {
  readonly id: string;
  readonly outputs: Plain;
  constructor(id: string, outputs: Plain, reason: string) {
    super(reason);
    this.id = id;
    this.outputs = outputs;
  }
}

/** Checks a resource's inputs; a name that the program left out is made once and then kept. */
export function checkResource(
  schema: PackageSpec,
  token: string,
  name: string,
  olds: Props,
  news: Props,
): Checked {
  const spec = resourceSpec(schema, token);
  const checked = check(schema, spec.inputs, news);
  if (schema.flavour === "native") return checked;
  const inputs = { ...checked.inputs };
  const defaulted = [...checked.defaulted];
  if (spec.autoname === true && !("name" in inputs)) {
    inputs["name"] = keptName(olds) ?? `${name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
    defaulted.push("name");
  }
  return {
    inputs: { ...inputs, __defaults: defaulted.sort() },
    failures: checked.failures,
    defaulted,
  };
}

function keptName(olds: Props): string | undefined {
  const defaults = peel(olds["__defaults"] ?? null);
  const name = peel(olds["name"] ?? null);
  const made = Array.isArray(defaults) && defaults.map(peel).includes("name");
  return made && typeof name === "string" ? name : undefined;
}

/** Checks a provider's own settings; the SDK sends all that are no strings as JSON texts. */
export function checkConfig(schema: PackageSpec, news: Props): Checked {
  const given: Props = {};
  for (const [key, value] of Object.entries(news)) {
    if (key === "version" || key === "pluginDownloadURL") continue;
    const bare = peel(value);
    const isText = schema.config[key] === undefined || schema.config[key].type === "string";
    given[key] = isText || typeof bare !== "string" ? value : (JSON.parse(bare) as Plain[string]);
  }
  const checked = check(schema, schema.config, given);
  // Handed back as it came: the engine wants the encoding that the SDK chose.
  return { ...checked, inputs: news };
}

/** The settings in clear, decoded as `checkConfig` reads them. */
export function readConfig(schema: PackageSpec, args: Props): Plain {
  const config: Plain = {};
  for (const [key, spec] of Object.entries(schema.config)) {
    const value = args[key];
    if (value === undefined || peel(value) === null) continue;
    const bare = reveal(value);
    config[key] =
      spec.type !== "string" && typeof bare === "string"
        ? (JSON.parse(bare) as Plain[string])
        : bare;
  }
  return config;
}

/** What the engine asks of a diff, whichever of state and old inputs the plugin compares with. */
export function diffResource(
  schema: PackageSpec,
  token: string,
  olds: { readonly state: Props; readonly inputs: Props },
  news: Props,
  ignored: readonly string[] = [],
): Diff {
  const spec = resourceSpec(schema, token);
  const base = schema.flavour === "bridged" ? olds.state : olds.inputs;
  return diff(schema, spec, base, news, ignored);
}

/** What a preview can promise of a new resource: its inputs, and that the rest is not known. */
export function previewCreate(schema: PackageSpec, token: string, inputs: Props): Props {
  const spec = resourceSpec(schema, token);
  const outputs = withoutNotes(inputs);
  for (const key of computedKeys(spec)) outputs[key] ??= new Unknown();
  return markSecrets(spec, outputs, inputs);
}

/** The same for an update. A bridged plugin keeps what it computed once, a native one can't tell. */
export function previewUpdate(
  schema: PackageSpec,
  token: string,
  olds: { readonly state: Props; readonly inputs: Props },
  news: Props,
): Props {
  const spec = resourceSpec(schema, token);
  const changed =
    Object.keys(diff(schema, spec, olds.inputs, news).changes).length > 0 &&
    schema.flavour === "native";
  const outputs = withoutNotes(news);
  for (const key of computedKeys(spec)) {
    outputs[key] ??= changed ? new Unknown() : (olds.state[key] ?? new Unknown());
  }
  return markSecrets(spec, outputs, news);
}

function computedKeys(spec: ResourceSpec): string[] {
  const isComputed = ([, property]: [string, { computed?: boolean }]) => property.computed === true;
  return [...Object.entries(spec.inputs), ...Object.entries(spec.outputs)]
    .filter(isComputed)
    .map(([key]) => key);
}

function withoutNotes(props: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !key.startsWith("__")));
}

/**
 * Marks an output secret if the schema says so or if an input of its name holds a secret. Forgetting
 * one of the two writes a password in clear into the state.
 */
export function markSecrets(spec: ResourceSpec, outputs: Props, inputs: Props): Props {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => {
      const declared = (spec.inputs[key] ?? spec.outputs[key])?.secret === true;
      const secret = declared || hasSecret(inputs[key] ?? null);
      return [key, secret && !(value instanceof Secret) ? new Secret(value) : value];
    }),
  );
}

/** Calls a function of the package; its inputs are checked like a resource's. */
export async function invoke(
  pkg: Package,
  token: string,
  args: Props,
): Promise<{ outputs: Plain; failures: Failure[] }> {
  const spec = pkg.schema.functions[token];
  const body = pkg.functions?.[token];
  if (spec === undefined || body === undefined) {
    throw new Error(`unrecognized function ${token}: this stand-in does not implement it`);
  }
  const checked = check(pkg.schema, spec.inputs, args);
  if (checked.failures.length > 0) return { outputs: {}, failures: checked.failures };
  return { outputs: await body(revealAll(checked.inputs)), failures: [] };
}
