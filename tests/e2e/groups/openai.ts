import OpenAI from "openai";
import type { Deployment } from "../support/deployment.ts";
import { logs } from "../support/docker.ts";

const question = 'db-execute_sql {"sql": "SELECT name FROM planets WHERE position = 7"}';

/** A tool of the gateway as a chat client that knows no MCP would offer it. */
const offered = {
  type: "function",
  function: {
    name: "db-execute_sql",
    parameters: { type: "object", properties: { sql: { type: "string" } } },
  },
} as const;

/** The `openai` package as a client of the gateway. */
export function openai(deployment: () => Deployment): void {
  const client = async (): Promise<OpenAI> =>
    new OpenAI({
      baseURL: `${deployment().url}/v1`,
      apiKey: await deployment().key("claude-code"),
      maxRetries: 0,
    });

  test("models", async () => {
    const { data } = await (await client()).models.list();
    expect(data.map((model) => model.id)).toEqual(["gpt-4o-mock"]);
  });

  test("chat completions return the tool call and execute nothing", async () => {
    const before = await calls(deployment());
    const answer = await (
      await client()
    ).chat.completions.create({
      model: "gpt-4o-mock",
      messages: [{ role: "user", content: question }],
      tools: [offered],
    });
    const [choice] = answer.choices;
    expect(choice?.finish_reason).toBe("tool_calls");
    expect(choice?.message.content ?? null).toBeNull();
    expect(choice?.message.tool_calls).toEqual([
      {
        id: "call_mock",
        type: "function",
        function: {
          name: "db-execute_sql",
          arguments: '{"sql": "SELECT name FROM planets WHERE position = 7"}',
        },
      },
    ]);
    expect(await calls(deployment())).toBe(before);
  });

  test("chat completions as a stream: the same", async () => {
    const before = await calls(deployment());
    const stream = await (
      await client()
    ).chat.completions.create({
      model: "gpt-4o-mock",
      messages: [{ role: "user", content: question }],
      tools: [offered],
      stream: true,
    });
    const called: string[] = [];
    const ends: string[] = [];
    for await (const { choices } of stream) {
      for (const { delta, finish_reason: end } of choices) {
        for (const one of delta.tool_calls ?? []) called.push(one.function?.name ?? "");
        if (end !== null) ends.push(end);
      }
    }
    expect(called.filter((name) => name !== "")).toEqual(["db-execute_sql"]);
    expect(ends).toEqual(["tool_calls"]);
    expect(await calls(deployment())).toBe(before);
  });

  test("chat completions without a tool are text", async () => {
    const answer = await (
      await client()
    ).chat.completions.create({
      model: "gpt-4o-mock",
      messages: [{ role: "user", content: "hello" }],
    });
    expect(answer.choices.map((choice) => choice.message.content)).toEqual([
      "Mock model: no tool is named in that. Tools offered: none",
    ]);
  });

  test("responses with the gateway as MCP tool execute it", async () => {
    const before = await calls(deployment());
    const answer = await (
      await client()
    ).responses.create({
      model: "gpt-4o-mock",
      input: question,
      tools: [
        {
          type: "mcp",
          server_label: "gateway",
          server_url: "litellm_proxy/mcp/db",
          require_approval: "never",
        },
      ],
    });
    const texts = answer.output.flatMap((item) =>
      item.type === "message"
        ? item.content.map((part) => (part.type === "output_text" ? part.text : ""))
        : [],
    );
    expect(texts).toEqual(["The tool answered: [{'name': 'Uranus'}]"]);
    expect(await calls(deployment())).toBe(before + 1);
  });

  test("a model that the key may not ask is refused", async () => {
    const stranger = new OpenAI({
      baseURL: `${deployment().url}/v1`,
      apiKey: await deployment().key("stranger"),
      maxRetries: 0,
    });
    await expect(
      stranger.responses.create({ model: "gpt-4o-mock", input: "hello" }),
    ).rejects.toMatchObject({ status: 403 });
  });
}

/** How often the connector was asked to run a tool, by its own log. */
async function calls(deployment: Deployment): Promise<number> {
  const log = (await logs(`${deployment.prefix}mcp-postgres`)).join("");
  return log.split("CallToolRequest").length - 1;
}
