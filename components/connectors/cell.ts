import { posix } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ConnectorContainer } from "../config/model.ts";
import { gatewayContainer } from "../containers/container.ts";
import { configFiles } from "../host/host-files.ts";
import { doorMemoryMb, mounted, project } from "../names.ts";
import { type StackContext, networksOf } from "../stack.ts";
import { doorConfig } from "./door-config.ts";
import { egressConfig, egressPort } from "./egress-config.ts";
import { doorHost, egressHost, serverAlias } from "./hosts.ts";

export interface CellArgs {
  readonly id: string;
  /** The connector's name on the gateway's network: the door has it. */
  readonly host: string;
  readonly container: ConnectorContainer;
}

/**
 * A network without a way out for one connector alone, with a door in and, where its egress is
 * filtered, a proxy out. On the gateway's network it would reach the internet, the LAN and the
 * other connectors; on a network shared with others, their proxies.
 */
export class ConnectorCell extends pulumi.ComponentResource {
  /** Name of the network that the server joins, and nothing else. */
  readonly network: pulumi.Output<string>;
  readonly containers: readonly docker.Container[];

  constructor(
    name: string,
    context: StackContext,
    args: CellArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:connector:ConnectorCell", name, {}, opts);
    const { id, host, container } = args;
    const { model } = context;
    const { port } = container.definition;
    const child = { parent: this };
    const network = new docker.Network(
      `${name}-network`,
      {
        name: `${model.network}-${id}`,
        driver: "bridge",
        internal: true,
        labels: [{ label: "com.docker.compose.project", value: project }],
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.network = network.name;
    const rendered = (part: string, image: pulumi.Input<string>, owner: string, content: string) =>
      configFiles(
        `${name}-${part}-config`,
        {
          context,
          directory: posix.join(model.directories.config, `${host}-${part}`),
          owner,
          image,
        },
        [{ name: `${part}.cfg`, content }],
        child,
      );

    const haproxy = context.images.id(model.edge.image);
    const doorFiles = rendered(
      "door",
      haproxy,
      model.edge.user,
      doorConfig(serverAlias(host), port),
    );
    const { hostPort } = container;
    const door = gatewayContainer(
      `${name}-door`,
      {
        context,
        host: doorHost(host),
        alias: host,
        image: haproxy,
        user: model.edge.user,
        memoryMb: doorMemoryMb,
        command: ["haproxy", "-db", "-f", `${mounted.config}/door.cfg`],
        network: context.networks.gateway,
        externalNetworks: [this.network],
        ports: [{ internal: port, external: hostPort, ip: container.bind }],
        binds: [{ source: doorFiles, target: mounted.config }],
        readOnly: true,
        healthcheck: {
          tests: ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8404/"],
          ...{ timeout: 5, retries: 3, startPeriod: 30 },
        },
        graceSeconds: 5,
      },
      child,
    );
    this.containers = [door, ...this.#egress(name, context, args, rendered)];
    this.registerOutputs({ network: this.network });
  }

  #egress(
    name: string,
    context: StackContext,
    { id, host, container }: CellArgs,
    rendered: (
      part: string,
      image: pulumi.Input<string>,
      owner: string,
      content: string,
    ) => pulumi.Output<string>,
  ): docker.Container[] {
    if (container.egress.mode !== "filtered") return [];
    const child = { parent: this };
    const { egressProxy } = context.model;
    const out = networksOf(context, id);
    // The user `proxy` of Debian and Ubuntu.
    const user = "13:13";
    const image = context.images.id(egressProxy.image);
    const files = rendered("egress", image, user, egressConfig(container.egress));
    return [
      gatewayContainer(
        `${name}-egress`,
        {
          context,
          host: egressHost(host),
          image,
          user,
          memoryMb: egressProxy.memoryMb,
          entrypoints: ["squid"],
          command: ["-N", "-f", `${mounted.config}/egress.cfg`],
          network: this.network,
          externalNetworks: [out.network, ...out.externalNetworks],
          binds: [{ source: files, target: mounted.config }],
          readOnly: true,
          tmpfs: { "/tmp": "size=4m" },
          healthcheck: {
            tests: ["CMD", "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${egressPort}`],
            ...{ timeout: 5, retries: 3, startPeriod: 30 },
          },
          graceSeconds: 5,
        },
        child,
      ),
    ];
  }
}
