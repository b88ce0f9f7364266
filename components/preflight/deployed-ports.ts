import { edge } from "../../config/common/names.ts";
import { hostPorts } from "../../config/connectors/host-ports.ts";
import { ownPorts } from "../../config/edge/own-ports.ts";
import type { GatewayModel } from "../../config/model.ts";
import { published } from "./findings.ts";
import type { HostFacts } from "./host-facts.ts";

/**
 * The model with the ports that its connectors have on this host: those that are deployed keep
 * theirs, new ones get what nobody has. The edge publishes all of them; which is whose, its own port
 * behind it tells. One that a container of ours has, whose connector is to go, is not given away.
 */
export function withDeployedPorts(model: GatewayModel, facts: HostFacts): GatewayModel {
  const deployed: Record<string, number> = {};
  const held = new Set<number>();
  for (const { name, files, ports } of facts.containers) {
    const isEdge = name === model.namePrefix + edge.host && files === model.directories.config;
    for (const { port, inside } of published(ports)) {
      held.add(port);
      const owner = isEdge
        ? model.connectors.find(({ open }) => open?.edgePort === inside)
        : undefined;
      if (owner !== undefined) deployed[owner.id] = port;
    }
  }
  const kept = new Set(Object.values(deployed));
  const listening = facts.listening.map(({ address }) => Number(address.split(":").at(-1)));
  const foreign = [...held, ...listening].filter((port) => !kept.has(port));
  const ports = hostPorts(
    model.connectors.flatMap(({ open }) => open?.wish ?? []),
    { own: ownPorts(model.gateway), deployed, foreign },
  );
  return {
    ...model,
    connectors: model.connectors.map(({ open, ...connector }) => ({
      ...connector,
      ...(open === undefined
        ? {}
        : { open: { ...open, hostPort: ports[connector.id] ?? open.hostPort } }),
    })),
  };
}
