import { database } from "../../config/common/names.ts";
import { identifier, literal } from "./quoting.ts";
import { sampleNames } from "./sample-data.ts";

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
 * Takes away the sample databases and their readers that earlier versions had on this server: by
 * their names, and only as those versions made them.
 */
const earlierSamples: readonly string[] = [
  `select format('drop database %I with (force)', d.datname) from pg_database d join pg_roles o on o.oid = d.datdba
where d.datname in (${sampleNames.map(literal).join(", ")}) and o.rolname = ${literal(database.superuser)} \\gexec`,
  `select format('drop role %I', r.rolname) from pg_roles r
where r.rolname ~ '^mcp_[a-z]' and r.rolconnlimit = 20 and r.rolconfig @> array['default_transaction_read_only=on']
and not exists (select from pg_shdepend s where s.refclassid = 'pg_authid'::regclass and s.refobjid = r.oid) \\gexec`,
];

/**
 * SQL for psql, as the superuser: LiteLLM's role and database, and nothing else. Idempotent; sets
 * the password again, because PostgreSQL ignores POSTGRES_PASSWORD once the volume has data.
 */
export function setupSql(litellmPassword: string): string {
  return `${[
    // A failing statement is otherwise logged with the password in it.
    "set log_statement = 'none'; set log_min_error_statement = 'panic'; set log_min_duration_statement = -1;",
    ...role(database.role, litellmPassword),
    ...databaseOf(database.name, database.role),
    "revoke all on database postgres from public;",
    ...earlierSamples,
  ].join("\n")}\n`;
}

/** `postgresql://` URI inside the gateway's network. The password is alphanumeric by design. */
export function databaseUri(role: string, password: string, name: string): string {
  return `postgresql://${role}:${encodeURIComponent(password)}@${database.host}:${database.port}/${name}`;
}
