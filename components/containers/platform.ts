import type * as pulumi from "@pulumi/pulumi";
import type { GatewayModel } from "../../config/model.ts";
import type { HostPlatform } from "../host/platform.ts";
import type { Networks } from "../networks/networks.ts";
import type { Images } from "./images.ts";

/** What every component needs of the whole, besides its own part of the model. */
export interface Platform extends HostPlatform {
  readonly names: {
    /** Stands before every container's name. */
    readonly prefix: GatewayModel["namePrefix"];
    /** Existing networks, and who joins them. */
    readonly externalNetworks: GatewayModel["externalNetworks"];
  };
  readonly networks: Networks;
  readonly images: Images;
  /**
   * Tells when a secret has changed without telling the secret: an HMAC under a random key, so
   * that not even a weak password can be guessed from the container label that shows it.
   */
  readonly fingerprint: (content: pulumi.Input<string>) => pulumi.Output<string>;
}

/** A container's name on the Docker host. */
export function containerName(platform: Platform, host: string): string {
  return platform.names.prefix + host;
}

interface Joined {
  /** The network on which it has its name. */
  readonly network: pulumi.Output<string>;
  readonly externalNetworks: pulumi.Output<string>[];
}

/** External networks that list a participant. */
export function externalNetworksOf(
  platform: Platform,
  participant: string,
): pulumi.Output<string>[] {
  return Object.entries(platform.names.externalNetworks)
    .filter(([, members]) => members.includes(participant))
    .map(([network]) => platform.networks.external(network));
}

/** What a part of the gateway's own joins: their network, and external ones that list it. */
export function networksOf(platform: Platform, participant: string): Joined {
  return {
    network: platform.networks.inner,
    externalNetworks: externalNetworksOf(platform, participant),
  };
}
