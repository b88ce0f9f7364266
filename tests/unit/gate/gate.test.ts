import {
  type Passed,
  type RawRequest,
  adminSecret,
  chatKey,
  narrowKey,
  throughGate,
} from "../../support/gate.ts";

const json = ["content-type", "application/json"] as const;
const bearer = (key: string) => ["authorization", `Bearer ${key}`] as const;
const chat = (more: object = {}) => ({
  model: "m",
  messages: [{ role: "user", content: "hello" }],
  ...more,
});
const answer = (more: object = {}) => ({ model: "m", input: "hello", ...more });
const post = (body: unknown, more: RawRequest = {}): RawRequest => ({
  body: typeof body === "string" ? body : JSON.stringify(body),
  ...more,
});
const responses = { path: "/v1/responses" };

async function one(request: RawRequest): Promise<Passed> {
  const [passed] = await throughGate([request]);
  if (passed === undefined) throw new Error("the gate said nothing");
  return passed;
}

/** Status and message of each, all of which LiteLLM must not have seen. */
async function refusals(requests: readonly RawRequest[]): Promise<unknown[]> {
  const all = await throughGate(requests);
  expect(all.map(({ litellm }) => litellm)).toEqual(requests.map(() => null));
  return all.map(({ status, answer: body }) => [
    status,
    (JSON.parse(body) as { error: { message: string } }).error.message,
  ]);
}

it("passes on what its list has, written anew, with the key that it has seen", async () => {
  const body = ` {"messages" : [{"role":"user","content":[{"type":"text","text":"h\\u00e9"},
    {"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}]}],
    "model":"m", "temperature":1e0, "stream":null}`;
  const { status, litellm, log } = await one(post(body));
  expect([status, log]).toEqual([200, []]);
  expect(litellm?.body).toBe(
    '{"messages":[{"role":"user","content":[{"type":"text","text":"hé"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}]}],"model":"m","temperature":1.0}',
  );
  expect(litellm?.headers).toEqual([
    ["authorization", `Bearer ${chatKey}`],
    ["content-type", "application/json"],
    ["content-length", String(Buffer.byteLength(litellm?.body ?? ""))],
  ]);
  expect(litellm?.identity).toMatch(/^[0-9a-f]{64}$/);
});

it("leaves out a field that nobody knows, at any depth, and logs its name alone", async () => {
  const { status, litellm, log } = await one(
    post(
      chat({
        frobnicate: "value",
        messages: [{ role: "user", content: "hello", wobble: { api: 1 } }],
        tools: [{ type: "function", function: { name: "f", parameters: { x: 1 }, quux: 2 } }],
      }),
    ),
  );
  expect(status).toBe(200);
  expect(JSON.parse(litellm?.body ?? "")).toEqual({
    ...chat(),
    tools: [{ type: "function", function: { name: "f", parameters: { x: 1 } } }],
  });
  expect(log).toEqual([
    {
      gate: "dropped",
      key: "chat",
      path: "/v1/chat/completions",
      fields: ["messages[0].wobble", "frobnicate", "tools[0].function.quux"],
    },
  ]);
});

const operators = [
  ...["user_config", "api_key", "api_base", "base_url", "extra_headers", "extra_body"],
  ...["custom_llm_provider", "fallbacks", "context_window_fallbacks", "content_policy_fallbacks"],
  ...["mock_testing_fallbacks", "mock_testing_context_fallbacks", "mock_response"],
  ...["mock_testing_content_policy_fallbacks", "mock_tool_calls", "input_cost_per_token"],
  ...["output_cost_per_token", "litellm_metadata", "litellm_credential_name", "metadata"],
  ...["guardrails", "cache", "caching", "num_retries", "tags", "mcp_servers", "prompt_id"],
  ...["previous_response_id", "vector_store_ids", "model_list", "no-log", "timeout", "headers"],
  ...["user_api_key", "proxy_server_request", "drop_params", "allowed_openai_params"],
  ...["model_info", "litellm_params", "specific_deployment", "target_model_names", "thinking"],
];

it("refuses by its name what LiteLLM gives a meaning of its own, and says nothing of its value", async () => {
  const requests = operators.flatMap((name) => [
    post(chat({ [name]: "a value" })),
    post(answer({ [name]: { a: "value" } }), responses),
    post(chat({ [name]: 0 })),
  ]);
  const told = operators.map((name) => [
    400,
    `"${name}" may not be said to this gateway: LiteLLM gives it a meaning of its own, which its operator alone decides`,
  ]);
  expect(await refusals(requests)).toEqual(told.flatMap((one) => [one, one, one]));
  const { log } = await one(post(chat({ user_config: "a value" })));
  expect(log).toEqual([
    {
      gate: "refused",
      key: "chat",
      path: "/v1/chat/completions",
      status: 400,
      reason: "field user_config",
    },
  ]);
});

it("refuses them deeper down as well", async () => {
  const said = (await refusals([
    post(chat({ messages: [{ role: "user", content: "x", api_base: "http://x" }] })),
    post(chat({ tools: [{ type: "function", function: { name: "f", api_key: "x" } }] })),
    post(answer({ tools: [{ type: "mcp", server_url: "x", headers: { a: "b" } }] }), responses),
    post(answer({ input: [{ role: "user", content: "x", user_config: {} }] }), responses),
    post(chat({ response_format: { type: "json_schema", extra_body: {} } })),
  ])) as [number, string][];
  expect(said.map(([status, message]) => [status, message.split(" ")[0]])).toEqual([
    [400, '"messages[0].api_base"'],
    [400, '"tools[0].function.api_key"'],
    [400, '"tools[0].headers"'],
    [400, '"input[0].user_config"'],
    [400, '"response_format.extra_body"'],
  ]);
});

it("takes content from the request alone: no address that LiteLLM would fetch", async () => {
  const part = (content: object) =>
    post(chat({ messages: [{ role: "user", content: [content] }] }));
  const item = (content: object) =>
    post(answer({ input: [{ role: "user", content: [content] }] }), responses);
  const addresses = ["http://x/a.png", "https://x/a.png", "file:///etc/passwd", "//x/a", "gs://x"];
  const all = await throughGate([
    ...addresses.map((url) => part({ type: "image_url", image_url: { url } })),
    ...addresses.map((url) => part({ type: "image_url", image_url: url })),
    ...addresses.map((url) => part({ type: "file", file: { file_data: url } })),
    ...addresses.map((url) => part({ type: "file", file: { file_id: url } })),
    ...addresses.map((url) => item({ type: "input_image", image_url: url })),
    ...addresses.map((url) => item({ type: "input_file", file_data: url })),
    ...addresses.map((url) => item({ type: "input_file", file_id: url })),
    part({ type: "video_url", video_url: { url: "http://x" } }),
    item({ type: "item_reference", id: "msg_1" }),
  ]);
  expect(all.map(({ status, litellm }) => [status, litellm])).toEqual(all.map(() => [400, null]));
  // Left out, and so not an address either.
  const { litellm } = await one(item({ type: "input_file", file_url: "http://x/a" }));
  expect(litellm?.body).toBe(
    '{"model":"m","input":[{"role":"user","content":[{"type":"input_file"}]}]}',
  );
});

it("leaves out tools of a kind that nobody knows, and refuses those that reach past the row", async () => {
  const tools = [
    { type: "tool_search", execution: "client" },
    { type: "function", name: "f" },
  ];
  const { litellm, log } = await one(post(answer({ tools }), responses));
  expect(JSON.parse(litellm?.body ?? "")).toEqual(answer({ tools: tools.slice(1) }));
  expect(log).toEqual([expect.objectContaining({ fields: ["tools[0].tool_search"] })]);
  const closed = [
    { type: "file_search", vector_store_ids: ["vs_1"] },
    { type: "MCP" },
    { type: 1 },
    { name: "f" },
  ];
  const all = await throughGate(
    closed.flatMap((tool) => [
      post(answer({ tools: [tool] }), responses),
      post(chat({ tools: [tool] })),
    ]),
  );
  expect(all.map(({ status }) => status)).toEqual([400, 400, 200, 200, 400, 400, 400, 400]);
});

it("wants a model, of the row and as a string", async () => {
  const own = "its row has m";
  expect(
    await refusals([
      post({ messages: [] }),
      post({ input: "x" }, responses),
      post(chat({ model: null })),
      post(chat({ model: ["m"] })),
      post(chat({ model: { id: "m" } })),
      post(chat({ model: "other" })),
      post(chat({ model: "M" })),
      post(chat({ model: "m,other" })),
      post(chat(), { headers: [bearer(narrowKey), json] }),
    ]),
  ).toEqual([
    [400, `"model" is needed: ${own}`],
    [400, `"model" is needed: ${own}`],
    [400, `"model" is needed: ${own}`],
    [400, '"model" must be a string'],
    [400, '"model" must be a string'],
    [403, `key "chat" may not use this model: ${own}`],
    [403, `key "chat" may not use this model: ${own}`],
    [403, `key "chat" may not use this model: ${own}`],
    [403, 'key "narrow" may not use this model: its row has no models'],
  ]);
});

describe("a body that could be read in two ways", () => {
  const text = JSON.stringify(chat());
  const bytes = (...parts: (string | number)[]): RawRequest => ({
    bytes: Buffer.concat(
      parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([part]))),
    ).toString("base64"),
  });
  it.each<[string, RawRequest, number]>([
    ["a field twice", { body: '{"model":"m","model":"other","messages":[]}' }, 400],
    [
      "a nested field twice",
      { body: '{"model":"m","messages":[{"role":"user","role":"tool"}]}' },
      400,
    ],
    ["a field twice, escaped once", { body: '{"model":"m","mod\\u0065l":"x","messages":[]}' }, 400],
    ["a byte order mark", bytes("\ufeff", text), 400],
    ["UTF-16", { bytes: Buffer.from(text, "utf16le").toString("base64") }, 400],
    ["Latin-1", bytes('{"model":"m","user":"', 0xe9, '"}'), 400],
    ["NaN", { body: '{"model":"m","temperature":NaN}' }, 400],
    ["Infinity", { body: '{"model":"m","temperature":-Infinity}' }, 400],
    ["a number that is infinite", { body: '{"model":"m","temperature":1e999}' }, 400],
    ["half of a surrogate pair", { body: '{"model":"m","user":"\\ud800"}' }, 400],
    ["a comma too many", { body: '{"model":"m",}' }, 400],
    ["something behind it", { body: `${text}{}` }, 400],
    ["nothing", { body: "" }, 400],
    ["a list", { body: "[]" }, 400],
    ["a string", { body: '"m"' }, 400],
    [
      "too deep a nest",
      { body: `{"model":"m","logit_bias":${"[".repeat(70)}${"]".repeat(70)}}` },
      400,
    ],
    ["a nest without an end", { body: "[".repeat(100_000) }, 400],
    ...(
      [
        ["application/x-www-form-urlencoded", "user_config=1"],
        ["multipart/form-data; boundary=x", "--x--"],
        ["application/json; form", text],
        ["application/form+json", text],
        ["text/plain", text],
        ["application/json; charset=utf-16", text],
        ["application/json; charset=utf-7", text],
        ["application/json, text/plain", text],
      ] as const
    ).map(([kind, body]): [string, RawRequest, number] => [
      `content type ${kind}`,
      { body, headers: [bearer(chatKey), ["content-type", kind]] },
      415,
    ]),
    ["two content types", { body: text, headers: [bearer(chatKey), json, json] }, 415],
    [
      "a compressed one",
      { body: text, headers: [bearer(chatKey), json, ["content-encoding", "gzip"]] },
      415,
    ],
    [
      "one that says identity",
      { body: text, headers: [bearer(chatKey), json, ["content-encoding", "identity"]] },
      415,
    ],
  ])("%s", async (_, request, status) => {
    const passed = await one(request);
    expect([passed.status, passed.litellm]).toEqual([status, null]);
  });

  it("is none with a charset that is UTF-8, or without a content type", async () => {
    const all = await throughGate([
      {
        body: text,
        headers: [bearer(chatKey), ["content-type", "Application/JSON; charset=UTF-8"]],
      },
      { body: text, headers: [bearer(chatKey)] },
    ]);
    expect(all.map(({ status, litellm }) => [status, litellm?.body])).toEqual([
      [200, text],
      [200, text],
    ]);
  });
});

describe("headers", () => {
  const headers = async (...more: (readonly [string, string])[]) =>
    one(
      post(
        { jsonrpc: "2.0", id: 1, method: "ping" },
        { path: "/mcp/", headers: [bearer(narrowKey), json, ...more] },
      ),
    );

  it("passes those on that LiteLLM has a use for, and no other", async () => {
    const { litellm } = await headers(
      ["accept", "application/json, text/event-stream"],
      ["x-mcp-servers", "db"],
      ["x-mcp-db-authorization", "mine"],
      ["X-MCP-Gateway-Relay", "x"],
      ["x-api-key", "sk-other"],
      ["api-key", "sk-other"],
      ["cookie", "token=x"],
      ["traceparent", "00-1"],
      ["x-forwarded-for", "1.2.3.4"],
      ["langfuse_host", "x"],
      ["anthropic-beta", "x"],
    );
    expect(litellm?.headers.map(([name]) => name)).toEqual([
      ...["authorization", "accept", "x-mcp-servers", "x-mcp-db-authorization"],
      ...["content-type", "content-length"],
    ]);
  });

  it.each([
    "x-litellm-tags",
    "X-LiteLLM-Call-Id",
    "x-litellm-enable-message-redaction",
    "x-mcp-files-authorization",
    "x-mcp-db-x-api-key",
    "x-mcp-",
  ])("refuses %s", async (name) => {
    const { status, litellm, log } = await headers([name, "x"]);
    expect([status, litellm]).toEqual([400, null]);
    expect(log).toEqual([expect.objectContaining({ reason: `header ${name.toLowerCase()}` })]);
  });
});

describe("keys and routes", () => {
  it.each<[string, (readonly [string, string])[]]>([
    ["no key", [json]],
    ["an unknown key", [bearer("sk-unknown"), json]],
    ["two keys", [bearer(chatKey), bearer(chatKey), json]],
    ["another scheme", [["authorization", `Basic ${chatKey}`], json]],
    ["another header", [["x-api-key", chatKey], json]],
  ])("answers %s with 401", async (_, headers) => {
    const passed = await one(post(chat(), { headers }));
    expect([passed.status, passed.litellm, passed.headers["www-authenticate"]]).toEqual([
      401,
      null,
      "Bearer",
    ]);
  });

  const closed: readonly [string, string][] = [
    ...["/key/generate", "/v1/mcp/server", "/mcp-rest/tools/call", "/chat/completions"].map(
      (path): [string, string] => ["POST", path],
    ),
    ...[
      "/responses",
      "/openai/v1/responses",
      "/v1/messages",
      "/v1/embeddings",
      "/config/update",
    ].map((path): [string, string] => ["POST", path]),
    ["GET", "/v1/responses"],
    ["POST", "/v1/models"],
    ["POST", "/v1/chat/completions/"],
    ["POST", "//v1/chat/completions"],
    ["POST", "/V1/chat/completions"],
    ["POST", "/health/liveliness"],
    ["GET", "/health"],
    ["POST", "/mcp/DB"],
    ["POST", "/mcp/db/x"],
    ["POST", "/mcp/%64b"],
    ["GET", "/"],
  ];
  it("knows no other route without the operator's secret", async () => {
    const headers = [bearer(chatKey), json, ["x-mcp-gateway-admin", "s".repeat(39)]] as const;
    const all = await throughGate(closed.map(([method, path]) => ({ method, path, headers })));
    expect(all.map(({ status, litellm }) => [status, litellm])).toEqual(
      closed.map(() => [404, null]),
    );
  });

  it("passes them on with it, and keeps it to itself", async () => {
    const body = JSON.stringify({ metadata: { managed_by: "x" } });
    const all = await throughGate([
      { path: "/key/generate", body, headers: [json, ["X-MCP-Gateway-Admin", adminSecret]] },
      {
        path: "/key/generate",
        body,
        headers: [json, ["cookie", `a=b; mcp_gateway_admin=${adminSecret}`]],
      },
    ]);
    expect(all.map(({ status, litellm }) => [status, litellm?.body])).toEqual([
      [200, body],
      [200, body],
    ]);
    expect(all[0]?.litellm?.headers).toEqual([["content-type", "application/json"]]);
  });

  it("takes the secret out of a browser's address, once", async () => {
    const [right, wrong] = await throughGate([
      { method: "GET", path: "/mcp-gateway/admin", query: `secret=${adminSecret}`, headers: [] },
      { method: "GET", path: "/mcp-gateway/admin", query: "secret=x", headers: [] },
    ]);
    expect([right?.status, right?.headers["location"]]).toEqual([303, "/ui/"]);
    expect(right?.headers["set-cookie"]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect([wrong?.status, wrong?.headers["set-cookie"]]).toEqual([403, undefined]);
  });

  it("has one kind of request at /mcp", async () => {
    const at = (body: unknown, more: RawRequest = {}) => post(body, { path: "/mcp/db", ...more });
    const all = await throughGate([
      at({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "x", arguments: { api_key: 1 } },
      }),
      at([{ jsonrpc: "2.0", id: 1, method: "ping" }]),
      at({ jsonrpc: "1.0", id: 1, method: "ping" }),
      { method: "GET", path: "/mcp/" },
      { method: "DELETE", path: "/mcp" },
    ]);
    expect(all.map(({ status }) => status)).toEqual([200, 400, 400, 405, 405]);
    expect(all[0]?.litellm?.body).toContain('"arguments":{"api_key":1}');
  });

  it("takes no parameters along", async () => {
    const { litellm } = await one({ ...post(chat()), query: "model=other&user_config=x" });
    expect(litellm?.query).toBe("");
  });
});

it("takes a larger body apart as it does a small one, in a process of its own", async () => {
  const long = "x".repeat(300_000);
  const [good, refused, doubled, tooLarge] = await throughGate([
    post(chat({ messages: [{ role: "user", content: long }], frobnicate: 1 })),
    post(chat({ messages: [{ role: "user", content: long }], user_config: {} })),
    post(`{"model":"m","user":"${long}","user":"x"}`),
    {
      path: "/mcp/",
      body: "{}",
      headers: [bearer(chatKey), json, ["content-length", String(5 * 1024 * 1024)]],
    },
  ]);
  expect(JSON.parse(good?.litellm?.body ?? "")).toEqual(
    chat({ messages: [{ role: "user", content: long }] }),
  );
  expect(good?.log).toEqual([expect.objectContaining({ fields: ["frobnicate"] })]);
  expect([refused?.status, refused?.litellm]).toEqual([400, null]);
  expect(refused?.answer).toContain("user_config");
  expect([doubled?.status, doubled?.litellm]).toEqual([400, null]);
  expect([tooLarge?.status, tooLarge?.litellm]).toEqual([413, null]);
  expect(tooLarge?.answer).toContain("the request is larger than 4 MB");
});

it("takes nothing that would make LiteLLM's database refuse what it writes of everybody", async () => {
  const long = "x".repeat(129);
  const refused = [
    chat({ user: "a\u0000b" }),
    chat({ user: long }),
    chat({ user: "ü" }),
    chat({ user: "" }),
    chat({ safety_identifier: long }),
    chat({ messages: [{ role: "user", content: "a\u0000" }] }),
    chat({ max_tokens: -5 }),
    chat({ max_tokens: 1e300 }),
  ];
  const rpc = (args: unknown): RawRequest =>
    post(
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "x", arguments: args } },
      { path: "/mcp/" },
    );
  const all = await throughGate([
    ...refused.map((body) => post(body)),
    rpc({ a: "\u0000" }),
    rpc({ "a\u0000": 1 }),
    rpc(Array.from({ length: 100_001 }, () => [])),
  ]);
  expect(all.map(({ litellm }) => litellm)).toEqual(all.map(() => null));
  expect(all.map(({ status }) => status)).toEqual([...Array<number>(10).fill(400), 413]);
  // The words for it are not the character.
  const [words, agent] = await throughGate([
    rpc({ a: "\\u0000", b: "\\\\u0000" }),
    { ...post(chat()), headers: [bearer(chatKey), json, ["user-agent", `ä${"u".repeat(9000)}`]] },
  ]);
  expect(words?.status).toBe(200);
  expect(agent?.litellm?.headers).toContainEqual(["user-agent", "u".repeat(128)]);
});
