import { createHash } from "node:crypto";
import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { GatewayModel } from "../../config/model.ts";
import { type Note, forgotten, noted, notesOf } from "../drift/notes.ts";
import type { Words } from "../drift/words.ts";
import { hostScript } from "../shell/host-script.ts";
import { shellVariables } from "../shell/shell.ts";
import { hostCommand } from "./host-command.ts";

export interface HostFile {
  readonly name: string;
  readonly content: string;
  /** Whether it is a program that others run by its name. */
  readonly program?: true;
}

/** First 12 hex digits of the files' hash: the name of the directory that holds them. */
export function contentHash(files: readonly HostFile[]): string {
  const hash = createHash("sha256");
  for (const { name, content, program } of files)
    hash.update(`${name}\0${content}\0${program === true ? "program\0" : ""}`);
  return hash.digest("hex").slice(0, 12);
}

const line = (name: string, mode: string, owner: string, content: string): string =>
  `${name} ${mode} ${owner} ${Buffer.from(content).toString("base64")}\n`;

/** What files on the Docker host take of the whole: where it is, and what has drifted there. */
export interface HostContext {
  readonly model: Pick<GatewayModel, "directories" | "dockerHost">;
  /** For what has drifted on the host since it was applied. */
  readonly words: Words;
}

export interface HostFilesPlace {
  readonly context: HostContext;
  readonly directory: string;
  /** uid:gid of the container's process that reads them. */
  readonly owner: string;
  /** An image with `chown`, for deployers that are not root. */
  readonly image: pulumi.Input<string>;
}

/** The note of some files, with the word that applies them again when they have drifted. */
function noteOf(id: string, place: HostFilesPlace, names: readonly string[]): Note {
  const { words } = place.context;
  return {
    applied: notesOf(place.context),
    id,
    word: words.files({ kind: "files", id, what: `files in ${place.directory}` }),
    files: { directory: place.directory, names },
  };
}

/**
 * Whatever has mounted these files starts again if it may have read edited ones; a single file
 * that is mounted would also stay the old one.
 */
function restarted(script: string, note: Note, mounted: string): string {
  if (!note.word.endsWith("-edited")) return script;
  return `set -e\n(\n${script})\n${shellVariables({ MOUNTED: mounted })}docker ps -q --filter "volume=$MOUNTED" | while read -r id; do docker restart "$id" >/dev/null; done\n`;
}

/**
 * Read-only configuration of one container on the Docker host, in a directory per content hash,
 * so that an old and a new container can run side by side.
 * @returns the directory, known once the files are there
 */
export function configFiles(
  name: string,
  parent: HostFilesPlace,
  files: readonly HostFile[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const removal = { name: "remove-files.sh", content: hostScript("host/remove-files.sh", {}) };
  // With the script that removes them: another one makes another resource, and the end of the old
  // one must not take the new one's files along.
  const hash = contentHash([...files, removal]);
  const directory = posix.join(parent.directory, hash);
  const place = { ...parent, directory };
  const names = files.map((file) => file.name);
  const note = noteOf(`${name}-${hash}`, place, names);
  const written = hostCommand(
    name,
    place.context.model.dockerHost,
    {
      create: pulumi.output(place.image).apply((image) => {
        const variables = { DIRECTORY: directory, DIRECTORY_MODE: "755", IMAGE: image };
        return noted(
          restarted(hostScript("host/write-files.sh", variables), note, directory),
          note,
        );
      }),
      delete: forgotten(
        hostScript("host/remove-files.sh", { DIRECTORY: directory, NAMES: names.join(" ") }),
        note,
      ),
      stdin: files
        .map(({ name: file, content, program }) =>
          line(file, program === true ? "755" : "644", place.owner, content),
        )
        .join(""),
    },
    // Another hash is another directory: it is written before the container that needs it is
    // made, and the old one goes after the old container.
    pulumi.mergeOptions({ replaceOnChanges: ["delete"], deleteBeforeReplace: false }, opts),
  );
  return written.id.apply(() => directory);
}

interface SecretFile {
  readonly name: string;
  readonly content: pulumi.Input<string>;
}

/** One file of mode 600, rewritten in place when it changes. */
function writtenFile(
  name: string,
  place: HostFilesPlace,
  directoryMode: string,
  file: SecretFile,
  whenEdited: "restart" | "read again",
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource & { readonly id: pulumi.Output<string> } {
  const note = noteOf(name, place, [file.name]);
  return hostCommand(
    name,
    place.context.model.dockerHost,
    {
      create: pulumi.output(place.image).apply((image) => {
        const script = hostScript("host/write-files.sh", {
          DIRECTORY: place.directory,
          DIRECTORY_MODE: directoryMode,
          IMAGE: image,
        });
        const mounted = posix.join(place.directory, file.name);
        return noted(whenEdited === "restart" ? restarted(script, note, mounted) : script, note);
      }),
      delete: forgotten(
        hostScript("host/remove-files.sh", { DIRECTORY: place.directory, NAMES: file.name }),
        note,
      ),
      stdin: pulumi
        .output(file.content)
        .apply((content) => line(file.name, "600", place.owner, content)),
    },
    opts,
  );
}

/**
 * One file that a running container reads again when it changes. Its directory is what gets
 * mounted: a mounted file would stay the old one when the new one takes its place.
 * @returns the directory, known once the file is there, and the same after every change
 */
export function liveFile(
  name: string,
  place: HostFilesPlace,
  file: SecretFile,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return writtenFile(name, place, "755", file, "read again", opts).id.apply(() => place.directory);
}

/**
 * One secrets file on the Docker host, mode 600, owned by the process that reads it.
 * @returns the file's path, known once it is there
 */
export function secretFile(
  name: string,
  place: HostFilesPlace,
  file: SecretFile,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  // Containers get single files mounted, so nobody but the deployer needs to look inside.
  return writtenFile(name, place, "700", file, "restart", opts).id.apply(() =>
    posix.join(place.directory, file.name),
  );
}
