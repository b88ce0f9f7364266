import type * as pulumi from "@pulumi/pulumi";
import type { GatewayModel } from "./config/model.ts";
import type { Networks } from "./networks.ts";

/** What every component of the gateway needs to know of the whole. */
export interface StackContext {
  readonly model: GatewayModel;
  readonly networks: Networks;
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

/** Networks of one participant: the gateway's own and the external ones it is listed under. */
export function networksOf(context: StackContext, participant: string): pulumi.Output<string>[] {
  const external = Object.entries(context.model.externalNetworks)
    .filter(([, members]) => members.includes(participant))
    .map(([network]) => context.networks.external(network));
  return [context.networks.gateway, ...external];
}
