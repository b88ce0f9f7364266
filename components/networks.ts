import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { project } from "./names.ts";

export interface NetworksArgs {
  /** The gateway's own network. */
  readonly network: string;
  /** Existing networks: looked up, never made or removed. */
  readonly external: readonly string[];
}

/** The gateway's own bridge network, and a look at the existing ones it is to join. */
export class Networks extends pulumi.ComponentResource {
  /** Name of the gateway's own network, known once it exists. */
  readonly gateway: pulumi.Output<string>;
  readonly #external: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: NetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-gateway:network:Networks", name, { ...args }, opts);
    const own = new docker.Network(
      `${name}-gateway`,
      {
        name: args.network,
        driver: "bridge",
        labels: [{ label: "com.docker.compose.project", value: project }],
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.gateway = own.name;
    this.#external = Object.fromEntries(
      args.external.map((network) => [
        network,
        docker.getNetworkOutput({ name: network }, { parent: this }).name,
      ]),
    );
    this.registerOutputs({ gateway: this.gateway });
  }

  /** An external network's name, known once the look-up has found it. */
  external(network: string): pulumi.Output<string> {
    const found = this.#external[network];
    if (found === undefined) throw new Error(`${network} was not looked up`);
    return found;
  }
}
