import { chmodSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { sampleLimits, sampleUri } from "../../components/database/sample-data.ts";
import { callTool } from "../../components/verification/gateway-client.ts";
import {
  describeWithDocker,
  docker,
  dockerOk,
  image,
  images,
  network,
  published,
  removeAll,
  start,
  testName,
  until,
} from "../support/docker.ts";
import { reader, startSamples, up } from "../support/samples.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(120_000);

/** What took LiteLLM's whole server down when the samples were on it. */
const gigabytes = "SELECT length(repeat('x',1000000000)), length(repeat('y',1000000000))";
const sort =
  "select count(*) from (select g, repeat('x', 1000) t from generate_series(1, 4000000) g order by t desc, g) s";

describeWithDocker("a connector's sample server", () => {
  const [net, server, connector] = ["net", "samples", "planets"].map((what) => testName(what)) as [
    string,
    string,
    string,
  ];
  const place = scratch();
  beforeAll(async () => {
    chmodSync(place.path, 0o755);
    await network(net);
    await startSamples(server, place.path, ["--network", net, "--network-alias", "samples"]);
  });
  afterAll(async () => {
    await removeAll([connector, server], [net]);
    place.remove();
  });

  const psql = (user: string, database: string, text: string) =>
    docker([
      "exec",
      "--env",
      `PGPASSWORD=${reader.password}`,
      server,
      "psql",
      "-qXAt",
      "-U",
      user,
      "-d",
      database,
      ...(user === "postgres" ? [] : ["-h", "127.0.0.1"]),
      "-c",
      text,
    ]);
  const asReader = (text: string, database = "planets") => psql(reader.role, database, text);
  const asked = async (text: string, database?: string) =>
    (await asReader(text, database)).stdout.trim();
  const superuser = async (text: string) =>
    (await psql("postgres", "postgres", text)).stdout.trim();

  /** What would be another if a process had been killed. */
  const survivor = async () => ({
    started: await superuser("select pg_postmaster_start_time()"),
    restarts: await dockerOk([
      "inspect",
      "--format",
      "{{.RestartCount}} {{.State.OOMKilled}}",
      server,
    ]),
    killed: (await dockerOk(["logs", server])).match(
      /terminated by signal|crash of another|was interrupted|in recovery/g,
    ),
    last: await asked("select name from planets where moons = 146"),
  });

  it("has what its connector reads", async () => {
    expect(await asked("select name, moons from planets order by moons desc limit 1")).toBe(
      "Saturn|146",
    );
    expect(
      await superuser(
        "select rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit from pg_roles where rolname ~ '^mcp'",
      ),
    ).toBe("mcp_planets|f|f|f|f|f|6");
  });

  it.each([
    ["insert into planets values (9, 'Pluto', 5, 2377)", "planets", "read-only transaction"],
    [
      "set transaction read write; insert into planets values (9, 'Pluto', 5, 2377)",
      "planets",
      "permission denied for table planets",
    ],
    [
      "set transaction read write; create table t (i int)",
      "planets",
      "permission denied for schema public",
    ],
    [
      "set transaction read write; create schema s",
      "planets",
      "permission denied for database planets",
    ],
    [
      "set transaction read write; create temp table t (i int)",
      "planets",
      "permission denied to create temporary tables",
    ],
    ["set temp_file_limit = '1GB'", "planets", "permission denied to set parameter"],
    ["select 1", "postgres", "no pg_hba.conf entry"],
    ["select 1", "template1", "no pg_hba.conf entry"],
  ])("does not let it: %s in %s", async (text, database, message) => {
    const ran = await asReader(text, database);
    expect([ran.code === 0, ran.stderr]).toEqual([false, expect.stringContaining(message)]);
  });

  it("lets nobody else in over the network, not even its superuser", async () => {
    const ran = await docker([
      "exec",
      "--env",
      "PGPASSWORD=example0",
      server,
      "psql",
      "-h",
      "127.0.0.1",
      "-U",
      "postgres",
      "-c",
      "select 1",
    ]);
    expect(ran.stderr).toContain("no pg_hba.conf entry");
  });

  const all = (text: string, count: number = sampleLimits.connections) =>
    Promise.all(Array.from({ length: count }, () => asReader(text)));

  it.each([
    ["two texts of a gigabyte", gigabytes, /ERROR: {2}out of memory/],
    ["a sort of four gigabytes", sort, /temporary file size exceeds temp_file_limit/],
    [
      "the same in memory, without an end",
      `set statement_timeout = 0; set work_mem = '2GB'; ${sort}`,
      /ERROR: {2}out of memory/,
    ],
    [
      "an array as large as it gets",
      "select array_length(array_agg(repeat('x', 1000) || g), 1) from (select generate_series(1, 1000000) g) s",
      /ERROR: {2}out of memory/,
    ],
  ])("%s, in every session at once: an error, and nobody dies of it", async (_, text, error) => {
    const before = await survivor();
    expect([before.killed, before.last]).toEqual([null, "Saturn"]);
    const ended = await all(text);
    for (const { code, stderr } of ended)
      expect([code, stderr]).toEqual([1, expect.stringMatching(error)]);
    expect(await survivor()).toEqual(before);
  });

  it("holds as much as all may have at once", async () => {
    const before = await survivor();
    // Some 20 MB in each, all at the same moment.
    const held =
      "set work_mem = '64MB'; with t as materialized (select repeat('x', 900) || g as x from (select generate_series(1, 18000) g) s) select count(x), pg_sleep(3) from t";
    const ended = await all(held);
    expect(ended.map(({ stdout }) => stdout)).toEqual(ended.map(() => "18000|\n"));
    expect(await survivor()).toEqual(before);
  });

  it("has no session more for the role", async () => {
    const sessions = all("select pg_sleep(20)");
    const count = "select count(*) from pg_stat_activity where usename = 'mcp_planets'";
    await until(server, 15, async () => (await superuser(count)) === "6");
    expect((await asReader("select 1")).stderr).toContain(
      'too many connections for role "mcp_planets"',
    );
    const end = count.replace("count(*)", "count(pg_terminate_backend(pid))");
    expect(await superuser(end)).toBe("6");
    expect((await sessions).map(({ code }) => code)).toEqual(Array(6).fill(2));
  });

  it("ends what takes too long by itself", async () => {
    const settings = ["statement_timeout", "idle_in_transaction_session_timeout", "work_mem"];
    const shown = settings.map((name) => `current_setting('${name}')`).join(", ");
    expect(await asked(`select ${shown}`)).toBe("30s|1min|4MB");
    const ran = await asReader("set statement_timeout = '100ms'; select pg_sleep(10)");
    expect(ran.stderr).toContain("canceling statement due to statement timeout");
  });

  it("answers the same through the connector, which goes on serving", async () => {
    const { role, password } = reader;
    const uri = sampleUri("samples", role, password, "planets");
    await start(connector, [
      "--network",
      net,
      "--publish",
      "127.0.0.1::8686",
      "--env",
      `DATABASE_URI=${uri}`,
      image(images.postgresMcp),
      "postgres-mcp",
      "--transport=sse",
      "--sse-host=0.0.0.0",
      "--sse-port=8686",
      "--access-mode=restricted",
    ]);
    const url = new URL("/sse", await published(connector, 8686));
    await until(connector, 60, async () => {
      const abort = new AbortController();
      const { ok } = await fetch(url, { signal: abort.signal });
      abort.abort();
      return ok;
    });
    const before = await survivor();
    const client = new Client({ name: "test", version: "1" });
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- postgres-mcp 0.3.0 speaks SSE
    await client.connect(new SSEClientTransport(url));
    try {
      const run = (sql: string) => callTool(client, "execute_sql", { sql });
      // Some say only that postgres-mcp closes its pool after an error.
      const ended = await Promise.all([1, 2, 3, 4].map(() => run(gigabytes)));
      for (const { text } of ended) expect(text).toMatch(/^Error: /);
      expect(ended.map(({ text }) => text).join("\n")).toMatch(/out of memory/);
      expect((await run("select name from planets where moons = 146")).text).toContain("Saturn");
    } finally {
      await client.close();
    }
    expect(await survivor()).toEqual(before);
  });

  it("is there again after a power failure, without anybody's help, and leaves no volume", async () => {
    await dockerOk(["kill", "--signal", "KILL", server]);
    await dockerOk(["start", server]);
    await up(server);
    expect(await asked("select count(*) from planets")).toBe("8");
    expect(
      await dockerOk(["inspect", "--format", "{{range .Mounts}}{{.Type}} {{end}}", server]),
    ).toBe("bind bind bind");
  });
});
