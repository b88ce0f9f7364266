import type { Secret } from "../common/secret.ts";

/** A database and a role of the gateway's own on a server that others use as well. */
export interface SharedDatabase {
  readonly network: string;
  /** The server's DNS name on that network. */
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly role: string;
  readonly rotation: string;
  readonly adopt: boolean;
  readonly admin: { readonly user: string; readonly password: Secret; readonly database: string };
}
