import {
  sampleAccess,
  sampleLimits,
  sampleSettings,
  sampleSql,
  sampleUri,
} from "../../../../components/database/sample-data.ts";

it("lets everything that it may use at once fit into its container", () => {
  const { connections, reserved, helpers, processMb, sharedMb, filesMb, memoryMb } = sampleLimits;
  const [tmp, run] = [4, 1];
  const most = (connections + reserved + helpers) * processMb + sharedMb + filesMb + tmp + run;
  expect(most).toBeLessThanOrEqual(memoryMb);
});

it("leaves room for the cluster beside everybody's temporary files", () => {
  const { connections, temporaryMb, filesMb } = sampleLimits;
  expect(connections * temporaryMb + 35 + 16).toBeLessThanOrEqual(filesMb);
});

it("has no process that no session has asked for", () => {
  expect(sampleSettings).toMatchObject({
    max_connections: "7",
    max_worker_processes: "0",
    max_wal_senders: "0",
    temp_file_limit: "8MB",
  });
});

it("knows one role on the network, for its samples alone", () => {
  expect(sampleAccess("mcp_a", ["planets"])).toBe(
    "local all postgres trust\nhost planets mcp_a all scram-sha-256\n",
  );
});

it("makes a role that reads its samples and is bounded in every way", () => {
  const lines = sampleSql("mcp_a", "SCRAM-SHA-256$x", ["planets"]).split("\n");
  expect(lines.filter((line) => /role/.test(line))).toEqual([
    `create role "mcp_a" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 6 password 'SCRAM-SHA-256$x';`,
    `alter role "mcp_a" set default_transaction_read_only = 'on';`,
    `alter role "mcp_a" set idle_in_transaction_session_timeout = '60s';`,
    `alter role "mcp_a" set statement_timeout = '30s';`,
    `alter role "mcp_a" set temp_file_limit = '8MB';`,
    `alter role "mcp_a" set work_mem = '4MB';`,
  ]);
  expect(lines.filter((line) => line.startsWith("grant"))).toEqual([
    `grant connect on database "planets" to "mcp_a";`,
    `grant usage on schema public to "mcp_a";`,
    `grant select on all tables in schema public to "mcp_a";`,
  ]);
});

it("quotes names with quotes in them, inside a literal as well", () => {
  const sql = sampleSql(`a"b`, "'; drop", [`c"d`]);
  expect(sql).toContain(`create role "a""b" login`);
  expect(sql).toContain("password '''; drop';");
  expect(sql).toContain(`create database "c""d";`);
});

it("spells a URI on the connector's network", () => {
  expect(sampleUri("mcp-a-samples", "mcp_a", "p@", "planets")).toBe(
    "postgresql://mcp_a:p%40@mcp-a-samples:5432/planets",
  );
});
