import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { connectorDefinition } from "../../components/connectors/definition.ts";
import { programOf } from "../../components/connectors/program.ts";
import {
  describeWithDocker,
  dockerOk,
  image,
  published,
  removeAll,
  start,
  testName,
  until,
} from "../support/docker.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(120_000);

/** Two tools that write down their end, one of which lets nothing else run meanwhile. */
const server = `
import asyncio, time
from mcp.server.fastmcp import Context, FastMCP
server = FastMCP("long")
def note(text):
    with open("/tmp/notes", "a") as file:
        file.write(text + "\\n")
@server.tool()
async def slow() -> str:
    note("begun")
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        note("cancelled")
        raise
@server.tool()
def busy() -> str:
    note("begun")
    time.sleep(3)
    note("through")
    return "done"
@server.tool()
def meta(ctx: Context) -> str:
    return str(ctx.request_context.meta)
server.run()
`;

const definition = connectorDefinition.parse({
  ...{ title: "T", description: "t", transport: "stdio", image: "mcp-gateway/bridge:0.13.0" },
  command: ["/opt/bridge/bin/python3", "/tools/server.py"],
  egress: { mode: "none", reason: "none" },
  verify: { tool: "meta", expect: "." },
});
if (definition.transport === "remote") throw new Error("it is not");
const { port } = definition;

describeWithDocker("a call behind the bridge that nobody waits for", () => {
  const name = testName("cancel");
  const place = scratch();
  const client = new Client({ name: "contract", version: "1.0.0" });

  beforeAll(async () => {
    chmodSync(place.path, 0o755);
    mkdirSync(join(place.path, "tools"));
    writeFileSync(join(place.path, "tools", "server.py"), server);
    const files = join(process.cwd(), "components", "connectors", "files");
    const [program = "", ...args] = programOf(definition, 8);
    await start(name, [
      ...["--init", "--publish", `127.0.0.1::${port}`, "--read-only", "--tmpfs", "/tmp:mode=1777"],
      ...["--volume", `${files}:/etc/mcp-gateway:ro`, "--volume", `${place.path}/tools:/tools:ro`],
      ...["--user", definition.user, "--entrypoint", program, image(definition.image), ...args],
    ]);
    const url = new URL(`${await published(name, port)}/mcp`);
    await until(name, 60, async () => (await fetch(`${url.origin}/status`)).ok);
    await client.connect(new StreamableHTTPClientTransport(url));
  });
  afterAll(async () => {
    await client.close();
    await removeAll([name], []);
    place.remove();
  });

  const notes = async (): Promise<string[]> =>
    (await dockerOk(["exec", name, "sh", "-c", "cat /tmp/notes; : >/tmp/notes"]))
      .split("\n")
      .filter((text) => text !== "");
  const call = async (tool: string, word: string) => {
    const _meta = { "mcp-gateway/call": word };
    const { content } = await client.callTool({ name: tool, arguments: {}, _meta });
    return (content as { text?: string }[]).map((part) => part.text ?? "").join();
  };
  const cancel = (word: string) =>
    client.callTool({ name: "mcp-gateway/cancel", arguments: { call: word } });

  it("is cancelled at the server, and over", async () => {
    const slow = call("slow", "one");
    const other = call("slow", "two");
    await until(name, 10, async () => (await notes()).length === 2);
    await cancel("none");
    await cancel("two");
    expect(await other).toMatch(/cancelled/i);
    expect(await notes()).toEqual(["cancelled"]);
    await cancel("one");
    expect(await slow).toMatch(/cancelled/i);
    expect(await notes()).toEqual(["cancelled"]);
  });

  it("lasts as long as its server is busy with it", async () => {
    const began = Date.now();
    const busy = call("busy", "three");
    await until(name, 10, async () => (await notes()).includes("begun"));
    await cancel("three");
    expect(await busy).toMatch(/done|cancelled/i);
    expect(Date.now() - began).toBeGreaterThan(2_500);
    expect(await notes()).toEqual(["through"]);
  });

  it("is the gateway's own matter: its server hears no name of it", async () => {
    expect(await call("meta", "four")).toBe("None");
  });
});
