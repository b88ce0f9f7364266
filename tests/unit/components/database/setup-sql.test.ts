import { databaseUri, setupSql } from "../../../../components/database/setup-sql.ts";

it("makes LiteLLM's role and database, and keeps passwords out of the server's log", () => {
  expect(setupSql("it's").split("\nselect format(")[0]?.split("\n")).toEqual([
    "set log_statement = 'none'; set log_min_error_statement = 'panic'; set log_min_duration_statement = -1;",
    `select 'create role "litellm"' where not exists (select from pg_roles where rolname = 'litellm') \\gexec`,
    `alter role "litellm" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password 'it''s';`,
    `select 'create database "litellm" owner "litellm"' where not exists (select from pg_database where datname = 'litellm') \\gexec`,
    'revoke all on database "litellm" from public;',
    "revoke all on database postgres from public;",
  ]);
});

it("grants nobody else anything there", () => {
  expect(setupSql("p")).not.toMatch(/grant|create (role|database) (?!"litellm")/);
});

it("spells a URI on the gateway's network, its password encoded", () => {
  expect(databaseUri("litellm", "a/b@c", "litellm")).toBe(
    "postgresql://litellm:a%2Fb%40c@mcp-litellm-postgres:5432/litellm",
  );
});
