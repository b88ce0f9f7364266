import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { dataDirectory, database } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";
import { gatewayContainer } from "../containers/container.ts";
import { type Platform, containerName, networksOf } from "../containers/platform.ts";
import { type Ready, readyCommand, readyThing } from "../containers/readiness.ts";
import type { Wanted } from "../drift/decisions.ts";
import { filesThing, secretFile } from "../host/files.ts";
import { notedCommand } from "../host/noted-command.ts";
import { hostScript } from "../shell/script.ts";
import {
  type LitellmDatabase,
  databaseHome,
  databaseTypes,
  dataVolume,
  homeThing,
} from "./litellm-database.ts";
import { databaseUri, setupSql } from "./setup-sql.ts";

const passwordFile = "/run/secrets/postgres-password";

const secretsIn = ({ secrets }: GatewayModel["directories"]): string =>
  posix.join(secrets, "postgres");

/** What {@link DedicatedPostgres} applies to the Docker host. */
export function dedicatedThings(name: string, model: GatewayModel): Wanted[] {
  const server = model.namePrefix + database.host;
  return [
    filesThing(`${name}-password-file`, secretsIn(model.directories)),
    readyThing(`${name}-ready`, [server]),
    { thing: { kind: "setup", id: `${name}-setup`, database: server } },
    homeThing(`${name}-home`),
  ];
}

/**
 * The gateway's own PostgreSQL. Its volume outlives `pulumi destroy` and is taken up again by the
 * next `up`; roles and passwords are set on every change, because POSTGRES_PASSWORD is only read
 * when the volume is empty.
 */
export class DedicatedPostgres extends pulumi.ComponentResource implements LitellmDatabase {
  readonly litellmUri: pulumi.Output<string>;
  readonly ready: Ready;
  readonly setUp: pulumi.Resource;
  readonly place: pulumi.Output<string>;

  constructor(
    name: string,
    platform: Platform,
    config: GatewayModel["database"],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(databaseTypes.dedicated, name, {}, opts);
    const child = { parent: this };

    const volume = dataVolume(name, "shared", config, { self: this, parent: opts?.parent });
    const password = (id: string) =>
      new random.RandomPassword(`${name}-${id}`, { length: 32, special: false }, child).result;
    const superuserPassword = password("superuser-password");
    const litellmPassword = password("litellm-password");
    const image = platform.images.id(config.image);

    const file = secretFile(
      `${name}-password-file`,
      {
        platform,
        directory: secretsIn(platform.host.directories),
        owner: config.user,
        image,
      },
      { name: "password", content: superuserPassword },
      child,
    );
    const container = gatewayContainer(
      `${name}-container`,
      {
        host: database.host,
        platform,
        image,
        user: config.user,
        memoryMb: config.memoryMb,
        command: ["postgres"],
        environment: {
          PGDATA: `${dataDirectory}/pgdata`,
          POSTGRES_PASSWORD_FILE: passwordFile,
          POSTGRES_USER: database.superuser,
        },
        ...networksOf(platform, "database"),
        binds: [{ source: file, target: passwordFile }],
        volumes: [{ volume: volume.name, target: dataDirectory }],
        readOnly: true,
        tmpfs: { "/tmp": "size=64m", "/var/run/postgresql": "size=1m,mode=1777" },
        healthcheck: {
          // Over TCP: during the first start a server without it runs the set-up scripts.
          tests: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", database.superuser],
          timeout: 5,
          retries: 3,
          startPeriod: 120,
        },
        graceSeconds: 60,
      },
      child,
    );
    this.ready = readyCommand(
      `${name}-ready`,
      { platform, containers: [container], seconds: 180 },
      child,
    );

    const server = containerName(platform, database.host);
    const setup = notedCommand(
      `${name}-setup`,
      platform,
      {
        create: this.ready.ids.apply((container) =>
          hostScript("database/psql.sh", { CONTAINER: server, CONTAINER_ID: container }),
        ),
        stdin: litellmPassword.apply(setupSql),
      },
      child,
    );

    const home = databaseHome(
      `${name}-home`,
      platform,
      { database: config, image, after: [setup.id] },
      child,
    );
    this.setUp = home;
    this.litellmUri = pulumi
      .all([litellmPassword, home.id])
      .apply(([own]) => databaseUri(database.role, own, database.name));
    this.place = pulumi.output(`PostgreSQL's files in the Docker volume ${config.volume}`);
    this.registerOutputs({ container: this.ready.ids });
  }
}
