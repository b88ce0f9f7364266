import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Answer } from "./attack.ts";
import { type Container, inNetworkOf, networksOf, queried } from "./deployment.ts";
import { localAddresses } from "./listener.ts";
import { type Aim, isConnector, reachCell, rowName } from "./reach.ts";
import { short } from "./sees.ts";
import type { Cell, Row } from "./table.ts";
import type { Target } from "./target.ts";
import { send } from "./wire.ts";

const probe = readFileSync(join(import.meta.dirname, "probe.py"), "utf8");
const host = "this host";
/** Where others listen who may not be running now. */
const wellKnown = [4000, 4001, 5432, 8000, 8080, 9200];

/** What a program in a connector reaches, and what anybody on the Docker host does. */
export async function inside(
  target: Target,
  containers: readonly Container[],
  listenerPort: number,
): Promise<{ readonly heads: readonly string[]; readonly rows: readonly Row[] } | undefined> {
  const { namePrefix: prefix } = target;
  const python = containers.find(({ name }) => name.includes("mcp-litellm-proxy"))?.image;
  if (prefix === undefined || python === undefined) return undefined;
  const aims: Aim[] = [];
  for (const container of containers) {
    const heard = await inNetworkOf(container.name, python, probe, { listening: true });
    const ports = new Set([...z.array(z.number()).catch([]).parse(heard), ...wellKnown]);
    const of = rowName(container.name, prefix);
    for (const port of ports) {
      for (const name of container.names) aims.push({ of, host: name, port });
      for (const { address, network } of container.addresses)
        aims.push({ of, host: address, port, network });
    }
  }
  const connectors = containers.filter((container) => isConnector(container, prefix));
  const { internal, apart } = await networksOf(containers.flatMap(({ networks }) => networks));
  const columns = await Promise.all(
    connectors.map(async (from) => ({
      from,
      cells: await cellsOf(from, [...aims, ...hostAims(from, target, containers, listenerPort)], {
        python,
        prefix,
        apart,
        open: from.networks.some((network) => !internal.has(network)),
        squid: containers.some(({ name }) => name === `${from.name}-egress`),
      }),
    })),
  );
  const names = [...new Set(aims.map(({ of }) => of)), host];
  const ports = await portsOf(target, containers);
  const rows = names.map((name): Row => ({
    id: "inside",
    words: name,
    cells: [...columns.map(({ cells }): Cell => cells.get(name) ?? none), none],
  }));
  const blank = columns.map(() => none);
  const spend = await spendOf(containers);
  return {
    heads: [...columns.map(({ from }) => `from ${from.name}`), "no key, on this host"],
    rows: [
      ...rows,
      { id: "s9-host-ports", words: "connectors' ports", cells: [...blank, ports] },
      { id: "s7-spend", words: "keys whose spend is below nothing", cells: [...blank, spend] },
    ],
  };
}

/** A connector's own sample database and way out are its own. */
const connectorOf = (row: string): string => row.replace(/-(samples|egress)$/, "");

const none: Cell = { verdict: "n/a", statuses: [], seen: [] };

/** The Docker host's own addresses: what the deployment publishes, Docker, ssh, and the listener. */
function hostAims(
  from: Container,
  { url }: Target,
  containers: readonly Container[],
  listenerPort: number,
): Aim[] {
  const published = containers.flatMap(({ published: all }) => all.map(({ port }) => port));
  const ports = [Number(new URL(url).port), ...published, 22, 2375, 2376, listenerPort];
  return [...new Set([...localAddresses(), ...from.gateways])].flatMap((address) =>
    [...new Set(ports)].map((port) => ({ of: host, host: address, port })),
  );
}

interface Ways {
  readonly python: string;
  readonly prefix: string;
  readonly apart: ReadonlySet<string>;
  readonly open: boolean;
  readonly squid: boolean;
}

async function cellsOf(
  from: Container,
  all: readonly Aim[],
  { python, prefix, apart, open, squid }: Ways,
): Promise<ReadonlyMap<string, Cell>> {
  const own = rowName(from.name, prefix);
  // An open way out takes what is for a network that the host has no way to past the host, to whoever
  // has that address elsewhere: nothing of the deployment is there, and it is nobody to be attacked.
  const astray = ({ network }: Aim): boolean =>
    open && network !== undefined && apart.has(network) && !from.networks.includes(network);
  const others = all.filter(({ of }) => connectorOf(of) !== connectorOf(own));
  const aims = others.filter((aim) => !astray(aim));
  const answer = await inNetworkOf(from.name, python, probe, {
    targets: aims.map(({ host: name, port }) => [name, port]),
    squid: squid ? [`${from.name}-egress`, 3128] : null,
  });
  const results = z.array(z.string()).parse(answer);
  const found = aims.flatMap((aim, at) => [
    { aim, result: results[at] ?? "", way: "" },
    ...(squid ? [{ aim, result: results[aims.length + at] ?? "", way: " through its Squid" }] : []),
  ]);
  const rows = [...new Set(others.map(({ of }) => of))];
  return new Map(
    rows.map((row) => {
      const mine = found.filter(({ aim }) => aim.of === row);
      const cell = reachCell(own, row, mine);
      // An open way out leads to this host as well; what of it is the deployment's is another row.
      return [row, row === host && open ? none : cell];
    }),
  );
}

/** S7 where no header shows it: what the gateway's own database has of its keys. */
async function spendOf(containers: readonly Container[]): Promise<Cell> {
  const database = containers.find(({ name }) => name.endsWith("mcp-litellm-postgres"));
  const sql = `select count(*) from "LiteLLM_VerificationToken" where spend < 0`;
  const count = database && (await queried(database.name, sql));
  if (count === undefined) return none;
  if (count === "0") return { verdict: "refused", statuses: [], seen: [] };
  return { verdict: "reached", statuses: [], seen: [`${count} keys have a negative spend`] };
}

const evil = { Host: "attack.example" };
const message = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });

/** S9: what answers on the connectors' ports of this host to whoever has no key. */
async function portsOf(target: Target, containers: readonly Container[]): Promise<Cell> {
  const gateway = Number(new URL(target.url).port);
  const published = containers.flatMap(({ published: all }) => all.map(({ port }) => port));
  const ports = [...new Set([...published, ...target.hostPorts])].filter(
    (port) => port !== gateway,
  );
  const statuses: number[] = [];
  const seen: string[] = [];
  for (const port of ports)
    for (const [said, headers] of [
      ["", {}],
      [" with a foreign Host", evil],
    ] as const)
      for (const answer of await asked(port, headers)) {
        statuses.push(answer.status);
        if (answer.status > 0 && answer.status < 400)
          seen.push(`127.0.0.1:${port}${said}: HTTP ${answer.status} ${short(answer.body)}`);
      }
  if (statuses.length === 0) return none;
  const codes = [...new Set(statuses)];
  return { verdict: seen.length > 0 ? "reached" : "refused", statuses: codes, seen };
}

async function asked(port: number, headers: Readonly<Record<string, string>>): Promise<Answer[]> {
  const base = new URL(`http://127.0.0.1:${port}`);
  const accept = {
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
  };
  return [
    await send(base, {
      method: "POST",
      path: "/mcp",
      headers: { ...accept, ...headers },
      body: message,
    }),
    await send(base, { method: "GET", path: "/sse", headers: { ...accept, ...headers } }),
  ];
}
