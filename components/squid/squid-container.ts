import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { mounted } from "../../config/common/names.ts";
import { type ContainerSpec, gatewayContainer } from "../containers/container.ts";
import type { Platform } from "../containers/platform.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { Wanted } from "../drift/decisions.ts";
import { type HostFile, configFiles, configFilesThing } from "../host/files.ts";
import { squidPort } from "./squid-config.ts";

/** The user `proxy` of Debian and Ubuntu. */
const user = "13:13";

export type SquidArgs = Pick<ContainerSpec, "host" | "rolling" | "network" | "externalNetworks"> & {
  readonly platform: Platform;
  /** Name of its directory of files on the Docker host. */
  readonly directory: string;
  readonly config: string;
  readonly squid: Pick<GatewayModel["egressProxy"], "image" | "memoryMb">;
};

const filesOf = (config: string): HostFile[] => [{ name: "egress.cfg", content: config }];

/** What {@link squidContainer} applies to the Docker host. */
export const squidThings = (
  name: string,
  { directories }: Pick<GatewayModel, "directories">,
  { directory, config }: Pick<SquidArgs, "directory" | "config">,
): Wanted[] => [
  configFilesThing(`${name}-config`, posix.join(directories.config, directory), filesOf(config)),
];

/** A Squid with one configuration, which is baked in: another one is another container. */
export function squidContainer(
  name: string,
  { platform, directory, config, squid, ...args }: SquidArgs,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const { directories } = platform.host;
  const image = platform.images.id(squid.image);
  const files = configFiles(
    `${name}-config`,
    { platform, directory: posix.join(directories.config, directory), owner: user, image },
    filesOf(config),
    opts,
  );
  return gatewayContainer(
    name,
    {
      ...args,
      platform,
      image,
      user,
      memoryMb: squid.memoryMb,
      entrypoints: ["squid"],
      command: ["-N", "-f", `${mounted.config}/egress.cfg`],
      binds: [{ source: files, target: mounted.config }],
      readOnly: true,
      tmpfs: { "/tmp": "size=4m" },
      healthcheck: {
        tests: ["CMD", "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${squidPort}`],
        timeout: 5,
        retries: 3,
        startPeriod: 30,
      },
      graceSeconds: 5,
    },
    opts,
  );
}
