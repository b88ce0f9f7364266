import * as pulumi from "@pulumi/pulumi";
import {
  dataDirectory,
  databaseClient,
  databasePassage,
  keyring,
} from "../../config/common/names.ts";
import type { SharedDatabase } from "../../config/database/model.ts";
import type { GatewayModel } from "../../config/model.ts";
import { gatewayContainer } from "../containers/container.ts";
import { type Platform, containerName, networksOf } from "../containers/platform.ts";
import { type Ready, readyCommand, readyThing } from "../containers/readiness.ts";
import type { Wanted } from "../drift/decisions.ts";
import { hostCommand } from "../host/command.ts";
import { notedCommand } from "../host/noted-command.ts";
import { keptSecret, keptThing } from "../keyring/kept-secret.ts";
import { hostScript } from "../shell/script.ts";
import {
  type LitellmDatabase,
  databaseHome,
  databaseTypes,
  dataVolume,
  homeThing,
} from "./litellm-database.ts";
import { type PassageArgs, databasePassageContainer, passageThings } from "./passage.ts";
import { scramVerifier } from "./scram.ts";
import { sharedAdminScript } from "./shared-admin.ts";

/** Notes of both modes exist side by side during a change: the old mode's are taken away last. */
const baseOf = (name: string): string => `${name}-shared`;

/** What {@link SharedPostgres} applies to the Docker host. */
export function sharedThings(name: string, model: GatewayModel, shared: SharedDatabase): Wanted[] {
  const base = baseOf(name);
  const client = model.namePrefix + databaseClient.host;
  return [
    ...passageThings(`${name}-passage`, model, shared),
    readyThing(`${base}-ready`, [client, model.namePrefix + databasePassage.host]),
    keptThing(`${base}-password`, client, "database-password"),
    keptThing(`${base}-id`, client, "database-id"),
    { thing: { kind: "setup", id: `${base}-setup`, database: client } },
    homeThing(`${base}-home`),
  ];
}

/**
 * A database and a role of the gateway's own on a PostgreSQL that is there already. A container
 * without a server holds the keyring and is where psql runs, by LiteLLM's role: the admin's
 * password is used by throw-away containers only. LiteLLM goes through the passage, another
 * container. `destroy` leaves database and role as they are.
 */
export class SharedPostgres extends pulumi.ComponentResource implements LitellmDatabase {
  readonly litellmUri: pulumi.Output<string>;
  readonly ready: Ready;
  readonly setUp: pulumi.Resource;
  readonly place: pulumi.Output<string>;

  constructor(
    name: string,
    platform: Platform,
    config: GatewayModel["database"],
    shared: SharedDatabase,
    haproxy: PassageArgs["haproxy"],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(databaseTypes.shared, name, {}, opts);
    const child = { parent: this };
    const base = baseOf(name);
    const image = platform.images.id(config.image);
    const volume = dataVolume(name, "dedicated", config, { self: this, parent: opts?.parent });
    const client = containerName(platform, databaseClient.host);
    const container = gatewayContainer(
      `${name}-client`,
      {
        host: databaseClient.host,
        platform,
        image,
        user: config.user,
        memoryMb: 64,
        entrypoints: ["sleep"],
        command: ["infinity"],
        environment: {
          PGDATABASE: shared.name,
          PGHOST: shared.host,
          PGPASSFILE: `${keyring}/pgpass`,
          PGPORT: String(shared.port),
          PGUSER: shared.role,
        },
        ...networksOf(platform, "database"),
        volumes: [{ volume: volume.name, target: dataDirectory }],
        readOnly: true,
        tmpfs: { "/tmp": "size=64m" },
        healthcheck: {
          tests: ["CMD", "test", "-w", dataDirectory],
          timeout: 5,
          retries: 3,
          startPeriod: 30,
        },
        graceSeconds: 2,
      },
      child,
    );
    const passage = databasePassageContainer(
      `${name}-passage`,
      platform,
      { shared, haproxy },
      child,
    );
    this.ready = readyCommand(
      `${base}-ready`,
      {
        platform,
        containers: [container, passage],
        seconds: 60,
      },
      child,
    );

    const kept = (id: string, rotation: string) =>
      keptSecret(
        `${base}-${id}`,
        {
          platform,
          database: client,
          id: `database-${id}`,
          prefix: "",
          rotation,
          overlapSeconds: 0,
          databaseReady: this.ready.command,
        },
        child,
      ).value;
    const password = kept("password", shared.rotation);
    // Known once the keyring has the word by which the database is this gateway's. Only its being
    // there counts: the script reads it from the volume.
    const identity = kept("id", "1");
    const admin = (mode: "apply" | "drop") =>
      pulumi.unsecret(
        pulumi
          .all([image, identity])
          .apply(([from]) =>
            sharedAdminScript({ ...shared, database: config }, mode, from, "never"),
          ),
      );
    const setup = notedCommand(
      `${base}-setup`,
      platform,
      {
        create: admin("apply"),
        ...(config.destroyData ? { delete: admin("drop") } : {}),
        stdin: password.apply(
          (own) => `${shared.admin.password.reveal()}\n${scramVerifier(own)}\n`,
        ),
      },
      child,
    );
    const passfile = hostCommand(
      `${name}-passfile`,
      platform.host.dockerHost,
      {
        create: hostScript("database/shared-passfile.sh", {
          CONTAINER: client,
          KEYRING: keyring,
          ROTATION: shared.rotation,
        }),
        stdin: "",
      },
      { ...child, dependsOn: [setup] },
    );
    const home = databaseHome(
      `${base}-home`,
      platform,
      { database: config, image, after: [setup.id, passfile.id] },
      child,
    );

    this.setUp = home;
    const { host, port, role } = shared;
    const at = `${databasePassage.host}:${databasePassage.port}`;
    this.litellmUri = pulumi
      .all([password, home.id])
      .apply(([own]) => `postgresql://${role}:${encodeURIComponent(own)}@${at}/${shared.name}`);
    this.place = pulumi.unsecret(setup.stdout).apply((open) => {
      const others = open
        .trim()
        .split("\n")
        .filter((line) => line !== "");
      const reach =
        others.length === 0
          ? "the role may connect to no other database"
          : `PUBLIC also lets the role connect to ${others.join(", ")}`;
      return `database ${shared.name} of role ${role} on ${host}:${port} (network ${shared.network}); ${reach}`;
    });
    this.registerOutputs({ client: this.ready.ids });
  }
}
