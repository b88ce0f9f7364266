import { edge, mockModel, proxy } from "../../config/common/names.ts";
import { removeCommand } from "../../config/common/problem.ts";
import { connectorContainers } from "../../config/connectors/containers.ts";
import { databaseAccess } from "../../config/database/access.ts";
import type { GatewayModel } from "../../config/model.ts";
import { setCommand } from "../../config/problems.ts";
import type { Finding } from "./finding.ts";
import { pathFindings } from "./path-findings.ts";

/** An image that neither the host nor its registry has. */
export interface MissingImage {
  readonly image: string;
  readonly reason: string;
}

export interface HostFacts {
  readonly engine: "answers" | "no-docker" | "no-engine" | "denied";
  /** The error, or the user who may not use the engine. */
  readonly detail: string;
  readonly containers: readonly {
    readonly name: string;
    /** The label that tells whose it is: a gateway's `directories.config`, or nothing. */
    readonly files: string;
    /** As `docker ps` prints them: `127.0.0.1:4000->4000/tcp, ...`. */
    readonly ports: string;
  }[];
  readonly networks: readonly string[];
  /** The same, with the compose project that each is labelled with, or nothing. */
  readonly ownedNetworks: readonly { readonly name: string; readonly project: string }[];
  /** IPv4 addresses of every Docker network, as address/bits. */
  readonly subnets: readonly { readonly name: string; readonly subnet: string }[];
  /** IPv4 routes but the default one: where to, and by which interface. */
  readonly routes: readonly { readonly to: string; readonly by: string }[];
  /** The data volume, if it is there. */
  readonly volumes: readonly { readonly name: string; readonly project: string }[];
  /** Containers that mount it. */
  readonly volumeUsers: readonly { readonly name: string; readonly files: string }[];
  readonly listening: readonly { readonly address: string; readonly process: string }[];
  readonly missingImages: readonly MissingImage[];
  /** Not on the host; their registry has them, or has not answered yet. */
  readonly toPull: readonly string[];
  /** Unix seconds; 0 if unknown, as all numbers here. */
  readonly clock: number;
  readonly user: string;
  /** As `uname -m` says it. */
  readonly architecture: string;
  readonly engineVersion: string;
  readonly memoryMb: number;
  readonly memoryFreeMb: number;
  readonly disks: readonly {
    readonly what: "config" | "secrets" | "docker";
    readonly path: string;
    readonly freeMb: number;
  }[];
  readonly directories: readonly {
    readonly what: "config" | "secrets";
    readonly path: string;
    /** `path`, or the nearest directory above it that is there; `mode` (octal) is its mode. */
    readonly there: string;
    readonly mode: string;
    readonly mayWrite: boolean;
  }[];
  /** Path → what it is once symbolic links are followed; empty if it is not there. */
  readonly paths: Readonly<Record<string, string>>;
}

/** The lines of `preflight.sh` as facts. */
export function parseFacts(text: string): HostFacts {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const of = (kind: string): string[][] =>
    lines.filter((line) => line[0] === kind).map((line) => line.slice(1));
  const first = (kind: string): string[] => of(kind)[0] ?? [];
  const memory = (what: string): number =>
    Number(of("memory").find(([name]) => name === `Mem${what}:`)?.[1] ?? 0);
  const owned = (kind: string) => of(kind).map(([name = "", project = ""]) => ({ name, project }));
  const bad = (["no-docker", "no-engine", "denied"] as const).find((kind) => of(kind).length > 0);
  return {
    engine: bad ?? "answers",
    detail: bad === undefined ? "" : (of(bad)[0]?.[0] ?? ""),
    containers: of("container").map(([name = "", files = "", ports = ""]) => ({
      name,
      files,
      ports,
    })),
    networks: of("network").map(([name = ""]) => name),
    listening: of("listening").map(([address = "", process = ""]) => ({ address, process })),
    missingImages: of("no-image").map(([image = "", reason = ""]) => ({ image, reason })),
    ownedNetworks: owned("network"),
    subnets: of("subnet").flatMap(([name = "", list = ""]) =>
      list
        .split(" ")
        .filter((subnet) => subnet.includes("."))
        .map((subnet) => ({ name, subnet })),
    ),
    routes: of("route").map(([to = "", by = ""]) => ({ to, by })),
    volumes: owned("volume"),
    volumeUsers: of("user").map(([name = "", files = ""]) => ({ name, files })),
    toPull: of("pull").map(([image = ""]) => image),
    clock: Number(first("clock")[0] ?? 0),
    architecture: first("machine")[0] ?? "",
    user: first("machine")[1] ?? "",
    engineVersion: first("engine")[0] ?? "",
    memoryMb: memory("Total"),
    memoryFreeMb: memory("Available"),
    disks: of("disk").map(([what = "", path = "", free = ""]) => ({
      what: what as "docker",
      path,
      freeMb: Number(free),
    })),
    directories: of("directory").map(([what = "", path = "", there = "", mode = "", may = ""]) => ({
      what: what as "config",
      path,
      there,
      mode,
      mayWrite: may === "yes",
    })),
    paths: Object.fromEntries(of("path").map(([path = "", real = ""]) => [path, real])),
  };
}

interface WantedPort {
  readonly bind: string;
  readonly port: number;
  readonly container: string;
  readonly path: readonly string[];
}

function wantedPorts(model: GatewayModel): WantedPort[] {
  const { gateway, connectors } = model;
  return [
    {
      bind: gateway.bind,
      port: gateway.port,
      container: model.namePrefix + edge.host,
      path: ["gateway", "port"],
    },
    ...(gateway.adminPort === undefined
      ? []
      : [
          {
            bind: "127.0.0.1",
            port: gateway.adminPort,
            container: model.namePrefix + edge.host,
            path: ["gateway", "adminPort"],
          },
        ]),
    ...connectors.flatMap(({ id, open }): WantedPort[] =>
      open === undefined
        ? []
        : [
            {
              bind: open.bind,
              port: open.hostPort,
              container: model.namePrefix + edge.host,
              path: ["connectors", id, "hostPort"],
            },
          ],
    ),
  ];
}

const wildcard = new Set(["0.0.0.0", "*", "[::]", "::"]);
const overlaps = (a: string, b: string): boolean => a === b || wildcard.has(a) || wildcard.has(b);

interface Published {
  readonly address: string;
  readonly port: number;
  /** The container's own port. */
  readonly inside: number;
}

/** What a `docker ps` ports column says is published. */
export function published(ports: string): Published[] {
  return [...ports.matchAll(/(\S+):(\d+)(?:-(\d+))?->(\d+)/g)].flatMap(
    ([, address = "", from, to, inside]) => {
      const first = Number(from);
      const count = Number(to ?? from) - first + 1;
      return Array.from({ length: count }, (_, at) => ({
        address,
        port: first + at,
        inside: Number(inside) + at,
      }));
    },
  );
}

function portFindings(model: GatewayModel, facts: HostFacts): Finding[] {
  return wantedPorts(model).flatMap((wanted) => {
    const fix = `${setCommand(wanted.path, wanted.port + 100)}, or stop what uses it`;
    const holder = facts.containers.find((container) =>
      published(container.ports).some(
        ({ address, port }) => port === wanted.port && overlaps(address, wanted.bind),
      ),
    );
    if (holder !== undefined) {
      const ours = holder.files === model.directories.config;
      if (ours && holder.name === wanted.container) return [];
      const message = `port ${wanted.port} is taken by the container ${holder.name}`;
      // Connectors published their ports themselves once; they are replaced after the edge.
      return [
        ours
          ? { message, fix: `${removeCommand(wanted.path)}, make up, and set it again` }
          : { message, fix },
      ];
    }
    const listener = facts.listening.find(({ address }) => {
      const at = address.lastIndexOf(":");
      return (
        Number(address.slice(at + 1)) === wanted.port && overlaps(address.slice(0, at), wanted.bind)
      );
    });
    if (listener === undefined) return [];
    const owner = /"([^"]+)",pid=(\d+)/.exec(listener.process);
    const by = owner === null ? "another process" : `${owner[1] ?? ""} (process ${owner[2] ?? ""})`;
    return [
      { message: `port ${wanted.port} is taken by ${by}, listening on ${listener.address}`, fix },
    ];
  });
}

function nameFindings(model: GatewayModel, facts: HostFacts): Finding[] {
  const ours = [
    ...[proxy.host, mockModel.host, edge.host],
    ...model.connectors.flatMap(connectorContainers),
  ]
    .map((host) => model.namePrefix + host)
    .concat(databaseAccess(model).container);
  return facts.containers
    .filter(
      (container) => ours.includes(container.name) && container.files !== model.directories.config,
    )
    .map((container) =>
      container.files === ""
        ? {
            message: `a container called ${container.name} is already there and is not the gateway's`,
            fix: `docker rename ${container.name} old-${container.name}, or remove it`,
          }
        : {
            message: `the container ${container.name} belongs to another deployment of the gateway, with its files in ${container.files}`,
            fix: `make down there, or a name of your own here: ${setCommand(["namePrefix"])}`,
          },
    );
}

/** The way to do without an external network, which depends on what asks for it. */
function without(model: GatewayModel, network: string): string {
  if (model.database.shared?.network === network)
    return setCommand(["database", "mode"], "dedicated");
  if (model.ingress.traefik?.network === network) return removeCommand(["ingress", "traefik"]);
  return `pulumi config rm --path 'mcp-gateway:externalNetworks["${network}"]'`;
}

function networkFindings(model: GatewayModel, facts: HostFacts): Finding[] {
  return Object.keys(model.externalNetworks)
    .filter((network) => !facts.networks.includes(network))
    .map((network) => ({
      message: `the network ${network} does not exist`,
      fix: `docker network create ${network}, or do without: ${without(model, network)}`,
    }));
}

/** Where the stack says which image a reference belongs to. */
export function imagePath(model: GatewayModel, image: string): readonly string[] {
  for (const part of ["database", "proxy", "edge", "mockModel", "egressProxy"] as const)
    if (model[part].image === image) return [part, "image"];
  return ["imageMirrorFile"];
}

/** What stands in the way of deploying `model` on the host that `facts` describe. */
export function findings(model: GatewayModel, facts: HostFacts): Finding[] {
  const { url } = model.dockerHost;
  switch (facts.engine) {
    case "no-docker":
      return [
        {
          message: "the Docker host has no docker command",
          fix: "install Docker on it: apt-get install docker.io",
        },
      ];
    case "denied":
      return [
        {
          message: `${facts.detail} may not use the Docker engine at ${url}`,
          fix: `sudo usermod -aG docker ${facts.detail}, then log in again`,
        },
      ];
    case "no-engine":
      return [
        {
          message: `no Docker engine answers at ${url}: ${facts.detail}`,
          fix: `start it (sudo systemctl start docker), or: ${setCommand(["dockerHost"])}`,
        },
      ];
    case "answers":
      return [
        ...portFindings(model, facts),
        ...nameFindings(model, facts),
        ...networkFindings(model, facts),
        ...pathFindings(model, facts.paths),
      ];
  }
}
