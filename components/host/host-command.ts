import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../config/model.ts";

export interface HostCommandArgs {
  readonly create: pulumi.Input<string>;
  /** Runs instead of `create` when an input has changed; `create` must be idempotent without. */
  readonly update?: pulumi.Input<string>;
  readonly delete?: pulumi.Input<string>;
  /**
   * Another value runs `create` again where there is an `update` that does something else. Only for
   * commands without `delete`, which would run first.
   */
  readonly again?: readonly pulumi.Input<string>[];
  /** The way for secrets into a command; always treated as one. */
  readonly stdin?: pulumi.Input<string>;
}

function connection(
  host: Extract<DockerHost, { kind: "ssh" }>,
): command.types.input.remote.ConnectionArgs {
  const file = host.privateKeyFile?.replace(/^~(?=\/)/, homedir());
  return {
    host: host.host,
    port: host.port,
    user: host.user,
    // Left out, the provider takes any host for the right one (pulumi-command connection.go).
    hostKey: host.hostKey,
    ...(file === undefined ? {} : { privateKey: pulumi.secret(readFileSync(file, "utf8")) }),
  };
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
): command.local.Command | command.remote.Command {
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
  return host.kind === "local"
    ? new command.local.Command(name, { ...inputs, interpreter: ["/bin/sh", "-c"] }, options)
    : new command.remote.Command(name, { ...inputs, connection: connection(host) }, options);
}
