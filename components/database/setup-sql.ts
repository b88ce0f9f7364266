import { database } from "../names.ts";

/** A connector's own role on the dedicated server: reads one sample database, nothing else. */
export interface Reader {
  readonly role: string;
  readonly database: string;
  readonly password: string;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (text: string): string => `"${text.replaceAll('"', '""')}"`;

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

const samples: Readonly<Record<string, string>> = {
  planets: [
    "create table if not exists planets (position int primary key, name text not null, moons int not null, diameter_km int not null);",
    `insert into planets values ${planets
      .map(([name, moons, km], index) => `(${index + 1}, ${literal(name)}, ${moons}, ${km})`)
      .join(", ")} on conflict (position) do nothing;`,
  ].join("\n"),
};

function role(name: string, password: string): string[] {
  return [
    `select ${literal(`create role ${identifier(name)}`)} where not exists (select from pg_roles where rolname = ${literal(name)}) \\gexec`,
    `alter role ${identifier(name)} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${literal(password)};`,
  ];
}

function databaseOf(name: string, owner: string): string[] {
  return [
    `select ${literal(`create database ${identifier(name)} owner ${identifier(owner)}`)} where not exists (select from pg_database where datname = ${literal(name)}) \\gexec`,
    `revoke all on database ${identifier(name)} from public;`,
  ];
}

/**
 * SQL for psql, as the superuser: LiteLLM's role and database, sample databases and the
 * connectors' read-only roles. Idempotent; sets every password again, because PostgreSQL
 * ignores POSTGRES_PASSWORD once the volume has data.
 */
export function setupSql(
  litellmPassword: string,
  sampleNames: readonly string[],
  readers: readonly Reader[],
): string {
  return `${[
    // A failing statement is otherwise logged with the password in it.
    "set log_statement = 'none'; set log_min_error_statement = 'panic'; set log_min_duration_statement = -1;",
    ...role(database.role, litellmPassword),
    ...databaseOf(database.name, database.role),
    "revoke all on database postgres from public;",
    ...readers.flatMap((reader) => [
      ...role(reader.role, reader.password),
      `alter role ${identifier(reader.role)} set default_transaction_read_only = on;`,
      `alter role ${identifier(reader.role)} connection limit 20;`,
    ]),
    ...sampleNames.flatMap((name) => [
      ...databaseOf(name, database.superuser),
      `\\connect ${identifier(name)}`,
      samples[name] ?? "",
      "revoke create on schema public from public;",
      ...readers
        .filter((reader) => reader.database === name)
        .flatMap((reader) => [
          `grant connect on database ${identifier(name)} to ${identifier(reader.role)};`,
          `grant usage on schema public to ${identifier(reader.role)};`,
          `grant select on all tables in schema public to ${identifier(reader.role)};`,
        ]),
    ]),
  ].join("\n")}\n`;
}

/** `postgresql://` URI inside the gateway's network. Passwords are alphanumeric by design. */
export function databaseUri(role: string, password: string, name: string): string {
  return `postgresql://${role}:${encodeURIComponent(password)}@${database.host}:${database.port}/${name}`;
}
