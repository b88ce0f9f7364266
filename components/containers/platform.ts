import type * as pulumi from "@pulumi/pulumi";
import type { GatewayModel } from "../../config/model.ts";
import type { HostContext } from "../host/context.ts";
import type { Networks } from "../networks/networks.ts";
import type { Images } from "./images.ts";

/** What every component of the gateway needs to know of the whole. */
export interface StackContext extends HostContext {
  readonly model: GatewayModel;
  readonly networks: Networks;
  readonly images: Images;
  /**
   * Tells when a secret has changed without telling the secret: an HMAC under a random key, so
   * that not even a weak password can be guessed from the container label that shows it.
   */
  readonly fingerprint: (content: pulumi.Input<string>) => pulumi.Output<string>;
}

/** A container's name on the Docker host. */
export function containerName(context: StackContext, host: string): string {
  return context.model.namePrefix + host;
}

interface Joined {
  /** The network on which it has its name. */
  readonly network: pulumi.Output<string>;
  readonly externalNetworks: pulumi.Output<string>[];
}

/** External networks that list a participant. */
export function externalNetworksOf(
  context: StackContext,
  participant: string,
): pulumi.Output<string>[] {
  return Object.entries(context.model.externalNetworks)
    .filter(([, members]) => members.includes(participant))
    .map(([network]) => context.networks.external(network));
}

/** What a part of the gateway's own joins: their network, and external ones that list it. */
export function networksOf(context: StackContext, participant: string): Joined {
  return {
    network: context.networks.inner,
    externalNetworks: externalNetworksOf(context, participant),
  };
}
