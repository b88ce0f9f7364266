import { posix } from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { dataDirectory, database, mounted, samples } from "../../config/common/names.ts";
import type { ConnectorSamples } from "../../config/connectors/model.ts";
import type { GatewayModel } from "../../config/model.ts";
import { gatewayContainer, noNames } from "../containers/container.ts";
import type { Platform } from "../containers/platform.ts";
import { type Ready, readyCommand, readyThing } from "../containers/readiness.ts";
import type { Wanted } from "../drift/decisions.ts";
import {
  type HostFile,
  configFiles,
  configFilesThing,
  filesThing,
  secretFile,
} from "../host/files.ts";
import {
  sampleAccess,
  sampleEntrypoint,
  sampleInitdb,
  sampleLimits,
  sampleSettings,
  sampleSql,
  sampleUri,
} from "./sample-data.ts";
import { scramVerifier } from "./scram.ts";

const passwordFile = "/run/secrets/postgres-password";

export interface SamplesPostgresArgs extends ConnectorSamples {
  /** The connector's DNS name. */
  readonly host: string;
  /** The connector's own network: nobody else has to reach its samples. */
  readonly network: pulumi.Input<string>;
  readonly database: Pick<GatewayModel["database"], "image" | "user">;
}

const filesOf = ({ role, names }: ConnectorSamples): HostFile[] => [
  { name: "pg_hba.conf", content: sampleAccess(role, names) },
];

/** What {@link SamplesPostgres} applies to the Docker host. */
export function samplesThings(
  name: string,
  { directories, namePrefix }: Pick<GatewayModel, "directories" | "namePrefix">,
  wanted: ConnectorSamples & Pick<SamplesPostgresArgs, "host">,
): Wanted[] {
  const host = samples.host(wanted.host);
  const secrets = posix.join(directories.secrets, host);
  return [
    filesThing(`${name}-password-file`, secrets),
    filesThing(`${name}-sql`, secrets),
    configFilesThing(`${name}-config`, posix.join(directories.config, host), filesOf(wanted)),
    readyThing(`${name}-ready`, [namePrefix + host]),
  ];
}

/**
 * A PostgreSQL with sample data for one connector. Apart from LiteLLM's, so that no statement of a
 * tool's can take that down; apart from other connectors', so that none comes or goes with another.
 * Its data is in memory and made at every start: there is nothing to keep.
 */
export class SamplesPostgres extends pulumi.ComponentResource {
  readonly container: docker.Container;
  readonly ready: Ready;
  readonly #uris: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(
    name: string,
    platform: Platform,
    args: SamplesPostgresArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:database:SamplesPostgres", name, {}, opts);
    const { role, names, database: config } = args;
    const { directories } = platform.host;
    const child = { parent: this };
    const host = samples.host(args.host);
    const image = platform.images.id(config.image);
    const password = (id: string) =>
      new random.RandomPassword(`${name}-${id}`, { length: 32, special: false }, child).result;
    const superuserPassword = password("superuser-password");
    const readerPassword = password("reader-password");
    const sql = readerPassword.apply((own) => sampleSql(role, scramVerifier(own), names));

    const place = {
      platform,
      directory: posix.join(directories.secrets, host),
      owner: config.user,
      image,
    };
    const superuserFile = secretFile(
      `${name}-password-file`,
      place,
      { name: "password", content: superuserPassword },
      child,
    );
    const sqlFile = secretFile(`${name}-sql`, place, { name: "samples.sql", content: sql }, child);
    const files = configFiles(
      `${name}-config`,
      { ...place, directory: posix.join(directories.config, host) },
      filesOf(args),
      child,
    );
    this.container = gatewayContainer(
      `${name}-container`,
      {
        host,
        platform,
        image,
        user: config.user,
        memoryMb: sampleLimits.memoryMb,
        entrypoints: sampleEntrypoint,
        command: [
          "postgres",
          ...Object.entries(sampleSettings).flatMap(([setting, value]) => [
            "-c",
            `${setting}=${value}`,
          ]),
        ],
        environment: {
          PGDATA: `${dataDirectory}/pgdata`,
          POSTGRES_INITDB_ARGS: sampleInitdb,
          POSTGRES_PASSWORD_FILE: passwordFile,
          POSTGRES_USER: database.superuser,
        },
        network: args.network,
        externalNetworks: [],
        ...noNames,
        binds: [
          { source: files, target: mounted.config },
          { source: superuserFile, target: passwordFile },
          { source: sqlFile, target: "/docker-entrypoint-initdb.d/samples.sql" },
        ],
        readOnly: true,
        tmpfs: {
          [dataDirectory]: `size=${sampleLimits.filesMb}m,mode=1777`,
          "/tmp": "size=4m",
          "/var/run/postgresql": "size=1m,mode=1777",
        },
        healthcheck: {
          // Over TCP: the server that makes the data is without it.
          tests: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", database.superuser],
          timeout: 5,
          retries: 3,
          startPeriod: 60,
        },
        graceSeconds: 10,
        fingerprint: platform.fingerprint(pulumi.interpolate`${superuserPassword}${sql}`),
      },
      child,
    );
    this.ready = readyCommand(
      `${name}-ready`,
      { platform, containers: [this.container], seconds: 120 },
      child,
    );
    // Known once the server accepts it.
    this.#uris = Object.fromEntries(
      names.map((one) => [
        one,
        pulumi
          .all([readerPassword, this.ready.ids])
          .apply(([own]) => sampleUri(host, role, own, one)),
      ]),
    );
    this.registerOutputs({ container: this.ready.ids });
  }

  /** Secret URI of one of its databases, by the connector's role. */
  uri(name: string): pulumi.Output<string> {
    const uri = this.#uris[name];
    if (uri === undefined) throw new Error(`${name} is not a database of this server`);
    return uri;
  }
}
