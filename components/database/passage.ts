import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { databasePassage, mounted } from "../../config/common/names.ts";
import type { SharedDatabase } from "../../config/database/model.ts";
import type { GatewayModel } from "../../config/model.ts";
import { gatewayContainer } from "../containers/container.ts";
import { type Platform, networksOf } from "../containers/platform.ts";
import { haproxyHealthcheck } from "../haproxy/live-config.ts";
import type { Wanted } from "../drift/decisions.ts";
import { type HostFile, configFiles, configFilesThing } from "../host/files.ts";
import { passageConfig } from "./passage-config.ts";

export interface PassageArgs {
  readonly shared: SharedDatabase;
  /** The image that it shares with the edge. */
  readonly haproxy: Pick<GatewayModel["edge"], "image" | "user">;
}

const filesIn = ({ config }: GatewayModel["directories"]): string =>
  posix.join(config, "database-passage");

const filesOf = (shared: SharedDatabase): HostFile[] => [
  { name: "haproxy.cfg", content: passageConfig(shared) },
];

/** What {@link databasePassageContainer} applies to the Docker host. */
export const passageThings = (
  name: string,
  { directories }: Pick<GatewayModel, "directories">,
  shared: SharedDatabase,
): Wanted[] => [configFilesThing(`${name}-config`, filesIn(directories), filesOf(shared))];

/**
 * LiteLLM's way to a shared PostgreSQL, and nothing else on that network: LiteLLM itself would
 * reach everything that is there, and through it the Docker host and the internet. No connector
 * shares a network with it.
 */
export function databasePassageContainer(
  name: string,
  platform: Platform,
  { shared, haproxy }: PassageArgs,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const image = platform.images.id(haproxy.image);
  const files = configFiles(
    `${name}-config`,
    {
      platform,
      directory: filesIn(platform.host.directories),
      owner: haproxy.user,
      image,
    },
    filesOf(shared),
    opts,
  );
  return gatewayContainer(
    name,
    {
      host: databasePassage.host,
      platform,
      image,
      user: haproxy.user,
      memoryMb: 64,
      command: ["haproxy", "-db", "-f", `${mounted.config}/haproxy.cfg`],
      ...networksOf(platform, "database"),
      binds: [{ source: files, target: mounted.config }],
      readOnly: true,
      healthcheck: haproxyHealthcheck,
      graceSeconds: 5,
    },
    opts,
  );
}
