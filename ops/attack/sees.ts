import { z } from "zod";
import type { Answer, Facts, Hit, Sees } from "./attack.ts";

/** A credential as a report may show it. */
export function masked(authorization: string, masterKey: string | undefined): string {
  if (authorization === "") return "no credential";
  const value = authorization.replace(/^Bearer /, "");
  if (masterKey !== undefined && value === masterKey) return "the master key";
  if (value.includes("://")) return `a URL, ${value.slice(0, value.indexOf("://"))}://…`;
  return `a credential of ${value.length} characters`;
}

const hitWords = (hit: Hit, masterKey: string | undefined): string =>
  `the listener got ${hit.method} ${hit.path.slice(0, 60)} with ${masked(hit.authorization, masterKey)}`;

/** The proxy has sent something to an address of the attacker's. */
export const sent: Sees = ({ hits, masterKey }) =>
  hits[0] === undefined ? undefined : hitWords(hits[0], masterKey);

export const short = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
};

/** A refusal of the gateway's own may name the field that it refuses. */
const isRefusal = ({ body }: Answer): boolean => /"type":\s*"mcp_gateway"/.test(body);

/** Some answer says what only LiteLLM acting on the field says. */
export const says =
  (pattern: RegExp, words: string): Sees =>
  ({ answers }) => {
    const others = answers.filter((answer) => !isRefusal(answer));
    const found = others.map(({ body }) => pattern.exec(body)?.[0]).find((text) => text);
    return found === undefined ? undefined : `${words}: "${short(found)}"`;
  };

/** A time-out of the attacker's making: the word alone may be that of a refused field's name. */
export const timedOut = says(/litellm\.Timeout|APITimeout\w*|timed out/i, "LiteLLM acted on it");

/** The model's answer is the attacker's own words. */
export const answeredWithMark: Sees = ({ answers, scene }) => {
  const found = answers.find(({ status, body }) => status === 200 && body.includes(scene.mark));
  return found === undefined ? undefined : "the answer is the attacker's own words";
};

/** A model that the key may not ask has answered: its name is all that `asked` needs to know. */
export const answered: Sees = ({ answers }) => {
  const found = answers.find(
    ({ status, body }) => status === 200 && /"(choices|output)"\s*:\s*\[\s*\{/.test(body),
  );
  return found === undefined ? undefined : `a model answered: ${short(found.body)}`;
};

/** The last answer comes from the model that was asked for by a way round, not from the key's own. */
export const answeredBy: Sees = ({ answers, scene }) => {
  const name = scene.foreignModel;
  if (name === undefined) return undefined;
  const found = answers.find(
    ({ status, body, headers }) =>
      status === 200 &&
      (body.includes(`"model":"${name}"`) || headers["x-litellm-model-group"] === name),
  );
  return found === undefined ? undefined : `the model ${name} answered`;
};

/** A header of some answer holds a number out of bounds. */
export const header =
  (name: string, bad: (value: number) => boolean, words: string): Sees =>
  ({ answers }) => {
    const values = answers.map(({ headers }) => Number(headers[name] ?? Number.NaN));
    const value = values.find((number) => !Number.isNaN(number) && bad(number));
    return value === undefined ? undefined : `${words}: ${name} is ${value}`;
  };

/** A number in a header is smaller than it was in an answer before. */
export const falls =
  (name: string, words: string): Sees =>
  ({ answers }) => {
    const values = answers
      .map(({ headers }) => Number(headers[name] ?? Number.NaN))
      .filter((value) => !Number.isNaN(value));
    const at = values.findIndex((value, index) => value < (values[index - 1] ?? value));
    return at < 0 ? undefined : `${words} from ${values[at - 1] ?? 0} to ${values[at] ?? 0}`;
  };

/** The request was let through to LiteLLM, or answered: nobody is to come that far. */
export const passed: Sees = ({ answers }) => {
  const found = answers.find(cameThrough);
  return found === undefined
    ? undefined
    : `HTTP ${found.status}, ${found.headers["server"] ?? "no server named"}: ${short(found.body)}`;
};

/** Answered by whoever is behind the edge; a refusal of LiteLLM's own is FastAPI's, by its form. */
function cameThrough({ status, headers, body }: Answer): boolean {
  if (status === 0 || status === 429) return false;
  return (
    (status >= 200 && status < 400) ||
    headers["server"] === "uvicorn" ||
    body.startsWith('{"detail":') ||
    Object.keys(headers).some((name) => name.startsWith("x-litellm-"))
  );
}

const refusal =
  /\b(may not|not allowed|refused|no such|unknown|not found|not in|denied|does not exist|unauthorized|forbidden)\b/i;

const rpc = z.looseObject({
  result: z
    .looseObject({
      content: z.array(z.looseObject({ text: z.string().optional() })).optional(),
    })
    .optional(),
});

/** The JSON-RPC message of an answer, plain or as the one event of a stream. */
export function rpcOf(body: string): z.infer<typeof rpc> | undefined {
  const text = /^data: (.*)$/m.exec(body)?.[1] ?? body;
  try {
    return rpc.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A tool outside the row has answered, or its server has: a refusal of the gateway's says so. */
export const toolAnswered: Sees = ({ answers }) => {
  for (const { status, body } of answers) {
    const result = status === 200 ? rpcOf(body)?.result : undefined;
    const text = (result?.content ?? []).map((part) => part.text ?? "").join(" ");
    if (result?.content !== undefined && !refusal.test(text))
      return `the tool's server answered: ${short(text)}`;
  }
  return undefined;
};

/** `/v1/responses` has run a tool outside the row for a model. */
export const toolRanForModel: Sees = ({ answers }) => {
  for (const { status, body } of answers) {
    const ran = status === 200 && /"tool_execution_results"|The tool answered: /.test(body);
    const results = /"tool_execution_results"\s*:\s*(\[[^\]]+\])/.exec(body)?.[1] ?? "";
    const said = /The tool answered: [^"]*/.exec(body)?.[0] ?? "";
    if (ran && results + said !== "" && !refusal.test(results + said))
      return `a tool ran: ${short(results + said)}`;
  }
  return undefined;
};

export const any =
  (...all: readonly Sees[]): Sees =>
  (facts: Facts) => {
    for (const sees of all) {
      const seen = sees(facts);
      if (seen !== undefined) return seen;
    }
    return undefined;
  };
