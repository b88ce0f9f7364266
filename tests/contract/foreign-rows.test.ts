import { parseApplied } from "../../components/drift/applied-facts.ts";
import { noteFunctions } from "../../components/drift/notes.ts";
import { exampleConfig, modelOf } from "../support/config.ts";
import { describeWithDocker, dockerOk, published, until } from "../support/docker.ts";
import { asks, said } from "../support/gateway-asks.ts";
import { type RealGateway, masterKey, realGateway } from "../support/gateway.ts";
import { sh } from "../support/shell.ts";

jest.setTimeout(300_000);

const model = modelOf(exampleConfig());

/** LiteLLM could load these into servers, models, guardrails, callbacks or routes. */
const configuration = [
  "Config",
  "CredentialsTable",
  "GuardrailsTable",
  "MCPServerTable",
  "ManagedVectorStoresTable",
  "PromptTable",
  "ProxyModelTable",
];
/** Who may call what: our keys' rows are compared whole, others' keys blocked. */
const access = [
  "BudgetTable",
  "EndUserTable",
  "InvitationLink",
  "ModelTable",
  "ObjectPermissionTable",
  "OrganizationMembership",
  "OrganizationTable",
  "TeamMembership",
  "TeamTable",
  "UserTable",
  "VerificationToken",
];
/** What was done, and files of clients'. */
const records = [
  "AuditLog",
  "CronJob",
  "DailyTagSpend",
  "DailyTeamSpend",
  "DailyUserSpend",
  "ErrorLogs",
  "HealthCheckTable",
  "ManagedFileTable",
  "ManagedObjectTable",
  "SpendLogs",
  "UserNotifications",
];

/** One row in each table of the first kind. */
const rows = `
insert into "LiteLLM_MCPServerTable" (server_id, alias, url, transport, mcp_access_groups)
  values ('evil-id', 'evil', 'http://mcp-planets:8686/sse', 'sse', '{}');
insert into "LiteLLM_ProxyModelTable" (model_id, model_name, litellm_params, created_by, updated_by)
  values ('m', 'evil-model', '{"model": "openai/x", "api_base": "http://evil.test"}', 'x', 'x');
insert into "LiteLLM_CredentialsTable" (credential_id, credential_name, credential_values, created_by, updated_by)
  values ('c', 'evil-credential', '{}', 'x', 'x');
insert into "LiteLLM_GuardrailsTable" (guardrail_id, guardrail_name, litellm_params, updated_at)
  values ('g', 'evil-guardrail', '{"guardrail": "guard.instance", "mode": "pre_call"}', now());
insert into "LiteLLM_PromptTable" (id, prompt_id, litellm_params, updated_at)
  values ('p', E'evil\\nprompt', '{}', now());
insert into "LiteLLM_ManagedVectorStoresTable" (vector_store_id, custom_llm_provider, updated_at)
  values ('evil-store', 'openai', now());
insert into "LiteLLM_Config" (param_name, param_value)
  values ('general_settings', '{"pass_through_endpoints": [{"path": "/evil", "target": "http://evil.test"}]}');`;

const named = [
  { kind: "MCP server", name: "evil" },
  { kind: "credential", name: "evil-credential" },
  { kind: "guardrail", name: "evil-guardrail" },
  { kind: "model", name: "evil-model" },
  { kind: "prompt", name: "evil?prompt" },
  { kind: "setting", name: "general_settings" },
  { kind: "vector store", name: "evil-store" },
];

describeWithDocker("rows in LiteLLM's database that the configuration does not have", () => {
  let gateway: RealGateway;
  beforeAll(async () => {
    gateway = await realGateway(model, { guard: false });
  }, 240_000);
  afterAll(async () => {
    // Undefined if it never came up; then it has removed itself.
    await (gateway as RealGateway | undefined)?.remove();
  }, 60_000);
  const { ask, models, tools, admin, sql } = asks(() => gateway);
  const litellm = (text: string) => sql(text, "-U", "postgres", "-d", "litellm");
  const look = () => {
    const ran = sh(`${noteFunctions}key_rows '${gateway.database}'`);
    expect(ran.stderr).toBe("");
    return parseApplied(ran.stdout);
  };
  /** The same proxy with nothing in its memory; Docker publishes it on another port. */
  const startAgain = async () => {
    await dockerOk(["restart", "--time", "5", gateway.proxy]);
    gateway = { ...gateway, url: await published(gateway.proxy, 4000) };
    await until(
      gateway.proxy,
      100,
      async () => (await fetch(`${gateway.url}/health/readiness`)).ok,
    );
  };
  const purge = () => admin("access/purge-keys.sh", { names: ["all"] });

  it("knows what every table of LiteLLM's is for", async () => {
    const tables = await litellm(
      `select tablename from pg_tables where schemaname = 'public' and tablename like 'LiteLLM%'`,
    );
    expect(tables.split("\n").sort()).toEqual(
      [...configuration, ...access, ...records].map((name) => `LiteLLM_${name}`).sort(),
    );
  });

  it("finds none of LiteLLM's own making", () => {
    expect(look()).toMatchObject({
      rows: [],
      foreignKeys: [],
      blockedKeys: [],
      alteredKeys: [],
      looked: ["database", "rows", "configuration"],
    });
  });

  it("names one of each kind, and a proxy that starts loads none of them", async () => {
    await litellm(rows);
    expect(look().rows).toEqual(named);
    await startAgain();
    expect(await models(masterKey)).toEqual(["gpt-4o", "gpt-4o-mock"]);
    expect((await tools(masterKey)).filter((name) => !name.startsWith("db-"))).toEqual([]);
    expect((await fetch(`${gateway.url}/evil`)).status).toBe(404);
  });

  it("one that was told of a server by its own call keeps it, also when the row is gone: it has to be replaced", async () => {
    const added = await ask("/v1/mcp/server", masterKey, {
      server_id: "told-id",
      alias: "told",
      transport: "sse",
      url: "http://mcp-planets:8686/sse",
    });
    expect(added.status).toBe(201);
    // With it came the others.
    const served = async () =>
      [...new Set((await tools(masterKey)).map((name) => name.split("-")[0]))].sort();
    expect(await served()).toEqual(["db", "evil", "told"]);
    expect(look().rows).toHaveLength(8);
    expect(purge()).toEqual(
      said(
        [
          "deleted nothing",
          ...["MCP server evil", "MCP server told", "credential evil-credential"].map(removed),
          ...["guardrail evil-guardrail", "model evil-model", "prompt evil?prompt"].map(removed),
          ...["setting general_settings", "vector store evil-store"].map(removed),
        ].join("\n"),
      ),
    );
    expect(look().rows).toEqual([]);
    expect(purge()).toEqual(said("deleted nothing"));
    expect(await served()).toEqual(["db", "evil", "told"]);
    await startAgain();
    expect(await served()).toEqual(["db"]);
  });

  it("blocks others' keys, with LiteLLM at once, and names them as blocked afterwards", async () => {
    const foreign = `sk-${"d".repeat(40)}`;
    const made = (body: object) => ask("/key/generate", masterKey, body);
    expect((await made({ key: foreign, key_alias: "someone" })).status).toBe(200);
    expect(await models(foreign)).toEqual(["gpt-4o", "gpt-4o-mock"]);
    const table = '"LiteLLM_VerificationToken"';
    await litellm(`insert into ${table} (token, key_alias) values ('by hand', 'hand');
      insert into ${table} (token, metadata) values ('marked as ours', '{"managed_by": "mcp-gateway"}');
      insert into ${table} (token, key_alias, team_id) values ('endless', 'dressed-up', 'litellm-dashboard');
      insert into ${table} (token, key_alias, team_id, expires)
        values ('session', 'ui-session', 'litellm-dashboard', now() at time zone 'utc' + interval '24 hours');`);
    expect(look().foreignKeys).toEqual([
      "dressed-up",
      "hand",
      "someone",
      "without a name, marked as ou",
    ]);
    expect(purge()).toEqual(
      said(
        [
          "blocked dressed-up",
          "blocked hand",
          "blocked marked as ou",
          "blocked someone",
          "deleted nothing",
        ].join("\n"),
      ),
    );
    expect(await models(foreign)).toBe(401);
    expect(look()).toMatchObject({
      foreignKeys: [],
      blockedKeys: ["dressed-up", "hand", "someone", "without a name, marked as ou"],
    });
    expect(await litellm(`select blocked is true from ${table} where token = 'session'`)).toBe("f");
    expect(purge()).toEqual(said("deleted nothing"));
  });

  it("names a key of ours whose metadata gives it more, and applying it takes that away", async () => {
    const grant = {
      name: "all",
      key: `sk-${"a".repeat(40)}`,
      previous: null,
      models: [],
      servers: [],
      rpm: null,
      tpm: null,
      budget: null,
      expires: null,
    };
    expect(admin("access/apply-key.sh", grant)).toEqual(said("created"));
    expect(look().alteredKeys).toEqual([]);
    await litellm(
      `update "LiteLLM_VerificationToken" set metadata = metadata || '{"logging": [{"callback_name": "langfuse"}]}' where key_alias = 'all'`,
    );
    expect(look().alteredKeys).toEqual(["all"]);
    expect(admin("access/apply-key.sh", grant)).toEqual(said("updated"));
    expect(look().alteredKeys).toEqual([]);
  });
});

const removed = (what: string): string => `removed ${what}`;
