import { type ChildProcess, spawn } from "node:child_process";

export interface Ran {
  /** The exit code; null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for looking at what a person would have seen. */
  readonly all: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
  readonly seconds?: number;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ran>;
}

/**
 * Starts a program; its output is collected.
 * @param until "exit" for a program that will be killed: what it leaves behind may hold its
 * output open
 */
export function start(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
  until: "exit" | "close" = "close",
): Started {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    timeout: (options.seconds ?? 240) * 1000,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  const ended = new Promise<Ran>((done, fail) => {
    child.on("error", fail);
    child.on(until, (code: number | null) => {
      done({ code, stdout, stderr, all: stdout + stderr });
    });
  });
  return { process: child, ended };
}

/** Runs a program to its end, whatever its exit code is. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  return start(program, args, options).ended;
}

/** Runs a program that has to succeed; its output otherwise is the error. */
export async function output(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const ran = await run(program, args, options);
  if (ran.code !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${String(ran.code)}:\n${ran.all}`);
  return ran.stdout;
}
