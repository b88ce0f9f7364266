/** Random texts by the rules of Terraform's `random_password` and `random_string`. */
import { randomInt } from "node:crypto";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

export interface TextRules {
  readonly length: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly overrideSpecial?: string;
  readonly minLower: number;
  readonly minUpper: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
}

/** A text that keeps the rules. `randomInt` rejects instead of taking remainders, so no bias. */
export function randomText(rules: TextRules): string {
  const given = rules.overrideSpecial ?? "";
  const special = given === "" ? SPECIAL : given;
  const least = rules.minLower + rules.minUpper + rules.minNumeric + rules.minSpecial;
  if (rules.length < Math.max(1, least)) {
    throw new Error(`length must be at least ${Math.max(1, least)}: the sum of the minimums`);
  }
  const all = [
    rules.upper ? UPPER : "",
    rules.lower ? LOWER : "",
    rules.numeric ? NUMERIC : "",
    rules.special ? special : "",
  ].join("");
  const text = [
    ...pick(LOWER, rules.minLower),
    ...pick(UPPER, rules.minUpper),
    ...pick(NUMERIC, rules.minNumeric),
    ...pick(special, rules.minSpecial),
    ...pick(all, rules.length - least),
  ];
  return shuffled(text).join("");
}

function pick(alphabet: string, count: number): string[] {
  if (count > 0 && alphabet === "") throw new Error("the character set specified is empty");
  return Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length)));
}

/** Fisher and Yates: without it the required characters would always come first. */
function shuffled(items: readonly string[]): string[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other] ?? "", result[last] ?? ""];
  }
  return result;
}
