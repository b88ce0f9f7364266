import { optional } from "../../config/common/optional.ts";
import { describeWithDocker, dockerOk, until } from "../support/docker.ts";
import { GONE, ask, routes, gatewayTool, leaving, order, rpc } from "../support/routes.ts";
import { masterKey } from "../support/gateway.ts";
import {
  type Guarded,
  type Key,
  Observer,
  auditLines,
  jsonLines,
  keys,
  rowsOf,
  sha256,
  withGuarded,
  withRow,
} from "../support/guarded.ts";

jest.setTimeout(120_000);

describeWithDocker("what the guard makes of requests, lists and policies", () => {
  let gateway: Guarded;
  let observer: Observer;
  withGuarded((made) => {
    gateway = made;
    observer = new Observer(made);
  });
  beforeEach(() => observer.forget());
  const offered = async (): Promise<unknown[]> => {
    const seen = (await (await fetch(`${gateway.provider}/seen`)).json()) as {
      tools: { name?: string }[] | null;
    }[];
    return seen.map(({ tools }) => (tools ?? []).map((tool) => tool.name ?? tool).sort());
  };

  it.each([
    [
      "litellm_proxy",
      undefined,
      ["db-list_schemas", "notes-broken", "notes-execute_sql", "notes-slow"],
    ],
    ["litellm_proxy/mcp/db", undefined, ["db-list_schemas"]],
    ["litellm_proxy/mcp/db/", undefined, ["db-list_schemas"]],
    ["litellm_proxy/mcp/DB", undefined, ["db-list_schemas"]],
    ["litellm_proxy/mcp/db,notes", ["notes-slow", "notes-write_file"], ["notes-slow"]],
    ["litellm_proxy", { tool_names: ["notes-slow"] }, ["notes-slow"]],
  ])("server_url %p with allowed_tools %p offers the model %p", async (url, allowed, wanted) => {
    await offered();
    const tool = {
      ...gatewayTool,
      server_url: url,
      ...optional({ allowed_tools: allowed }),
    };
    const seen = await ask(gateway, "/v1/responses", keys.both.value, order([], { tools: [tool] }));
    expect([seen.status, await offered()]).toEqual([200, [wanted]]);
  });

  it.each([
    "LiteLLM_Proxy",
    " litellm_proxy",
    "litellm_proxyX",
    "litellm_proxy/mcp/nowhere",
    "litellm_proxy/mcp/reports",
    "litellm_proxy/mcp/db/notes",
    "litellm_proxy/mcp/db,reports",
    "http://mcp-notes:9000/mcp",
    "https://example.com/litellm_proxy",
    "",
    null,
    ["litellm_proxy"],
  ])("server_url %p is refused, and nobody connects anywhere", async (url) => {
    await offered();
    const tools = [gatewayTool, { ...gatewayTool, server_url: url }];
    for (const stream of [false, true]) {
      const seen = await ask(
        gateway,
        "/v1/responses",
        keys.both.value,
        order([], { tools, stream }),
      );
      expect(seen.status).toBe(403);
      expect(seen.text).toContain('key \\"both\\" may not');
    }
    expect([await offered(), await observer.executed()]).toEqual([[], { notes: [], db: 0 }]);
  });

  it.each([false, true])("of several calls runs those of the row, streamed %p", async (stream) => {
    const own = {
      type: "function",
      name: "notes-write_file",
      parameters: { type: "object", properties: {} },
    };
    const calls = [
      ["notes-write_file", {}],
      ["notes-slow", {}],
      ["db-execute_sql", {}],
      ["broken", {}],
    ] as const;
    const tools = [gatewayTool, own];
    await ask(gateway, "/v1/responses", keys.both.value, order(calls, { tools, stream }));
    expect(await observer.executed()).toEqual({ notes: ["slow"], db: 0 });
    const outcomes = (await observer.audit(4)).map(
      ({ connector, tool, outcome }) => `${connector}-${tool} ${outcome}`,
    );
    expect(outcomes.sort()).toEqual([
      "db-execute_sql refused",
      "notes-slow ok",
      "notes-write_file refused",
      "null-broken refused",
    ]);
  });

  it("runs nothing that the client did not let the model have", async () => {
    const tools = [{ ...gatewayTool, allowed_tools: ["db-list_schemas"] }];
    for (const stream of [false, true]) {
      const body = order([["notes-slow", {}]], { tools, stream });
      const seen = await ask(gateway, "/v1/responses", keys.both.value, body);
      expect(seen.text).toContain(
        'the model has called \\"notes-slow\\", which it was not offered',
      );
    }
    expect(await observer.executed()).toEqual({ notes: [], db: 0 });
  });

  it("refuses models outside the row, also to fall back to", async () => {
    const messages = [{ role: "user", content: "x" }];
    for (const wanted of [
      { model: "gpt-4o-mock" },
      { model: "gpt-4o", fallbacks: ["gpt-4o-mock"] },
    ]) {
      const seen = await ask(gateway, "/v1/chat/completions", keys.both.value, {
        ...wanted,
        messages,
      });
      expect([seen.status, seen.text]).toEqual([403, expect.stringContaining("may not use model")]);
    }
  });

  const listed = async (key: Key, path = "/mcp/"): Promise<string[]> => {
    const { text } = await rpc(gateway, keys[key].value, "tools/list", undefined, path);
    const { result } = JSON.parse(text) as { result: { tools: { name: string }[] } };
    return result.tools.map(({ name }) => name).sort();
  };
  it.each<[Key, string, string[]]>([
    ["part", "/mcp/", ["db-execute_sql", "db-list_schemas"]],
    ["part", "/mcp/notes", []],
    ["part", "/mcp/nowhere", ["db-execute_sql", "db-list_schemas"]],
    ["both", "/mcp/", ["db-list_schemas", "notes-broken", "notes-execute_sql", "notes-slow"]],
    ...(["nothing", "stranger", "late", "master"] as const).map((key): [Key, string, string[]] => [
      key,
      "/mcp/",
      [],
    ]),
  ])("%s lists at %s exactly %p", async (key, path, wanted) => {
    expect(await listed(key, path)).toEqual(wanted);
  });

  it("shows no more on LiteLLM's own routes", async () => {
    const tools = await ask(gateway, "/v1/mcp/tools", keys.part.value);
    expect(
      (JSON.parse(tools.text) as { tools: { name: string }[] }).tools
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["db-execute_sql", "db-list_schemas"]);
    expect(
      JSON.parse((await ask(gateway, "/mcp-rest/tools/list", keys.part.value)).text),
    ).toMatchObject({ tools: [] });
    for (const path of ["/mcp-rest/test/connection", "/mcp-rest/test/tools/list"])
      expect(
        (
          await ask(gateway, path, keys.part.value, {
            url: "http://mcp-notes:9000/mcp",
            transport: "http",
          })
        ).status,
      ).toBe(403);
  });

  it("tells of a failure that LiteLLM answers as a success", async () => {
    const seen = await routes["/mcp/"]?.(gateway, keys.both.value, "notes-broken");
    expect(seen).toMatchObject({
      isError: true,
      text: expect.stringContaining("it is broken") as string,
    });
    expect(await observer.audit(1)).toMatchObject([{ tool: "broken", outcome: "error" }]);
    gateway.setPolicy(gateway.policy(rowsOf(withRow("part", { reports: ["list_schemas"] }))));
    expect(await routes["/mcp/"]?.(gateway, keys.part.value, "reports-list_schemas")).toMatchObject(
      {
        isError: true,
      },
    );
    expect(await observer.audit(1)).toMatchObject([{ tool: "list_schemas", outcome: "error" }]);
  });

  it("takes another policy at the next call, and refuses everything without one", async () => {
    const good = gateway.policy(rowsOf(withRow("master", { db: ["list_schemas"] })));
    const call = async () =>
      (await routes["/mcp/"]?.(gateway, masterKey, "db-list_schemas"))?.isError;
    const states = async () =>
      (await jsonLines(gateway.proxy)).filter((line) => line["guard"] === "policy").length;
    gateway.setPolicy(good);
    expect(await call()).toBe(false);
    const before = await states();
    for (const bad of [
      undefined,
      "",
      "{",
      good.replace('"version": 2', '"version": 1'),
      good.replace('"models"', '"model"'),
      good.replace('"connectors"', '"connector"'),
      '{"version":2,"keys":{},"connectors":{}}',
    ]) {
      gateway.setPolicy(bad);
      expect([await call(), await call(), await listed("both")]).toEqual([true, true, []]);
      gateway.setPolicy(good);
      expect(await call()).toBe(false);
    }
    // Once per change of state, not once per call.
    expect((await states()) - before).toBe(14);
  });

  it("never writes arguments, results or keys", async () => {
    await routes["/mcp/"]?.(gateway, keys.part.value, "db-list_schemas", {
      word: "argument-to-look-for",
    });
    const lines = await auditLines(gateway.proxy);
    expect(lines.length).toBeGreaterThan(0);
    const text = JSON.stringify(lines);
    for (const secret of [
      "argument-to-look-for",
      "schema_name",
      keys.part.value,
      sha256(keys.part.value),
    ])
      expect(text).not.toContain(secret);
  });

  it("keeps nothing of a request that is over", async () => {
    const kilobytes = async (): Promise<number> => {
      const status = await dockerOk(["exec", gateway.proxy, "sh", "-c", "cat /proc/[0-9]*/status"]);
      return Math.max(...[...status.matchAll(/^VmRSS:\s+(\d+)/gm)].map(([, size]) => Number(size)));
    };
    const pings = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        const pong = await rpc(gateway, keys.both.value, "ping");
        expect([pong.status, JSON.parse(pong.text)]).toEqual([
          200,
          { jsonrpc: "2.0", id: 1, result: {} },
        ]);
      }
    };
    await pings(100);
    const before = await kilobytes();
    await pings(1000);
    // 48 MB with the SDK's own way.
    expect((await kilobytes()) - before).toBeLessThan(15_000);
  });

  it.each(["/mcp/", "/mcp/sse"])("is not disturbed by a client that leaves %s", async (path) => {
    const audited = (await auditLines(gateway.proxy)).length;
    await leaving(gateway, keys.both.value, "notes-slow", { seconds: 1 }, path);
    // The tool goes on: that a client has left is no word of its.
    await until(gateway.proxy, 10, async () => (await auditLines(gateway.proxy)).length > audited);
    expect((await auditLines(gateway.proxy)).at(-1)).toMatchObject({ tool: "slow", outcome: "ok" });
    for (const route of ["/mcp/", "/mcp/sse"])
      expect(await routes[route]?.(gateway, keys.both.value, "notes-slow")).toMatchObject({
        status: 200,
        text: "at last",
      });
  });

  it("goes on when nothing answers where its servers are", async () => {
    const slow = () => routes["/mcp/"]?.(gateway, keys.both.value, "notes-slow");
    await dockerOk(["stop", "-t", "1", gateway.relay]);
    // In the session that waited for it, and without one.
    expect(await slow()).toMatchObject({ isError: true, text: GONE });
    expect(await slow()).toMatchObject({
      isError: true,
      text: "Error: the MCP server does not answer",
    });
    expect((await rpc(gateway, keys.both.value, "ping")).status).toBe(200);
    expect(await listed("both")).toEqual([]);
    await dockerOk(["start", gateway.relay]);
    await until(gateway.relay, 30, async () => (await slow())?.isError === false);
    await until(gateway.relay, 30, async () => (await listed("both")).length === 4);
  });

  // The last one: that server stays away.
  it("says so when a server goes away in the middle of its answer", async () => {
    const call = routes["/mcp/"]?.(gateway, keys.both.value, "notes-slow", { seconds: 60 });
    await until(gateway.notesContainer, 10, async () =>
      (await observer.executed()).notes.includes("slow"),
    );
    await dockerOk(["kill", gateway.notesContainer]);
    expect(await call).toMatchObject({ isError: true, text: GONE });
    expect(await observer.audit(1)).toMatchObject([{ tool: "slow", outcome: "error" }]);
  });
});
