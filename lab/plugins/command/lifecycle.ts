/**
 * When a command resource runs what, whether here or over SSH.
 *
 * `create` runs again on any changed input if there is no `update` (so it has to be idempotent);
 * `delete` runs with everything as it was saved, be it the connection or the environment.
 */
import { randomBytes } from "node:crypto";
import type { ResourceLogic, Subject } from "../provider.ts";
import type { Plain } from "../rpc/values.ts";

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command text with the settings in `inputs`; rejects if it fails. */
export type Run = (
  subject: Subject,
  command: string,
  inputs: Plain,
  previous: Printed,
) => Promise<Printed>;

const NOTHING: Printed = { stdout: "", stderr: "" };

export function commandResource(run: Run): ResourceLogic {
  const runIf = (subject: Subject, command: unknown, inputs: Plain, previous: Printed) =>
    typeof command === "string" ? run(subject, command, inputs, previous) : previous;
  return {
    async create(subject, inputs) {
      const printed = await runIf(subject, inputs["create"], inputs, NOTHING);
      const id = `${subject.name}${randomBytes(4).toString("hex")}`;
      return { id, outputs: { ...inputs, ...printed } };
    },
    async update(subject, _id, state, inputs) {
      const command = inputs["update"] ?? inputs["create"];
      const printed = await runIf(subject, command, inputs, printedBefore(state));
      return { ...inputs, ...printed };
    },
    async delete(subject, _id, state) {
      await runIf(subject, state["delete"], state, printedBefore(state));
    },
  };
}

function printedBefore(state: Plain): Printed {
  const text = (key: string) => (typeof state[key] === "string" ? state[key] : "");
  return { stdout: text("stdout"), stderr: text("stderr") };
}

/** What the command before printed, as the next one's environment sees it. */
export function previousOutput(inputs: Plain, previous: Printed): Record<string, string> {
  if (inputs["addPreviousOutputInEnv"] === false) return {};
  return {
    ...(previous.stdout === "" ? {} : { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr === "" ? {} : { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}
