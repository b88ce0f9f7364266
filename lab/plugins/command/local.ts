/** `command.local.Command`: a process on this machine. */
import { spawn } from "node:child_process";
import type { Subject } from "../provider.ts";
import { onExit } from "../rpc/parent-watch.ts";
import type { Plain } from "../rpc/values.ts";
import { previousOutput, type Printed } from "./lifecycle.ts";
import { Capture } from "./logging.ts";

const SHELL = ["/bin/sh", "-c"];

export function runLocally(
  subject: Subject,
  command: string,
  inputs: Plain,
  previous: Printed,
): Promise<Printed> {
  const given = inputs["interpreter"] as string[] | undefined;
  const [program = "", ...leading] = given !== undefined && given.length > 0 ? given : SHELL;
  const directory = typeof inputs["dir"] === "string" ? inputs["dir"] : process.cwd();
  const stdin = typeof inputs["stdin"] === "string" ? inputs["stdin"] : "";
  const capture = new Capture(subject, inputs["logging"]);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...leading, command], {
      cwd: directory,
      env: {
        ...process.env,
        ...(inputs["environment"] as Record<string, string> | undefined),
        ...previousOutput(inputs, previous),
      },
      // Without an input of its own the command gets an empty one, never the engine's.
      stdio: [stdin === "" ? "ignore" : "pipe", "pipe", "pipe"],
      signal: subject.signal,
      killSignal: "SIGKILL",
    });
    const forget = onExit(() => child.kill("SIGKILL"));
    child.stdout?.on("data", (chunk: Buffer) => {
      capture.write("stdout", chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      capture.write("stderr", chunk);
    });
    // A command may end without reading its input: that is no failure.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(stdin);
    const fail = (how: string) => {
      void capture.end().then(() => {
        reject(capture.error(how, command));
      });
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      // After an abort `close` follows and tells how it ended.
      if (error.name !== "AbortError") fail(error.message);
    });
    // Not `exit`: a background process that holds the pipes is waited for, as in the official plugin.
    child.on("close", (code, signal) => {
      forget();
      if (code === 0) {
        void capture.end().then(() => {
          resolve(capture.outputs());
        });
      } else fail(signal === null ? `exit status ${code ?? -1}` : `signal: ${signal}`);
    });
  });
}
