import { database, databaseClient } from "../common/names.ts";
import type { SharedDatabase } from "./model.ts";

/** Where LiteLLM's database is reached from on the Docker host. */
export interface DatabaseAccess {
  /** The container to run psql in; the keyring is in its volume. */
  readonly container: string;
  readonly user: string;
  readonly name: string;
}

/** The part of the model that says where LiteLLM's database is. */
interface DeployedDatabase {
  readonly namePrefix: string;
  readonly database: { readonly shared?: SharedDatabase };
}

/** DNS name of that container on the gateway's network. */
export function databaseHost({ database: { shared } }: Pick<DeployedDatabase, "database">): string {
  return shared === undefined ? database.host : databaseClient.host;
}

/** `docker exec CONTAINER psql -U USER -d NAME`: the same words for both kinds of server. */
export function databaseAccess(model: DeployedDatabase): DatabaseAccess {
  const { shared } = model.database;
  return {
    container: model.namePrefix + databaseHost(model),
    user: shared?.role ?? database.superuser,
    name: shared?.name ?? database.name,
  };
}
