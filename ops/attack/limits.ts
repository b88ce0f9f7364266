import { type Ask, type Attack, type Scene, type Try, post } from "./attack.ts";
import { routes, plain } from "./bodies.ts";

/** A large or odd request, and after it a plain question: whoever asks has to get an answer. */
const survived = (name: string, ask: (scene: Scene) => Ask): Try => ({
  name,
  asks: (scene) => [
    ask(scene),
    { method: "GET", path: "/health/liveliness", headers: {} },
    { method: "GET", path: "/v1/models", headers: scene.authorization },
  ],
  sees: ({ answers, scene }) => {
    const [first, alive, models] = answers;
    if (first !== undefined && first.status >= 500)
      return `HTTP ${first.status} instead of a refusal: ${first.body.slice(0, 120)}`;
    if (alive?.status !== 200) return `no sign of life afterwards: HTTP ${alive?.status ?? 0}`;
    if (scene.key !== undefined && models?.status !== 200)
      return `the next request got HTTP ${models?.status ?? 0}`;
    return undefined;
  },
});

const many = (count: number, one: (at: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, at) => one(at));

const tool = (at: number) => ({
  type: "function",
  function: { name: `f${at}`, parameters: { type: "object" } },
});

const tries: readonly Try[] = [
  ...routes.flatMap((route) => [
    survived(`${route.path}: a body of 9 MB`, (scene) =>
      post(scene, route.path, { ...plain(scene, route), user: "x".repeat(9_000_000) }),
    ),
    survived(`${route.path}: 2000 tools`, (scene) =>
      post(scene, route.path, { ...plain(scene, route), tools: many(2000, tool) }),
    ),
    survived(`${route.path}: types that are not the API's`, (scene) =>
      post(scene, route.path, {
        ...plain(scene, route),
        messages: 1,
        input: { a: 1 },
        tools: "x",
        temperature: [],
        metadata: "x",
        stream: "x",
        user: {},
      }),
    ),
    survived(`${route.path}: metadata that is no object`, (scene) =>
      post(scene, route.path, { ...plain(scene, route), metadata: [1], litellm_metadata: "x" }),
    ),
  ]),
  survived("/v1/chat/completions: 5000 messages", (scene) =>
    post(scene, "/v1/chat/completions", {
      model: scene.model,
      messages: many(5000, () => ({ role: "user", content: "x" })),
    }),
  ),
  survived("/mcp/: a body of 9 MB", (scene) =>
    post(scene, "/mcp/", { jsonrpc: "2.0", id: 1, method: "x".repeat(9_000_000) }),
  ),
  survived("/mcp/: a batch of 1000", (scene) =>
    post(
      scene,
      "/mcp/",
      many(1000, (id) => ({ jsonrpc: "2.0", id, method: "tools/list" })),
      { Accept: "application/json, text/event-stream" },
    ),
  ),
  survived("/mcp/: below 100000 levels", (scene) => ({
    method: "POST",
    path: "/mcp/",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...scene.authorization,
    },
    body: `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
  })),
  survived("100 headers", (scene) => ({
    method: "GET",
    path: "/v1/models",
    headers: {
      ...scene.authorization,
      ...Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`x-${at}`, "x"])),
    },
  })),
  survived("a header of 30 kB", (scene) => ({
    method: "GET",
    path: "/v1/models",
    headers: { ...scene.authorization, "x-long": "x".repeat(30_000) },
  })),
  survived("a path of 10 kB", (scene) => ({
    method: "GET",
    path: `/mcp/${"a".repeat(10_000)}`,
    headers: scene.authorization,
  })),
];

export const limitAttacks: readonly Attack[] = [
  { id: "large", words: "large and odd requests", tries, heavy: true },
];
