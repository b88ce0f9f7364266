import {
  type Problem,
  setTo,
  setSecret,
  didYouMean,
  list,
  removeCommand,
} from "../common/problem.ts";
import { type ConnectorInput, isSecretInput } from "./input.ts";
import type { ConnectorConfig } from "./schema.ts";

type InputValue = ConnectorConfig["inputs"][string];

const examples: Readonly<Partial<Record<ConnectorInput["type"], unknown>>> = {
  number: 10,
  boolean: true,
  url: "http://server.lan:8080/mcp",
  hostPath: "/srv/shared",
};

/** The command that sets an input; secrets are asked for at a prompt, never typed. */
export function inputSetCommand(where: readonly string[], input: ConnectorInput): string {
  if (isSecretInput(input.type)) return setSecret(where);
  if (input.type === "hostPaths") return setTo([...where, 0], "/srv/shared");
  return setTo(where, input.default ?? input.options?.[0] ?? examples[input.type]);
}

/** A single value as text; empty for a list or a sample. */
export function textOf(value: InputValue): string {
  return typeof value === "object" ? "" : String(value);
}

/** What is wrong with the type of a value, in the user's words. */
function mistyped(input: ConnectorInput, value: InputValue): string | undefined {
  if (Array.isArray(value) && input.type !== "hostPaths")
    return "this is a list, and one value is wanted";
  const text = textOf(value);
  switch (input.type) {
    case "number":
      return typeof value === "number" ? undefined : "this is not a number";
    case "boolean":
      return typeof value === "boolean" ? undefined : "this is neither true nor false";
    case "choice": {
      const { options = [] } = input;
      return options.includes(text)
        ? undefined
        : `this is none of the choices${didYouMean(text, options)}`;
    }
    case "url":
      // Its host becomes a word in HAProxy's configuration.
      return /^https?:\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?([/?]\S*)?$/.test(text) &&
        URL.canParse(text)
        ? undefined
        : "this is not an http:// or https:// URL without a password in it";
    case "databaseUri":
      return /^postgres(ql)?:\/\/[^\s]+$/.test(text) ? undefined : "this is not a PostgreSQL URI";
    case "hostPaths":
      return Array.isArray(value) ? undefined : "this is not a list of paths";
    default:
      return undefined;
  }
}

/** What is wrong with an input's value; undefined if nothing is. Never shows a secret. */
export function inputProblem(
  where: readonly string[],
  input: ConnectorInput,
  value: InputValue,
  samples: readonly string[],
): Problem | undefined {
  const secret = isSecretInput(input.type);
  if (typeof value === "object" && "sample" in value) {
    if (input.type !== "databaseUri")
      return {
        path: where,
        message: "only a database input can name a sample",
        allowed: input.description,
        fix: removeCommand(where),
      };
    return samples.includes(value.sample)
      ? undefined
      : {
          path: where,
          message: `the sample database "${value.sample}" is not made`,
          allowed: list(samples),
          fix: setTo(["database", "samples", 0], value.sample),
        };
  }
  const message =
    mistyped(input, value) ??
    (/[\r\n\0]/.test(textOf(value)) ? "the value has a line break in it" : undefined);
  if (message === undefined) return undefined;
  return {
    path: where,
    message,
    ...(secret || input.type === "string" ? {} : { value }),
    allowed: input.options === undefined ? input.description : input.options.join(", "),
    fix: inputSetCommand(where, input),
  };
}
