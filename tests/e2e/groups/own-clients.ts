import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Desk, installClients, printedSetups } from "../support/clients.ts";
import type { Deployment } from "../support/deployment.ts";
import { leaks } from "../support/secrets.ts";

/** The users' own programs, set up with what `make clients` prints. */
export function ownClients(deployment: () => Deployment): void {
  let commands: string;
  let key: string;
  let setups: ReadonlyMap<string, string>;
  let desk: Desk;
  const setup = (client: string): string => {
    const text = setups.get(client);
    if (text === undefined) throw new Error(`nothing is printed for ${client}`);
    return text;
  };
  /** The same set-up with a key that nobody has. */
  const spoilt = (text: string): string => text.replaceAll(key, `sk-${"0".repeat(40)}`);

  // The first run on a machine downloads 150 MB of clients; later ones find them.
  beforeAll(async () => {
    commands = await installClients();
    key = await deployment().key("claude-code");
    const ran = await deployment().ops("clients.ts", { KEY: "claude-code", SHOW: "1" });
    setups = printedSetups(ran.stdout);
  }, 600_000);
  beforeEach(() => {
    desk = new Desk(deployment(), commands);
  });
  afterEach(() => {
    desk.leave();
  });

  test("every client has its set-up printed", () => {
    expect([...setups.keys()]).toEqual([
      "Claude Code",
      "Gemini CLI",
      "Codex CLI",
      "VS Code",
      "Open WebUI",
    ]);
  });

  test.each([
    ["a good key", (text: string) => text, /^gateway: .+\/mcp\/ \(HTTP\) - ✔ Connected$/m],
    ["a bad key", spoilt, /^gateway: .+\/mcp\/ \(HTTP\) - ✘ Failed to connect/m],
  ])("Claude Code with %s", async (_, change, says) => {
    const added = await desk.shell(change(setup("Claude Code")));
    expect(added.code).toBe(0);
    const listed = await desk.shell("claude mcp list");
    expect(listed.stdout).toMatch(says);
  });

  test.each([
    ["a good key", (text: string) => text, /✓ gateway: .+\/mcp\/ \(http\) - Connected/],
    ["a bad key", spoilt, /✗ gateway: .+\/mcp\/ \(http\) - Disconnected/],
  ])("Gemini CLI with %s", async (_, change, says) => {
    mkdirSync(join(desk.home, ".gemini"));
    writeFileSync(join(desk.home, ".gemini", "settings.json"), change(setup("Gemini CLI")));
    const listed = await desk.shell("gemini mcp list");
    expect(listed.all).toMatch(says);
  });

  test("Codex CLI takes what is printed", async () => {
    const ran = await desk.shell(`${setup("Codex CLI")}\ncodex mcp list --json`);
    expect(ran.code).toBe(0);
    const listed = JSON.parse(ran.stdout.slice(ran.stdout.indexOf("["))) as {
      name: string;
      enabled: boolean;
      transport: Record<string, unknown>;
    }[];
    expect(listed.map(({ name, enabled }) => [name, enabled])).toEqual([["gateway", true]]);
    expect(listed[0]?.transport).toMatchObject({
      type: "streamable_http",
      url: `${deployment().url}/mcp/`,
      bearer_token_env_var: "MCP_GATEWAY_KEY",
    });
  });

  test("without SHOW=1 the key is not printed", async () => {
    const ran = await deployment().ops("clients.ts", { KEY: "claude-code", SHOW: "" });
    expect(ran.code).toBe(0);
    expect(leaks(ran.all, Object.values((await deployment().outputs()).virtualKeys))).toEqual([]);
    expect(ran.stdout).toContain('--header "Authorization: Bearer <key>"');
    expect(ran.stdout).toContain("make clients KEY=claude-code SHOW=1 shows it.");
  });

  test.each([
    ["", "which key? Keys: claude-code, open-webui, reader, stranger"],
    ["nobody", 'there is no key "nobody" Keys: claude-code, open-webui, reader, stranger'],
  ])("KEY=%s is answered with the keys that there are", async (name, says) => {
    const ran = await deployment().ops("clients.ts", { KEY: name, SHOW: "1" });
    expect([ran.code, ran.stdout]).toEqual([1, ""]);
    expect(ran.stderr).toBe(`${says}\nusage: make clients KEY=name [SHOW=1]\n`);
  });
}
