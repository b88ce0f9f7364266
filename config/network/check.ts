import { connectorNetworks, innerNetwork } from "../common/names.ts";
import { type Problem, setTo, didYouMean, list, removeCommand } from "../common/problem.ts";
import type { ConnectorInstance } from "../connectors/instance.ts";
import type { ConnectorConfigs } from "../connectors/schema.ts";
import { connectorsIn } from "./subnets.ts";

/** Ids of the connectors that have a container, and so a network of their own. */
export function ownNetworks(instances: readonly ConnectorInstance[]): string[] {
  return instances
    .filter(
      ({ entry, definition }) =>
        entry.placement === "container" && definition.transport !== "remote",
    )
    .map(({ id }) => id)
    .sort();
}

/** Existing networks, and who is to join them. */
export function networkParticipants(config: {
  readonly connectors: ConnectorConfigs;
  readonly externalNetworks: Readonly<Record<string, readonly string[]>>;
  readonly network: string;
}): Problem[] {
  const known = ["edge", "proxy", ...Object.keys(config.connectors)];
  const isOwn = (network: string): boolean =>
    [config.network, innerNetwork(config.network)].includes(network) ||
    network.startsWith(connectorNetworks(config.network));
  return Object.entries(config.externalNetworks).flatMap(([network, members]) => [
    ...(isOwn(network)
      ? [
          {
            path: ["externalNetworks", network],
            message: "the gateway's own network cannot be an external one as well",
            allowed: `any network but "${config.network}" and those whose names begin with it`,
            fix: removeCommand(["externalNetworks", network]),
          },
        ]
      : []),
    ...members.flatMap((member, index) =>
      known.includes(member)
        ? []
        : [
            {
              path: ["externalNetworks", network, index],
              message: `nothing here is called "${member}"${didYouMean(member, known)}`,
              value: member,
              allowed: list(known),
              fix: setTo(["externalNetworks", network, index], known[0]),
            },
          ],
    ),
  ]);
}

/** A range that is too small even where nobody else has any of it. */
export function rangeSize(
  config: { readonly networkRange: string },
  instances: readonly ConnectorInstance[],
): Problem[] {
  const wanted = ownNetworks(instances).length;
  const room = connectorsIn(config.networkRange);
  if (wanted <= room) return [];
  return [
    {
      path: ["networkRange"],
      message: `it has room for ${room} connectors, and ${wanted} have a container`,
      value: config.networkRange,
      allowed: "a range with fewer bits, down to /16",
      fix: setTo(["networkRange"], "10.231.0.0/16"),
    },
  ];
}
