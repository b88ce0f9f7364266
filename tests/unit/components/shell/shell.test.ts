import fc from "fast-check";
import { envFile, shellVariables } from "../../../../components/shell/shell.ts";
import { shellQuote } from "../../../../config/common/shell-quote.ts";
import { sh } from "../../../support/shell.ts";

const nasty = [
  "",
  "plain",
  "two words",
  "it's",
  "'",
  "''",
  `"double"`,
  "$HOME `id` $(id) ${PATH}",
  "back\\slash\\",
  "a=b#c;d&e|f>g<h",
  "*?[a-z]~!",
  "tab\there",
  "ümlaut 日本 🪐",
  "-n",
  "%s%d",
  "trailing ",
];

it.each(nasty)("quotes %j as one word", (text) => {
  expect(sh(`printf '[%s]' ${shellQuote(text)}`).stdout).toBe(`[${text}]`);
});

it("keeps line breaks in a word", () => {
  expect(sh(`printf '[%s]' ${shellQuote("a\nb\n")}`).stdout).toBe("[a\nb\n]");
});

it("puts variables before a script without running anything in them", () => {
  const variables = Object.fromEntries(nasty.map((text, index) => [`V${index}`, text]));
  const names = Object.keys(variables).map((name) => `"$${name}"`);
  const ran = sh(`${shellVariables(variables)}printf '%s\\0' ${names.join(" ")}`);
  expect(ran.stdout.split("\0").slice(0, -1)).toEqual(nasty);
});

/** What a shell has after sourcing the file, read back from the environment of a child. */
function sourced(file: string, names: readonly string[]): string[] {
  const words = names.map((name) => `"$${name}"`).join(" ");
  const ran = sh(
    `file=$(mktemp); cat >"$file"; set -a; . "$file"; set +a; rm "$file"; exec sh -c 'printf "%s\\0" ${words.replaceAll("'", "")}'`,
    file,
    { PATH: process.env["PATH"] ?? "" },
  );
  return ran.stdout.split("\0").slice(0, -1);
}

it("writes an env file that a shell sources to the same values, sorted by name", () => {
  const values = Object.fromEntries(nasty.map((text, index) => [`V_${index}`, text]));
  const file = envFile(values);
  const names = Object.keys(values).sort();
  expect(sourced(file, names)).toEqual(names.map((name) => values[name]));
  expect(file.split("\n").map((line) => line.split("=")[0])).toEqual([...names, ""]);
});

it.each(["a\nb", "a\rb", "a\0b"])("refuses a value with a line break: %j", (value) => {
  expect(() => envFile({ NAME: value })).toThrow("the value of NAME has a line break in it");
});

it("names no value in its error", () => {
  expect(() => envFile({ NAME: "example-secret\n" })).not.toThrow("example-secret");
});

it("round-trips any text through a real shell", () => {
  const text = fc
    .string({ unit: "grapheme", maxLength: 40 })
    .filter((value) => !/[\r\n\0]/.test(value));
  fc.assert(
    // Many values in one shell: a process for each would take minutes.
    fc.property(fc.array(text, { minLength: 100, maxLength: 100 }), (values) => {
      const entries = values.map((value, index) => [`V${index}`, value] as const);
      const names = entries.map(([name]) => name);
      expect(sourced(envFile(Object.fromEntries(entries)), names)).toEqual(values);
    }),
    { numRuns: 10 },
  );
});
