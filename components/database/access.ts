import type { GatewayModel } from "../config/model.ts";
import { database, databaseClient } from "../names.ts";

/** Where LiteLLM's database is reached from on the Docker host. */
export interface DatabaseAccess {
  /** The container to run psql in; the keyring is in its volume. */
  readonly container: string;
  readonly user: string;
  readonly name: string;
}

/** DNS name of that container on the gateway's network. */
export function databaseHost({ database: { shared } }: Pick<GatewayModel, "database">): string {
  return shared === undefined ? database.host : databaseClient.host;
}

/** `docker exec CONTAINER psql -U USER -d NAME`: the same words for both kinds of server. */
export function databaseAccess(
  model: Pick<GatewayModel, "namePrefix" | "database">,
): DatabaseAccess {
  const { shared } = model.database;
  return {
    container: model.namePrefix + databaseHost(model),
    user: shared?.role ?? database.superuser,
    name: shared?.name ?? database.name,
  };
}
