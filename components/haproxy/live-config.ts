import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { haproxyHealthPort, mounted } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";
import { type Platform, containerName } from "../containers/platform.ts";
import type { Wanted } from "../drift/decisions.ts";
import { type HostFile, filesThing } from "../host/files.ts";
import { notedCommand } from "../host/noted-command.ts";
import { hostScript } from "../shell/script.ts";

/** Variables of apply-haproxy.sh. */
export interface ApplyHaproxy {
  readonly container: string;
  readonly directory: string;
  readonly image: string;
  readonly networks: readonly string[];
  readonly owner: string;
  /** Whether it needs certificate authorities, as `roots.pem`. */
  readonly roots: boolean;
}

/** The command that checks HAProxy's files, puts them in place and reloads it where it runs. */
export function applyHaproxy(apply: ApplyHaproxy): string {
  return hostScript("haproxy/apply-haproxy.sh", {
    CONTAINER: apply.container,
    DIRECTORY: apply.directory,
    HEALTH: `http://127.0.0.1:${haproxyHealthPort}`,
    IMAGE: apply.image,
    MOUNTED: mounted.config,
    NETWORKS: apply.networks.join(" "),
    OWNER: apply.owner,
    ROOTS: apply.roots ? "/etc/ssl/certs/ca-certificates.crt" : "",
  });
}

/** Standard input of apply-haproxy.sh. */
export function haproxyInput(files: readonly HostFile[]): string {
  return files
    .map(({ name, content }) => `${name} ${Buffer.from(content).toString("base64")}\n`)
    .join("");
}

/** The command line of an HAProxy that reads such a directory. */
export const haproxyCommand: readonly string[] = [
  "haproxy",
  "-W",
  "-db",
  "-f",
  `${mounted.config}/current/haproxy.cfg`,
];

/** A health check for Docker, answered by `healthFrontend`. */
export const haproxyHealthcheck = {
  tests: ["CMD", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${haproxyHealthPort}/`],
  timeout: 3,
  retries: 3,
  startPeriod: 30,
} as const;

export interface LiveConfigArgs {
  /** DNS name of the container, also the directory's name behind `mcp-`. */
  readonly host: string;
  readonly owner: string;
  readonly image: pulumi.Input<string>;
  readonly networks: readonly pulumi.Input<string>[];
  /** With `version` among them: see `versioned`. */
  readonly files: pulumi.Input<readonly HostFile[]>;
  /** Their names, and `admin.lst`, which apply-haproxy.sh adds. */
  readonly names: readonly string[];
  /** Whether it proves servers: `roots.pem` has the image's authorities and those of `private.pem`. */
  readonly roots?: boolean;
}

export interface LiveConfig {
  /** Known once a checked configuration is in it. */
  readonly directory: pulumi.Output<string>;
  /** Which configuration it is; known once a running HAProxy serves it. */
  readonly version: pulumi.Output<string>;
}

const directoryOf = ({ directories }: Pick<GatewayModel, "directories">, host: string): string =>
  posix.join(directories.config, host.replace(/^mcp-/, ""));

const currentOf = (directory: string): string => posix.join(directory, "current");

/** {@link liveConfig} as a thing that drifts. */
export const liveConfigThing = (
  name: string,
  model: Pick<GatewayModel, "directories">,
  host: string,
): Wanted => filesThing(name, currentOf(directoryOf(model, host)));

/**
 * An HAProxy's configuration on the Docker host: always the same directory, so that a change is a
 * reload and not another container.
 */
export function liveConfig(
  name: string,
  platform: Platform,
  args: LiveConfigArgs,
  opts: pulumi.CustomResourceOptions,
): LiveConfig {
  const directory = directoryOf(platform.host, args.host);
  const applied = notedCommand(
    name,
    platform,
    {
      create: pulumi.all([args.image, pulumi.all([...args.networks])]).apply(([image, networks]) =>
        applyHaproxy({
          container: containerName(platform, args.host),
          directory,
          image,
          networks,
          owner: args.owner,
          roots: args.roots ?? false,
        }),
      ),
      delete: hostScript("haproxy/remove-haproxy.sh", { DIRECTORY: directory }),
      files: { directory: currentOf(directory), names: args.names },
      stdin: pulumi.output(args.files).apply(haproxyInput),
    },
    opts,
  );
  return { directory: applied.id.apply(() => directory), version: applied.stdout };
}
