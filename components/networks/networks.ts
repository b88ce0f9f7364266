import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { connectorNetworks, innerNetwork, project } from "../../config/common/names.ts";
import { gatewayOf } from "../../config/network/cidr.ts";
import type { Subnets } from "../../config/network/subnets.ts";

export interface NetworksArgs {
  /** The network that publishes; the others' names begin with its name. */
  readonly network: string;
  readonly subnets: Subnets;
  /** Connectors with a container, and whether their network leads out. */
  readonly connectors: readonly { readonly id: string; readonly open: boolean }[];
  /** Existing networks: looked up, never made or removed. */
  readonly external: readonly string[];
}

/**
 * `internal` alone leaves the Docker host an address on the bridge, and with it everything that
 * listens there. Without that address there is nothing to ask, and no route anywhere.
 */
const closed = {
  internal: true,
  options: { "com.docker.network.bridge.inhibit_ipv4": "true" },
};

/**
 * The gateway's networks: the one that publishes, the one of its own parts, and one for each
 * connector, so that none of them reaches another's server or LiteLLM. And a look at the existing
 * networks that some are to join.
 */
export class Networks extends pulumi.ComponentResource {
  /** Names, known once the networks exist. */
  readonly gateway: pulumi.Output<string>;
  readonly inner: pulumi.Output<string>;
  readonly #connectors: Readonly<Record<string, docker.Network>>;
  readonly #external: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: NetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-gateway:network:Networks", name, { ...args }, opts);
    const bridge = (id: string, inputs: docker.NetworkArgs) =>
      new docker.Network(
        `${name}-${id}`,
        {
          driver: "bridge",
          labels: [{ label: "com.docker.compose.project", value: project }],
          ...inputs,
        },
        { parent: this, deleteBeforeReplace: true },
      );
    // The gateway's address as well: Docker reports it, and without it every look would be a change.
    const at = (subnet = "") => ({ ipamConfigs: [{ subnet, gateway: gatewayOf(subnet) }] });
    this.gateway = bridge("gateway", { name: args.network }).name;
    this.inner = bridge("inner", {
      name: innerNetwork(args.network),
      ...closed,
      ...at(args.subnets.inner),
    }).name;
    this.#connectors = Object.fromEntries(
      args.connectors.map(({ id, open }) => [
        id,
        bridge(`connector-${id}`, {
          name: connectorNetworks(args.network) + id,
          ...(open ? {} : closed),
          ...at(args.subnets.connectors[id]),
        }),
      ]),
    );
    this.#external = Object.fromEntries(
      args.external.map((network) => [
        network,
        docker.getNetworkOutput({ name: network }, { parent: this }).name,
      ]),
    );
    this.registerOutputs({ gateway: this.gateway, inner: this.inner });
  }

  #network(id: string): docker.Network {
    const made = this.#connectors[id];
    if (made === undefined) throw new Error(`the connector ${id} has no network`);
    return made;
  }

  /** Name of a connector's own network. */
  connector(id: string): pulumi.Output<string> {
    return this.#network(id).name;
  }

  /** Docker's id of it: another one is another network, of the same name. */
  connectorNetworkId(id: string): pulumi.Output<string> {
    return this.#network(id).id;
  }

  /** An external network's name, known once the look-up has found it. */
  external(network: string): pulumi.Output<string> {
    const found = this.#external[network];
    if (found === undefined) throw new Error(`${network} was not looked up`);
    return found;
  }
}
