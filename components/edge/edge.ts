import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { gatewayContainer, pulledImage } from "../containers/container.ts";
import { configFiles } from "../host/host-files.ts";
import { edge, mounted } from "../names.ts";
import { type StackContext, networksOf } from "../stack.ts";
import { haproxyConfig } from "./haproxy-config.ts";

/** HAProxy: the only thing of the gateway that the LAN can reach. */
export class Edge extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, context: StackContext, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-gateway:edge:Edge", name, {}, opts);
    const { dockerHost, directories, edge: config, gateway } = context.model;
    const child = { parent: this };
    const image = pulledImage(`${name}-image`, config.image, child);
    const directory = configFiles(
      `${name}-config`,
      {
        host: dockerHost,
        directory: posix.join(directories.config, "edge"),
        owner: config.user,
        image,
      },
      [{ name: "haproxy.cfg", content: haproxyConfig() }],
      child,
    );
    this.container = gatewayContainer(
      `${name}-container`,
      {
        host: edge.host,
        namePrefix: context.model.namePrefix,
        files: directories.config,
        image,
        user: config.user,
        memoryMb: config.memoryMb,
        command: ["haproxy", "-W", "-db", "-f", `${mounted.config}/haproxy.cfg`],
        ...networksOf(context, "edge"),
        ports: [{ internal: edge.port, external: gateway.port, ip: gateway.bind }],
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
