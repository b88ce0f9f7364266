import { type SharedServer, admin, sharedServer } from "../support/shared-server.ts";
import { Deployment } from "./support/deployment.ts";
import { containers, names, plainName } from "./support/docker.ts";
import { lock, unlock } from "./support/lock.ts";
import { databaseTools, tools } from "./support/mcp.ts";
import { output, run } from "./support/run.ts";
import { leaks, secretsOf } from "./support/secrets.ts";

jest.setTimeout(360_000);

const prefix = "e2esh-";
const taken = { container: `${prefix}postgres`, network: `${prefix}postgres-net` };

let stack: Deployment;
let server: SharedServer;
let before: string;
let keys: Readonly<Record<string, string>>;
let rows: string[];

/** The connector reads the neighbour's database in either mode: only LiteLLM's own data moves. */
async function configure(
  database: Record<string, unknown>,
  adminPassword: string = admin.password,
): Promise<void> {
  const { connectors, database: own } = stack.initialConfig();
  const postgres = connectors?.["postgres"];
  if (postgres === undefined) throw new Error("no connector");
  stack.configure({
    database: { volume: own?.volume, ...database },
    externalNetworks: { [server.network]: ["postgres"] },
    connectors: {
      postgres: {
        ...postgres,
        inputs: {},
        verify: {
          tool: "execute_sql",
          arguments: { sql: "SELECT name FROM customers WHERE id = 7" },
          expect: "customer 7",
        },
      },
    },
  });
  const secrets = {
    "connectors.postgres.inputs.databaseUri": "postgresql://app:app-password@postgres:5432/app",
    ...("shared" in database ? { "database.shared.admin.password": adminPassword } : {}),
  };
  for (const [path, value] of Object.entries(secrets))
    await stack.must("config", "set", "--secret", "--path", `mcp-gateway:${path}`, value);
}
const shared = (more: Record<string, unknown> = {}) => ({
  mode: "shared",
  shared: { network: server.network },
  ...more,
});

const tokens =
  'select token, key_alias, coalesce(blocked, false) from "LiteLLM_VerificationToken" order by key_alias';
const password = "select rolpassword from pg_authid where rolname = 'litellm_user'";
const inShared = (query: string) => server.sql(query, "litellm_db");
const works = async (): Promise<void> => {
  for (const [name, value] of Object.entries(keys)) {
    const wanted = { reader: ["db-list_schemas"], stranger: [] as string[] }[name] ?? databaseTools;
    expect([name, await tools(stack.url, value)]).toEqual([name, [...wanted].sort()]);
  }
  expect((await stack.outputs()).virtualKeys).toEqual(keys);
};

beforeAll(async () => {
  lock("shared-database");
  stack = await Deployment.create(prefix);
  server = await sharedServer(taken);
  before = await server.others();
});

afterAll(async () => {
  await (stack as Deployment | undefined)?.remove();
  await (server as SharedServer | undefined)?.remove();
  unlock("shared-database");
});

test("an admin password in plain text is refused at preview", async () => {
  const plain = { network: server.network, admin: { password: admin.password } };
  stack.configure({ database: { mode: "shared", shared: plain } });
  const ran = await stack.pulumi(["preview"]);
  expect(ran.code).not.toBe(0);
  expect(ran.all).toContain("this is a secret, and it stands in the stack's file");
  expect(ran.all).not.toContain(admin.password);
});

test("a wrong admin password is one sentence at preview, and changes nothing", async () => {
  await configure(shared(), "not the password");
  const ran = await stack.pulumi(["preview"]);
  expect(ran.code).not.toBe(0);
  expect(ran.all).toContain(
    'refuses the admin postgres: password authentication failed for user "postgres"',
  );
  expect(ran.all).toContain(
    "fix: pulumi config set --secret --path 'mcp-gateway:database.shared.admin.password'",
  );
  expect(await containers(prefix)).toHaveLength(1);
  expect(await server.others()).toBe(before);
});

test("dedicated first", async () => {
  await configure({});
  await stack.up();
  keys = (await stack.outputs()).virtualKeys;
  await works();
  rows = await stack.sql(tokens);
  expect(rows).toHaveLength(4);
});

test("up with mode shared moves the data: same keys, same rows, the old database kept", async () => {
  await configure(shared());
  const ran = await stack.up();
  expect(leaks(ran.all, [...(await secretsOf(stack)), admin.password])).toEqual([]);
  await works();
  expect(await inShared(tokens)).toEqual(rows);
  expect((await names("container", prefix)).map((name) => plainName(prefix, name))).toEqual([
    "mcp-edge",
    "mcp-litellm-database",
    "mcp-litellm-proxy",
    "mcp-litellm-psql",
    "mcp-mock-model",
    "mcp-postgres",
    "mcp-relay",
    "postgres",
  ]);
  // Nothing that has moved on purpose is told as if somebody had spoilt it.
  expect(ran.all).not.toContain("is not as it was applied");
  // The old server's files, beside the keyring.
  const kept = `${prefix}mcp-litellm-psql`;
  await output("docker", [
    "exec",
    kept,
    "test",
    "-f",
    "/var/lib/postgresql/data/pgdata/PG_VERSION",
  ]);
});

test("what inspect, logs and arguments show holds no secret", async () => {
  const secrets = [...(await secretsOf(stack)), admin.password];
  expect(secrets.length).toBeGreaterThan(15);
  for (const one of await containers(prefix)) {
    if (one.Name === `/${taken.container}`) continue;
    const inspected = await output("docker", ["inspect", one.Id]);
    const logged = await run("docker", ["logs", one.Id]);
    const processes = await output("docker", ["top", one.Id, "-eo", "pid,args"]);
    expect([one.Name, leaks(inspected + logged.all + processes, secrets)]).toEqual([one.Name, []]);
  }
  const logged = await run("docker", ["logs", taken.container]);
  expect(leaks(logged.all, secrets)).toEqual([]);
});

test("a second up changes nothing, and the neighbours are as they were", async () => {
  const again = await stack.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  expect([again.code, again.stderr]).toEqual([0, ""]);
  expect(await server.others()).toBe(before);
  const { data } = (await stack.outputs()) as unknown as { data: string };
  expect(data).toBe(
    `destroy keeps: database litellm_db of role litellm_user on postgres:5432 (network ${server.network}); PUBLIC also lets the role connect to app, books, postgres; the keyring in the Docker volume ${stack.volume} on unix:///var/run/docker.sock`,
  );
});

test("destroy leaves database and keyring; up again, with another password, every key works", async () => {
  await stack.destroy();
  expect(await names("container", prefix)).toEqual([taken.container]);
  expect(await names("volume", prefix)).toEqual([stack.volume]);
  expect(await inShared('select count(*) from "LiteLLM_VerificationToken"')).toEqual(["4"]);
  const [verifier] = await server.sql(password);
  const own = { network: server.network, rotation: "2" };
  await configure(shared({ shared: own, destroyData: true }));
  await stack.up();
  await works();
  expect(await server.sql(password)).not.toEqual([verifier]);
  expect(await server.others()).toBe(before);
});

// With destroyData applied, what goes away would be dropped: not so when it has only moved.
test("up with mode dedicated brings the data back; what it had before is kept beside it", async () => {
  await configure({});
  await stack.up();
  await works();
  expect(await stack.sql(tokens)).toEqual(rows);
  expect(
    await stack.sql(
      "select regexp_replace(datname, '\\d+$', 'N') from pg_database where datname ~ 'litellm' order by 1",
    ),
  ).toEqual(["litellm", "litellm_until_N"]);
  expect(await inShared('select count(*) from "LiteLLM_VerificationToken"')).toEqual(["4"]);
  expect(await server.others()).toBe(before);
});
