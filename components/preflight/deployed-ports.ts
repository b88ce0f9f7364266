import type { GatewayModel } from "../config/model.ts";
import { ownPorts } from "../config/parse.ts";
import { publishingContainer } from "../connectors/hosts.ts";
import { hostPorts } from "../connectors/host-ports.ts";
import { type HostFacts, published } from "./findings.ts";

/**
 * The model with the ports that its connectors have on this host: those that are deployed keep
 * theirs, new ones get what nobody has. A port that a container of ours still has, whose connector
 * is to go, is not given away: it goes after the new ones have come.
 */
export function withDeployedPorts(model: GatewayModel, facts: HostFacts): GatewayModel {
  const deployed: Record<string, number> = {};
  const held = new Set<number>();
  for (const { name, files, ports } of facts.containers) {
    const owner = model.connectors.find(
      (connector) =>
        name === model.namePrefix + publishingContainer(connector) &&
        files === model.directories.config,
    );
    for (const [, port] of published(ports)) {
      held.add(port);
      if (owner !== undefined) deployed[owner.id] = port;
    }
  }
  const kept = new Set(Object.values(deployed));
  const listening = facts.listening.map(({ address }) => Number(address.split(":").at(-1)));
  const foreign = [...held, ...listening].filter((port) => !kept.has(port));
  const ports = hostPorts(
    model.connectors.flatMap(({ container }) => container?.portWish ?? []),
    { own: ownPorts(model.gateway), deployed, foreign },
  );
  return {
    ...model,
    connectors: model.connectors.map((connector) => ({
      ...connector,
      ...(connector.container === undefined
        ? {}
        : {
            container: {
              ...connector.container,
              hostPort: ports[connector.id] ?? connector.container.hostPort,
            },
          }),
    })),
  };
}
