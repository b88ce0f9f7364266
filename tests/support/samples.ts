import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  sampleAccess,
  sampleEntrypoint,
  sampleInitdb,
  sampleLimits,
  sampleSettings,
  sampleSql,
} from "../../components/database/sample-data.ts";
import { scramVerifier } from "../../components/database/scram.ts";
import { docker, image, images, start, until } from "./docker.ts";

export const reader = { role: "mcp_planets", password: "example2", names: ["planets"] } as const;

/**
 * A sample server as the component makes it.
 * @param directory for its files; readable by every user
 * @param on `--network` and whatever goes with it
 */
export async function startSamples(
  name: string,
  directory: string,
  on: readonly string[],
): Promise<void> {
  const files = join(directory, name);
  mkdirSync(files);
  const write = (file: string, content: string): string => {
    writeFileSync(join(files, file), content, { mode: 0o644 });
    return join(files, file);
  };
  const { role, password, names } = reader;
  const mounts = {
    "/etc/mcp-gateway/pg_hba.conf": write("pg_hba.conf", sampleAccess(role, names)),
    "/run/secrets/postgres-password": write("password", "example0"),
    "/docker-entrypoint-initdb.d/samples.sql": write(
      "samples.sql",
      sampleSql(role, scramVerifier(password), names),
    ),
  };
  const [entrypoint, ...command] = [...sampleEntrypoint, "postgres"];
  const memory = `${sampleLimits.memoryMb}m`;
  await start(name, [
    ...on,
    "--dns",
    "127.0.0.1",
    "--user",
    "70:70",
    "--cap-drop",
    "ALL",
    "--read-only",
    "--security-opt",
    "no-new-privileges:true",
    "--init",
    "--memory",
    memory,
    "--memory-swap",
    memory,
    "--tmpfs",
    `/var/lib/postgresql/data:size=${sampleLimits.filesMb}m,mode=1777`,
    "--tmpfs",
    "/tmp:size=4m",
    "--tmpfs",
    "/var/run/postgresql:size=1m,mode=1777",
    "--env",
    "PGDATA=/var/lib/postgresql/data/pgdata",
    "--env",
    `POSTGRES_INITDB_ARGS=${sampleInitdb}`,
    "--env",
    "POSTGRES_PASSWORD_FILE=/run/secrets/postgres-password",
    ...Object.entries(mounts).flatMap(([target, source]) => ["--volume", `${source}:${target}:ro`]),
    "--entrypoint",
    entrypoint,
    image(images.postgres),
    ...command,
    ...Object.entries(sampleSettings).flatMap(([setting, value]) => ["-c", `${setting}=${value}`]),
  ]);
  await up(name);
}

/** Until it takes connections from others. */
export const up = (name: string): Promise<void> =>
  until(name, 60, async () => {
    const ran = await docker(["exec", name, "pg_isready", "-q", "-h", "127.0.0.1"]);
    return ran.code === 0;
  });
