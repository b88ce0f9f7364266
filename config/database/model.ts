import type { DatabaseConfig } from "./schema.ts";

/** A database and a role of the gateway's own on a server that others use as well. */
export type SharedDatabase = Readonly<NonNullable<DatabaseConfig["shared"]>>;

/** The schema's fields; `image` is what to pull, `samples` are sorted. */
export interface DatabaseModel extends Readonly<Omit<DatabaseConfig, "mode" | "shared">> {
  /** Where LiteLLM's database is instead, if the gateway has no server of its own. */
  readonly shared?: SharedDatabase;
}
