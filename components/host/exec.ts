import { spawn } from "node:child_process";
import type { DockerHost } from "../../config/host/model.ts";
import { shellQuote } from "../../config/common/shell-quote.ts";
import { isPrepared, sshOptions } from "./ssh.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Never throws for a failing program: the code says it. */
export async function run(
  program: string,
  args: readonly string[],
  options: {
    readonly stdin?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
  } = {},
): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { env: options.env ?? process.env, cwd: options.cwd });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", fail);
    child.on("close", (code) => {
      done({ code: code ?? 1, stdout, stderr });
    });
    // A program may end without having read its input; its exit code says what there is to say.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}

/**
 * Runs a command on the Docker host: here, or over SSH with the host key pinned.
 * @param command program and arguments; no secrets, they show up in `ps`
 */
export async function hostExec(
  host: DockerHost,
  command: readonly string[],
  stdin = "",
): Promise<Ran> {
  const [program, ...args] = command;
  if (program === undefined) throw new Error("no command");
  if (host.kind === "local")
    return run(program, args, { stdin, env: { ...process.env, DOCKER_HOST: host.url } });
  // In a fresh checkout, before the program has run here for the first time.
  if (!isPrepared(host, process.cwd()))
    throw new Error(`this checkout has not reached ${host.url} yet: run pulumi preview once`);
  return run("ssh", [...sshOptions(host), host.host, command.map(shellQuote).join(" ")], { stdin });
}
