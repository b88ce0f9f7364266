import type { Container } from "./deployment.ts";
import type { Cell } from "./table.ts";

/** Something that a connector's program could try to reach. */
export interface Aim {
  /** Which row of the table it belongs to. */
  readonly of: string;
  readonly host: string;
  readonly port: number;
  /** The network that `host` is an address on. */
  readonly network?: string;
}

/** What is no connector, by the end of its name. */
const parts =
  /mcp-(edge|relay|mock-model|samples-postgres|litellm-.*)$|-(egress|door)(-[a-z0-9]+)?$/;

export const isConnector = ({ name }: Pick<Container, "name">, prefix: string): boolean =>
  !parts.test(name.slice(prefix.length)) && name.startsWith(`${prefix}mcp-`);

/** A name for the table: without prefix and without what a replica has behind its name. */
export const rowName = (name: string, prefix: string): string =>
  name.slice(prefix.length).replace(/^(mcp-litellm-proxy)-.*$/, "$1");

/** A connector's own data and its own way out are what it is there for. */
export function isOwn(from: string, to: string, port: number): boolean {
  if (to.endsWith("mcp-samples-postgres")) return port === 5432;
  return to === `${from}-egress` && port === 3128;
}

/**
 * Whether somebody was let in. The edge and this host answer everybody, and refuse whoever has no
 * business with them; the relay is for the proxy alone: what it says of a path was said to somebody.
 * @param result what the probe says: nothing, "open", or an HTTP status
 */
export function isReached(row: string, result: string): boolean {
  if (result === "") return false;
  if (/mcp-edge$|^this host$/.test(row)) return !/^4\d\d$/.test(result);
  return !(row.endsWith("mcp-relay") && /^40[13]$/.test(result));
}

/** What came of one connector's tries at one row's aims. */
export function reachCell(
  from: string,
  row: string,
  found: readonly { readonly aim: Aim; readonly result: string; readonly way: string }[],
): Cell {
  const tried = found.filter(({ aim }) => !isOwn(from, aim.of, aim.port));
  if (tried.length === 0) return { verdict: "n/a", statuses: [], seen: [] };
  const reached = tried.filter(({ result }) => isReached(row, result));
  const statuses = tried.map(({ result }) => Number(result)).filter((status) => status > 0);
  const seen = reached.map(
    ({ aim, result, way }) =>
      `${aim.host}:${aim.port}${way} ${result === "open" ? "takes connections" : `answers HTTP ${result}`}`,
  );
  return {
    verdict: reached.length > 0 ? "reached" : "refused",
    statuses: [...new Set(statuses)],
    seen,
  };
}
