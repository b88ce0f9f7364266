import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../../config/host/model.ts";
import { sshOptions } from "./ssh.ts";

export interface HostCommandArgs {
  readonly create: pulumi.Input<string>;
  /** Runs instead of `create` when an input has changed; `create` must be idempotent without. */
  readonly update?: pulumi.Input<string>;
  readonly delete?: pulumi.Input<string>;
  /**
   * Another value makes another resource of it: `delete` runs, if there is one, and `create` again,
   * also where there is an `update` that does something else.
   */
  readonly again?: readonly pulumi.Input<string>[];
  /** The way for secrets into a command; always treated as one. */
  readonly stdin?: pulumi.Input<string>;
}

/**
 * A POSIX shell command on the Docker host, wherever that is. Output is secret and never logged:
 * the CLI prints a command's output in the clear even when its input was a secret. Changing an
 * input re-runs it in place.
 */
export function hostCommand(
  name: string,
  host: DockerHost,
  args: HostCommandArgs,
  opts: pulumi.CustomResourceOptions,
): command.local.Command {
  const engine = host.kind === "local" ? `export DOCKER_HOST='${host.url}'\n` : "";
  const script = (text: pulumi.Input<string>) => pulumi.interpolate`${engine}${text}`;
  const inputs = {
    create: script(args.create),
    ...(args.update === undefined ? {} : { update: script(args.update) }),
    ...(args.delete === undefined ? {} : { delete: script(args.delete) }),
    ...(args.again === undefined ? {} : { triggers: [...args.again] }),
    ...(args.stdin === undefined ? {} : { stdin: pulumi.secret(args.stdin) }),
    addPreviousOutputInEnv: false,
    logging: "none" as const,
  };
  const options = pulumi.mergeOptions({ additionalSecretOutputs: ["stdout", "stderr"] }, opts);
  // Not command.remote: there the private key is an input, so it lies in the state, a new one runs
  // everything again, and whatever is deleted later is still asked for with the old one.
  const interpreter =
    host.kind === "local" ? ["/bin/sh", "-c"] : ["ssh", ...sshOptions(host), host.host];
  return new command.local.Command(name, { ...inputs, interpreter }, options);
}
