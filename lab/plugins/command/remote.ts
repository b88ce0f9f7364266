/** `command.remote.Command`: a command over SSH. */
import type { Client } from "ssh2";
import type { Subject } from "../provider.ts";
import type { Plain } from "../rpc/values.ts";
import { dial, type Connection } from "./connection.ts";
import { previousOutput, type Printed } from "./lifecycle.ts";
import { Capture } from "./logging.ts";
import { refusedVariables } from "./set-environment.ts";

export async function runRemotely(
  subject: Subject,
  command: string,
  inputs: Plain,
  previous: Printed,
): Promise<Printed> {
  const client = await dial(subject, inputs["connection"] as unknown as Connection);
  const abort = () => client.destroy();
  subject.signal.addEventListener("abort", abort);
  try {
    const environment = await acceptedEnvironment(subject, client, inputs, previous);
    return await execute(subject, client, command, environment, inputs);
  } finally {
    subject.signal.removeEventListener("abort", abort);
    client.end();
  }
}

/** What the program asked for has to be accepted; the previous output is only nice to have. */
async function acceptedEnvironment(
  subject: Subject,
  client: Client,
  inputs: Plain,
  previous: Printed,
): Promise<Record<string, string>> {
  const wanted = (inputs["environment"] ?? {}) as Record<string, string>;
  const extra = previousOutput(inputs, previous);
  const refused = await refusedVariables(client, { ...wanted, ...extra });
  for (const key of refused) {
    const isWanted = key in wanted;
    await subject.log(
      isWanted ? "error" : "warning",
      `Unable to set '${key}'. This only works if your SSH server is configured to accept these ` +
        "variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote " +
        "host, you could prefix the command itself with the variables in the form 'VAR=value command'",
    );
    if (isWanted) {
      throw new Error(`could not set environment variable "${key}": ssh: setenv failed`);
    }
  }
  const accepted = Object.entries({ ...wanted, ...extra }).filter(
    ([key]) => !refused.includes(key),
  );
  return Object.fromEntries(accepted);
}

function execute(
  subject: Subject,
  client: Client,
  command: string,
  env: Record<string, string>,
  inputs: Plain,
): Promise<Printed> {
  const capture = new Capture(subject, inputs["logging"]);
  const stdin = typeof inputs["stdin"] === "string" ? inputs["stdin"] : "";
  return new Promise((resolve, reject) => {
    client.once("error", reject);
    client.once("close", () => {
      // Too late to matter if the command has ended by itself.
      reject(new Error("ssh: the connection was closed while the command ran"));
    });
    client.exec(command, { env }, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      let ending = "wait: remote command exited without exit status or exit signal";
      channel.on("data", (chunk: Buffer) => {
        capture.write("stdout", chunk);
      });
      channel.stderr.on("data", (chunk: Buffer) => {
        capture.write("stderr", chunk);
      });
      channel.on("exit", (code: number | null, signal?: string) => {
        if (code === 0) ending = "";
        else if (code !== null) ending = `Process exited with status ${code}`;
        else ending = `Process exited with status 128 from signal ${signal ?? ""}`;
      });
      channel.on("close", () => {
        void capture.end().then(() => {
          if (ending === "") resolve(capture.outputs());
          else reject(capture.error(ending, command));
        });
      });
      channel.on("error", () => undefined);
      channel.end(stdin);
    });
  });
}
