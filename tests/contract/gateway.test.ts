import { createHash } from "node:crypto";
import { setupSql } from "../../components/database/setup-sql.ts";
import { type ListedTool, lockTools } from "../../config/connectors/tools-lock.ts";
import { readToolsLock } from "../../config/read.ts";
import { exampleApiKey, exampleConfig, modelOf } from "../support/config.ts";
import { describeWithDocker, dockerOk } from "../support/docker.ts";
import { asks } from "../support/gateway-asks.ts";
import { type RealGateway, masterKey, realGateway } from "../support/gateway.ts";
import { checkout } from "../support/paths.ts";
import { sh } from "../support/shell.ts";

jest.setTimeout(60_000);

const model = modelOf(exampleConfig());

const values = { old: `sk-${"a".repeat(40)}`, now: `sk-${"b".repeat(40)}` };

describeWithDocker("the rendered files on LiteLLM 1.77.3 and PostgreSQL", () => {
  let gateway: RealGateway;
  beforeAll(async () => {
    const hash = (key: string): string => createHash("sha256").update(key).digest("hex");
    const connector = model.connectors.find(({ alias }) => alias === "db");
    const tools = { db: Object.keys(connector?.lock ?? {}) };
    const row = { name: "all", tools, models: ["gpt-4o", "gpt-4o-mock"], expires: null };
    const rows = [values.old, values.now, masterKey].map((key) => ({ ...row, keyHash: hash(key) }));
    gateway = await realGateway(model, { rows });
  }, 240_000);
  afterAll(async () => {
    // Undefined if it never came up; then it has removed itself.
    await (gateway as RealGateway | undefined)?.remove();
  }, 60_000);

  const { ask, models, sql } = asks(() => gateway);

  it("is LiteLLM 1.77.3", async () => {
    const version = 'import importlib.metadata as m; print(m.version("litellm"))';
    expect(await dockerOk(["exec", gateway.proxy, "python3", "-c", version])).toBe("1.77.3");
    const answer = await fetch(`${gateway.url}/health/readiness`);
    expect(await answer.json()).toEqual({ status: "healthy", db: "connected" });
  });

  describe("set-up SQL", () => {
    const own = ["-U", "litellm", "-h", "127.0.0.1", "-d"];
    const roles =
      "select rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'";
    const databases = "select datname from pg_database where not datistemplate order by 1";

    it("makes one role, which may log in and nothing else", async () => {
      expect(await sql(roles, "-U", "postgres")).toBe("litellm|f|f|f|f|f|-1");
    });

    it("lets LiteLLM's role into its own database only", async () => {
      expect(await sql("select current_user", ...own, "litellm")).toBe("litellm");
      await expect(sql("select 1", ...own, "postgres")).rejects.toThrow("permission denied");
    });

    it("takes away the samples and readers that earlier versions had there, and nobody else's", async () => {
      const made = gateway.psql(`
        create role mcp_planets login connection limit 20 password 'x';
        alter role mcp_planets set default_transaction_read_only = on;
        create role mcp_somebody login connection limit 20;
        create role mcp_owner login connection limit 20;
        alter role mcp_owner set default_transaction_read_only = on;
        create database planets;
        create database mine owner mcp_owner;
        \\connect planets
        create table planets (name text);
        grant connect on database planets to mcp_planets;
        grant select on all tables in schema public to mcp_planets;
      `);
      expect(made).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(gateway.psql(setupSql("example1")).stderr).toBe("");
      expect(await sql(databases, "-U", "postgres")).toBe("litellm\nmine\npostgres");
      expect(await sql(`${roles} order by 1`, "-U", "postgres")).toBe(
        ["litellm|f|f|f|f|f|-1", "mcp_owner|f|f|f|f|f|20", "mcp_somebody|f|f|f|f|f|20"].join("\n"),
      );
      expect(await sql("select current_user", ...own, "litellm")).toBe("litellm");
    });
  });

  it("knows the connectors under the ids that the program computes", async () => {
    const answer = await ask("/v1/mcp/server", masterKey);
    const servers = (await answer.json()) as { server_id: string; alias: string; url: string }[];
    expect(servers.map(({ server_id: id, alias, url }) => [alias, id, url]).sort()).toEqual(
      model.connectors.map(({ alias, serverId, url }) => [alias, serverId, url]).sort(),
    );
  });

  it("refuses everybody without a key that it knows", async () => {
    expect(await models("sk-unknown")).toBe(401);
    expect((await fetch(`${gateway.url}/v1/models`)).status).toBe(401);
  });

  it("serves the models, a provider's with the key from the environment", async () => {
    expect(await models(masterKey)).toEqual(["gpt-4o", "gpt-4o-mock"]);
    const complete = async (name: string): Promise<unknown> => {
      const messages = [{ role: "user", content: "hello" }];
      const answer = await ask("/v1/chat/completions", masterKey, { model: name, messages });
      const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
      return choices[0]?.message.content;
    };
    expect(await complete("gpt-4o")).toBe(`/v1/chat/completions Bearer ${exampleApiKey}`);
    expect(await complete("gpt-4o-mock")).toBe(
      "Mock model: no tool is named in that. Tools offered: none",
    );
  });

  it("calls a tool inside, for connectors that no key may use", () => {
    const call = {
      tool: "db-execute_sql",
      arguments: { sql: "select name from planets" },
      outcome: "result",
    };
    const ran = sh(
      `exec docker exec -i ${gateway.proxy} python3 /etc/mcp-gateway/admin.py call`,
      JSON.stringify(call),
    );
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toContain("Saturn");
  });

  describe("list_tools.py", () => {
    const list = (body: unknown) =>
      sh(
        `exec docker exec -i ${gateway.proxy} python3 /etc/mcp-gateway/list_tools.py`,
        JSON.stringify(body),
      );

    it("lists of the real postgres-mcp exactly what tools.lock.json has", () => {
      const ran = list({ url: "http://mcp-planets:8686/sse", transport: "sse" });
      expect([ran.code, ran.stderr]).toEqual([0, ""]);
      const listed = lockTools(JSON.parse(ran.stdout) as ListedTool[]);
      expect(listed).toEqual(readToolsLock(checkout).connectors["postgres"]?.tools);
    });

    it.each(["sse", "http"])("says in one line which %s server does not answer", (transport) => {
      const ran = list({ url: "http://127.0.0.1:1/none", transport });
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(
        /^http:\/\/127\.0\.0\.1:1\/none did not list its tools: \w+: .*\n$/,
      );
    });
  });

  it("writes no secret into its log", async () => {
    const { stdout, stderr } = sh(`docker logs ${gateway.proxy}`);
    for (const secret of [masterKey, exampleApiKey, "a".repeat(40), "example1", "example2"])
      expect(stdout + stderr).not.toContain(secret);
    expect(await dockerOk(["inspect", gateway.proxy])).not.toContain(masterKey);
  });
});
