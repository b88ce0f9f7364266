import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { egressHost } from "../../config/connectors/containers.ts";
import type { Egress } from "../../config/connectors/model.ts";
import { type Platform, externalNetworksOf } from "../containers/platform.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { Wanted } from "../drift/decisions.ts";
import { squidContainer, squidThings } from "../squid/squid-container.ts";
import { egressConfig } from "./egress-config.ts";

export interface EgressProxyArgs {
  readonly id: string;
  /** The connector's name on its own network. */
  readonly host: string;
  readonly egress: Extract<Egress, { mode: "filtered" }>;
  readonly squid: GatewayModel["egressProxy"];
}

const squidOf = ({ host, egress }: Pick<EgressProxyArgs, "host" | "egress">) => ({
  directory: egressHost(host),
  config: egressConfig(egress),
});

/** What {@link EgressProxy} applies to the Docker host. */
export const egressThings = (
  name: string,
  model: Pick<GatewayModel, "directories">,
  args: Pick<EgressProxyArgs, "host" | "egress">,
): Wanted[] => squidThings(`${name}-egress`, model, squidOf(args));

/**
 * The only way out of a connector's own network: a proxy for one connector alone. One for several
 * would let each use what another may reach.
 */
export class EgressProxy extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(
    name: string,
    platform: Platform,
    { id, host, egress, squid }: EgressProxyArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    // By its old name: under another one a second container of the same name would be made first.
    super("mcp-gateway:connector:ConnectorCell", name, {}, opts);
    this.container = squidContainer(
      `${name}-egress`,
      {
        platform,
        host: egressHost(host),
        squid,
        ...squidOf({ host, egress }),
        network: platform.networks.connector(id),
        externalNetworks: [platform.networks.gateway, ...externalNetworksOf(platform, id)],
      },
      { parent: this },
    );
    this.registerOutputs({ container: this.container.name });
  }
}
