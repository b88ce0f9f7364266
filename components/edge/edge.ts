import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { edge, mounted } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";
import { gatewayContainer } from "../containers/container.ts";
import { type Platform, externalNetworksOf } from "../containers/platform.ts";
import type { Wanted } from "../drift/decisions.ts";
import {
  haproxyCommand,
  haproxyHealthcheck,
  liveConfig,
  liveConfigThing,
} from "../haproxy/live-config.ts";
import { connectorPorts } from "./edge-model.ts";
import { type EdgeKey, edgeFileNames, edgeFiles } from "./maps.ts";
import { traefikLabels } from "./traefik-labels.ts";

export interface EdgeArgs {
  readonly model: Pick<GatewayModel, "connectors" | "edge" | "gateway" | "ingress" | "namePrefix">;
  /** Who may come in. A name may be there twice while an old value still works. */
  readonly keys: pulumi.Input<readonly EdgeKey[]>;
  /** The container of the proxy that requests go to, known once it has been verified. */
  readonly upstream: pulumi.Input<string>;
}

/** What {@link Edge} applies to the Docker host. */
export const edgeThings = (name: string, model: Pick<GatewayModel, "directories">): Wanted[] => [
  liveConfigThing(`${name}-config`, model, edge.host),
];

/** HAProxy: the only thing of the gateway that the LAN can reach. */
export class Edge extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** The configuration that is served: another one for every change of keys, lists or limits. */
  readonly version: pulumi.Output<string>;

  constructor(
    name: string,
    platform: Platform,
    args: EdgeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:edge:Edge", name, {}, opts);
    const { connectors, edge: config, gateway } = args.model;
    const ports = connectorPorts(connectors);
    const child = { parent: this };
    const image = platform.images.id(config.image);
    const external = externalNetworksOf(platform, "edge");
    const { directory, version } = liveConfig(
      `${name}-config`,
      platform,
      {
        host: edge.host,
        owner: config.user,
        image,
        networks: [platform.networks.gateway, ...external],
        files: pulumi
          .all([args.keys, args.upstream])
          .apply(([keys, upstream]) => edgeFiles({ edge: config, gateway, upstream, ports }, keys)),
        names: edgeFileNames(config),
      },
      child,
    );
    this.version = version;
    this.container = gatewayContainer(
      `${name}-container`,
      {
        host: edge.host,
        platform,
        image,
        user: config.user,
        memoryMb: config.memoryMb,
        command: haproxyCommand,
        network: platform.networks.gateway,
        externalNetworks: [platform.networks.inner, ...external],
        ports: [
          { internal: edge.port, external: gateway.port, ip: gateway.bind },
          ...(gateway.adminPort === undefined
            ? []
            : [{ internal: edge.adminPort, external: gateway.adminPort, ip: "127.0.0.1" }]),
          ...connectors.flatMap(({ open }) =>
            open === undefined
              ? []
              : [{ internal: open.edgePort, external: open.hostPort, ip: open.bind }],
          ),
        ],
        binds: [{ source: directory, target: mounted.config }],
        readOnly: true,
        // Traefik sends nothing to a container that is not healthy yet.
        healthcheck: { ...haproxyHealthcheck, interval: 5 },
        graceSeconds: 15,
        labels: traefikLabels(args.model),
      },
      child,
    );
    this.registerOutputs({ container: this.container.name });
  }
}
