import type { Answer } from "./attack.ts";

/** What no answer may show, whoever asks and whatever for. */
export interface Guarded {
  /** Values that are never to be seen, with what they are. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Addresses that the attacker has written into its own requests. */
  readonly own: readonly string[];
}

const url = /https?:\/\/([a-z0-9_.-]+)(:\d+)?[^\s"'<>\\]*/gi;
const inner = /^(10\.|127\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|localhost$)|^[^.]+$/i;

/** An address of the deployment's inside: a name without a dot, or a private address. */
function innerUrl(text: string, own: readonly string[]): string | undefined {
  for (const [found, host = ""] of text.matchAll(url))
    if (inner.test(host) && !own.some((word) => found.includes(word))) return found;
  return undefined;
}

/** What an answer shows that it must not, by kind: words for each. */
export function leaks(answer: Answer, { secrets, own }: Guarded): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const everything = `${Object.entries(answer.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n")}\n${answer.body}`;
  for (const [what, value] of Object.entries(secrets))
    if (value !== "" && everything.includes(value))
      found["leak-secret"] = `${what} is in the answer`;
  if (/postgres(ql)?:\/\/[^\s"]+:[^\s"]+@/i.test(everything))
    found["leak-secret"] = "a database's URL is in the answer";
  for (const [name, value] of Object.entries(answer.headers)) {
    const address = innerUrl(value, own);
    if (address !== undefined) found["leak-header"] = `the header ${name} shows ${address}`;
  }
  const address = innerUrl(answer.body, own);
  if (address !== undefined) found["leak-body"] = `the answer shows ${address}`;
  const stack = /.{0,60}(Traceback \(most recent call last\)|\/site-packages\/).{0,60}/.exec(
    answer.body,
  );
  if (stack !== null) found["leak-trace"] = `the answer shows a program's stack: ${stack[0]}`;
  return found;
}

export const leakWords: Readonly<Record<string, string>> = {
  "leak-secret": "secrets in answers",
  "leak-header": "inner addresses in answers' headers",
  "leak-body": "inner addresses in answers",
  "leak-trace": "stack traces in answers",
};
