import { createHash } from "node:crypto";
import { grantOf } from "../../components/access/grants.ts";
import { hostScript } from "../../components/host/host-script.ts";
import { exampleApiKey, exampleConfig, modelOf } from "../support/config.ts";
import { describeWithDocker, dockerOk } from "../support/docker.ts";
import { type RealGateway, masterKey, realGateway } from "../support/gateway.ts";
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

  const ask = (path: string, key: string, body?: unknown) =>
    fetch(gateway.url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Authorization: `Bearer ${key}`,
        "Content-Type": "application/json",
        Accept: "application/json, text/event-stream",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  /** Names of the models a key sees, or the status that refuses it. */
  async function models(key: string): Promise<string[] | number> {
    const answer = await ask("/v1/models", key);
    if (!answer.ok) return answer.status;
    const { data } = (await answer.json()) as { data: { id: string }[] };
    return data.map(({ id }) => id).sort();
  }

  async function tools(key: string): Promise<string[]> {
    const answer = await ask("/mcp/", key, { jsonrpc: "2.0", id: 1, method: "tools/list" });
    const text = await answer.text();
    const { result } = JSON.parse(text.replace(/^event: message\r?\ndata: /, "")) as {
      result?: { tools: { name: string }[] };
    };
    if (result === undefined) throw new Error(`HTTP ${answer.status}: ${text}`);
    return result.tools.map(({ name }) => name).sort();
  }

  const admin = (script: string, body: unknown) =>
    sh(
      hostScript(script, {
        PROXY: gateway.proxy,
        DATABASE: gateway.database,
        KEYRING: "/tmp/keyring",
        NAME: "none",
        NAMES: "",
      }),
      JSON.stringify(body),
    );
  const said = (out: string) => ({ code: 0, stdout: `${out}\n`, stderr: "" });
  const sql = (text: string, ...args: string[]): Promise<string> =>
    dockerOk(["exec", "-i", gateway.database, "psql", "-qXAt", ...args, "-c", text]);

  it("is LiteLLM 1.77.3", async () => {
    const { litellm_version: version, db } = (await (
      await fetch(`${gateway.url}/health/readiness`)
    ).json()) as Record<string, string>;
    expect([version, db]).toEqual(["1.77.3", "connected"]);
  });

  describe("set-up SQL", () => {
    it("makes roles that may log in and nothing else", async () => {
      expect(
        await sql(
          "select rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit from pg_roles where rolname in ('litellm', 'mcp_planets') order by 1",
          ...["-U", "postgres"],
        ),
      ).toBe("litellm|f|f|f|f|f|-1\nmcp_planets|f|f|f|f|f|20");
    });

    const reader = ["-U", "mcp_planets", "-h", "127.0.0.1"];
    it("lets a reader read its sample", async () => {
      expect(
        await sql(
          "select name, moons from planets order by moons desc limit 1",
          ...reader,
          "-d",
          "planets",
        ),
      ).toBe("Saturn|146");
    });

    it.each([
      ["insert into planets values (9, 'Pluto', 5, 2377)", "planets", "permission denied"],
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
      ["select 1", "litellm", "permission denied for database"],
      ["select 1", "postgres", "permission denied for database"],
    ])("does not let a reader: %s in %s", async (text, database, message) => {
      await expect(sql(text, ...reader, "-d", database)).rejects.toThrow(
        text.startsWith("insert") ? /read-only transaction|permission denied/ : message,
      );
    });

    it("lets LiteLLM's role into its own database only", async () => {
      const own = ["-U", "litellm", "-h", "127.0.0.1", "-d"];
      expect(await sql("select current_user", ...own, "litellm")).toBe("litellm");
      await expect(sql("select 1", ...own, "planets")).rejects.toThrow("permission denied");
      await expect(sql("select 1", ...own, "postgres")).rejects.toThrow("permission denied");
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

  describe("admin.py", () => {
    const key = values;
    const none = `sk-${"c".repeat(40)}`;
    const grant = (name: string) => {
      const found = model.keys.find((each) => each.name === name);
      if (found === undefined) throw new Error(`no key ${name}`);
      return grantOf(found, model.connectors);
    };

    it("creates a key that sees its connectors and models", async () => {
      expect(admin("apply-key.sh", { ...grant("all"), key: key.old })).toEqual(said("created"));
      expect(await models(key.old)).toEqual(["gpt-4o-mock"]);
      const seen = await tools(key.old);
      expect(seen).toContain("db-execute_sql");
      expect(seen.filter((tool) => !tool.startsWith("db-"))).toEqual([]);
    });

    it("creates a key for nothing that sees nothing", async () => {
      expect(admin("apply-key.sh", { ...grant("nobody"), key: none })).toEqual(said("created"));
      expect(await tools(none)).toEqual([]);
      expect(await models(none)).toEqual(["__none__"]);
      const body = { model: "gpt-4o-mock", messages: [{ role: "user", content: "x" }] };
      expect((await ask("/v1/chat/completions", none, body)).status).toBe(401);
    });

    it("updates a key in place", async () => {
      const wanted = { ...grant("all"), models: ["gpt-4o"], servers: ["__none__"], key: key.old };
      expect(admin("apply-key.sh", wanted)).toEqual(said("updated"));
      expect(await models(key.old)).toEqual(["gpt-4o"]);
      expect(await tools(key.old)).toEqual([]);
      expect(admin("apply-key.sh", { ...grant("all"), key: key.old })).toEqual(said("updated"));
      expect((await tools(key.old)).length).toBeGreaterThan(0);
    });

    it("rotates: the old value ends, the new one is there", async () => {
      expect(admin("apply-key.sh", { ...grant("all"), key: key.now })).toEqual(said("created"));
      expect(await models(key.old)).toBe(401);
      expect(await models(key.now)).toEqual(["gpt-4o-mock"]);
    });

    it("blocks at once and keeps the row; applying again lets the same value in", async () => {
      expect(admin("block-key.sh", { ...grant("all"), key: key.now })).toEqual(said("blocked"));
      expect(await models(key.now)).toBe(401);
      expect(
        await sql(
          `select key_alias, blocked from "LiteLLM_VerificationToken" where key_alias = 'all'`,
          ...["-U", "postgres", "-d", "litellm"],
        ),
      ).toBe("all|t");
      expect(admin("apply-key.sh", { ...grant("all"), key: key.now })).toEqual(said("updated"));
      expect(await models(key.now)).toEqual(["gpt-4o-mock"]);
    });

    it("purges our keys that are named no more, and nobody else's", async () => {
      const foreign = `sk-${"d".repeat(40)}`;
      const made = await ask("/key/generate", masterKey, { key: foreign, key_alias: "someone" });
      expect(made.status).toBe(200);
      expect(admin("purge-keys.sh", { names: ["all"] })).toEqual(said("deleted nobody"));
      expect([await models(none), await models(key.now)]).toEqual([401, ["gpt-4o-mock"]]);
      expect(await models(foreign)).toEqual(["gpt-4o", "gpt-4o-mock"]);
    });

    it("calls a tool inside, for connectors that no key may use", () => {
      const call = { tool: "db-execute_sql", arguments: { sql: "select name from planets" } };
      const ran = sh(
        `exec docker exec -i ${gateway.proxy} python3 /etc/mcp-gateway/admin.py call`,
        JSON.stringify(call),
      );
      expect([ran.code, ran.stderr]).toEqual([0, ""]);
      expect(ran.stdout).toContain("Saturn");
    });
  });

  it("writes no secret into its log", async () => {
    const { stdout, stderr } = sh(`docker logs ${gateway.proxy}`);
    for (const secret of [masterKey, exampleApiKey, "a".repeat(40), "example1", "example2"])
      expect(stdout + stderr).not.toContain(secret);
    expect(await dockerOk(["inspect", gateway.proxy])).not.toContain(masterKey);
  });
});
