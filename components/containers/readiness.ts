import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { optional } from "../../config/common/optional.ts";
import type { Wanted } from "../drift/decisions.ts";
import { notedCommand } from "../host/noted-command.ts";
import { hostScript } from "../shell/script.ts";
import type { Platform } from "./platform.ts";

export interface ReadyArgs {
  readonly platform: Platform;
  readonly containers: readonly docker.Container[];
  /** How long all of them together may take. */
  readonly seconds: number;
  /** How many processes and threads each of them may have. */
  readonly pids?: number;
  /** Values to mask in the log lines that are shown when one does not come up. */
  readonly secrets?: readonly pulumi.Input<string>[];
}

/** Enough for PostgreSQL with a hundred connections, and for a server with a browser in it. */
const usualPids = 512;

export interface Ready {
  /** The containers' ids, space-separated, known once all are healthy. */
  readonly ids: pulumi.Output<string>;
  /** To depend on readiness without running again for every new container. */
  readonly command: pulumi.Resource;
}

/** Containers' readiness as a thing that drifts. */
export const readyThing = (
  id: string,
  /** Their names on the Docker host, without a suffix. */
  containers: readonly string[],
  /** The database's container, for what makes its tables there when it starts. */
  tablesIn?: string,
): Wanted => ({
  thing: { kind: "ready", id, containers },
  ...optional({ tablesIn }),
});

/**
 * Waits for containers to be healthy, and limits their processes. The provider's own `wait` cannot
 * show a log, does not see that a container has given up, and leaves it half-made in the state.
 */
export function readyCommand(
  name: string,
  args: ReadyArgs,
  opts: pulumi.CustomResourceOptions,
): Ready {
  const ids = pulumi.all(args.containers.map((container) => container.id));
  const names = pulumi.all(args.containers.map((container) => container.name));
  const { platform } = args;
  const starts = platform.drift.of(name).revision.restarted === "containers";
  const command = notedCommand(
    name,
    platform,
    {
      create: pulumi.all([ids, names]).apply(([containerIds, containers]) => {
        const again = starts ? `docker restart ${containers.join(" ")} >/dev/null\n` : "";
        const script = hostScript("containers/wait-healthy.sh", {
          CONTAINERS: containers.join(" "),
          CONTAINER_IDS: containerIds.join(" "),
          SECONDS_ALLOWED: String(args.seconds),
          PIDS_LIMIT: String(args.pids ?? usualPids),
        });
        return again + script;
      }),
      state: "container_state $CONTAINERS",
      variables: names.apply((containers) => ({ CONTAINERS: containers.join(" ") })),
      stdin: pulumi.all([...(args.secrets ?? [])]).apply((secrets) => secrets.join("\n")),
    },
    opts,
  );
  return { ids: pulumi.all([ids, command.id]).apply(([all]) => all.join(" ")), command };
}
