import { shellQuote } from "../../config/common/shell-quote.ts";

/** `NAME='value'` lines to stand before a script. Never for secrets: they show up in `ps`. */
export function shellVariables(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${shellQuote(value)}\n`)
    .join("");
}

/**
 * An env file that a POSIX shell can source (`set -a; . file`): single-quoted values, sorted.
 * @throws Error if a value has a line break, which `docker --env-file` tools could not read
 */
export function envFile(values: Readonly<Record<string, string>>): string {
  return Object.keys(values)
    .sort()
    .map((name) => {
      const value = values[name] ?? "";
      if (/[\r\n\0]/.test(value)) throw new Error(`the value of ${name} has a line break in it`);
      return `${name}=${shellQuote(value)}\n`;
    })
    .join("");
}
