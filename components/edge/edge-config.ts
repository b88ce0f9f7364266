import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { hostCommand } from "../host/host-command.ts";
import type { HostFile } from "../host/host-files.ts";
import { hostScript } from "../host/host-script.ts";
import { edge, mounted } from "../names.ts";
import { forgotten, noted } from "../host/notes.ts";
import { type StackContext, containerName, notesOf } from "../stack.ts";
import { type EdgeKey, edgeFileNames, edgeFiles } from "./maps.ts";

export interface EdgeConfigArgs {
  readonly keys: pulumi.Input<readonly EdgeKey[]>;
  readonly image: pulumi.Input<string>;
  readonly networks: readonly pulumi.Input<string>[];
}

/** Variables of apply-edge.sh. */
export interface ApplyEdge {
  readonly container: string;
  readonly directory: string;
  readonly image: string;
  readonly networks: readonly string[];
  readonly owner: string;
}

/** The command that checks the edge's files, puts them in place and reloads a running edge. */
export function applyEdge(apply: ApplyEdge): string {
  return hostScript("apply-edge.sh", {
    CONTAINER: apply.container,
    DIRECTORY: apply.directory,
    HEALTH: `http://127.0.0.1:${edge.healthPort}`,
    IMAGE: apply.image,
    MOUNTED: mounted.config,
    NETWORKS: apply.networks.join(" "),
    OWNER: apply.owner,
  });
}

/** Standard input of apply-edge.sh. */
export function edgeInput(files: readonly HostFile[]): string {
  return files
    .map(({ name, content }) => `${name} ${Buffer.from(content).toString("base64")}\n`)
    .join("");
}

export interface EdgeConfig {
  /** Known once a checked configuration is in it. */
  readonly directory: pulumi.Output<string>;
  /** Which configuration it is; known once a running edge serves it. */
  readonly version: pulumi.Output<string>;
}

/**
 * The edge's configuration on the Docker host: always the same directory, so that a change of
 * keys, lists or limits is a reload and not another container.
 */
export function edgeConfig(
  name: string,
  context: StackContext,
  args: EdgeConfigArgs,
  opts: pulumi.CustomResourceOptions,
): EdgeConfig {
  const { model } = context;
  const directory = posix.join(model.directories.config, "edge");
  const current = posix.join(directory, "current");
  const note = {
    applied: notesOf(context),
    id: name,
    word: context.words.files({ kind: "files", id: name, what: `files in ${current}` }),
    files: { directory: current, names: edgeFileNames },
  };
  const applied = hostCommand(
    name,
    model.dockerHost,
    {
      create: pulumi.all([args.image, pulumi.all([...args.networks])]).apply(([image, networks]) =>
        noted(
          applyEdge({
            container: containerName(context, edge.host),
            directory,
            image,
            networks,
            owner: model.edge.user,
          }),
          note,
        ),
      ),
      delete: forgotten(hostScript("remove-edge.sh", { DIRECTORY: directory }), note),
      stdin: pulumi.output(args.keys).apply((keys) => edgeInput(edgeFiles(model, keys))),
    },
    opts,
  );
  return { directory: applied.id.apply(() => directory), version: applied.stdout };
}
