import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DockerHost } from "../config/model.ts";
import { hostCommand } from "./host-command.ts";
import { hostScript } from "./host-script.ts";

export interface ReadyArgs {
  readonly host: DockerHost;
  readonly containers: readonly docker.Container[];
  /** How long all of them together may take. */
  readonly seconds: number;
  /** Values to mask in the log lines that are shown when one does not come up. */
  readonly secrets?: readonly pulumi.Input<string>[];
}

export interface Ready {
  /** The containers' ids, space-separated, known once all are healthy. */
  readonly ids: pulumi.Output<string>;
  /** To depend on readiness without running again for every new container. */
  readonly command: pulumi.Resource;
}

/**
 * Waits for containers to be healthy. The provider's own `wait` cannot show a log, does not see
 * that a container has given up, and leaves it half-made in the state.
 */
export function readyCommand(
  name: string,
  args: ReadyArgs,
  opts: pulumi.CustomResourceOptions,
): Ready {
  const ids = pulumi.all(args.containers.map((container) => container.id));
  const names = pulumi.all(args.containers.map((container) => container.name));
  const command = hostCommand(
    name,
    args.host,
    {
      create: pulumi.all([ids, names]).apply(([containerIds, containers]) =>
        hostScript("wait-healthy.sh", {
          CONTAINERS: containers.join(" "),
          CONTAINER_IDS: containerIds.join(" "),
          SECONDS_ALLOWED: String(args.seconds),
        }),
      ),
      stdin: pulumi.all([...(args.secrets ?? [])]).apply((secrets) => secrets.join("\n")),
    },
    opts,
  );
  return { ids: pulumi.all([ids, command.id]).apply(([all]) => all.join(" ")), command };
}
