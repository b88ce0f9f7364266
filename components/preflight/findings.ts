import { edge, mockModel, proxy } from "../../config/common/names.ts";
import { removeCommand } from "../../config/common/problem.ts";
import { connectorContainers } from "../../config/connectors/containers.ts";
import { databaseAccess } from "../../config/database/access.ts";
import type { GatewayModel } from "../../config/model.ts";
import { setCommand } from "../../config/problems.ts";
import type { Finding } from "./finding.ts";
import type { HostFacts } from "./host-facts.ts";
import { pathFindings } from "./path-findings.ts";

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
    proxy.host,
    mockModel.host,
    edge.host,
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
function commandWithout(model: GatewayModel, network: string): string {
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
      fix: `docker network create ${network}, or do without: ${commandWithout(model, network)}`,
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
