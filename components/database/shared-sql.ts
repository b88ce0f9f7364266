import { removeCommand } from "../../config/common/problem.ts";
import type { SharedDatabase } from "../../config/database/model.ts";
import { setCommand } from "../../config/problems.ts";
import { identifier, literal } from "./quoting.ts";

const setting = (...path: string[]): string[] => ["database", "shared", ...path];

/** Two proxies during a change, each with its pool of 10, and room for commands. */
const connectionLimit = 50;

/**
 * The comment by which a database and a role are known to be this gateway's. psql's variable `id`
 * is a random word that lives in the keyring, or "none" where there is none yet.
 */
const mark = "'mcp-gateway ' || :'id'";
const isOurs = (comment: string): string => `(:'id' <> 'none' and ${comment} = ${mark})`;
const databaseComment = "coalesce(shobj_description(d.oid, 'pg_database'), '')";
const roleComment = "coalesce(shobj_description(r.oid, 'pg_authid'), '')";

interface Rule {
  /** SQL of the sentence. */
  readonly message: string;
  readonly fix: string;
  /** SQL from `from` on; a row for each thing that is wrong. */
  readonly when: string;
}

const rows = (rules: readonly Rule[]): string =>
  rules.map(({ message, fix, when }) => `select ${message}, ${literal(fix)} ${when};`).join("\n");

/**
 * What stands in the way on the server, before anything is changed: rows of sentence and fix.
 * Read-only; run in the admin's database.
 */
export function serverCheck(shared: SharedDatabase): string {
  const { name, role, admin } = shared;
  const takeOver = setCommand(setting("adopt"), true);
  const exists = (kind: string, what: string) =>
    literal(`the ${kind} ${what} is already there and is not this gateway's`);
  const adopted = shared.adopt ? "true" : "false";
  return `${rows([
    {
      message: "'the server is PostgreSQL ' || current_setting('server_version')",
      fix: "PostgreSQL 15 or newer, or database.mode dedicated",
      when: "where current_setting('server_version_num')::int < 150000",
    },
    {
      message: literal(`the admin ${admin.user} may not create databases and roles`),
      fix: `alter role ${identifier(admin.user)} createdb createrole, or another admin: ${setCommand(setting("admin", "user"))}`,
      when: "from pg_roles where rolname = current_user and not (rolsuper or (rolcreatedb and rolcreaterole))",
    },
    {
      message: exists("database", name),
      fix: `${setCommand(setting("name"), `${name}_2`)}, or to take it over: ${takeOver}`,
      when: `from pg_database d where datname = ${literal(name)} and not ${isOurs(databaseComment)} and not ${adopted}`,
    },
    {
      message: exists("role", role),
      fix: `${setCommand(setting("role"), `${role}_2`)}, or to take it over: ${takeOver}`,
      when: `from pg_roles r where rolname = ${literal(role)} and not ${isOurs(roleComment)} and not ${adopted}`,
    },
    {
      message: literal(`the role ${role} may do more than own a database`),
      fix: `alter role ${identifier(role)} nosuperuser nocreatedb nocreaterole noreplication nobypassrls`,
      when: `from pg_roles where rolname = ${literal(role)} and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls)`,
    },
    {
      message: `${literal(`the role ${role} has the rights of `)} || g.rolname`,
      fix: `revoke that membership from ${identifier(role)}, or ${setCommand(setting("role"), `${role}_2`)}`,
      when: `from pg_auth_members m join pg_roles g on g.oid = m.roleid join pg_roles r on r.oid = m.member where r.rolname = ${literal(role)}`,
    },
  ])}\n`;
}

/** Whether the database is there and not this gateway's, so that its content has to be looked at. */
export const isForeign = (name: string): string =>
  `select 1 from pg_database d where datname = ${literal(name)} and not ${isOurs(databaseComment)};\n`;

const userTables =
  "from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'f') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'";

/**
 * What stands in the way inside a database that is to be taken over: LiteLLM's migration brings
 * whatever it finds in line with its own schema, other people's tables included.
 */
export function contentCheck({ name, role }: SharedDatabase): string {
  const other = `${userTables} and not (n.nspname = 'public' and (c.relname like 'LiteLLM\\_%' or c.relname = '_prisma_migrations'))`;
  const elsewhere = `another database: ${setCommand(setting("name"), `${name}_2`)}`;
  return `${rows([
    {
      message: `${literal(`the database ${name} has tables that are not LiteLLM's, and LiteLLM would drop them: `)} || string_agg(n.nspname || '.' || c.relname, ', ' order by 1)`,
      fix: elsewhere,
      when: `${other} having count(*) > 0`,
    },
    {
      message: literal(`the database ${name} has LiteLLM's tables without their history`),
      fix: elsewhere,
      when: `${userTables} having bool_or(c.relname like 'LiteLLM\\_%') and not bool_or(c.relname = '_prisma_migrations')`,
    },
    {
      message: `${literal(`tables of the database ${name} belong to `)} || string_agg(distinct pg_get_userbyid(c.relowner), ', ')`,
      fix: `in that database, as its admin: reassign owned by OWNER to ${identifier(role)}`,
      when: `${userTables} and c.relowner is distinct from to_regrole(${literal(role)}) having count(*) > 0`,
    },
  ])}\n`;
}

/** An admin who is no superuser has to be a member to give a database to the role. */
const asMember = (role: string, then: readonly string[]): string[] => [
  `select ${literal(`grant ${identifier(role)} to current_user`)} from pg_roles where rolname = current_user and not rolsuper \\gexec`,
  ...then,
  `select ${literal(`revoke ${identifier(role)} from current_user`)} from pg_roles where rolname = current_user and not rolsuper \\gexec`,
];

/**
 * LiteLLM's role and database on somebody else's server, for psql as the admin; idempotent.
 * Nothing outside of the two is changed. Prints the other databases that PUBLIC may connect to.
 */
export function sharedSetup({ name, role }: SharedDatabase): string {
  const [db, own] = [identifier(name), identifier(role)];
  return `${[
    "set client_min_messages = warning;",
    `select ${literal(`create role ${own}`)} where not exists (select from pg_roles where rolname = ${literal(role)}) \\gexec`,
    // The verifier, not the password: nothing that a log could give away.
    `alter role ${own} login connection limit ${connectionLimit} password :'verifier';`,
    `alter role ${own} reset default_transaction_read_only;`,
    `select format('comment on role %I is %L', ${literal(role)}, ${mark}) \\gexec`,
    ...asMember(role, [
      `select ${literal(`create database ${db} owner ${own}`)} where not exists (select from pg_database where datname = ${literal(name)}) \\gexec`,
      `select ${literal(`alter database ${db} owner to ${own}`)} from pg_database where datname = ${literal(name)} and pg_get_userbyid(datdba) <> ${literal(role)} \\gexec`,
      `select format('comment on database %I is %L', ${literal(name)}, ${mark}) \\gexec`,
      `revoke all on database ${db} from public;`,
    ]),
    `select datname from pg_database where datallowconn and not datistemplate and datname <> ${literal(name)} and has_database_privilege(${literal(role)}, oid, 'CONNECT') order by 1;`,
  ].join("\n")}\n`;
}

/** Takes both away again, if they are this gateway's. */
export function sharedDrop({ name, role }: SharedDatabase): string {
  const [db, own] = [identifier(name), identifier(role)];
  return `${[
    ...asMember(role, [
      `select ${literal(`drop database ${db} with (force)`)} from pg_database d where datname = ${literal(name)} and ${isOurs(databaseComment)} \\gexec`,
    ]),
    `select ${literal(`drop role ${own}`)} from pg_roles r where rolname = ${literal(role)} and ${isOurs(roleComment)} \\gexec`,
  ].join("\n")}\n`;
}

/** How to put right what keeps the admin from connecting. */
export const connectionFixes = {
  password: setCommand(setting("admin", "password")),
  host: `${setCommand(setting("host"))}, or do without: ${removeCommand(["database", "mode"])}`,
} as const;
