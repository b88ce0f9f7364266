import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { holes, readOn } from "../components/litellm/published-holes.ts";
import { type Accepted, type Finding, complaints, findings } from "./advisories/judge.ts";
import { lockedNode, lockedPython } from "./advisories/locked.ts";
import { askNpm, askPython } from "./advisories/registries.ts";

/**
 * Holds what we ship against published advisories: npm's registry is asked, Python's where pip-audit
 * is installed. LiteLLM is also looked up in the table of its published holes, which says of which day
 * it is: the registry does not have all of them. Whatever is found and not accepted with a reason is
 * an error, and so is an accepted one that is no longer found.
 */
const offline = holes.map(({ id, from, fixedIn }) => ({
  id,
  ecosystem: "pypi" as const,
  name: "litellm",
  range: `>=${from}${fixedIn === undefined ? "" : ` <${fixedIn}`}`,
}));
const accepted = JSON.parse(
  readFileSync(join(import.meta.dirname, "advisories/accepted.json"), "utf8"),
) as Accepted[];

const found: Finding[] = [];
const said: string[] = [];

async function lookUp(
  ecosystem: "npm" | "pypi",
  locks: readonly string[],
  ask: (lock: string) => Promise<readonly Finding[] | undefined>,
): Promise<void> {
  let answers = true;
  for (const lock of locks) {
    const answer: readonly Finding[] | undefined = answers ? await ask(lock) : undefined;
    answers = answer !== undefined;
    const text = readFileSync(lock, "utf8");
    const locked = ecosystem === "npm" ? lockedNode(text) : lockedPython(text);
    const all = [...(answer ?? []), ...findings(dirname(lock), locked, offline)];
    found.push(...new Map(all.map((one) => [`${one.name} ${one.id}`, one])).values());
  }
  const table = `LiteLLM${answers ? " also" : " alone"} held against its holes known on ${readOn}`;
  const without = ecosystem === "pypi" ? [table] : answers ? [] : ["nothing looked up"];
  said.push(
    [`${ecosystem}: ${answers ? "asked today" : "not to be asked here"}`, ...without].join(", "),
  );
}

const nodeLocks = [
  "package-lock.json",
  ...globSync("{images/*,lab/images/*,lab/prisma,lab/prisma/cli}/package-lock.json"),
];
await lookUp("npm", nodeLocks, (lock) => askNpm(dirname(lock)));
await lookUp("pypi", globSync("{images,lab/images}/*/requirements.lock"), askPython);

const wrong = complaints(found, accepted);
process.stdout.write(
  `${said.join("; ")}; ${found.length} found, all but ${wrong.length} accepted\n`,
);
for (const line of wrong) process.stdout.write(`${line}\n`);
if (wrong.length > 0) process.exitCode = 1;
