import { createHash } from "node:crypto";
import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Wanted } from "../drift/decisions.ts";
import { forgotten } from "../drift/notes.ts";
import { hostScript } from "../shell/script.ts";
import { shellVariables } from "../shell/shell.ts";
import type { HostPlatform } from "./platform.ts";
import { notedCommand } from "./noted-command.ts";

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

export interface HostFilesPlace {
  readonly platform: HostPlatform;
  readonly directory: string;
  /** uid:gid of the container's process that reads them. */
  readonly owner: string;
  /** An image with `chown`, for deployers that are not root. */
  readonly image: pulumi.Input<string>;
}

/** Files as a thing that drifts. */
export const filesThing = (id: string, directory: string): Wanted => ({
  thing: { kind: "files", id, what: `files in ${directory}` },
});

/** The same of {@link configFiles}. */
export function configFilesThing(
  name: string,
  directory: string,
  files: readonly HostFile[],
): Wanted {
  const hash = configHash(files);
  return filesThing(`${name}-${hash}`, posix.join(directory, hash));
}

/**
 * Whatever has mounted these files starts again if it may have read edited ones; a single file
 * that is mounted would also stay the old one.
 */
function restarted(script: string, mounted: string): string {
  return `set -e\n(\n${script})\n${shellVariables({ MOUNTED: mounted })}docker ps -q --filter "volume=$MOUNTED" | while read -r id; do docker restart "$id" >/dev/null; done\n`;
}

const readersStart = (platform: HostPlatform, id: string): boolean =>
  platform.drift.of(id).revision.restarted === "readers";

/** With all of the script that removes them: see {@link configFiles}. */
function configHash(files: readonly HostFile[]): string {
  const removal = forgotten(hostScript("host/remove-files.sh", {}), { applied: "", id: "" });
  return contentHash([...files, { name: "remove-files.sh", content: removal }]);
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
  // Another removing script makes another resource, and the end of the old one must not take the
  // new one's files along: when what takes the note away was written anew, they were gone after the
  // next up, and the containers that had them could not start again (2026-12-01).
  const hash = configHash(files);
  const { platform } = parent;
  const id = `${name}-${hash}`;
  const directory = posix.join(parent.directory, hash);
  const names = files.map((file) => file.name);
  const written = notedCommand(
    name,
    platform,
    {
      id,
      create: pulumi.output(parent.image).apply((image) => {
        const script = hostScript("host/write-files.sh", {
          DIRECTORY: directory,
          DIRECTORY_MODE: "755",
          IMAGE: image,
        });
        return readersStart(platform, id) ? restarted(script, directory) : script;
      }),
      delete: hostScript("host/remove-files.sh", { DIRECTORY: directory, NAMES: names.join(" ") }),
      files: { directory, names },
      stdin: files
        .map(({ name: file, content, program }) =>
          line(file, program === true ? "755" : "644", parent.owner, content),
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
  const { platform, directory } = place;
  return notedCommand(
    name,
    platform,
    {
      create: pulumi.output(place.image).apply((image) => {
        const script = hostScript("host/write-files.sh", {
          DIRECTORY: directory,
          DIRECTORY_MODE: directoryMode,
          IMAGE: image,
        });
        return whenEdited === "restart" && readersStart(platform, name)
          ? restarted(script, posix.join(directory, file.name))
          : script;
      }),
      delete: hostScript("host/remove-files.sh", { DIRECTORY: directory, NAMES: file.name }),
      files: { directory, names: [file.name] },
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
