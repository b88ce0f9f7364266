import { optional } from "./common/optional.ts";
import { z } from "zod";
import {
  type Problem,
  configPath,
  didYouMean,
  removeCommand,
  setSecret,
  setTo,
} from "./common/problem.ts";
import { Secret } from "./common/secret.ts";
import { configSchema } from "./schema.ts";

export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

let generated: JsonSchema | undefined;

/** The JSON Schema of the stack configuration's `mcp-gateway:` namespace. */
export function configJsonSchema(): JsonSchema {
  generated ??= z.toJSONSchema(configSchema, { io: "input", reused: "inline" }) as JsonSchema;
  return generated;
}

function step(schema: JsonSchema, segment: string | number): JsonSchema[] {
  const here: JsonSchema[] = [];
  const property = schema.properties?.[String(segment)];
  if (property !== undefined) here.push(property);
  else if (typeof schema.additionalProperties === "object") here.push(schema.additionalProperties);
  if (schema.items !== undefined) here.push(schema.items);
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
    here.push(...step(branch, segment));
  return here;
}

function schemasAt(path: readonly (string | number)[]): JsonSchema[] {
  let found: JsonSchema[] = [configJsonSchema()];
  for (const segment of path) found = found.flatMap((schema) => step(schema, segment));
  return found.flatMap((schema) => [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]);
}

/** The command that sets `path` to `example`; secrets are asked for at a prompt, never typed. */
export function setCommand(path: readonly (string | number)[], example?: unknown): string {
  const schemas = schemasAt(path);
  if (schemas.some((schema) => schema.secret === true)) return setSecret(path);
  const known = schemas.flatMap((schema) => [
    ...(schema.examples ?? []),
    ...(schema.enum ?? []),
    ...(schema.const === undefined ? [] : [schema.const]),
    ...(schema.default === undefined || typeof schema.default === "object" ? [] : [schema.default]),
  ]);
  const value = example ?? known[0];
  // The command sets one word; a list is set by its first.
  if (Array.isArray(value) && value.length > 0) return setCommand([...path, 0], value[0]);
  return setTo(path, value);
}

function describeAllowed(path: readonly (string | number)[]): string | undefined {
  const texts = schemasAt(path).flatMap((schema) => {
    const choices = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
    if (choices !== undefined)
      return [choices.map((choice) => JSON.stringify(choice)).join(" or ")];
    if (schema.description !== undefined) return [schema.description];
    if (schema.properties !== undefined)
      return [`an object with ${Object.keys(schema.properties).join(", ")}`];
    return schema.type === undefined
      ? []
      : [schema.type === "object" ? "an object" : `a ${schema.type}`];
  });
  return texts.length === 0 ? undefined : [...new Set(texts)].join("; or ");
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, segment) =>
      typeof value === "object" && value !== null
        ? (value as Record<PropertyKey, unknown>)[segment]
        : undefined,
    raw,
  );
}

function unknownKeys(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  path: readonly (string | number)[],
): Problem[] {
  const known = schemasAt(path).flatMap((schema) => Object.keys(schema.properties ?? {}));
  return issue.keys.map((key) => ({
    path: [...path, key],
    message: `nothing reads this key${didYouMean(key, known)}`,
    allowed: [...new Set(known)].join(", "),
    fix: removeCommand([...path, key]),
  }));
}

/** Zod's issues as problems: every one with a path, what is allowed and a command. */
export function problemsOf(error: z.ZodError, raw: unknown): Problem[] {
  const flatten = (issue: z.core.$ZodIssue, base: readonly (string | number)[]): Problem[] => {
    const path = [
      ...base,
      ...issue.path.map((part) => (typeof part === "number" ? part : String(part))),
    ];
    if (issue.code === "unrecognized_keys") return unknownKeys(issue, path);
    // A union whose branches all failed: the branch that got furthest says most.
    if (issue.code === "invalid_union" && issue.errors.length > 0) {
      const deepest = issue.errors
        .filter((branch) => branch.some((inner) => inner.path.length > 0))
        .at(0);
      if (deepest !== undefined) return deepest.flatMap((inner) => flatten(inner, path));
    }
    const value = valueAt(raw, path);
    // Which of a connector's inputs are secret is the catalogue's word: none of them is shown.
    const secret =
      schemasAt(path).some((schema) => schema.secret === true) ||
      (path[0] === "connectors" && path[2] === "inputs");
    const allowed =
      issue.code === "invalid_key"
        ? schemasAt(path.slice(0, -1))
            .map((schema) => schema.propertyNames?.description)
            .find((text) => text !== undefined)
        : describeAllowed(path);
    return [
      {
        path,
        message:
          issue.code === "invalid_key"
            ? "this name is not allowed"
            : value === undefined
              ? "a value is missing"
              : "this value is not allowed",
        ...optional({ value: secret || issue.code === "invalid_key" ? undefined : value, allowed }),
        fix: issue.code === "invalid_key" ? removeCommand(path) : setCommand(path),
      },
    ];
  };
  return error.issues.flatMap((issue) => flatten(issue, []));
}

function shown(value: unknown): string {
  const plain = value instanceof Secret ? "[secret]" : JSON.stringify(value);
  // A URL is no secret, until somebody puts a password in it.
  const text = plain.replaceAll(/:\/\/[^"\s]*@/g, "://[secret]@");
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** All problems as one text for the user. */
export function renderProblems(problems: readonly Problem[], stack: string): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const parts = problems.map((problem, index) =>
    [
      `  ${index + 1}. ${configPath(problem.path)}: ${problem.message}`,
      ...(problem.value === undefined ? [] : [`     value:   ${shown(problem.value)}`]),
      ...(problem.allowed === undefined ? [] : [`     allowed: ${problem.allowed}`]),
      `     fix:     ${problem.fix}`,
    ].join("\n"),
  );
  return `the configuration of stack "${stack}" has ${count}; nothing was changed\n\n${parts.join("\n\n")}\n`;
}
