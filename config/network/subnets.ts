import { createHash } from "node:crypto";
import { type Block, blockOf, blockText, contains, overlap } from "./cidr.ts";

/** Which addresses each of the gateway's networks without a name of its own has. */
export interface Subnets {
  /** Of the network that the gateway's own parts share. */
  readonly inner: string;
  /** Connector id → its network's. */
  readonly connectors: Readonly<Record<string, string>>;
}

/** What is known of addresses besides the range. */
export interface KnownSubnets {
  /** What the deployed networks have. */
  readonly deployed: { readonly inner?: string; readonly connectors: Subnets["connectors"] };
  /** Networks and routes of the Docker host that are not these. */
  readonly taken: readonly string[];
}

/** Nothing is deployed, and nothing in the way: how it is before the Docker host was asked. */
export const nothingKnown: KnownSubnets = { deployed: { connectors: {} }, taken: [] };

const innerSize = 2 ** (32 - 24);
const connectorSize = 2 ** (32 - 28);

/** How many connectors have room in a range beside the network of the gateway's own parts. */
export function connectorsIn(range: string): number {
  return ((blockOf(range)?.size ?? 0) - innerSize) / connectorSize;
}

/** The blocks of a range, beginning with one of them and going round. */
function* blocks(range: Block, size: number, first: number): Generator<Block> {
  const count = range.size / size;
  for (let at = 0; at < count; at++)
    yield { start: range.start + ((first + at) % count) * size, size };
}

/**
 * A subnet for every network: the one that it has now, so that others come and go without moving
 * it; else, of the gateway's own parts the first free /24, of a connector the first free /28 from
 * where the hash of its id points.
 * @returns undefined if there is no room for all of them
 */
export function subnets(
  range: string,
  ids: readonly string[],
  { deployed, taken }: KnownSubnets,
): Subnets | undefined {
  const whole = blockOf(range);
  if (whole === undefined) return undefined;
  const held = taken.flatMap((text) => blockOf(text) ?? []);
  // Connectors' blocks are all of one size, so two of them overlap only where they begin alike.
  const starts = new Set<number>();
  const take = (block: Block): Block | undefined => {
    if (!contains(whole, block) || held.some((one) => overlap(one, block))) return undefined;
    if (block.size === connectorSize) {
      if (starts.has(block.start)) return undefined;
      starts.add(block.start);
    } else {
      if ([...starts].some((start) => overlap({ start, size: connectorSize }, block)))
        return undefined;
      held.push(block);
    }
    return block;
  };
  const kept = (text: string | undefined, size: number): Block | undefined => {
    const block = blockOf(text ?? "");
    return block?.size === size ? take(block) : undefined;
  };
  const first = (size: number, from: number): Block | undefined => {
    for (const block of blocks(whole, size, from)) if (take(block) !== undefined) return block;
    return undefined;
  };
  const sorted = [...ids].sort();
  const given = new Map<string, string>();
  const deployedInner = kept(deployed.inner, innerSize);
  for (const id of sorted) {
    const now = Object.hasOwn(deployed.connectors, id) ? deployed.connectors[id] : undefined;
    const block = kept(now, connectorSize);
    if (block !== undefined) given.set(id, blockText(block));
  }
  const inner = deployedInner ?? first(innerSize, 0);
  if (inner === undefined) return undefined;
  for (const id of sorted) {
    if (given.has(id)) continue;
    const hash = createHash("sha256").update(id).digest().readUInt32BE(0);
    // Not in the first /24: that is for the gateway's own parts, also where they are not in it now.
    const from = innerSize / connectorSize + (hash % connectorsIn(range));
    const block = first(connectorSize, from);
    if (block === undefined) return undefined;
    given.set(id, blockText(block));
  }
  const connectors = Object.fromEntries([...given].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { inner: blockText(inner), connectors };
}
