import { optional } from "../../config/common/optional.ts";
import { connectorNetworks, innerNetwork } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";
import { type Block, blockOf, blockText, contains, overlap } from "../../config/network/cidr.ts";
import { nothingKnown, subnets } from "../../config/network/subnets.ts";
import { setCommand } from "../../config/problems.ts";
import type { Finding } from "./finding.ts";
import type { HostFacts } from "./host-facts.ts";

/** Wider than any network that somebody has: the halves of a default route, a way out. */
const widestBits = 8;
const widest = 2 ** (32 - widestBits);

/** Something on the Docker host that has addresses already. */
interface Holder {
  readonly block: Block;
  readonly words: string;
}

/** What has addresses on the host besides the gateway's networks that are to stay. */
function holders(model: GatewayModel, facts: HostFacts): Holder[] {
  const stay = new Set([
    innerNetwork(model.network),
    ...Object.keys(model.subnets.connectors).map((id) => connectorNetworks(model.network) + id),
  ]);
  const held = (text: string, words: string): Holder[] => {
    const block = blockOf(text);
    return block === undefined ? [] : [{ block, words }];
  };
  const networks = facts.subnets.flatMap(({ name, subnet }) =>
    held(subnet, `the Docker network ${name} has ${subnet}`).map((one) => ({ ...one, name })),
  );
  const routes = facts.routes
    .flatMap(({ to, by }) => held(to, `a route leads to ${to}${by === "" ? "" : ` by ${by}`}`))
    // Docker's own way to each of its networks is no other holder.
    .filter(
      ({ block }) =>
        block.size <= widest &&
        !networks.some((one) => one.block.start === block.start && one.block.size === block.size),
    );
  return [...networks.filter(({ name }) => !stay.has(name)), ...routes];
}

/** Ranges to propose: the first one of these sizes that nothing on the host touches. */
const proposals = [
  ...Array.from({ length: 25 }, (_, at) => `10.${231 + at}.0.0/18`),
  ...Array.from({ length: 16 }, (_, at) => `172.${31 - at}.0.0/18`),
  "192.168.192.0/18",
  "192.168.128.0/18",
];

function inTheWay(range: string, held: readonly Holder[]): string[] {
  const block = blockOf(range);
  if (block === undefined) return [];
  const there = held.filter((one) => overlap(one.block, block));
  // One that covers all of it explains more than a hundred parts.
  const whole = there.filter((one) => contains(one.block, block));
  return (whole.length > 0 ? whole : there).map(({ words }) => words);
}

/**
 * The model with the subnets that its networks have on this host: those that are deployed keep
 * theirs, new ones get what overlaps no network and no route.
 */
export function withDeployedSubnets(
  model: GatewayModel,
  facts: HostFacts,
): { readonly model: GatewayModel; readonly findings: readonly Finding[] } {
  const held = holders(model, facts);
  const of = (name: string): string | undefined =>
    facts.subnets.find((one) => one.name === name)?.subnet;
  const ids = Object.keys(model.subnets.connectors);
  const inner = of(innerNetwork(model.network));
  const connectors = ids.flatMap((id) => {
    const now = of(connectorNetworks(model.network) + id);
    return now === undefined ? [] : [[id, now] as const];
  });
  const placed = subnets(model.networkRange, ids, {
    deployed: {
      ...optional({ inner }),
      connectors: Object.fromEntries(connectors),
    },
    taken: held.map(({ block }) => blockText(block)),
  });
  if (placed !== undefined) return { model: { ...model, subnets: placed }, findings: [] };
  const ways = inTheWay(model.networkRange, held);
  const shown = [...ways.slice(0, 3), ...(ways.length > 3 ? [`${ways.length - 3} more`] : [])];
  const free = proposals.find(
    (range) =>
      inTheWay(range, held).length === 0 && subnets(range, ids, nothingKnown) !== undefined,
  );
  return {
    model,
    findings: [
      {
        message: `networkRange ${model.networkRange} has no room for the gateway's networks: ${shown.join(", ")}`,
        fix: setCommand(["networkRange"], free ?? "<a range that nothing there has>"),
      },
    ],
  };
}
