import { optional } from "../../config/common/optional.ts";
import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { mounted } from "../../config/common/names.ts";
import { egressHost, samplesOf } from "../../config/connectors/containers.ts";
import type { ConnectorContainer, ConnectorModel } from "../../config/connectors/model.ts";
import type { GatewayModel } from "../../config/model.ts";
import { gatewayContainer, noNames } from "../containers/container.ts";
import { type Platform, externalNetworksOf } from "../containers/platform.ts";
import { SamplesPostgres, samplesThings } from "../database/samples-postgres.ts";
import type { Wanted } from "../drift/decisions.ts";
import { filesThing, secretFile } from "../host/files.ts";
import { envFile } from "../shell/shell.ts";
import { EgressProxy, egressThings } from "./egress-proxy.ts";
import { hasSecrets, plainEnvironment, probeHeader } from "./environment.ts";
import { probeOf, programOf, withSecrets } from "./program.ts";

export interface ConnectorArgs {
  readonly connector: ConnectorModel;
  readonly container: ConnectorContainer;
  /** Directory of the files that every connector's container has. */
  readonly files: pulumi.Input<string>;
  /** The image of sample databases. */
  readonly database: Pick<GatewayModel["database"], "image" | "user">;
  readonly squid: GatewayModel["egressProxy"];
  /** The size of an answer that is not passed on any more. */
  readonly resultMb: number;
}

const secretsIn = (
  { secrets }: GatewayModel["directories"],
  { host }: Pick<ConnectorModel, "host">,
): string => posix.join(secrets, host);

/** What {@link Connector} applies to the Docker host. */
export function connectorThings(
  name: string,
  model: Pick<GatewayModel, "directories" | "namePrefix">,
  { connector, container: { egress } }: Pick<ConnectorArgs, "connector" | "container">,
): Wanted[] {
  const { host } = connector;
  const samples = samplesOf(connector);
  return [
    ...(samples === undefined ? [] : samplesThings(`${name}-samples`, model, { ...samples, host })),
    ...(hasSecrets(connector)
      ? [filesThing(`${name}-secrets`, secretsIn(model.directories, connector))]
      : []),
    ...(egress.mode === "filtered" ? egressThings(`${name}-cell`, model, { host, egress }) : []),
  ];
}

/** One MCP server in a container of its own, made from its definition. */
export class Connector extends pulumi.ComponentResource {
  /** The server, and what stands between it and the world where its egress is filtered. */
  readonly containers: readonly docker.Container[];

  constructor(
    name: string,
    platform: Platform,
    args: ConnectorArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:connector:Connector", name, {}, opts);
    const { connector, container } = args;
    const { definition, egress } = container;
    const { directories } = platform.host;
    const child = { parent: this };
    const image = platform.images.id(container.image);
    const wanted = samplesOf(connector);
    const samples =
      wanted &&
      new SamplesPostgres(
        `${name}-samples`,
        platform,
        {
          ...wanted,
          host: connector.host,
          database: args.database,
          network: platform.networks.connector(connector.id),
        },
        child,
      );
    const secrets = hasSecrets(connector) ? this.#secrets(connector, samples) : undefined;
    const secretsPath =
      secrets &&
      secretFile(
        `${name}-secrets`,
        {
          platform,
          directory: secretsIn(directories, connector),
          owner: container.user,
          image,
        },
        { name: "connector.env", content: secrets },
        child,
      );
    const program = programOf(definition, args.resultMb);
    const out =
      egress.mode === "filtered"
        ? new EgressProxy(
            `${name}-cell`,
            platform,
            { id: connector.id, host: connector.host, egress, squid: args.squid },
            child,
          )
        : undefined;
    const server = gatewayContainer(
      `${name}-container`,
      {
        host: connector.host,
        platform,
        image,
        user: container.user,
        memoryMb: definition.memoryMb,
        cpus: definition.cpus,
        // Never the image's own: a definition's command is the whole of it.
        ...(secrets === undefined
          ? { entrypoints: program.slice(0, 1), command: program.slice(1) }
          : { entrypoints: withSecrets, command: program }),
        environment: plainEnvironment(connector, container, egressHost(connector.host)),
        network: platform.networks.connector(connector.id),
        ...(egress.mode === "open"
          ? { externalNetworks: externalNetworksOf(platform, connector.id) }
          : { externalNetworks: [], ...noNames }),
        binds: [
          { source: args.files, target: mounted.config },
          ...(secretsPath === undefined ? [] : [{ source: secretsPath, target: mounted.secrets }]),
          ...connector.mounts,
        ],
        capabilities: definition.capabilities.map(({ add }) => add),
        readOnly: definition.readOnly,
        tmpfs: definition.tmpfs,
        healthcheck: {
          tests: probeOf(container, secrets !== undefined),
          timeout: 5,
          retries: 3,
          startPeriod: 60,
        },
        graceSeconds: 10,
        ...(secrets === undefined
          ? {}
          : {
              // postgres-mcp 0.3.0 answers its first calls from connections that ended with the server.
              fingerprint: platform.fingerprint(
                samples === undefined
                  ? secrets
                  : pulumi.interpolate`${secrets}${samples.ready.ids}`,
              ),
            }),
      },
      child,
    );
    this.containers = [server, ...(out === undefined ? [] : [out.container])];
    this.registerOutputs({ container: server.name });
  }

  /** The env file: what the server gets, and what the health probe has to show it. */
  #secrets(connector: ConnectorModel, samples: SamplesPostgres | undefined): pulumi.Output<string> {
    const values = Object.entries(connector.environment).map(
      ([variable, value]) =>
        [
          variable,
          value.kind === "sample"
            ? (samples?.uri(value.database) ?? "")
            : value.kind === "secret"
              ? pulumi.secret(value.value.reveal())
              : pulumi.output(value.value),
        ] as const,
    );
    const header = probeHeader(connector);
    return pulumi
      .all(Object.fromEntries(values))
      .apply((known) => envFile({ ...known, ...optional({ MCP_PROBE_HEADER: header }) }));
  }
}
