import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { optional } from "../../config/common/optional.ts";
import { revisionText } from "../drift/decisions.ts";
import { type Note, forgotten, noted, notesOf } from "../drift/notes.ts";
import { shellVariables } from "../shell/shell.ts";
import { type HostCommandArgs, hostCommand } from "./command.ts";
import type { HostPlatform } from "./platform.ts";

export interface NotedCommandArgs
  extends
    Pick<HostCommandArgs, "create" | "delete" | "again" | "stdin">,
    Pick<Note, "state" | "files"> {
  /** The thing that it applies, where it is called otherwise than the command. */
  readonly id?: string;
  /** Shell variables of `create` and `state`: a script's own are gone when the note is written. */
  readonly variables?: pulumi.Input<Readonly<Record<string, string>>>;
}

/**
 * A command that applies one thing of the drift plan and notes how it looked right afterwards. The
 * note is taken away with it.
 */
export function notedCommand(
  name: string,
  platform: HostPlatform,
  { id = name, variables = {}, state, files, ...args }: NotedCommandArgs,
  opts: pulumi.CustomResourceOptions,
): command.local.Command {
  const note: Note = {
    applied: notesOf(platform),
    id,
    revision: revisionText(platform.drift.of(id).revision),
    ...optional({ state }),
    ...optional({ files }),
  };
  return hostCommand(
    name,
    platform.host.dockerHost,
    {
      ...args,
      create: pulumi
        .all([args.create, variables])
        .apply(([script, known]) => shellVariables(known) + noted(script, note)),
      delete: pulumi.output(args.delete ?? "true\n").apply((script) => forgotten(script, note)),
    },
    opts,
  );
}
