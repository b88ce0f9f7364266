import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { dataDirectory, database, keyring, movingHost } from "../../config/common/names.ts";
import { databaseAccess } from "../../config/database/access.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { Platform } from "../containers/platform.ts";
import type { Ready } from "../containers/readiness.ts";
import type { Wanted } from "../drift/decisions.ts";
import { notedCommand } from "../host/noted-command.ts";
import { hostScript } from "../shell/script.ts";

/** What the rest of the gateway knows of its database, wherever that is. */
export interface LitellmDatabase {
  /** Secret URI of LiteLLM's database, known once the server accepts it. */
  readonly litellmUri: pulumi.Output<string>;
  /** Of the container that the keyring and psql are reached through. */
  readonly ready: Ready;
  /** Roles and databases are there, and the data is in them. */
  readonly setUp: pulumi.Resource;
  /** Where the data is, in a sentence. */
  readonly place: pulumi.Output<string>;
}

const types = {
  dedicated: "mcp-gateway:database:DedicatedPostgres",
  shared: "mcp-gateway:database:SharedPostgres",
} as const;
export const databaseTypes = types;

/**
 * The data volume: the keyring in both modes, and beside it the dedicated server's data. It is
 * the same resource whichever component it belongs to, so that a change of mode keeps it.
 */
export function dataVolume(
  name: string,
  other: keyof typeof types,
  config: GatewayModel["database"],
  component: { readonly self: pulumi.Resource; readonly parent: pulumi.Resource | undefined },
): docker.Volume {
  return new docker.Volume(
    `${name}-volume`,
    { name: config.volume },
    {
      parent: component.self,
      retainOnDelete: !config.destroyData,
      aliases: [{ parent: pulumi.createUrn(name, types[other], component.parent) }],
    },
  );
}

/** Where LiteLLM's data is, as the keyring's file `database-home` has it. */
export function homeOf({ shared }: GatewayModel["database"]): string {
  if (shared === undefined) return "dedicated";
  const { host, port, name, role, network } = shared;
  return `shared ${host} ${port} ${name} ${role} ${network}`;
}

/** {@link databaseHome} as a thing that drifts. */
export const homeThing = (id: string): Wanted => ({ thing: { kind: "home", id } });

/**
 * Remembers where the data is, and brings it along when that is somewhere else now: also when an
 * `up` has moved it, failed after that, and the configuration was taken back.
 * @returns the command, done once the data is in its place
 */
export function databaseHome(
  name: string,
  platform: Platform,
  args: {
    readonly database: GatewayModel["database"];
    readonly image: pulumi.Input<string>;
    readonly after: pulumi.Input<string>[];
  },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource & { readonly id: pulumi.Output<string> } {
  const { names, host } = platform;
  const access = databaseAccess({ namePrefix: names.prefix, database: args.database });
  const home = homeOf(args.database);
  const hash = createHash("sha256").update(`${home}\n`).digest("hex");
  return notedCommand(
    name,
    platform,
    {
      create: pulumi.all([args.image, pulumi.all(args.after)]).apply(([image]) =>
        hostScript("database/move-database.sh", {
          HOME_NOW: home,
          CONTAINER: access.container,
          DB_USER: access.user,
          DB_NAME: access.name,
          DEDICATED: names.prefix + database.host,
          MOVING: names.prefix + movingHost,
          FILES: host.directories.config,
          DEDICATED_NAME: database.name,
          DEDICATED_ROLE: database.role,
          IMAGE: image,
          OWNER: args.database.user,
          VOLUME: args.database.volume,
          MOUNTED: dataDirectory,
          KEYRING: keyring,
        }),
      ),
      state: `echo ${hash}`,
      stdin: "",
    },
    opts,
  );
}
