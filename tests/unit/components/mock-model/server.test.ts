import type { ChildProcess } from "node:child_process";
import { inCheckout } from "../../../support/paths.ts";
import { freePort, loading, python, pythonServer } from "../../../support/python.ts";

const file = inCheckout("components/mock-model/files/server.py");
let base = "";
let server: ChildProcess;

beforeAll(async () => {
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  server = await pythonServer(
    `${loading(file, {})}module.ThreadingHTTPServer(("127.0.0.1", ${port}), module.Handler).serve_forever()`,
    `${base}/health`,
  );
});
afterAll(() => {
  server.kill();
});

const post = async (path: string, body: unknown) => {
  const answer = await fetch(base + path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return {
    status: answer.status,
    type: answer.headers.get("content-type"),
    text: await answer.text(),
  };
};
const responses = async (body: object) => {
  const { text } = await post("/v1/responses", { model: "m", ...body });
  return JSON.parse(text) as { output: Record<string, unknown>[]; [key: string]: unknown };
};
const chat = async (body: object) => {
  const { text } = await post("/v1/chat/completions", { model: "m", ...body });
  const { choices } = JSON.parse(text) as { choices: unknown[] };
  return choices;
};
const tool = (name: string) => ({ type: "function", name, parameters: {} });
const chatTool = (name: string) => ({ type: "function", function: { name, parameters: {} } });

it("chooses the tool that the words name, and none otherwise", async () => {
  const names = ["db-list_schemas", "db-execute_sql", "notes-search"];
  const cases: readonly (readonly [string, readonly string[], string | null])[] = [
    ["Call db-list_schemas", names, "db-list_schemas"],
    ["please list_schemas now", names, "db-list_schemas"],
    ["List schemas, please", names, "db-list_schemas"],
    ["what schemas are there?", names, "db-list_schemas"],
    ["execute", names, "db-execute_sql"],
    // A full name beats another tool's words.
    ["list schemas with db-execute_sql", names, "db-execute_sql"],
    // What is in the arguments is not meant.
    ['notes-search {"text": "list schemas execute sql"}', names, "notes-search"],
    // list_schemas_all is another word, but two of its parts are shared.
    ["list_schemas_all", ["db-list_schemas"], "db-list_schemas"],
    ["hello", names, null],
    ["", names, null],
    ["db-list_schemas", [], null],
    // The same words: the first by name, always.
    ["search", ["b-search", "a-search"], "a-search"],
  ];
  const ran = await python(
    `${loading(file, {})}print(json.dumps([module.choose_tool(text, names) for text, names, _ in json.load(sys.stdin)]))`,
    JSON.stringify(cases),
  );
  expect(JSON.parse(ran.stdout)).toEqual(cases.map(([, , wanted]) => wanted));
});

describe("/v1/responses", () => {
  const call = {
    type: "function_call",
    id: "fc_mock",
    call_id: "call_mock",
    name: "db-execute_sql",
    arguments: '{"sql": "select 1"}',
    status: "completed",
  };
  const ask = {
    input: 'Call db-execute_sql {"sql": "select 1"} and explain',
    tools: [tool("db-execute_sql"), tool("db-list_schemas"), { type: "mcp", server_label: "x" }],
  };

  it("calls the named tool with the arguments in the words", async () => {
    const answer = await responses(ask);
    expect(answer.output).toEqual([call]);
    expect(answer["status"]).toBe("completed");
    expect(answer["model"]).toBe("m");
  });

  it("leaves no field out that LiteLLM insists on", async () => {
    expect(Object.keys(await responses(ask)).sort()).toEqual(
      [
        ...["created_at", "error", "id", "incomplete_details", "instructions", "max_output_tokens"],
        ...["metadata", "model", "object", "output", "parallel_tool_calls", "previous_response_id"],
        ...["reasoning", "status", "temperature", "text", "tool_choice", "tools", "top_p"],
        ...["truncation", "usage", "user"],
      ].sort(),
    );
  });

  it("repeats a tool's result, string or parts", async () => {
    for (const output of ["Saturn 146", [{ type: "output_text", text: "Saturn 146" }]]) {
      const { output: items } = await responses({
        input: [{ role: "user", content: "x" }, call, { type: "function_call_output", output }],
        tools: ask.tools,
      });
      expect(items[0]?.["content"]).toEqual([
        { type: "output_text", text: "The tool answered: Saturn 146", annotations: [] },
      ]);
    }
  });

  it("looks at the last words of the user, not at an older result", async () => {
    const { output } = await responses({
      input: [
        { type: "function_call_output", output: "old" },
        { role: "user", content: [{ type: "input_text", text: "db-list_schemas" }] },
      ],
      tools: ask.tools,
    });
    expect([output[0]?.["name"], output[0]?.["arguments"]]).toEqual(["db-list_schemas", "{}"]);
  });

  it("says which tools there are when none is named", async () => {
    const { output } = await responses({ input: "hello", tools: ask.tools });
    expect(output[0]?.["content"]).toEqual([
      {
        type: "output_text",
        text: "Mock model: no tool is named in that. Tools offered: db-execute_sql, db-list_schemas",
        annotations: [],
      },
    ]);
    const { output: none } = await responses({ input: "hello" });
    expect(JSON.stringify(none)).toContain("Tools offered: none");
  });

  it("streams the same answer as events, numbered, ending with response.completed", async () => {
    const { status, type, text } = await post("/v1/responses", {
      model: "m",
      ...ask,
      stream: true,
    });
    expect([status, type]).toEqual([200, "text/event-stream"]);
    const events = text
      .trim()
      .split("\n\n")
      .map((block) => {
        const [event = "", data = ""] = block.split("\n");
        const body = JSON.parse(data.slice(6)) as Record<string, unknown>;
        expect(`event: ${String(body["type"])}`).toBe(event);
        return body;
      });
    expect(events.map((event) => [event["type"], event["sequence_number"]])).toEqual([
      ["response.created", 0],
      ["response.output_item.added", 1],
      ["response.output_item.done", 2],
      ["response.completed", 3],
    ]);
    expect((events[3]?.["response"] as { output: unknown }).output).toEqual([call]);
  });
});

describe("/v1/chat/completions", () => {
  const ask = {
    messages: [{ role: "user", content: 'list schemas {"limit": 1}' }],
    tools: [chatTool("db-list_schemas")],
  };
  const call = {
    id: "call_mock",
    type: "function",
    function: { name: "db-list_schemas", arguments: '{"limit": 1}' },
  };

  it("calls the named tool", async () => {
    expect(await chat(ask)).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: null, tool_calls: [call] },
        finish_reason: "tool_calls",
      },
    ]);
  });

  it("repeats a tool's result", async () => {
    const messages = [...ask.messages, { role: "tool", content: "public" }];
    expect(await chat({ ...ask, messages })).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: "The tool answered: public" },
        finish_reason: "stop",
      },
    ]);
  });

  it("streams the same answer as chunks, ending with [DONE]", async () => {
    const { type, text } = await post("/v1/chat/completions", { model: "m", ...ask, stream: true });
    expect(type).toBe("text/event-stream");
    const data = text
      .trim()
      .split("\n\n")
      .map((line) => line.replace(/^data: /, ""));
    expect(data.pop()).toBe("[DONE]");
    const chunks = data.map((line) => JSON.parse(line) as { object: string; choices: unknown });
    expect(chunks.map((chunk) => chunk.object)).toEqual(Array(2).fill("chat.completion.chunk"));
    expect(chunks.map((chunk) => chunk.choices)).toEqual([
      [
        {
          index: 0,
          delta: { role: "assistant", content: null, tool_calls: [{ index: 0, ...call }] },
          finish_reason: null,
        },
      ],
      [{ index: 0, delta: {}, finish_reason: "tool_calls" }],
    ]);
  });
});

it.each([
  ["/v1/responses", "not json"],
  ["/v1/responses", "[]"],
  ["/v1/responses", '{"input": [1]}'],
  ["/v1/responses", '{"input": "x", "tools": [{"type": "function"}]}'],
  ["/v1/responses", '{"input": 1}'],
  ["/v1/chat/completions", '{"messages": ["x"]}'],
  ["/v1/chat/completions", '{"messages": 1}'],
  ["/v1/chat/completions", '{"tools": [{"type": "function", "function": {}}]}'],
])("answers 400 to %s with %s, and shows none of it", async (path, body) => {
  const { status, text } = await post(path, body);
  expect(status).toBe(400);
  expect(text).toMatch(
    /^\{"error": \{"message": "not a request the mock model understands: [A-Za-z]+"\}\}$/,
  );
});

it("answers 404 elsewhere and 200 on /health", async () => {
  expect((await post("/v1/embeddings", {})).status).toBe(404);
  expect((await fetch(`${base}/v1/models`)).status).toBe(404);
  expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: "ok" });
});
