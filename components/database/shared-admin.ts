import { dataDirectory, keyring } from "../../config/common/names.ts";
import type { SharedDatabase } from "../../config/database/model.ts";
import type { GatewayModel } from "../../config/model.ts";
import { hostExec } from "../host/exec.ts";
import { hostScript } from "../shell/script.ts";
import {
  connectionFixes,
  contentCheck,
  isForeign,
  serverCheck,
  sharedDrop,
  sharedSetup,
} from "./shared-sql.ts";

type Mode = "look" | "apply" | "drop";

const statements: Readonly<Record<Mode, (shared: SharedDatabase) => string>> = {
  look: () => "",
  apply: sharedSetup,
  drop: sharedDrop,
};

/**
 * shared-admin.sh with its variables.
 * @param image where psql comes from
 * @param pull whether the image may be fetched, or has to be there
 */
export function sharedAdminScript(
  { database, ...shared }: { readonly database: GatewayModel["database"] } & SharedDatabase,
  mode: Mode,
  image: string,
  pull: "never" | "missing",
): string {
  const checks =
    mode === "drop"
      ? { SERVER_CHECK: "", IS_FOREIGN: "", CONTENT_CHECK: "" }
      : {
          SERVER_CHECK: serverCheck(shared),
          IS_FOREIGN: isForeign(shared.name),
          CONTENT_CHECK: contentCheck(shared),
        };
  return hostScript("database/shared-admin.sh", {
    MODE: mode,
    IMAGE: image,
    PULL: pull,
    OWNER: database.user,
    VOLUME: database.volume,
    MOUNTED: dataDirectory,
    KEYRING: keyring,
    NETWORK: shared.network,
    SERVER: shared.host,
    PORT: String(shared.port),
    ADMIN: shared.admin.user,
    ADMIN_DATABASE: shared.admin.database,
    NAME: shared.name,
    ...checks,
    STATEMENTS: statements[mode](shared),
    FIX_PASSWORD: connectionFixes.password,
    FIX_HOST: connectionFixes.host,
  });
}

interface Finding {
  readonly message: string;
  readonly fix: string;
}

/** The lines of `shared-admin.sh` in mode look. */
export function parseFindings(text: string): Finding[] {
  return text.split("\n").flatMap((line) => {
    const [kind, message = "", fix = ""] = line.split("\t");
    return kind === "finding" ? [{ message, fix }] : [];
  });
}

/**
 * What stands in the way on a shared database server; nothing where the gateway has its own. A
 * preview looks only if psql's image is there already; `up` fetches it, which it would do anyway.
 */
export async function sharedDatabaseFindings(
  { database, dockerHost }: Pick<GatewayModel, "database" | "dockerHost">,
  preview: boolean,
): Promise<Finding[]> {
  const { shared } = database;
  if (shared === undefined) return [];
  const script = sharedAdminScript(
    { ...shared, database },
    "look",
    database.image,
    preview ? "never" : "missing",
  );
  const ran = await hostExec(
    dockerHost,
    ["/bin/sh", "-c", script],
    `${shared.admin.password.reveal()}\n`,
  );
  if (ran.code !== 0)
    return [
      {
        message: `the shared PostgreSQL server could not be looked at: ${ran.stderr.trim()}`,
        fix: "look at the Docker engine's own words above",
      },
    ];
  return parseFindings(ran.stdout);
}
