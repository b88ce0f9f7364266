import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { connectorNetworks, linksLabel, mounted, relay } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";
import { gatewayContainer } from "../containers/container.ts";
import { type Platform, networksOf } from "../containers/platform.ts";
import type { Wanted } from "../drift/decisions.ts";
import {
  haproxyCommand,
  haproxyHealthcheck,
  liveConfig,
  liveConfigThing,
} from "../haproxy/live-config.ts";
import { linkThing, relayLink } from "./link.ts";
import { needsRoots, relayFiles, upstreams } from "./relay-config.ts";

export interface RelayArgs {
  /** What it knows LiteLLM by. */
  readonly secret: pulumi.Input<string>;
  readonly connectors: GatewayModel["connectors"];
  /** The image and the limits that it shares with the edge. */
  readonly haproxy: Pick<GatewayModel["edge"], "image" | "user" | "memoryMb">;
  /** Name of the gateway's network. */
  readonly network: string;
  readonly privateRoots: GatewayModel["proxy"]["privateRoots"];
}

const linkName = (name: string, connector: string): string => `${name}-link-${connector}`;

/** What {@link Relay} applies to the Docker host. */
export const relayThings = (
  name: string,
  model: Pick<GatewayModel, "connectors" | "directories" | "namePrefix" | "network">,
): Wanted[] => [
  liveConfigThing(`${name}-config`, model, relay.host),
  ...model.connectors.flatMap(({ id, container }) =>
    container === undefined ? [] : [linkThing(linkName(name, id), model, id)],
  ),
];

/** Stands between LiteLLM and the connectors, so that one that hangs is none that all wait for. */
export class Relay extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** It is on the connectors' networks, each of them. */
  readonly links: readonly pulumi.Resource[];
  /** The configuration that is served: another one for every connector that comes or goes. */
  readonly version: pulumi.Output<string>;

  constructor(
    name: string,
    platform: Platform,
    args: RelayArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:relay:Relay", name, {}, opts);
    const { connectors, haproxy, network, privateRoots } = args;
    const servers = upstreams(connectors);
    const child = { parent: this };
    const image = platform.images.id(haproxy.image);
    const networks = networksOf(platform, "relay");
    // Servers that run elsewhere are reached by the network that leads there.
    const out = servers.some(({ elsewhere }) => elsewhere !== undefined)
      ? [platform.networks.gateway]
      : [];
    const { directory, version } = liveConfig(
      `${name}-config`,
      platform,
      {
        host: relay.host,
        owner: haproxy.user,
        image,
        networks: [networks.network],
        files: pulumi
          .output(args.secret)
          .apply((secret) => relayFiles(servers, secret, privateRoots)),
        names: [
          "haproxy.cfg",
          "version",
          "admin.lst",
          "callers.map",
          ...(needsRoots(servers) ? ["roots.pem"] : []),
        ],
        roots: needsRoots(servers),
      },
      child,
    );
    this.version = version;
    this.container = gatewayContainer(
      `${name}-container`,
      {
        host: relay.host,
        platform,
        image,
        user: haproxy.user,
        memoryMb: haproxy.memoryMb,
        command: haproxyCommand,
        network: networks.network,
        externalNetworks: [...out, ...networks.externalNetworks],
        labels: { [linksLabel]: connectorNetworks(network) },
        binds: [{ source: directory, target: mounted.config }],
        readOnly: true,
        healthcheck: haproxyHealthcheck,
        graceSeconds: 15,
      },
      child,
    );
    this.links = connectors.flatMap(({ id, container }) =>
      container === undefined
        ? []
        : [
            relayLink(
              linkName(name, id),
              platform,
              { connector: id, container: this.container },
              child,
            ),
          ],
    );
    this.registerOutputs({ container: this.container.name });
  }
}
