/** A connector as far as its port on the Docker host goes. */
export interface PortWish {
  readonly id: string;
  /** The stack's own word, which nothing overrules. */
  readonly fixed?: number;
  /** What the catalogue would like. */
  readonly preferred?: number;
}

/** What is known of ports besides the connectors' wishes. */
export interface KnownPorts {
  /** Of the gateway itself. */
  readonly own: readonly number[];
  /** Connector id → the port that its container has now. */
  readonly deployed: Readonly<Record<string, number>>;
  /** Held by anything else on the Docker host. */
  readonly foreign: readonly number[];
}

/** Where connectors' ports begin, as the original plan has it. */
export const firstHostPort = 48_010;
const last = 65_535;

/**
 * A port of the Docker host for every connector: the stack's own word; else the one it has now, so
 * that others come and go without moving it; else the catalogue's; else the lowest free one.
 * @throws Error if there are more connectors than ports
 */
export function hostPorts(
  wishes: readonly PortWish[],
  known: KnownPorts,
): Readonly<Record<string, number>> {
  const taken = new Set([...known.own, ...known.foreign]);
  const ports = new Map<string, number>();
  const give = (id: string, port: number | undefined): void => {
    if (port === undefined || ports.has(id) || taken.has(port)) return;
    ports.set(id, port);
    taken.add(port);
  };
  const sorted = [...wishes].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { id, fixed } of sorted) {
    if (fixed === undefined) continue;
    // Also where somebody else has it: that is for the preflight to say.
    ports.set(id, fixed);
    taken.add(fixed);
  }
  for (const { id } of sorted)
    give(id, Object.hasOwn(known.deployed, id) ? known.deployed[id] : undefined);
  for (const { id, preferred } of sorted) give(id, preferred);
  let next = firstHostPort;
  for (const { id } of sorted) {
    while (!ports.has(id) && next <= last) give(id, next++);
    if (!ports.has(id)) throw new Error(`there is no free port for connector ${id}`);
  }
  return Object.fromEntries(ports);
}
