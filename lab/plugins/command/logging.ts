/**
 * What a command prints: kept as outputs, shown line by line, and quoted in the error.
 *
 * `logging` governs the showing alone. The error of a failing command quotes everything that it
 * printed even with `logging: "none"`, with the official plugin too: a command that prints secrets
 * must not fail after printing them.
 */
import type { Subject } from "../provider.ts";

type Stream = "stdout" | "stderr";

const SHOWN: Readonly<Record<string, readonly Stream[]>> = {
  stdout: ["stdout"],
  stderr: ["stderr"],
  stdoutAndStderr: ["stdout", "stderr"],
  none: [],
};

export class Capture {
  readonly #subject: Subject;
  readonly #shown: readonly Stream[];
  readonly #chunks: Record<Stream | "both", Buffer[]> = { stdout: [], stderr: [], both: [] };
  readonly #sent: Promise<void>[] = [];
  #line = "";

  constructor(subject: Subject, logging: unknown) {
    this.#subject = subject;
    this.#shown = SHOWN[typeof logging === "string" ? logging : "stdoutAndStderr"] ?? [];
  }

  /** Takes a piece of output. */
  write(stream: Stream, chunk: Buffer): void {
    this.#chunks[stream].push(chunk);
    this.#chunks.both.push(chunk);
    if (!this.#shown.includes(stream)) return;
    const lines = (this.#line + chunk.toString()).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#show(line);
  }

  /** Shows the unfinished last line and waits until the engine has it all. */
  async end(): Promise<void> {
    if (this.#line !== "") this.#show(this.#line);
    this.#line = "";
    await Promise.all(this.#sent);
  }

  /** The output properties: one trailing newline goes, as in the official plugin. */
  outputs(): { stdout: string; stderr: string } {
    const text = (stream: Stream) => this.#text(stream).replace(/\n$/, "");
    return { stdout: text("stdout"), stderr: text("stderr") };
  }

  /** The error of a command that failed. */
  error(how: string, command: string): Error {
    return new Error(`${how}: running ${JSON.stringify(command)}:\n${this.#text("both")}`);
  }

  #text(stream: Stream | "both"): string {
    return Buffer.concat(this.#chunks[stream]).toString();
  }

  #show(line: string): void {
    this.#sent.push(this.#subject.log("info", line, true));
  }
}
