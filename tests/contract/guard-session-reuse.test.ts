import {
  describeWithDocker,
  dockerOk,
  image,
  images,
  published,
  removeAll,
  start,
  testName,
  until,
} from "../support/docker.ts";
import { GONE, routes, leaving, rpc } from "../support/routes.ts";
import { type Guarded, auditLines, keys, rowsOf, withGuarded } from "../support/guarded.ts";

jest.setTimeout(120_000);

const idle = 3;
const tools = { db: ["list_schemas"], notes: ["broken", "lost", "session", "slow"] };
const rows = rowsOf({
  part: { value: keys.part.value, row: { name: "part", tools, models: [], expires: null } },
  both: { value: keys.both.value, row: { name: "both", tools, models: [], expires: null } },
});

/** Opens every event stream, and says of every message that it is not there. */
const refusing = `
import http.server, time
class Here(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/sse" else 404)
        self.send_header("Content-Type", "text/event-stream"); self.end_headers()
        self.wfile.write(b"event: endpoint\\ndata: /messages/?session_id=0\\n\\n"); self.wfile.flush()
        if self.path == "/sse": time.sleep(60)
    def do_POST(self):
        self.send_response(503); self.send_header("Content-Length", "0"); self.end_headers()
        print("refused", flush=True)
http.server.ThreadingHTTPServer(("0.0.0.0", 8686), Here).serve_forever()`;

describeWithDocker("sessions that wait for the next call", () => {
  let gateway: Guarded;
  withGuarded(
    (made) => {
      gateway = made;
      gateway.setPolicy(gateway.policy(rows));
    },
    { sessionIdle: idle },
  );

  const call = async (key: "part" | "both", tool: string, args: object = {}) => {
    const seen = await routes["/mcp/"]?.(gateway, keys[key].value, tool, { ...args });
    return [seen?.isError, seen?.text];
  };
  const session = async (key: "part" | "both", seconds = 0): Promise<string> => {
    const [failed, text] = await call(key, "notes-session", { seconds });
    expect([failed, text]).toEqual([false, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    return String(text);
  };
  const open = async (): Promise<string[]> =>
    (await (await fetch(`${gateway.notes}/sessions`)).json()) as string[];
  const allEnded = async (): Promise<void> => {
    await until(gateway.notesContainer, idle + 10, async () => (await open()).length === 0);
  };

  it("serves the next call of the same key, and nobody else's", async () => {
    const first = await session("both");
    const other = await session("part");
    expect(other).not.toBe(first);
    expect([await session("both"), await session("part")]).toEqual([first, other]);
    expect((await open()).sort()).toEqual([first, other].sort());
  });

  it("serves one call at a time", async () => {
    await allEnded();
    const both = await Promise.all([session("both", 0.5), session("both", 0.5)]);
    expect(new Set(both).size).toBe(2);
    expect((await open()).sort()).toEqual([...both].sort());
    expect(both).toContain(await session("both"));
  });

  it("is the same after a tool has failed", async () => {
    await allEnded();
    const first = await session("both");
    expect(await call("both", "notes-broken")).toEqual([
      true,
      "Error executing tool broken: it is broken",
    ]);
    expect(await session("both")).toBe(first);
  });

  it("ends when it has waited long enough, and when it is old", async () => {
    await allEnded();
    const first = await session("both");
    const began = Date.now();
    const seen = new Set([first]);
    while (Date.now() < began + idle * 2000 + 1000) {
      await new Promise((done) => setTimeout(done, 500));
      seen.add(await session("both"));
    }
    expect(seen.size).toBe(2);
    await allEnded();
  });

  it.each([400, 404])(
    "has a new one where the server has forgotten it: HTTP %i",
    async (status) => {
      const first = await session("both");
      const forget = `${gateway.notes}/forget?answer=${status}`;
      expect((await fetch(forget, { method: "POST" })).status).toBe(200);
      const second = await session("both");
      expect(second).not.toBe(first);
      expect(await session("both")).toBe(second);
    },
  );

  it("never asks twice for what may have been done", async () => {
    const executed = async (): Promise<string[]> =>
      (await (await fetch(`${gateway.notes}/calls`)).json()) as string[];
    const first = await session("both");
    await executed();
    expect(await call("both", "notes-lost")).toEqual([true, GONE]);
    expect(await executed()).toEqual(["lost"]);
    expect(await session("both")).not.toBe(first);
  });

  it("has a new one where the server has started again, over both transports", async () => {
    const first = await session("both");
    const schemas = await call("both", "db-list_schemas");
    expect(schemas[0]).toBe(false);
    await Promise.all(
      [gateway.notesContainer, gateway.planets].map((name) =>
        dockerOk(["restart", "-t", "1", name]),
      ),
    );
    const notes = await published(gateway.notesContainer, 9000);
    await until(gateway.notesContainer, 30, async () => (await fetch(`${notes}/calls`)).ok);
    // The relay knows both again.
    await until(gateway.relay, 30, async () => {
      const list = await rpc(gateway, keys.both.value, "tools/list");
      return list.text.includes("notes-session") && list.text.includes("db-list_schemas");
    });
    expect(await session("both")).not.toBe(first);
    expect(await call("both", "db-list_schemas")).toEqual(schemas);
  });

  it("is not shared with a call that its client has given up", async () => {
    const first = await session("both");
    await leaving(gateway, keys.both.value, "notes-slow", { seconds: 30 });
    expect(await session("both")).not.toBe(first);
  });

  it("waits for no server that takes a session over SSE and then no message", async () => {
    const name = testName("refusing");
    await start(name, [
      "--network",
      gateway.network,
      "--network-alias",
      "mcp-reports",
      image(images.python),
      "python3",
      "-c",
      refusing,
    ]);
    try {
      // The relay looks for a server that was not there once a second.
      await until(name, 30, async () => {
        await rpc(gateway, keys.both.value, "tools/list");
        return (await dockerOk(["logs", name])).includes("refused");
      });
      const began = performance.now();
      const list = await rpc(gateway, keys.both.value, "tools/list");
      expect(list.text).toContain("db-list_schemas");
      // LiteLLM alone: 30 s.
      expect(performance.now() - began).toBeLessThan(10_000);
    } finally {
      await removeAll([name], []);
    }
  });

  // The last one: that server stays away.
  it("says so when there is none to be had", async () => {
    await session("both");
    await dockerOk(["kill", gateway.notesContainer]);
    const texts = [await call("both", "notes-session"), await call("both", "notes-session")];
    expect(texts).toEqual([
      [true, GONE],
      [true, "Error: the MCP server does not answer"],
    ]);
    expect((await auditLines(gateway.proxy)).at(-1)).toMatchObject({
      key: "both",
      connector: "notes",
      tool: "session",
      outcome: "error",
    });
  });
});
