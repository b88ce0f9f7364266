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

/** A connector's wish, and the port that it gets. */
export interface GivenPort {
  readonly wish: PortWish;
  readonly hostPort: number;
}

/**
 * A port of the Docker host for every connector: the stack's own word; else the one it has now, so
 * that others come and go without moving it; else the catalogue's; else the lowest free one.
 * @returns sorted by id
 * @throws Error if there are more connectors than ports
 */
export function givenPorts(wishes: readonly PortWish[], known: KnownPorts): GivenPort[] {
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
  return sorted.map((wish) => {
    while (!ports.has(wish.id) && next <= last) give(wish.id, next++);
    const hostPort = ports.get(wish.id);
    if (hostPort === undefined) throw new Error(`there is no free port for connector ${wish.id}`);
    return { wish, hostPort };
  });
}

/** The same as connector id → port. */
export function hostPorts(
  wishes: readonly PortWish[],
  known: KnownPorts,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    givenPorts(wishes, known).map(({ wish, hostPort }) => [wish.id, hostPort]),
  );
}
