import type * as pulumi from "@pulumi/pulumi";
import type { GatewayModel } from "../../config/model.ts";
import type { Platform } from "../containers/platform.ts";
import type { LitellmDatabase } from "./litellm-database.ts";
import type { Wanted } from "../drift/decisions.ts";
import { DedicatedPostgres, dedicatedThings } from "./postgres.ts";
import { SharedPostgres, sharedThings } from "./shared-postgres.ts";

/** LiteLLM's database as the configuration wants it: on a server of its own or on another's. */
export function litellmDatabase(
  name: string,
  platform: Platform,
  { database, edge }: Pick<GatewayModel, "database" | "edge">,
  opts: pulumi.ComponentResourceOptions,
): LitellmDatabase {
  const { shared } = database;
  return shared === undefined
    ? new DedicatedPostgres(name, platform, database, opts)
    : new SharedPostgres(name, platform, database, shared, edge, opts);
}

/** What {@link litellmDatabase} applies to the Docker host. */
export function databaseThings(name: string, model: GatewayModel): Wanted[] {
  const { shared } = model.database;
  return shared === undefined ? dedicatedThings(name, model) : sharedThings(name, model, shared);
}

/** What `make down` says at its end. */
export function dataSummary({ database, dockerHost }: GatewayModel, place: string): string {
  const verb = database.destroyData ? "removes" : "keeps";
  return `destroy ${verb}: ${place}; the keyring in the Docker volume ${database.volume} on ${dockerHost.url}`;
}
