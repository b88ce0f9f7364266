import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { connectorNetworks, relay } from "../../config/common/names.ts";
import { type StackContext, containerName } from "../containers/platform.ts";
import { forgotten, noted, notesOf } from "../drift/notes.ts";
import { hostCommand } from "../host/host-command.ts";
import { hostScript } from "../shell/host-script.ts";

/**
 * Puts the relay on a connector's network while it runs: among its own inputs the network would
 * replace it whenever a connector comes or goes. It is taken off before either of them is removed
 * or made again, for Docker removes no network that somebody is on.
 * @param container the relay's
 */
export function relayLink(
  name: string,
  context: StackContext,
  { connector, container }: { readonly connector: string; readonly container: docker.Container },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const plain = containerName(context, relay.host);
  const { networks, words } = context;
  const network = networks.connector(connector);
  const script = (file: string) =>
    pulumi
      .all([network, container.name])
      .apply(([to, from]) => hostScript(file, { CONTAINER: from, NETWORK: to }));
  const note = {
    applied: notesOf(context),
    id: name,
    word: words.of({
      kind: "link",
      id: name,
      container: plain,
      network: connectorNetworks(context.model.network) + connector,
    }),
  };
  return hostCommand(
    name,
    context.model.dockerHost,
    {
      create: script("relay/link-network.sh").apply((text) => noted(text, note)),
      delete: script("relay/unlink-network.sh").apply((text) => forgotten(text, note)),
      stdin: "",
      again: [networks.connectorNetworkId(connector), container.id],
    },
    pulumi.mergeOptions({ deleteBeforeReplace: true }, opts),
  );
}
