import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { gatewayContainer, pulledImage } from "../containers/container.ts";
import { edge, mounted } from "../names.ts";
import { type StackContext, networksOf } from "../stack.ts";
import { edgeConfig } from "./edge-config.ts";
import type { EdgeKey } from "./maps.ts";

export interface EdgeArgs {
  /** Who may come in. A name may be there twice while an old value still works. */
  readonly keys: pulumi.Input<readonly EdgeKey[]>;
}

/** HAProxy: the only thing of the gateway that the LAN can reach. */
export class Edge extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** The configuration that is served: another one for every change of keys, lists or limits. */
  readonly version: pulumi.Output<string>;

  constructor(
    name: string,
    context: StackContext,
    args: EdgeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:edge:Edge", name, {}, opts);
    const { edge: config, gateway } = context.model;
    const child = { parent: this };
    const image = pulledImage(`${name}-image`, config.image, child);
    const networks = networksOf(context, "edge");
    const { directory, version } = edgeConfig(
      `${name}-config`,
      context,
      { keys: args.keys, image, networks: [networks.network, ...networks.externalNetworks] },
      child,
    );
    this.version = version;
    this.container = gatewayContainer(
      `${name}-container`,
      {
        host: edge.host,
        context,
        image,
        user: config.user,
        memoryMb: config.memoryMb,
        command: ["haproxy", "-W", "-db", "-f", `${mounted.config}/current/haproxy.cfg`],
        ...networks,
        ports: [
          { internal: edge.port, external: gateway.port, ip: gateway.bind },
          ...(gateway.adminPort === undefined
            ? []
            : [{ internal: edge.adminPort, external: gateway.adminPort, ip: "127.0.0.1" }]),
        ],
        binds: [{ source: directory, target: mounted.config }],
        readOnly: true,
        healthcheck: {
          tests: ["CMD", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${edge.healthPort}/`],
          interval: 2,
          timeout: 3,
          retries: 5,
          startPeriod: 30,
        },
        graceSeconds: 15,
      },
      child,
    );
    this.registerOutputs({ container: this.container.name });
  }
}
