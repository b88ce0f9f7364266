import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { probeOf, programOf } from "../../components/connectors/program.ts";
import { connectorDefinition } from "../../config/connectors/definition.ts";
import { toolServer } from "../e2e/support/bystanders.ts";
import {
  describeWithDocker,
  docker,
  dockerOk,
  image,
  published,
  removeAll,
  start,
  testName,
} from "../support/docker.ts";
import { inCheckout } from "../support/paths.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(120_000);

const definition = connectorDefinition.parse({
  title: "T",
  description: "t",
  transport: "stdio",
  image: "mcp-gateway/bridge:0.13.0",
  command: ["python3", "/tools/server.py"],
  egress: { mode: "none", reason: "none" },
  verify: { tool: "ping", expect: "." },
});
if (definition.transport === "remote") throw new Error("it is not");
const { port } = definition;

/** Answers that mcp-proxy's parser drops, or reads otherwise than they were meant. */
const raw = String.raw`
def plain(request, text):
    return {"jsonrpc": "2.0", "id": request, "result": {"content": [{"type": "text", "text": text}]}}
RAW = {
    "null": lambda i: {"jsonrpc": "2.0", "id": i, "result": None},
    "neither": lambda i: {"jsonrpc": "2.0", "id": i},
    "no code": lambda i: {"jsonrpc": "2.0", "id": i, "error": {"message": "boom"}},
    "float": lambda i: plain(float(i), "by a number with a point"),
    "text": lambda i: plain(str(i), "by a text"),
    "no version": lambda i: {**plain(i, "by no version"), "jsonrpc": "1.0"},
    "half": lambda i: plain(i, "half \ud83d"),
    "deep": lambda i: '{"jsonrpc": "2.0", "id": %d, "result": {"content": [], "x": %s}}' % (i, "[" * 300 + "]" * 300),
    "bytes": lambda i: b'{"jsonrpc": "2.0", "id": %d, "result": {"content": [{"type": "text", "text": "\xff"}]}}' % i,
    "cut": lambda i: '{"jsonrpc": "2.0", "id": %d, "result": {"content": [' % i,
}
def say(answer):
    text = answer if isinstance(answer, (str, bytes)) else json.dumps(answer)
    sys.stdout.buffer.write((text if isinstance(text, bytes) else text.encode()) + b"\n")
    sys.stdout.buffer.flush()
`;

/** The same server with tools that it does not list. */
const unlisted = (source: string): string => {
  const last = "    return str(os.getpid())";
  const loop = "for line in sys.stdin:\n    request = json.loads(line)\n";
  expect(source).toContain(last);
  expect(source).toContain(loop);
  const odd = `${raw}
${loop}    tool = request.get("params", {}).get("name")
    if tool == "pid" and os.path.exists(os.path.join(HERE, "changed")):
        TOOLS[0]["outputSchema"] = {"type": "object"}
        say({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
    if tool in RAW:
        say(RAW[tool](request["id"]))
        continue
`;
  return source.replace(loop, odd).replace(
    last,
    `    if name == "large":
        return "x" * 30_000_000
    if name == "twice":
        print(json.dumps({"jsonrpc": "2.0", "method": "notifications/x", "params": {"a": "y" * 2_000_000}}))
        return "after it"
    if name == "odd":
        print('[1]\\n{"jsonrpc": "2.0", "id": [], "result": {}}\\n' + "[" * 100_000)
    return str(os.getpid())`,
  );
};

describeWithDocker("the bridge, with the real mcp-proxy", () => {
  const name = testName("bridge");
  const place = scratch();
  let url: string;

  beforeAll(async () => {
    chmodSync(place.path, 0o755);
    mkdirSync(join(place.path, "tools"));
    writeFileSync(join(place.path, "tools", "server.py"), unlisted(toolServer));
    const files = inCheckout("components/connectors/files");
    writeFileSync(join(place.path, "env"), "");
    const [program = "", ...args] = programOf(definition, 1);
    await start(name, [
      "--restart",
      "unless-stopped",
      "--init",
      "--publish",
      `127.0.0.1::${port}`,
      "--cap-drop",
      "ALL",
      "--read-only",
      "--tmpfs",
      "/tmp:size=16m",
      "--memory",
      "256m",
      "--volume",
      `${files}:/etc/mcp-gateway:ro`,
      "--volume",
      `${place.path}/tools:/tools:ro`,
      "--volume",
      `${place.path}/env:/run/secrets/mcp-gateway.env:ro`,
      "--user",
      definition.user,
      "--entrypoint",
      program,
      image(definition.image),
      ...args,
    ]);
    await served(30);
  });

  afterAll(async () => {
    await removeAll([name], []);
    place.remove();
  });

  /** A call's text, or why there was none; every time with a session of its own, as LiteLLM has. */
  async function call(tool: string): Promise<string> {
    const client = new Client({ name: "contract", version: "1.0.0" });
    try {
      // After a restart Docker gives another port.
      url = `${await published(name, port)}/mcp`;
      await client.connect(new StreamableHTTPClientTransport(new URL(url)));
      const { content, isError } = await client.callTool({ name: tool, arguments: {} });
      const text = (content as { text?: string }[]).map((part) => part.text ?? "").join();
      return isError === true ? `error: ${text}` : text;
    } catch (error) {
      return `failed: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      await client.close();
    }
  }

  /** The server's process id, once a call gets through. @returns also how long that took, in ms */
  async function served(seconds: number): Promise<readonly [string, number]> {
    const began = Date.now();
    for (;;) {
      const text = await call("pid");
      if (/^\d+$/.test(text)) return [text, Date.now() - began];
      if (Date.now() - began > seconds * 1000) throw new Error(`not served: ${text}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  const probe = () => docker(["exec", name, ...probeOf({ definition }, true).slice(1)]);
  const inspect = (format: string) => dockerOk(["inspect", "--format", format, name]);

  it("keeps one process for all callers, also side by side", async () => {
    const pids = await Promise.all(Array.from({ length: 8 }, () => call("pid")));
    expect(new Set(pids)).toEqual(new Set([(await served(1))[0]]));
  });

  it("is found healthy by the probe, and not when it lists nothing", async () => {
    expect((await probe()).stdout).toBe("4 tools\n");
    writeFileSync(join(place.path, "tools", "silent"), "");
    const ran = await probe();
    expect([ran.code, ran.stderr]).toEqual([1, "the server lists no tools\n"]);
    rmSync(join(place.path, "tools", "silent"));
  });

  it("says so to the call under way when its server is killed, and serves again within 5 s", async () => {
    const [before] = await served(1);
    const under = call("wait");
    await new Promise((done) => setTimeout(done, 500));
    await dockerOk(["exec", name, "sh", "-c", `kill -9 ${before}`]);
    expect(await under).toBe("error: the server has ended with exit code -9 and is starting again");
    const [after, milliseconds] = await served(5);
    process.stdout.write(`    serving again after ${milliseconds} ms\n`);
    expect(after).toMatch(/^\d+$/);
    expect(after).not.toBe(before);
    // The bridge stayed: only the server is another one.
    expect(await inspect("{{.RestartCount}}")).toBe("0");
  });

  it("does the same when the server ends by itself", async () => {
    expect(await call("die")).toBe(
      "error: the server has ended with exit code 3 and is starting again",
    );
    await served(5);
    expect(await inspect("{{.RestartCount}}")).toBe("0");
  });

  const tooLarge =
    "error: the server's answer is larger than 1 MB and was not read to its end " +
    "(proxy.limits.resultMb in the gateway's configuration)";

  it("answers for what is too large, also four times at once, and lives", async () => {
    const [before] = await served(1);
    const four = await Promise.all(Array.from({ length: 4 }, () => call("large")));
    expect(new Set(four)).toEqual(new Set([tooLarge]));
    expect(await call("twice")).toBe("after it");
    expect(await call("odd")).toMatch(/^pong/);
    expect([(await served(1))[0], await inspect("{{.RestartCount}}")]).toEqual([before, "0"]);
  });

  const none = "error: the server's answer is not JSON-RPC and was not passed on";
  it.each([
    ["null", none],
    ["neither", none],
    ["no code", "error: boom"],
    ["bytes", none],
    ["cut", none],
    ["deep", "error: the server's answer is nested too deeply and was not passed on"],
    ["half", "half ?"],
    ["float", "by a number with a point"],
    ["text", "by a text"],
    ["no version", "by no version"],
  ])("an answer that mcp-proxy would drop ends its call: %s", async (tool, said) => {
    expect(await call(tool)).toBe(said);
  });

  it("says that the tools have changed instead of a call, until somebody has listed them", async () => {
    const client = new Client({ name: "contract", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    writeFileSync(join(place.path, "tools", "changed"), "");
    const changed = "error: mcp-gateway: the server says that its tools have changed";
    expect(await call("pid")).toMatch(/^\d+$/);
    rmSync(join(place.path, "tools", "changed"));
    expect([await call("ping"), await call("ping")]).toEqual([changed, changed]);
    const { tools } = await client.listTools();
    // mcp-proxy would hold every result against it from now on.
    expect(tools.map((tool) => tool.outputSchema)).toEqual(tools.map(() => undefined));
    expect(await call("ping")).toMatch(/^pong/);
    await client.close();
  });

  /** Process ids in the container whose command line has this in it. */
  const pids = async (what: string): Promise<string[]> => {
    const script = `for f in /proc/[0-9]*/cmdline; do p=\${f#/proc/}; tr '\\0' ' ' <$f 2>/dev/null | grep -q "^[^ ]*python3 ${what}" && echo \${p%/cmdline}; done; true`;
    const { stdout } = await docker(["exec", name, "sh", "-c", script]);
    return stdout.trim().split("\n");
  };

  it.each([
    ["the first program", "-I -S /etc/mcp-gateway/bridge.py"],
    ["mcp-proxy", "/usr/local/bin/mcp-proxy"],
    ["the bridge's child", "/etc/mcp-gateway/bridge_child.py"],
  ])("ends its container when %s is killed, and serves again", async (_, what) => {
    await served(30);
    const found = await pids(what);
    expect(found).toEqual([expect.stringMatching(/^\d+$/)]);
    const began = await inspect("{{.State.StartedAt}}");
    const under = call("wait");
    await new Promise((done) => setTimeout(done, 500));
    const killed = Date.now();
    // It may end together with the container that it ends: what follows says whether it has.
    await docker(["exec", name, "sh", "-c", `kill -9 ${found[0] ?? ""}`]);
    // Nobody waits for ever, and an error without words is none.
    expect(await under).toMatch(/^(failed|error): \S/);
    while ((await inspect("{{.State.StartedAt}}")) === began)
      await new Promise((done) => setTimeout(done, 50));
    const ended = Date.now() - killed;
    const [, milliseconds] = await served(30);
    process.stdout.write(
      `    another container after ${ended} ms, serving after ${milliseconds} ms more\n`,
    );
    expect(ended).toBeLessThan(5_000);
  });

  it("starts more and more slowly while the server crashes, and says why in its log", async () => {
    writeFileSync(join(place.path, "tools", "crash"), "");
    await call("die");
    const counts: number[] = [];
    for (let half = 0; half < 40; half++) {
      counts.push(Number(await inspect("{{.RestartCount}}")));
      await new Promise((done) => setTimeout(done, 500));
    }
    // Docker doubles its wait: in the second ten seconds no more often than in the first ten.
    const [first = 0, middle = 0, last = 0] = [counts[0], counts[20], counts[39]];
    expect(last - first).toBeGreaterThan(1);
    expect(middle - first).toBeGreaterThanOrEqual(last - middle);
    const { stderr } = await docker(["logs", name]);
    expect(stderr).toContain("no licence file: giving up");
    expect(stderr).toContain("mcp-gateway: the server has ended with exit code 1\n");
    expect(stderr).toContain("mcp-gateway: it keeps ending: the container starts again\n");
    const began = Date.now();
    expect(await call("ping")).toMatch(/^(failed|error): /);
    expect(Date.now() - began).toBeLessThan(3_000);
    rmSync(join(place.path, "tools", "crash"));
  });
});
