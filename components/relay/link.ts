import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { connectorNetworks, relay } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { Platform } from "../containers/platform.ts";
import type { Wanted } from "../drift/decisions.ts";
import { notedCommand } from "../host/noted-command.ts";
import { hostScript } from "../shell/script.ts";

/** {@link relayLink} as a thing that drifts. */
export const linkThing = (
  id: string,
  { namePrefix, network }: Pick<GatewayModel, "namePrefix" | "network">,
  connector: string,
): Wanted => ({
  thing: {
    kind: "link",
    id,
    container: namePrefix + relay.host,
    network: connectorNetworks(network) + connector,
  },
});

/**
 * Puts the relay on a connector's network while it runs: among its own inputs the network would
 * replace it whenever a connector comes or goes. It is taken off before either of them is removed
 * or made again, for Docker removes no network that somebody is on.
 * @param container the relay's
 */
export function relayLink(
  name: string,
  platform: Platform,
  { connector, container }: { readonly connector: string; readonly container: docker.Container },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const { networks } = platform;
  const network = networks.connector(connector);
  const script = (file: string) =>
    pulumi
      .all([network, container.name])
      .apply(([to, from]) => hostScript(file, { CONTAINER: from, NETWORK: to }));
  return notedCommand(
    name,
    platform,
    {
      create: script("relay/link-network.sh"),
      delete: script("relay/unlink-network.sh"),
      stdin: "",
      again: [networks.connectorNetworkId(connector), container.id],
    },
    pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
  );
}
