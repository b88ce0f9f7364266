import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ConnectorModel } from "../config/model.ts";
import { gatewayContainer, pulledImage } from "../containers/container.ts";
import { secretFile } from "../host/host-files.ts";
import { envFile } from "../host/shell.ts";
import { mounted } from "../names.ts";
import { type StackContext, networksOf } from "../stack.ts";

export interface ConnectorArgs {
  readonly connector: ConnectorModel;
  /** Secret URI of a sample database for one of its roles. */
  readonly sampleUri: (role: string) => pulumi.Output<string>;
  /** Which container has the sample databases. */
  readonly sampleServer: pulumi.Input<string>;
}

/** One MCP server in a container of its own, made from its catalogue entry. */
export class Connector extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(
    name: string,
    context: StackContext,
    args: ConnectorArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:connector:Connector", name, {}, opts);
    const { connector } = args;
    const { definition } = connector;
    const { directories } = context.model;
    const child = { parent: this };
    const image = pulledImage(`${name}-image`, connector.image, child);
    const values = Object.entries(connector.environment).map(
      ([variable, value]) =>
        [
          variable,
          value.kind === "sample"
            ? args.sampleUri(value.role)
            : value.kind === "secret"
              ? pulumi.secret(value.value.reveal())
              : pulumi.output(value.value),
        ] as const,
    );
    const samples = Object.values(connector.environment).some(({ kind }) => kind === "sample");
    const secrets = pulumi.all(Object.fromEntries(values)).apply(envFile);
    const secretsPath = secretFile(
      `${name}-secrets`,
      {
        context,
        directory: posix.join(directories.secrets, connector.host),
        owner: definition.user,
        image,
      },
      { name: "connector.env", content: secrets },
      child,
    );
    this.container = gatewayContainer(
      `${name}-container`,
      {
        host: connector.host,
        context,
        image,
        user: definition.user,
        memoryMb: definition.memoryMb,
        // The command's words come from the catalogue as arguments: nothing is interpolated.
        entrypoints: ["/bin/sh", "-c", `set -a; . ${mounted.secrets}; set +a; exec "$0" "$@"`],
        command: definition.command,
        ...networksOf(context, connector.id),
        ports: [{ internal: definition.port, external: connector.hostPort, ip: connector.bind }],
        binds: [{ source: secretsPath, target: mounted.secrets }],
        readOnly: definition.readOnly,
        tmpfs: definition.tmpfs,
        healthcheck: {
          tests: definition.healthcheck,
          interval: 5,
          timeout: 5,
          retries: 6,
          startPeriod: 60,
        },
        graceSeconds: 10,
        // postgres-mcp 0.3.0 answers its first calls from connections that ended with the server.
        fingerprint: context.fingerprint(
          samples ? pulumi.interpolate`${secrets}${args.sampleServer}` : secrets,
        ),
      },
      child,
    );
    this.registerOutputs({ container: this.container.name });
  }
}
