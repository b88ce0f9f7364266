import { parse } from "yaml";
import { litellmConfig } from "../../../../components/litellm/config-file.ts";
import { proxyEnvFile } from "../../../../components/litellm/secrets.ts";
import { exampleApiKey, exampleConfig, lock, modelOf } from "../../../support/config.ts";

it("renders a model exactly", () => {
  expect(litellmConfig(modelOf(exampleConfig()))).toBe(`general_settings:
  database_url: os.environ/DATABASE_URL
  master_key: os.environ/LITELLM_MASTER_KEY
  proxy_batch_write_at: 4
litellm_settings:
  callbacks:
    - guard.instance
  disable_end_user_cost_tracking: true
  disable_hf_tokenizer_download: true
  json_logs: true
  telemetry: false
mcp_servers:
  mcp_notes:
    alias: notes
    description: Notes over HTTP
    transport: http
    url: http://mcp-relay:25552/mcp
  mcp_planets:
    alias: db
    description: PostgreSQL tools
    transport: sse
    url: http://mcp-relay:20643/sse
  mcp_reports:
    alias: reports
    description: PostgreSQL tools
    transport: sse
    url: http://mcp-relay:20975/sse
model_list:
  - litellm_params:
      api_base: http://models.test:8080/v1
      api_key: os.environ/MODEL_KEY_GPT_4O
      model: openai/gpt-4o
    model_name: gpt-4o
  - litellm_params:
      api_base: http://mcp-mock-model:9200/v1
      api_key: unused
      model: openai/gpt-4o-mock
    model_name: gpt-4o-mock
`);
});

it("renders a gateway without connectors and a model without a base URL", () => {
  const raw = {
    models: { m: { provider: "litellm", model: "anthropic/x", apiKey: exampleApiKey } },
  };
  const config = parse(litellmConfig(modelOf(raw))) as Record<string, unknown>;
  expect(config["mcp_servers"]).toEqual({});
  expect(config["model_list"]).toEqual([
    {
      model_name: "m",
      litellm_params: { api_key: "os.environ/MODEL_KEY_M", model: "anthropic/x" },
    },
  ]);
});

it("does not depend on the order in which the stack file lists things", () => {
  const reversed = (value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, item]) => [key, reversed(item)]),
        )
      : value;
  const shuffled = reversed(exampleConfig());
  expect(Object.keys(shuffled as object)).not.toEqual(Object.keys(exampleConfig()));
  expect(litellmConfig(modelOf(shuffled))).toBe(litellmConfig(modelOf(exampleConfig())));
});

it("has the master key where LiteLLM reads it: elsewhere the gateway would be open", () => {
  const config = parse(litellmConfig(modelOf({}))) as Record<string, Record<string, unknown>>;
  expect(config["general_settings"]?.["master_key"]).toBe("os.environ/LITELLM_MASTER_KEY");
  expect("master_key" in (config["litellm_settings"] ?? {})).toBe(false);
});

it("has only sections and fields that LiteLLM 1.77.3 reads", () => {
  const config = parse(litellmConfig(modelOf(exampleConfig()))) as Record<string, unknown>;
  expect(Object.keys(config)).toEqual([
    "general_settings",
    "litellm_settings",
    "mcp_servers",
    "model_list",
  ]);
  for (const server of Object.values(config["mcp_servers"] as Record<string, object>))
    expect(Object.keys(server)).toEqual(["alias", "description", "transport", "url"]);
});

it("names no server with a `-`: LiteLLM refuses to start with one", () => {
  const config = parse(litellmConfig(modelOf(exampleConfig()))) as { mcp_servers: object };
  for (const name of Object.keys(config.mcp_servers)) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
});

it("registers a server that runs elsewhere, and one that LiteLLM starts, without a secret", () => {
  const verify = { tool: "add", expect: "." };
  const common = { title: "T", description: "t", verify };
  const egress = { mode: "none", reason: "none" };
  const raw = {
    connectors: {
      far: {
        definition: {
          ...common,
          transport: "remote",
          inputs: {
            url: { type: "url", description: "where" },
            token: { type: "secret", description: "what" },
          },
          auth: { type: "bearer_token", input: "token" },
        },
        inputs: { url: "http://server.lan/mcp", token: "example-token" },
      },
      inside: {
        definition: {
          ...common,
          transport: "stdio",
          image: "i:1",
          command: ["tool", "--x"],
          egress,
          inputs: {
            place: { type: "hostPath", mount: "/p", env: "PLACE", description: "where" },
            word: { type: "secret", env: "WORD", description: "what" },
          },
        },
        placement: "gateway",
        inputs: { place: "/srv/tool", word: "example-word" },
      },
    },
  };
  const locked = { image: "i:1", tools: lock.connectors["notes"]?.tools ?? {} };
  const model = modelOf(raw, {
    version: 1,
    connectors: {
      "connector:far": { ...locked, image: "http://server.lan/mcp" },
      "connector:inside": locked,
    },
  });
  const { mcp_servers } = parse(litellmConfig(model)) as { mcp_servers: unknown };
  expect(mcp_servers).toEqual({
    mcp_far: {
      alias: "far",
      description: "t",
      transport: "http",
      url: "http://mcp-relay:29126/mcp",
      auth_type: "bearer_token",
      auth_value: "os.environ/CONNECTOR_FAR_AUTH",
    },
    mcp_inside: {
      alias: "inside",
      description: "t",
      transport: "stdio",
      command: "tool",
      args: ["--x"],
      env: { PLACE: "/connectors/inside/p", WORD: "os.environ/CONNECTOR_INSIDE_WORD" },
    },
  });
  expect(model.connectors[1]?.mounts).toMatchObject([
    { source: "/srv/tool", target: "/connectors/inside/p", writable: false },
  ]);
  const secrets = {
    masterKey: "m",
    saltKey: "s",
    databaseUrl: "postgresql://x",
    adminSecret: "t",
    relaySecret: "r",
  };
  expect(proxyEnvFile(secrets, [], model.connectors)).toContain(
    "CONNECTOR_FAR_AUTH='example-token'\nCONNECTOR_INSIDE_WORD='example-word'\n",
  );
});

it("writes the env file that its os.environ references need, and no more", () => {
  const model = modelOf(exampleConfig());
  const text = proxyEnvFile(
    {
      masterKey: "master",
      saltKey: "salt",
      databaseUrl: "postgresql://x",
      adminSecret: "t",
      relaySecret: "r",
    },
    model.models,
  );
  expect(text).toBe(
    `DATABASE_URL='postgresql://x'\nLITELLM_MASTER_KEY='master'\nLITELLM_SALT_KEY='salt'\nMCP_GATEWAY_ADMIN_SECRET='t'\nMCP_GATEWAY_RELAY_SECRET='r'\nMODEL_KEY_GPT_4O='${exampleApiKey}'\n`,
  );
  const wanted = [...litellmConfig(model).matchAll(/os\.environ\/(\S+)/g)].map(([, name]) => name);
  const given = text.split("\n").map((line) => line.split("=")[0]);
  expect(wanted.filter((name) => !given.includes(name ?? ""))).toEqual([]);
});

it("never lets a model's key replace one of the proxy's own secrets", () => {
  const raw = {
    models: { litellm_master_key: { provider: "litellm", model: "xai/b", apiKey: exampleApiKey } },
  };
  const text = proxyEnvFile(
    { masterKey: "m", saltKey: "s", databaseUrl: "d", adminSecret: "t", relaySecret: "r" },
    modelOf(raw).models,
  );
  expect(text).toContain("LITELLM_MASTER_KEY='m'\n");
  expect(text).toContain(`MODEL_KEY_LITELLM_MASTER_KEY='${exampleApiKey}'\n`);
});
