import { database, samples as server } from "../../config/common/names.ts";
import { identifier, literal } from "./quoting.ts";

/** Small enough to read at a glance, known to everybody: a result a person recognises. */
const planets = [
  ["Mercury", 0, 4879],
  ["Venus", 0, 12104],
  ["Earth", 1, 12756],
  ["Mars", 2, 6792],
  ["Jupiter", 95, 142984],
  ["Saturn", 146, 120536],
  ["Uranus", 28, 51118],
  ["Neptune", 16, 49528],
] as const;

const contents: Readonly<Record<string, string>> = {
  planets: [
    "create table planets (position int primary key, name text not null, moons int not null, diameter_km int not null);",
    `insert into planets values ${planets
      .map(([name, moons, km], index) => `(${index + 1}, ${literal(name)}, ${moons}, ${km})`)
      .join(", ")};`,
  ].join("\n"),
};

/** Sample databases that an earlier version made on LiteLLM's own server. */
export const sampleNames: readonly string[] = Object.keys(contents);

/**
 * What a sample server may use. No sum of queries reaches the container's limit: every process is
 * held to its share of it by RLIMIT_DATA, temporary files by a number for each session, and all
 * files together by the size of the tmpfs they are in, which is memory as well.
 */
export const sampleLimits = {
  /** Sessions of the connector's role: postgres-mcp 0.3.0 keeps up to five. */
  connections: 6,
  /** For `docker exec`, when they are all taken. */
  reserved: 1,
  /** The server itself and its helpers; a role has no parallel workers. */
  helpers: 6,
  /** MB of each process: seen are 2, and initdb needs fewer than 16. */
  processMb: 32,
  /** MB of shared memory, most of it buffers. */
  sharedMb: 32,
  /** MB of files: the cluster takes 35, temporary ones 6 sessions times 8. */
  filesMb: 128,
  temporaryMb: 8,
  /** Of the container. */
  memoryMb: 640,
} as const;

/** The server's own words for the limits, and that its data need not outlive it. */
export const sampleSettings: Readonly<Record<string, string>> = {
  autovacuum: "off",
  fsync: "off",
  hba_file: "/etc/mcp-gateway/pg_hba.conf",
  jit: "off",
  max_connections: String(sampleLimits.connections + sampleLimits.reserved),
  max_logical_replication_workers: "0",
  max_replication_slots: "0",
  max_wal_senders: "0",
  max_wal_size: "8MB",
  max_worker_processes: "0",
  min_wal_size: "2MB",
  shared_buffers: "16MB",
  superuser_reserved_connections: String(sampleLimits.reserved),
  temp_file_limit: `${sampleLimits.temporaryMb}MB`,
  wal_level: "minimal",
};

/**
 * The image's own entrypoint, under the limit of a process. By `ulimit`: Docker would set its own
 * before the program that makes the container is done, and that program needs more.
 */
export const sampleEntrypoint: readonly string[] = [
  "sh",
  "-c",
  `ulimit -d ${sampleLimits.processMb * 1024} && exec docker-entrypoint.sh "$@"`,
  "samples",
];

/** Segments of the size that `max_wal_size` is a multiple of: 16 MB each would fill the tmpfs. */
export const sampleInitdb = "--wal-segsize=1 --no-sync";

/** Who may connect: the connector's role to its samples, and whoever is in the container. */
export function sampleAccess(role: string, names: readonly string[]): string {
  return `${[
    `local all ${database.superuser} trust`,
    ...names.map((name) => `host ${name} ${role} all scram-sha-256`),
  ].join("\n")}\n`;
}

/**
 * What a role of a connector gets, so that none of its statements is a burden to others. The role
 * can change all but the connections and the temporary files for itself.
 */
const roleSettings = {
  default_transaction_read_only: "on",
  idle_in_transaction_session_timeout: "60s",
  statement_timeout: "30s",
  temp_file_limit: `${sampleLimits.temporaryMb}MB`,
  work_mem: "4MB",
} as const;

/**
 * Everything a sample server has, for its entrypoint, which runs it at every start: an empty
 * cluster and no second time.
 * @param verifier what the server keeps of the role's password
 */
export function sampleSql(role: string, verifier: string, names: readonly string[]): string {
  const own = identifier(role);
  return `${[
    `create role ${own} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit ${sampleLimits.connections} password ${literal(verifier)};`,
    ...Object.entries(roleSettings).map(
      ([name, value]) => `alter role ${own} set ${name} = ${literal(value)};`,
    ),
    "revoke all on database postgres, template1 from public;",
    ...names.flatMap((name) => [
      `create database ${identifier(name)};`,
      `revoke all on database ${identifier(name)} from public;`,
      `\\connect ${identifier(name)}`,
      contents[name] ?? "",
      "revoke create on schema public from public;",
      `grant connect on database ${identifier(name)} to ${own};`,
      `grant usage on schema public to ${own};`,
      `grant select on all tables in schema public to ${own};`,
    ]),
  ].join("\n")}\n`;
}

/** `postgresql://` URI on the connector's network. The password is alphanumeric by design. */
export function sampleUri(host: string, role: string, password: string, name: string): string {
  return `postgresql://${role}:${encodeURIComponent(password)}@${host}:${server.port}/${name}`;
}
