import { exampleConfig, lock, modelOf } from "../support/config.ts";
import {
  describeWithDocker,
  docker,
  image,
  images,
  removeAll,
  start,
  testName,
} from "../support/docker.ts";
import { type RealGateway, masterKey, realGateway } from "../support/gateway.ts";

jest.setTimeout(120_000);

const notes = { use: "notes" };
const { planets } = exampleConfig()["connectors"] as Record<string, object>;
/** A server that runs elsewhere, at the same address as `hole`. */
const far = {
  definition: {
    title: "Far",
    description: "elsewhere",
    transport: "remote",
    inputs: { url: { type: "url", description: "where" } },
    verify: { tool: "add", arguments: {}, expect: "." },
  },
  inputs: { url: "http://far.example:9000/mcp" },
};
const model = modelOf(
  {
    ...exampleConfig(),
    connectors: { crashing: notes, dead: notes, far, hole: notes, planets },
    keys: {},
  },
  {
    ...lock,
    connectors: {
      ...lock.connectors,
      "connector:far": {
        image: "http://far.example:9000/mcp",
        tools: lock.connectors["notes"]?.tools ?? {},
      },
    },
  },
);
const python = image(images.python);

/** Takes every connection and never says a word. */
const silent = `
import socket
server = socket.create_server(("0.0.0.0", 9000))
held = []
while True: held.append(server.accept())
`;

/** As LiteLLM does it: a session for each call, six at a time. Prints their number, and what failed. */
const sessions = (url: string, seconds: number): string => `
import asyncio, time
from mcp import ClientSession
from mcp.client.sse import sse_client
end, calls, lost = time.time() + ${seconds}, [], []
async def call():
    while time.time() < end:
        try:
            async with sse_client("${url}") as (read, write), ClientSession(read, write) as session:
                await session.initialize()
                calls.append(await session.call_tool("list_schemas", {}))
        except BaseException as error:
            lost.append(repr(error))
async def all():
    await asyncio.gather(*[call() for _ in range(6)])
asyncio.run(all())
print(len(calls), *lost, sep="\\n")
`;

describeWithDocker(
  "one connector hangs, here and elsewhere, one crashes again and again, one is not there",
  () => {
    let gateway: RealGateway;
    const names = { hole: testName("hole"), crashing: testName("crashing") };
    beforeAll(async () => {
      gateway = await realGateway(model, { guard: false });
      const on = (alias: string) => ["--network", gateway.network, "--network-alias", alias];
      const far = ["--network-alias", "far.example"];
      await start(names.hole, [...on("mcp-hole"), ...far, python, "python3", "-c", silent]);
      await start(names.crashing, [
        ...on("mcp-crashing"),
        "--restart",
        "always",
        "--entrypoint",
        "sh",
        python,
        "-c",
        "sleep 0.2; exit 1",
      ]);
      // What a server that has just come up is told to be by the relay's own checks.
      await new Promise((done) => setTimeout(done, 12_000));
    }, 240_000);
    afterAll(async () => {
      await removeAll(Object.values(names), []);
      await (gateway as RealGateway | undefined)?.remove();
    }, 60_000);

    async function ask(method: string, params: unknown): Promise<{ text: string; ms: number }> {
      const began = performance.now();
      const answer = await fetch(`${gateway.url}/mcp/`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${masterKey}`,
          "Content-Type": "application/json",
          Accept: "application/json, text/event-stream",
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      });
      return { text: await answer.text(), ms: performance.now() - began };
    }
    const call = (tool: string) => ask("tools/call", { name: tool, arguments: {} });

    // LiteLLM alone would wait 30 s for each that hangs. How long it takes is printed: machines differ.
    it("lists the tools of the one that works without waiting for the others", async () => {
      for (let time = 0; time < 3; time++) {
        const { text, ms } = await ask("tools/list", {});
        const { result } = JSON.parse(text) as { result: { tools: { name: string }[] } };
        const names = result.tools.map(({ name }) => name);
        expect(names).toContain("db-list_schemas");
        expect(names.filter((name) => !name.startsWith("db-"))).toEqual([]);
        expect(ms).toBeLessThan(10_000);
        process.stdout.write(`    listed beside three that are not well in ${ms.toFixed(0)} ms\n`);
      }
    });

    it("calls a tool of the one that works, also while the others are called", async () => {
      const [good, ...bad] = await Promise.all(
        ["db-list_schemas", "hole-add", "far-add", "dead-add", "crashing-add"].map(call),
      );
      expect(good?.text).toContain("schema_name");
      for (const each of [good, ...bad]) expect(each?.ms).toBeLessThan(10_000);
      for (const each of bad) expect(each.text).not.toContain("schema_name");
    });

    it("loses no call when it reloads", async () => {
      const { url } = model.connectors.find(({ id }) => id === "planets") ?? { url: "" };
      const client = docker([
        "exec",
        "--env",
        "SSL_CERT_FILE=/tmp/mcp-gateway-roots.pem",
        gateway.proxy,
        "python3",
        "-c",
        sessions(url, 10),
      ]);
      for (let reload = 0; reload < 5; reload++) {
        await new Promise((done) => setTimeout(done, 1_500));
        await docker(["exec", gateway.relay, "sh", "-c", "kill -USR2 1"]);
      }
      const [calls = "", ...lost] = (await client).stdout.trim().split("\n");
      expect(lost).toEqual([]);
      expect(Number(calls)).toBeGreaterThan(10);
    });

    it("finds one that comes back by itself, and goes where it redirects to", async () => {
      await docker(["rm", "--force", names.hole]);
      const server = `
from http.server import BaseHTTPRequestHandler, HTTPServer
class Here(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/mcp":
            # As the Python SDK up to 1.10 does it.
            self.send_response(307); self.send_header("Location", f"http://{self.headers['Host']}/mcp/")
            self.send_header("Content-Length", "0"); self.end_headers(); return
        self.send_response(200); self.send_header("Content-Length", "4"); self.end_headers(); self.wfile.write(b"here")
HTTPServer(("0.0.0.0", 9000), Here).serve_forever()`;
      await start(names.hole, [
        "--network",
        gateway.network,
        "--network-alias",
        "mcp-hole",
        python,
        "python3",
        "-c",
        server,
      ]);
      const url = model.connectors.find(({ id }) => id === "hole")?.url ?? "";
      const seen = await docker([
        "exec",
        gateway.proxy,
        "python3",
        "-c",
        `
import time, urllib.request as u, urllib.error as e
for _ in range(60):
    try:
        answer = u.urlopen("${url}", timeout=5)
        print(answer.read().decode(), answer.geturl()); break
    except e.HTTPError as x:
        last = x.code; time.sleep(0.25)
else: print(last)`,
      ]);
      expect(seen.stdout.trim()).toBe(`here ${url}/`);
    });
  },
);
