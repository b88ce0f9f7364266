import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { passageConfig } from "../../components/database/passage-config.ts";
import { scramVerifier } from "../../components/database/scram.ts";
import { parseFindings, sharedAdminScript } from "../../components/database/shared-admin.ts";
import { haproxyHealthcheck } from "../../components/haproxy/live-config.ts";
import { databasePassage } from "../../config/common/names.ts";
import type { SharedDatabase } from "../../config/database/model.ts";
import { modelOf } from "../support/config.ts";
import {
  closedNetwork,
  describeWithDocker,
  docker,
  dockerOk,
  image,
  images,
  removeAll,
  runOnce,
  start,
  testName,
  until,
} from "../support/docker.ts";
import { type SharedServer, admin, sharedServer } from "../support/shared-server.ts";
import { scratch, sh } from "../support/shell.ts";

jest.setTimeout(60_000);

const password = "p".repeat(40);
const identity = "0123456789abcdef";

describeWithDocker("a database on somebody else's PostgreSQL", () => {
  let server: SharedServer;
  let before: string;
  const volume = testName("volume", "shared");
  beforeAll(async () => {
    server = await sharedServer();
    before = await server.others();
    // The keyring as the deployment makes it.
    await docker([
      "run",
      "--rm",
      "--user",
      "70:70",
      "--volume",
      `${volume}:/var/lib/postgresql/data`,
      "--entrypoint",
      "sh",
      image(images.postgres),
      "-c",
      `mkdir -m 700 /var/lib/postgresql/data/keyring && echo 1 ${identity} >/var/lib/postgresql/data/keyring/database-id`,
    ]);
  }, 120_000);
  afterAll(async () => {
    await (server as SharedServer | undefined)?.remove();
    await docker(["volume", "rm", volume]);
  });

  const run = (
    mode: "look" | "apply" | "drop",
    change: Partial<Omit<SharedDatabase, "admin">> & { admin?: object } = {},
    given: { adminPassword?: string; own?: string; keyring?: string } = {},
  ) => {
    const { database } = modelOf({
      database: {
        mode: "shared",
        volume: given.keyring ?? volume,
        image: image(images.postgres),
        shared: { network: server.network, ...change, admin: { password: "x", ...change.admin } },
      },
    });
    if (database.shared === undefined) throw new Error("not shared");
    const script = sharedAdminScript(
      { ...database.shared, database },
      mode,
      image(images.postgres),
      "never",
    );
    return sh(
      script,
      `${given.adminPassword ?? admin.password}\n${scramVerifier(given.own ?? password)}\n`,
    );
  };
  const findings = (...args: Parameters<typeof run> extends [unknown, ...infer R] ? R : never) => {
    const ran = run("look", ...args);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    return parseFindings(ran.stdout);
  };

  it("finds nothing in the way on a server that has neither", () => {
    expect(findings()).toEqual([]);
  });

  it("says in one sentence that the admin's password is wrong", () => {
    expect(findings({}, { adminPassword: "wrong" })).toEqual([
      {
        message:
          'the PostgreSQL server postgres refuses the admin postgres: password authentication failed for user "postgres"',
        fix: "pulumi config set --secret --path 'mcp-gateway:database.shared.admin.password'",
      },
    ]);
  });

  it("says that there is no such server, and that nobody listens there", () => {
    const sentence = (at: string) => [
      {
        message: `no PostgreSQL server answers at ${at} on the network ${server.network}`,
        fix: "pulumi config set --path 'mcp-gateway:database.shared.host' 'postgres', or do without: pulumi config rm --path 'mcp-gateway:database.mode'",
      },
    ];
    expect(findings({ host: "nowhere" })).toEqual(sentence("nowhere:5432"));
    expect(findings({ port: 5433 })).toEqual(sentence("postgres:5433"));
  });

  it("says that an admin may not do it", () => {
    expect(findings({ admin: { user: "app" } }, { adminPassword: "app-password" })).toEqual([
      {
        message: "the admin app may not create databases and roles",
        fix: "alter role \"app\" createdb createrole, or another admin: pulumi config set --path 'mcp-gateway:database.shared.admin.user' 'postgres'",
      },
    ]);
  });

  it("says that database and role are somebody else's, both at once, and changes nothing", async () => {
    const ran = run("apply", { name: "app", role: "books" });
    expect(ran).toEqual({
      code: 1,
      stdout: "",
      stderr: [
        "the database app is already there and is not this gateway's",
        "     fix: pulumi config set --path 'mcp-gateway:database.shared.name' 'app_2', or to take it over: pulumi config set --path 'mcp-gateway:database.shared.adopt' 'true'",
        "the role books is already there and is not this gateway's",
        "     fix: pulumi config set --path 'mcp-gateway:database.shared.role' 'books_2', or to take it over: pulumi config set --path 'mcp-gateway:database.shared.adopt' 'true'",
        "",
      ].join("\n"),
    });
    expect(await server.others()).toBe(before);
  });

  it("does not take over a database with other people's tables even when told", async () => {
    expect(findings({ name: "app", adopt: true })).toEqual([
      {
        message:
          "the database app has tables that are not LiteLLM's, and LiteLLM would drop them: public.customers",
        fix: "another database: pulumi config set --path 'mcp-gateway:database.shared.name' 'app_2'",
      },
      {
        message: "tables of the database app belong to app",
        fix: 'in that database, as its admin: reassign owned by OWNER to "litellm_user"',
      },
    ]);
    expect(await server.others()).toBe(before);
  });

  it("makes both, and says where PUBLIC lets the role connect as well", async () => {
    expect(run("apply")).toEqual({ code: 0, stdout: "app\nbooks\npostgres", stderr: "" });
    expect(await server.others()).toBe(before);
    expect(
      await server.sql(
        "select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin, rolconnlimit, rolpassword ~ '^SCRAM-SHA-256\\$4096:' from pg_authid where rolname = 'litellm_user'",
      ),
    ).toEqual(["f|f|f|f|f|t|50|t"]);
    expect(
      await server.sql(
        "select datdba::regrole, datacl from pg_database where datname = 'litellm_db'",
      ),
    ).toEqual(["litellm_user|{litellm_user=CTc/litellm_user}"]);
  });

  it("is idempotent, and knows its own again", () => {
    expect(run("apply")).toEqual({ code: 0, stdout: "app\nbooks\npostgres", stderr: "" });
    expect(findings()).toEqual([]);
  });

  it("is somebody else's for a gateway with another keyring", () => {
    expect(findings({}, { keyring: `${volume}-none` }).map(({ message }) => message)).toEqual([
      "the database litellm_db is already there and is not this gateway's",
      "the role litellm_user is already there and is not this gateway's",
    ]);
  });

  it("gives the role its database and not one row of the others", async () => {
    const as = (database: string, query: string) =>
      server.as("litellm_user", password, database, query);
    const made = await as("litellm_db", "create table t (n int); drop table t; select 1");
    expect([made.code, made.stdout]).toEqual([0, "1\n"]);
    for (const [database, table] of [
      ["app", "public.customers"],
      ["books", "public.ledger"],
      ["books", "private.notes"],
    ] as const) {
      const { code, stdout, stderr } = await as(database, `select * from ${table}`);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("permission denied for");
    }
    for (const statement of [
      "create database other",
      "create role other",
      "create table public.t (n int)",
      "select rolpassword from pg_authid",
    ]) {
      const { code, stderr } = await as("app", statement);
      expect([statement, code]).toEqual([statement, 1]);
      expect(stderr).toContain("permission denied");
    }
  });

  describe("through the passage that LiteLLM has to it", () => {
    const inner = testName("inner", "shared");
    const connectors = testName("connectors", "shared");
    const passage = testName("passage", "shared");
    const place = scratch();
    beforeAll(async () => {
      const file = join(place.path, "haproxy.cfg");
      chmodSync(place.path, 0o755);
      writeFileSync(file, passageConfig({ host: "postgres", port: 5432 }), { mode: 0o644 });
      for (const network of [inner, connectors]) await closedNetwork(network);
      await start(passage, [
        "--network",
        inner,
        "--network-alias",
        databasePassage.host,
        "--user",
        "99:99",
        "--cap-drop",
        "ALL",
        "--read-only",
        "--memory",
        "64m",
        "--volume",
        `${file}:/etc/mcp-gateway/haproxy.cfg:ro`,
        image(images.haproxy),
        "haproxy",
        "-db",
        "-f",
        "/etc/mcp-gateway/haproxy.cfg",
      ]);
      await dockerOk(["network", "connect", server.network, passage]);
      const [, ...probe] = haproxyHealthcheck.tests;
      await until(passage, 20, async () => (await docker(["exec", passage, ...probe])).code === 0);
    });
    afterAll(async () => {
      await removeAll([passage], [inner, connectors]);
      place.remove();
    });

    /** psql beside LiteLLM, or beside a connector. */
    const from = (network: string, host: string, secret: string, query: string) =>
      runOnce([
        "--network",
        network,
        "--dns",
        "127.0.0.1",
        "--dns-option",
        "attempts:1",
        "--dns-option",
        "timeout:1",
        "--env",
        `PGPASSWORD=${secret}`,
        "--env",
        "PGCONNECT_TIMEOUT=3",
        "--entrypoint",
        "psql",
        image(images.postgres),
        "-qXAt",
        "-h",
        host,
        "-U",
        "litellm_user",
        "-d",
        "litellm_db",
        "-c",
        query,
      ]);

    it("says nothing of itself when it starts", async () => {
      const { stdout, stderr } = await docker(["logs", passage]);
      expect(`${stdout}${stderr}`).not.toMatch(/warning|alert/i);
    });

    it("leads to its database, by its password", async () => {
      const ran = await from(inner, databasePassage.host, password, "select current_database()");
      expect([ran.code, ran.stdout]).toEqual([0, "litellm_db\n"]);
      const wrong = await from(inner, databasePassage.host, "wrong", "select 1");
      expect([wrong.code, wrong.stderr]).toEqual([
        2,
        expect.stringContaining('password authentication failed for user "litellm_user"') as string,
      ]);
    });

    it("follows the server to another address", async () => {
      const address = `{{(index .NetworkSettings.Networks "${server.network}").IPAddress}}`;
      const before = await dockerOk(["inspect", "-f", address, server.container]);
      const holder = testName("holder", "shared");
      await dockerOk(["network", "disconnect", server.network, server.container]);
      await start(holder, ["--network", server.network, image(images.python), "sleep", "60"]);
      const back = ["network", "connect", "--alias", "postgres", server.network, server.container];
      await dockerOk(back);
      await removeAll([holder], []);
      expect(await dockerOk(["inspect", "-f", address, server.container])).not.toBe(before);
      await until(passage, 20, async () => {
        const ran = await from(inner, databasePassage.host, password, "select 1");
        return ran.code === 0;
      });
    });

    it("is the only thing of that network that LiteLLM reaches, and no connector reaches it", async () => {
      for (const [network, host] of [
        [inner, "postgres"],
        [inner, server.container],
        [connectors, databasePassage.host],
        [connectors, passage],
        [connectors, "postgres"],
      ] as const) {
        const { code, stderr } = await from(network, host, password, "select 1");
        expect([host, code, stderr]).toEqual([
          host,
          2,
          expect.stringContaining("could not translate host name"),
        ]);
      }
    });
  });

  it("keeps the other roles out of LiteLLM's database", async () => {
    const { code, stderr } = await server.as("app", "app-password", "litellm_db", "select 1");
    expect(code).toBe(2);
    expect(stderr).toContain('permission denied for database "litellm_db"');
  });

  it("changes the password in place", async () => {
    const next = "q".repeat(40);
    expect(run("apply", {}, { own: next }).code).toBe(0);
    const old = await server.as("litellm_user", password, "litellm_db", "select 1");
    expect([old.code, old.stderr]).toEqual([
      2,
      expect.stringContaining("password authentication failed") as string,
    ]);
    expect((await server.as("litellm_user", next, "litellm_db", "select 1")).code).toBe(0);
    expect(await server.others()).toBe(before);
  });

  it("drops both, and nothing else", async () => {
    expect(run("drop")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(
      await server.sql(
        "select datname from pg_database union all select rolname from pg_roles where rolname !~ '^pg_' order by 1",
      ),
    ).toEqual(["app", "app", "books", "books", "postgres", "postgres", "template0", "template1"]);
    expect(await server.others()).toBe(before);
  });

  it("takes over what is empty, when told, and knows it as its own from then on", async () => {
    await server.sql(
      "create role litellm_user login password 'of-old'; create role crew; grant crew to litellm_user; create database litellm_db owner app",
    );
    expect(findings({ adopt: true })).toEqual([
      {
        message: "the role litellm_user has the rights of crew",
        fix: "revoke that membership from \"litellm_user\", or pulumi config set --path 'mcp-gateway:database.shared.role' 'litellm_user_2'",
      },
    ]);
    await server.sql("revoke crew from litellm_user; drop role crew");
    expect(findings()).toHaveLength(2);
    expect(run("apply", { adopt: true }).code).toBe(0);
    expect(findings()).toEqual([]);
    expect(
      await server.sql("select datdba::regrole from pg_database where datname = 'litellm_db'"),
    ).toEqual(["litellm_user"]);
    expect((await server.as("litellm_user", password, "litellm_db", "select 1")).code).toBe(0);
    expect(run("drop").code).toBe(0);
    expect(await server.others()).toBe(before);
  });

  it("needs no superuser: createdb and createrole are enough", async () => {
    await server.sql("create role clerk login createdb createrole password 'clerk-password'");
    const as = { admin: { user: "clerk" } };
    const given = { adminPassword: "clerk-password" };
    expect(run("apply", as, given)).toEqual({
      code: 0,
      stdout: "app\nbooks\npostgres",
      stderr: "",
    });
    expect(run("apply", as, given).code).toBe(0);
    expect((await server.as("litellm_user", password, "litellm_db", "select 1")).code).toBe(0);
    const member = await server.as("clerk", "clerk-password", "litellm_db", "select 1");
    expect(member.stderr).toContain('permission denied for database "litellm_db"');
    expect(run("drop", as, given)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await server.sql("select 1 from pg_database where datname = 'litellm_db'")).toEqual([]);
    await server.sql("drop role clerk");
    expect(await server.others()).toBe(before);
  });
});
