import { loading, python } from "../../support/python.ts";

const row = { name: "one", tools: { db: ["a", "b"], files: ["a"] }, models: ["m"], expires: null };

/** What the guard makes of a model request: [the request, the tools it may run], or the refusal. */
async function narrowed(...requests: readonly unknown[]): Promise<unknown[]> {
  const ran = await python(
    `import sys; sys.path.insert(0, "guard")
${loading("guard/guard_requests.py", {})}
import guard_policy
row = guard_policy._row(${JSON.stringify(row).replace("null", "None")})
for data in json.load(sys.stdin):
    try:
        offered = sorted(module.narrow(data, row))
        print(json.dumps([data.get("tools"), offered]))
    except guard_policy.Refusal as refusal:
        print(json.dumps(str(refusal)))`,
    JSON.stringify(requests),
  );
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text) as unknown);
}

const mcp = (more: object = {}) => ({ type: "mcp", server_url: "litellm_proxy", ...more });
const own = { type: "function", name: "mine" };

it("spells out the row's tools, and leaves other tools alone", async () => {
  const [all, some] = await narrowed(
    { model: "m", tools: [own, mcp()] },
    {
      tools: [
        mcp({ server_url: "litellm_proxy/mcp/files" }),
        mcp({ allowed_tools: ["db-b", "db-c"] }),
      ],
    },
  );
  expect(all).toEqual([
    [own, mcp({ allowed_tools: ["db-a", "db-b", "files-a"] })],
    ["db-a", "db-b", "files-a"],
  ]);
  expect(some).toEqual([
    [
      mcp({ server_url: "litellm_proxy/mcp/files", allowed_tools: ["files-a"] }),
      mcp({ allowed_tools: ["db-b"] }),
    ],
    ["db-b", "files-a"],
  ]);
});

it("never hands LiteLLM an empty list, which means all", async () => {
  const [both] = await narrowed({
    tools: [mcp({ allowed_tools: [] }), mcp({ allowed_tools: ["db-a"] })],
  });
  expect(both).toEqual([
    [mcp({ allowed_tools: ["__none__"] }), mcp({ allowed_tools: ["db-a"] })],
    ["db-a"],
  ]);
});

it("lets requests without MCP tools through as they are", async () => {
  const requests = [{ model: "m" }, { tools: null }, { tools: [own, "x", null] }, { tools: "mcp" }];
  expect(await narrowed(...requests)).toEqual(
    requests.map((data) => [(data as { tools?: unknown }).tools ?? null, []]),
  );
});

it.each<[object, string]>([
  [{ tools: [mcp({ type: " MCP " })] }, 'a tool\'s type is "mcp", in lower case'],
  [{ tools: [mcp({ allowed_tools: "*" })] }, "allowed_tools is a list of tool names"],
  [{ tools: [mcp({ allowed_tools: ["a", 1, null] })] }, "may call none of the tools asked for"],
  [{ tools: [mcp({ server_url: "http://x" })] }, 'MCP servers of its own ("http://x")'],
  [{ tools: [{ type: "mcp", connector_id: "c" }] }, 'MCP servers of its own ("NoneType")'],
  [{ tools: [mcp({ server_url: "litellm_proxy/mcp/x" })] }, 'may not use connector "x"'],
  [{ mcp_servers: [{ url: "http://x" }] }, "MCP servers of its own"],
  [{ model: "n" }, 'may not use model "n": its row has m'],
  [{ model: "m", fallbacks: ["n"] }, 'may not use model "n"'],
  [{ model: "m", fallbacks: [{ model: "n" }] }, 'may not use model "n"'],
  [{ model: "m", fallbacks: "n" }, 'may not use model "n"'],
])("refuses %j", async (request, reason) => {
  const [said] = await narrowed(request);
  expect(said).toEqual(expect.stringContaining(reason));
  expect(said).toEqual(expect.stringMatching(/^key "one"/));
});
