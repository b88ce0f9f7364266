/** `up` interrupted on the second host: the next one converges, whatever was cut off and when. */
import type { ChildProcess } from "node:child_process";
import { deployed, outputs, services } from "../e2e/groups/lan-up.ts";
import { plainName } from "../e2e/support/docker.ts";
import { Lan } from "../e2e/support/lan.ts";
import { lock, unlock } from "../e2e/support/lock.ts";
import { lookAtNeighbours, moveIn } from "../support/second-host/neighbours.ts";
import { SecondHost, secondHostIsPossible } from "../support/second-host/second-host.ts";

jest.setTimeout(600_000);

const possible = secondHostIsPossible();
let lan: Lan;
let host: SecondHost;
let neighbours: string;
let keys: unknown;
let master: string;

beforeAll(async () => {
  if (!possible) return;
  lock("second-host");
  host = await SecondHost.start();
  lan = new Lan(host, "lan-heavy");
  await moveIn(host);
  await lan.init();
  await lan.up();
  const first = await outputs(lan);
  [keys, master] = [first.virtualKeys, first.masterKey];
});

afterAll(async () => {
  if (!possible) return;
  await host.powerOff();
  lan.remove();
  unlock("second-host");
});

/** Is there a container of ours whose name has this in it, and this health? */
const there = (name: string, ...filters: string[]): string =>
  `docker ps -aq --filter label=com.docker.compose.project=mcp-gateway --filter name=${name} ${filters.join(" ")} | grep -q .`;

/** Shell conditions on the second host: how far `up` is. */
const points = {
  "the first files are there": "[ -e /home/administrator/secrets/mcp-gateway ]",
  "the network is there": "docker network inspect mcp-gateway-net >/dev/null 2>&1",
  "the database has been made": there("mcp-litellm-postgres"),
  "the database answers":
    "docker exec mcp-litellm-postgres pg_isready -q -h 127.0.0.1 >/dev/null 2>&1",
  "the proxy starts": there("mcp-litellm-proxy", "--filter health=starting"),
  // It comes once the proxy is healthy.
  "the edge has been made": there("mcp-edge"),
} as const;

const cuts = {
  "the engine is killed": (engine: ChildProcess) => {
    engine.kill("SIGKILL");
    return Promise.resolve();
  },
  "SSH is cut": async () => {
    await host.cutSsh();
  },
  "Docker is stopped": async () => {
    await host.stopEngine();
  },
  "Docker is killed": async () => {
    await host.stopEngine("KILL");
  },
  "the power fails": async () => {
    await host.powerOff();
  },
  "the cable is pulled": async () => {
    await host.unplug();
  },
} as const;

const repairs: Partial<Record<keyof typeof cuts, () => Promise<void>>> = {
  "Docker is stopped": () => host.startEngine(),
  "Docker is killed": async () => {
    await host.startEngine();
    // Docker 20.10 then ends what still runs and starts none of it, whatever the restart policy.
    // The next `up` starts what is ours; the neighbours' owner starts theirs.
    await host.shell(`docker start postgres traefik
until docker exec postgres pg_isready -q -h 127.0.0.1 -U postgres; do sleep 0.2; done`);
  },
  "the power fails": () => host.powerOn(),
  "the cable is pulled": () => host.plugIn(),
};

(possible ? test : test.skip).each<[keyof typeof cuts, keyof typeof points]>([
  ["the engine is killed", "the first files are there"],
  ["SSH is cut", "the first files are there"],
  ["Docker is stopped", "the network is there"],
  ["the engine is killed", "the database has been made"],
  ["the cable is pulled", "the database has been made"],
  ["SSH is cut", "the database answers"],
  ["Docker is killed", "the proxy starts"],
  ["the power fails", "the proxy starts"],
  ["the engine is killed", "the edge has been made"],
  ["SSH is cut", "the edge has been made"],
])("%s when %s", async (cut, point) => {
  await lan.must("destroy", "--yes", "--skip-preview");
  neighbours = await lookAtNeighbours(host);
  const { process, ended } = lan.startUp();
  await host.shell(`until ${points[point]}; do sleep 0.05; done`);
  await cuts[cut](process);
  const ran = await ended;
  expect(ran.code).not.toBe(0);
  await repairs[cut]?.();
  await lan.recover();
  await lan.up();

  expect(await deployed(lan)).toEqual(services);
  const all = await host.shell("docker ps -a --format '{{.Names}}' | sort");
  expect(
    all
      .trim()
      .split("\n")
      .map((name) => plainName("", name)),
  ).toEqual([...Object.keys(services), "postgres", "traefik"]);
  expect(
    await host.shell(
      "docker network ls --filter label=com.docker.compose.project=mcp-gateway -q | wc -l",
    ),
  ).toBe("3\n");
  expect(await host.shell("docker volume ls -q | sort")).toBe(
    "mcp_gateway_pgdata\nshop_files\nshop_pgdata\n",
  );
  // One directory for each content, nothing half-written, and secrets for their readers alone.
  expect(await host.shell("find /home/administrator -name '.*.new'")).toBe("");
  expect(await host.shell("ls /home/administrator/projects/mcp/gateway/config/proxy | wc -l")).toBe(
    "1\n",
  );
  expect(await host.shell("find /home/administrator/secrets -type f ! -perm 600")).toBe("");
  const after = await outputs(lan);
  expect([after.virtualKeys, after.masterKey]).toEqual([keys, master]);
  await lan.must("up", "--yes", "--skip-preview", "--expect-no-changes");
  if (cut !== "the power fails" && !cut.startsWith("Docker"))
    expect(await lookAtNeighbours(host)).toBe(neighbours);
});
