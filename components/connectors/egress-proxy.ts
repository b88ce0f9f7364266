import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Egress } from "../config/model.ts";
import { gatewayContainer } from "../containers/container.ts";
import { configFiles } from "../host/host-files.ts";
import { mounted } from "../names.ts";
import { type StackContext, externalNetworksOf } from "../stack.ts";
import { egressConfig, egressPort } from "./egress-config.ts";
import { egressHost } from "./hosts.ts";

export interface EgressProxyArgs {
  readonly id: string;
  /** The connector's name on its own network. */
  readonly host: string;
  readonly egress: Extract<Egress, { mode: "filtered" }>;
}

/** The user `proxy` of Debian and Ubuntu. */
const user = "13:13";

/**
 * The only way out of a connector's own network: a proxy for one connector alone. One for several
 * would let each use what another may reach.
 */
export class EgressProxy extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(
    name: string,
    context: StackContext,
    { id, host, egress }: EgressProxyArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    // By its old name: under another one a second container of the same name would be made first.
    super("mcp-gateway:connector:ConnectorCell", name, {}, opts);
    const { directories, egressProxy } = context.model;
    const child = { parent: this };
    const image = context.images.id(egressProxy.image);
    const files = configFiles(
      `${name}-egress-config`,
      {
        context,
        directory: posix.join(directories.config, egressHost(host)),
        owner: user,
        image,
      },
      [{ name: "egress.cfg", content: egressConfig(egress) }],
      child,
    );
    this.container = gatewayContainer(
      `${name}-egress`,
      {
        context,
        host: egressHost(host),
        image,
        user,
        memoryMb: egressProxy.memoryMb,
        entrypoints: ["squid"],
        command: ["-N", "-f", `${mounted.config}/egress.cfg`],
        network: context.networks.connector(id),
        externalNetworks: [context.networks.gateway, ...externalNetworksOf(context, id)],
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
    );
    this.registerOutputs({ container: this.container.name });
  }
}
