import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { forgotten, noted, notesOf } from "../drift/notes.ts";
import { hostCommand } from "../host/host-command.ts";
import { hostScript } from "../shell/host-script.ts";
import { shellVariables } from "../shell/shell.ts";
import { type StackContext, containerName } from "./platform.ts";

export interface ReadyArgs {
  readonly context: StackContext;
  readonly containers: readonly docker.Container[];
  /** Their names on the gateway's network. */
  readonly hosts: readonly string[];
  /** DNS name of the database in which they make their tables when they start. */
  readonly tablesIn?: string;
  /** How long all of them together may take. */
  readonly seconds: number;
  /** How many processes and threads each of them may have. */
  readonly pids?: number;
  /** Values to mask in the log lines that are shown when one does not come up. */
  readonly secrets?: readonly pulumi.Input<string>[];
}

/** Enough for PostgreSQL with a hundred connections, and for a server with a browser in it. */
const usualPids = 512;

export interface Ready {
  /** The containers' ids, space-separated, known once all are healthy. */
  readonly ids: pulumi.Output<string>;
  /** To depend on readiness without running again for every new container. */
  readonly command: pulumi.Resource;
}

/**
 * Waits for containers to be healthy, and limits their processes. The provider's own `wait` cannot show a log, does not see
 * that a container has given up, and leaves it half-made in the state.
 */
export function readyCommand(
  name: string,
  args: ReadyArgs,
  opts: pulumi.CustomResourceOptions,
): Ready {
  const ids = pulumi.all(args.containers.map((container) => container.id));
  const names = pulumi.all(args.containers.map((container) => container.name));
  const { context } = args;
  const known = args.hosts.map((host) => containerName(context, host));
  const note = {
    applied: notesOf(context),
    id: name,
    word: context.words.ready(
      { kind: "ready", id: name, containers: known },
      args.tablesIn === undefined ? undefined : containerName(context, args.tablesIn),
    ),
    state: "container_state $CONTAINERS",
  };
  const command = hostCommand(
    name,
    context.model.dockerHost,
    {
      create: pulumi.all([ids, names]).apply(([containerIds, containers]) => {
        const again = note.word.endsWith("-restart")
          ? `docker restart ${containers.join(" ")} >/dev/null\n`
          : "";
        const script = hostScript("containers/wait-healthy.sh", {
          CONTAINERS: containers.join(" "),
          CONTAINER_IDS: containerIds.join(" "),
          SECONDS_ALLOWED: String(args.seconds),
          PIDS_LIMIT: String(args.pids ?? usualPids),
        });
        // A subshell's variables are gone when the note is written.
        return shellVariables({ CONTAINERS: containers.join(" ") }) + noted(again + script, note);
      }),
      delete: forgotten("true\n", note),
      stdin: pulumi.all([...(args.secrets ?? [])]).apply((secrets) => secrets.join("\n")),
    },
    opts,
  );
  return { ids: pulumi.all([ids, command.id]).apply(([all]) => all.join(" ")), command };
}
