/** A network as numbers: its first address, and how many it has. */
export interface Block {
  readonly start: number;
  readonly size: number;
}

/** `10.0.0.0/8`, or an address alone; undefined for anything else. Bits behind the mask count for nothing. */
export function blockOf(text: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (match === null) return undefined;
  const octets = match.slice(1, 5).map(Number);
  const bits = Number(match[5] ?? 32);
  if (bits > 32 || octets.some((octet) => octet > 255)) return undefined;
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - bits);
  return { start: address - (address % size), size };
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

export function blockText({ start, size }: Block): string {
  return `${addressText(start)}/${32 - Math.log2(size)}`;
}

export function overlap(a: Block, b: Block): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size;
}

/** Whether all of `inside` is in `block`. */
export function contains(block: Block, inside: Block): boolean {
  return inside.start >= block.start && inside.start + inside.size <= block.start + block.size;
}

/** The address that Docker takes for itself: the first one behind the network's own. */
export function gatewayOf(subnet: string): string {
  return addressText((blockOf(subnet)?.start ?? 0) + 1);
}

/** Addresses that are somebody's, and nobody's on the internet: RFC 1918 and RFC 6598. */
export const privateRanges = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];
