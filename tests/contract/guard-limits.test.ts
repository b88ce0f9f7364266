import { guardPolicy } from "../../components/litellm/guard-policy.ts";
import { describeWithDocker, removeAll, testName, until } from "../support/docker.ts";
import { ask, routes, leaving, rpc } from "../support/routes.ts";
import {
  type Guarded,
  Observer,
  auditLines,
  keys,
  lockOf,
  rowsOf,
  startNotes,
  withGuarded,
} from "../support/guarded.ts";

jest.setTimeout(120_000);

const limits = {
  resultMb: 1,
  callsPerKey: 3,
  callsPerConnector: 4,
  waitingPerKey: 6,
  waitSeconds: 3,
};
const names = ["execute_sql", "large", "slow"];
const tools = { notes: names, reports: names };
const rows = rowsOf({
  part: { value: keys.part.value, row: { name: "part", tools, models: [], expires: null } },
  both: { value: keys.both.value, row: { name: "both", tools, models: [], expires: null } },
});

describeWithDocker("what one key may take, and what it has taken back", () => {
  let gateway: Guarded;
  let observer: Observer;
  let reports = "";
  const second = testName("reports");
  withGuarded(
    (made) => {
      gateway = made;
      observer = new Observer(made);
    },
    { gate: true, limits },
  );
  beforeAll(async () => {
    reports = await startNotes(second, gateway.network, "mcp-reports", 8686);
    const server = { transport: "sse", url: "http://mcp-reports:8686/sse" };
    const locks = { ...gateway.locks, reports: await lockOf(gateway, server) };
    gateway.setPolicy(guardPolicy(rows, locks));
    // The relay looks for a server that was not there once a second.
    await until(gateway.relay, 30, async () => {
      const { text } = await rpc(gateway, keys.both.value, "tools/list");
      return text.includes("reports-slow");
    });
  }, 120_000);
  afterAll(() => removeAll([second], []));
  beforeEach(async () => {
    await fetch(`${reports}/calls`);
    await observer.forget();
  });
  const call = async (key: "part" | "both", tool: string, args: object = {}) => {
    const seen = await routes["/mcp/"]?.(gateway, keys[key].value, tool, { ...args });
    return [seen?.isError, seen?.text];
  };
  const outcomes = async (wanted: number) =>
    (await observer.audit(wanted)).map(({ key, outcome }) => `${key} ${outcome}`).sort();
  const done = [false, "at last"];
  const words = (what: string, limit: string): string =>
    `Error: ${what}, and this key has no place for another: at most 3 calls of a key are under way at once, ` +
    `2 of them at "notes" (proxy.limits.${limit}, callsPerKey and callsPerConnector in the gateway's configuration)`;

  it("lets a key's calls wait for each other, and nobody else", async () => {
    await call("part", "notes-execute_sql");
    const began = performance.now();
    const many = Array.from({ length: 10 }, () => call("both", "notes-slow", { seconds: 0.7 }));
    await until(gateway.notesContainer, 10, async () =>
      (await observer.executed()).notes.includes("slow"),
    );
    const other = performance.now();
    expect(await call("part", "notes-execute_sql")).toEqual([false, "not SQL"]);
    expect(performance.now() - other).toBeLessThan(1_000);
    const refused = [true, words("6 calls wait", "waitingPerKey")];
    const results = await Promise.all(many);
    expect(results.filter(([failed]) => failed === true)).toEqual([refused, refused]);
    expect(results.filter(([failed]) => failed === false)).toEqual(
      Array.from({ length: 8 }, () => done),
    );
    // Two at a time.
    expect(performance.now() - began).toBeGreaterThan(4 * 700);
    expect(await outcomes(12)).toEqual([
      "both limited",
      "both limited",
      ...Array.from({ length: 8 }, () => "both ok"),
      "part ok",
      "part ok",
    ]);
  });

  it("lets nobody wait for longer than it says", async () => {
    const running = [1, 2].map(() => call("both", "notes-slow", { seconds: 5 }));
    await until(gateway.notesContainer, 10, async () =>
      (await observer.executed()).notes.includes("slow"),
    );
    const late = call("both", "notes-slow");
    expect(await late).toEqual([true, words("the call has waited for 3 s", "waitSeconds")]);
    expect(await Promise.all(running)).toEqual([done, done]);
    expect(await outcomes(3)).toEqual(["both limited", "both ok", "both ok"]);
  });

  it.each(["notes", "reports"])(
    "reads no answer of %s to its end that is too large",
    async (of) => {
      const tooLarge = [
        true,
        "the server's answer is larger than 1 MB and was not read to its end " +
          "(proxy.limits.resultMb in the gateway's configuration)",
      ];
      const four = Array.from({ length: 4 }, () => call("both", `${of}-large`, { megabytes: 5 }));
      expect(await Promise.all(four)).toEqual([tooLarge, tooLarge, tooLarge, tooLarge]);
      expect(await call("both", `${of}-execute_sql`)).toEqual([false, "not SQL"]);
      expect(await outcomes(5)).toEqual([
        ...Array.from({ length: 4 }, () => "both error"),
        "both ok",
      ]);
    },
  );

  const calls = async (of: string): Promise<string[]> =>
    (await (await fetch(`${of === "notes" ? gateway.notes : reports}/calls`)).json()) as string[];
  const hears = async (of: string, wanted: string): Promise<void> => {
    const seen: string[] = [];
    await until(gateway.relay, 10, async () => {
      seen.push(...(await calls(of)));
      return seen.includes(wanted);
    });
  };

  it.each(["notes", "reports"])("ends a call at %s whose client has gone", async (of) => {
    const before = (await auditLines(gateway.proxy)).length;
    await leaving(gateway, keys.both.value, `${of}-slow`, { seconds: 60 });
    await hears(of, "slow cancelled");
    await until(gateway.proxy, 5, async () => (await auditLines(gateway.proxy)).length > before);
    expect(await outcomes(1)).toEqual(["both cancelled"]);
    // The places are free again.
    const two = [1, 2, 3].map(() => call("both", `${of}-slow`));
    expect(await Promise.all(two)).toEqual([done, done, done]);
  });

  const withId = (key: "part" | "both", id: unknown, of: string) =>
    ask(gateway, "/mcp/", keys[key].value, {
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name: `${of}-slow`, arguments: { seconds: 60 } },
    });
  const cancel = async (key: "part" | "both", requestId: unknown): Promise<void> => {
    const params = { requestId, reason: "no longer" };
    const body = { jsonrpc: "2.0", method: "notifications/cancelled", params };
    expect((await ask(gateway, "/mcp/", keys[key].value, body)).status).toBe(202);
  };

  it.each(["notes", "reports"])("ends a call at %s that its client takes back", async (of) => {
    const number = withId("both", 7, of);
    const text = withId("part", "seven", of);
    await hears(of, "slow");
    for (const [key, id] of [
      ["part", 7],
      ["both", "seven"],
      ["both", 8],
      ["both", null],
      ["both", [7]],
    ] as const)
      await cancel(key, id);
    await new Promise((passed) => setTimeout(passed, 300));
    expect(await calls(of)).not.toContain("slow cancelled");
    await cancel("both", 7);
    await hears(of, "slow cancelled");
    const { result } = JSON.parse((await number).text) as { result: unknown };
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: "Error: the call was cancelled by its client" }],
    });
    await cancel("part", "seven");
    await hears(of, "slow cancelled");
    expect((await text).text).toContain("the call was cancelled by its client");
    expect(await outcomes(2)).toEqual(["both cancelled", "part cancelled"]);
  });

  it("ends none of two calls with one id, and one that waits for its turn", async () => {
    const same = [withId("both", 1, "notes"), withId("both", 1, "notes")];
    await hears("notes", "slow");
    const waits = withId("both", 2, "notes");
    await new Promise((passed) => setTimeout(passed, 500));
    await cancel("both", 1);
    await cancel("both", 2);
    expect((await waits).text).toContain("the call was cancelled by its client");
    expect(await calls("notes")).not.toContain("slow cancelled");
    expect(await outcomes(1)).toEqual(["both cancelled"]);
    void Promise.allSettled(same);
  });
});
