import { forbiddenPath } from "../../config/connectors/host-path.ts";
import type { GatewayModel } from "../../config/model.ts";
import { setCommand } from "../../config/problems.ts";
import type { Finding } from "./finding.ts";

/** Paths that the connectors are to see, once each. */
export function wantedPaths(model: Pick<GatewayModel, "connectors">): string[] {
  return [
    ...new Set(model.connectors.flatMap(({ mounts }) => mounts.map(({ source }) => source))),
  ].sort();
}

/**
 * What only the Docker host can say of a path: that it is there, and where its symbolic links
 * lead. Docker follows them, so a link to `/etc` is `/etc`.
 */
export function pathFindings(
  model: Pick<GatewayModel, "connectors" | "directories" | "dockerHost">,
  real: Readonly<Record<string, string>>,
): Finding[] {
  const { directories, dockerHost } = model;
  return model.connectors.flatMap(({ mounts }) =>
    mounts.flatMap(({ source, path }): Finding[] => {
      const target = real[source];
      if (target === undefined) return [];
      if (target === "")
        return [
          {
            message: `${source} is not there on the Docker host`,
            fix: `mkdir -p ${source} there, or another path: ${setCommand(path, "/srv/shared")}`,
          },
        ];
      const reason = forbiddenPath(
        target,
        [directories.secrets, directories.config],
        dockerHost.url,
      );
      return reason === undefined
        ? []
        : [
            {
              message: `${source} leads to ${target} on the Docker host: ${reason}`,
              fix: setCommand(path, "/srv/shared"),
            },
          ];
    }),
  );
}
