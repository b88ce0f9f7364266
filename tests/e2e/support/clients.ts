import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { checkout } from "../../support/paths.ts";
import type { Deployment } from "./deployment.ts";
import { type Ran, output, run } from "./run.ts";

const source = join(checkout, "tests", "e2e", "clients");

/**
 * The users' own programs, from npm as their makers publish them, installed once for each state
 * of the lock file.
 * @returns the directory of their commands
 */
export async function installClients(): Promise<string> {
  const lock = readFileSync(join(source, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const directory = join(checkout, ".lab", "clients", hash);
  const commands = join(directory, "node_modules", ".bin");
  const complete = join(directory, "node_modules", ".complete");
  if (existsSync(complete)) return commands;
  mkdirSync(directory, { recursive: true });
  for (const file of ["package.json", "package-lock.json", ".npmrc"])
    copyFileSync(join(source, file), join(directory, file));
  await output("npm", ["ci", "--ignore-scripts", "--loglevel=error"], { cwd: directory });
  // Its postinstall script, which puts the binary of this platform in its place.
  await output("node", ["node_modules/@anthropic-ai/claude-code/install.cjs"], { cwd: directory });
  mkdirSync(complete);
  return commands;
}

/** A person's machine: a HOME of its own and nothing of ours in the environment. */
export class Desk {
  readonly home: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(deployment: Deployment, commands: string) {
    this.home = mkdtempSync(join(deployment.directory, "home-"));
    const node = join(checkout, ".lab", "bin");
    this.#env = {
      HOME: this.home,
      PATH: [commands, node, process.env["PATH"] ?? ""].join(delimiter),
      LANG: "C.UTF-8",
      // No calls home, no updates while testing.
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      // In a folder that it does not trust, Gemini CLI says Disabled without trying
      // (docs/litellm-1.77.3.md#client-gemini-cli).
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    };
  }

  /** What a person types or pastes into a shell. */
  async shell(text: string): Promise<Ran> {
    return run("/bin/sh", ["-euc", text], { cwd: this.home, env: this.#env, seconds: 90 });
  }

  leave(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The printed set-ups by client: `## NAME (hint)`, a blank line, the text. */
export function printedSetups(text: string): ReadonlyMap<string, string> {
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => {
      const [title = "", ...body] = section.split("\n");
      return [title.replace(/ \(.*$/, ""), body.join("\n").trim()] as const;
    }),
  );
}
