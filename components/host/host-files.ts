import { createHash } from "node:crypto";
import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../config/model.ts";
import { hostCommand } from "./host-command.ts";
import { hostScript } from "./host-script.ts";

export interface HostFile {
  readonly name: string;
  readonly content: string;
}

/** First 12 hex digits of the files' hash: the name of the directory that holds them. */
export function contentHash(files: readonly HostFile[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file.name}\0${file.content}\0`);
  return hash.digest("hex").slice(0, 12);
}

const line = (name: string, mode: string, owner: string, content: string): string =>
  `${name} ${mode} ${owner} ${Buffer.from(content).toString("base64")}\n`;

export interface HostFilesPlace {
  readonly host: DockerHost;
  readonly directory: string;
  /** uid:gid of the container's process that reads them. */
  readonly owner: string;
  /** An image with `chown`, for deployers that are not root. */
  readonly image: pulumi.Input<string>;
}

/**
 * Read-only configuration of one container on the Docker host, in a directory per content hash,
 * so that an old and a new container can run side by side.
 * @returns the directory, known once the files are there
 */
export function configFiles(
  name: string,
  place: HostFilesPlace,
  files: readonly HostFile[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const directory = posix.join(place.directory, contentHash(files));
  const write = pulumi
    .output(place.image)
    .apply((image) =>
      hostScript("write-files.sh", { DIRECTORY: directory, DIRECTORY_MODE: "755", IMAGE: image }),
    );
  const written = hostCommand(
    name,
    place.host,
    {
      create: write,
      delete: hostScript("remove-files.sh", {
        DIRECTORY: directory,
        NAMES: files.map((file) => file.name).join(" "),
      }),
      stdin: files.map((file) => line(file.name, "644", place.owner, file.content)).join(""),
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
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource & { readonly id: pulumi.Output<string> } {
  return hostCommand(
    name,
    place.host,
    {
      create: pulumi.output(place.image).apply((image) =>
        hostScript("write-files.sh", {
          DIRECTORY: place.directory,
          DIRECTORY_MODE: directoryMode,
          IMAGE: image,
        }),
      ),
      delete: hostScript("remove-files.sh", { DIRECTORY: place.directory, NAMES: file.name }),
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
  return writtenFile(name, place, "755", file, opts).id.apply(() => place.directory);
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
  return writtenFile(name, place, "700", file, opts).id.apply(() =>
    posix.join(place.directory, file.name),
  );
}
