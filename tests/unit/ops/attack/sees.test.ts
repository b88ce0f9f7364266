import type { Answer, Facts, Hit, Scene } from "../../../../ops/attack/attack.ts";
import {
  answered,
  answeredBy,
  answeredWithMark,
  falls,
  masked,
  passed,
  rpcOf,
  says,
  sent,
  toolAnswered,
  toolRanForModel,
} from "../../../../ops/attack/sees.ts";

const scene: Scene = {
  kind: "narrow",
  authorization: {},
  key: undefined,
  model: "own",
  mayAsk: false,
  foreignModel: "theirs",
  foreignTool: "db-run",
  victim: undefined,
  listener: "http://192.0.2.1:1/attack-1/v1",
  mark: "attack-1",
  host: "gateway",
};
const answer = (status: number, body = "", headers = {}): Answer => ({ status, body, headers });
const facts = (answers: readonly Answer[], hits: readonly Hit[] = []): Facts => ({
  scene,
  answers,
  hits,
  masterKey: "sk-master",
});
const hit = (authorization: string): Hit => ({
  mark: "attack-1",
  method: "POST",
  path: "/attack-1/v1/chat",
  authorization,
  body: "",
});

describe("a credential in a report", () => {
  test.each([
    ["", "no credential"],
    ["Bearer sk-master", "the master key"],
    ["Bearer postgresql://a:b@c/d", "a URL, postgresql://…"],
    ["Bearer sk-another-secret", "a credential of 17 characters"],
  ])("%s is %s", (authorization, words) => {
    expect(masked(authorization, "sk-master")).toBe(words);
  });
});

test("what comes to the listener was sent by the gateway", () => {
  expect(sent(facts([answer(500)]))).toBeUndefined();
  expect(sent(facts([answer(500)], [hit("Bearer sk-master")]))).toBe(
    "the listener got POST /attack-1/v1/chat with the master key",
  );
});

test("an answer with the attacker's own words is one, a refusal that repeats them is none", () => {
  expect(answeredWithMark(facts([answer(200, '{"content":"attack-1"}')]))).toBeDefined();
  expect(answeredWithMark(facts([answer(400, "attack-1 is not allowed")]))).toBeUndefined();
});

test("a model has answered, or a list of models was shown", () => {
  const chat = '{"choices":[{"message":{"content":"x"}}]}';
  expect(answered(facts([answer(200, chat)]))).toBe(`a model answered: ${chat}`);
  expect(answered(facts([answer(200, '{"data":[]}')]))).toBeUndefined();
  expect(answered(facts([answer(403, chat)]))).toBeUndefined();
});

test.each([
  ["by name", answer(200, '{"model":"theirs"}'), true],
  ["by header", answer(200, "{}", { "x-litellm-model-group": "theirs" }), true],
  ["the own model", answer(200, '{"model":"own"}'), false],
  ["a refusal", answer(400, '{"model":"theirs"}'), false],
])("the model outside the row, %s", (_, one, reached) => {
  expect(answeredBy(facts([one])) !== undefined).toBe(reached);
});

test("words that only LiteLLM says", () => {
  const sees = says(/mock exception/, "acted");
  expect(sees(facts([answer(400, "a mock exception")]))).toBe('acted: "mock exception"');
  expect(sees(facts([answer(400, "the field mock_response is refused")]))).toBeUndefined();
});

test.each([
  [["5", "3"], "spend from 5 to 3"],
  [["5", "5", "6"], undefined],
  [[undefined, "3"], undefined],
])("a number that falls: %j", (values, words) => {
  const answers = values.map((spend) => answer(200, "", spend === undefined ? {} : { spend }));
  expect(falls("spend", "spend")(facts(answers))).toBe(words);
});

test.each([
  ["the edge's refusal", answer(404, "{}"), false],
  ["a rate limit", answer(429, "", { server: "uvicorn" }), false],
  ["a closed connection", answer(0), false],
  ["LiteLLM's own refusal", answer(404, "{}", { server: "uvicorn" }), true],
  ["LiteLLM's headers", answer(401, "{}", { "x-litellm-version": "1" }), true],
  ["an answer", answer(200, "{}"), true],
  ["FastAPI's own refusal", answer(404, '{"detail":"Not Found"}'), true],
  ["a redirection", answer(307), true],
])("came through: %s", (_, one, through) => {
  expect(passed(facts([one])) !== undefined).toBe(through);
});

describe("a tool outside the row", () => {
  const result = (text: string, isError: boolean) =>
    JSON.stringify({ jsonrpc: "2.0", id: 1, result: { isError, content: [{ text }] } });
  test.each([
    ["has answered", answer(200, result("42", false)), true],
    ["its server complains about arguments", answer(200, result("x is missing", true)), true],
    ["in an event", answer(200, `event: message\ndata: ${result("42", false)}\n\n`), true],
    ["was refused", answer(200, result('key "a" may not call db-run', true)), false],
    ["was refused by HTTP", answer(403, result("42", false)), false],
    ["is an error", answer(200, '{"jsonrpc":"2.0","error":{"message":"x"}}'), false],
    ["is no JSON", answer(200, "<html>"), false],
  ])("%s", (_, one, reached) => {
    expect(toolAnswered(facts([one])) !== undefined).toBe(reached);
  });

  test.each([
    ["ran", '{"tool_execution_results":[{"tool_call_id":"1","result":"42"}]}', true],
    ["was told by the model", '{"text":"The tool answered: 42"}', true],
    ["was refused", '{"tool_execution_results":[{"result":"this key may not"}]}', false],
    ["did not run", '{"output":[]}', false],
  ])("for a model: %s", (_, body, reached) => {
    expect(toolRanForModel(facts([answer(200, body)])) !== undefined).toBe(reached);
  });
});

test("a JSON-RPC message is read, and nothing else", () => {
  expect(rpcOf('{"result":{}}')).toEqual({ result: {} });
  expect(rpcOf("[]")).toBeUndefined();
  expect(rpcOf("nothing")).toBeUndefined();
});
