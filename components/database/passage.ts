import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { databasePassage, mounted } from "../../config/common/names.ts";
import type { SharedDatabase } from "../../config/database/model.ts";
import { gatewayContainer } from "../containers/container.ts";
import { type StackContext, networksOf } from "../containers/platform.ts";
import { haproxyHealthcheck } from "../haproxy/live-config.ts";
import { configFiles } from "../host/host-files.ts";
import { passageConfig } from "./passage-config.ts";

/**
 * LiteLLM's way to a shared PostgreSQL, and nothing else on that network: LiteLLM itself would
 * reach everything that is there, and through it the Docker host and the internet. No connector
 * shares a network with it.
 */
export function databasePassageContainer(
  name: string,
  context: StackContext,
  shared: SharedDatabase,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const { directories, edge } = context.model;
  const image = context.images.id(edge.image);
  const files = configFiles(
    `${name}-config`,
    {
      context,
      directory: posix.join(directories.config, "database-passage"),
      owner: edge.user,
      image,
    },
    [{ name: "haproxy.cfg", content: passageConfig(shared) }],
    opts,
  );
  return gatewayContainer(
    name,
    {
      host: databasePassage.host,
      context,
      image,
      user: edge.user,
      memoryMb: 64,
      command: ["haproxy", "-db", "-f", `${mounted.config}/haproxy.cfg`],
      ...networksOf(context, "database"),
      binds: [{ source: files, target: mounted.config }],
      readOnly: true,
      healthcheck: haproxyHealthcheck,
      graceSeconds: 5,
    },
    opts,
  );
}
