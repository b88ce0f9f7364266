import { connectorNetworks, innerNetwork } from "../common/names.ts";
import { type Problem, setTo, didYouMean, list, removeCommand } from "../common/problem.ts";
import type { Catalogue } from "../connectors/definition.ts";
import { definitionOf } from "../connectors/instance.ts";
import type { ConnectorConfigs } from "../connectors/schema.ts";
import { connectorsIn } from "./subnets.ts";

interface ContainersConfig {
  readonly connectors: ConnectorConfigs;
}

/** Ids of the connectors that have a container, and so a network of their own. */
export function ownNetworks(config: ContainersConfig, catalogue: Catalogue): string[] {
  return Object.keys(config.connectors)
    .filter((id) => {
      const connector = config.connectors[id];
      if (connector === undefined || connector.placement === "gateway") return false;
      const definition = definitionOf(connector, catalogue);
      return definition !== undefined && definition.transport !== "remote";
    })
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
  config: ContainersConfig & { readonly networkRange: string },
  catalogue: Catalogue,
): Problem[] {
  const wanted = ownNetworks(config, catalogue).length;
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
