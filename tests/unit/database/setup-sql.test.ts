import { databaseUri, setupSql } from "../../../components/database/setup-sql.ts";

const readers = [
  { role: "mcp_a", database: "planets", password: "pa" },
  { role: "mcp_b", database: "other", password: "pb" },
];

it("makes LiteLLM's role and database, and keeps passwords out of the server's log", () => {
  expect(setupSql("it's", [], [])).toBe(
    [
      "set log_statement = 'none'; set log_min_error_statement = 'panic'; set log_min_duration_statement = -1;",
      `select 'create role "litellm"' where not exists (select from pg_roles where rolname = 'litellm') \\gexec`,
      `alter role "litellm" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password 'it''s';`,
      `select 'create database "litellm" owner "litellm"' where not exists (select from pg_database where datname = 'litellm') \\gexec`,
      'revoke all on database "litellm" from public;',
      "revoke all on database postgres from public;",
      "",
    ].join("\n"),
  );
});

it("grants a reader its own sample and nothing else", () => {
  const grants = setupSql("p", ["planets"], readers)
    .split("\n")
    .filter((line) => line.startsWith("grant") || line.startsWith("\\connect"));
  expect(grants).toEqual([
    '\\connect "planets"',
    'grant connect on database "planets" to "mcp_a";',
    'grant usage on schema public to "mcp_a";',
    'grant select on all tables in schema public to "mcp_a";',
  ]);
});

it("makes every reader read-only and limits its connections", () => {
  const sql = setupSql("p", [], readers);
  for (const { role } of readers) {
    expect(sql).toContain(`alter role "${role}" set default_transaction_read_only = on;\n`);
    expect(sql).toContain(`alter role "${role}" connection limit 20;\n`);
  }
});

it("quotes names with quotes in them, inside a literal as well", () => {
  const sql = setupSql("p", [], [{ role: `a"b'c`, database: "d", password: "'; drop" }]);
  expect(sql).toContain(`select 'create role "a""b''c"' where not exists`);
  expect(sql).toContain(`alter role "a""b'c" login`);
  expect(sql).toContain("password '''; drop';");
});

it("spells a URI on the gateway's network, its password encoded", () => {
  expect(databaseUri("litellm", "a/b@c", "litellm")).toBe(
    "postgresql://litellm:a%2Fb%40c@mcp-litellm-postgres:5432/litellm",
  );
});
