import { existsSync, readFileSync } from "node:fs";
import type { CatalogueStack } from "../support/catalogue-stack.ts";
import { answer, call, tools } from "../support/mcp.ts";
import { type Ran, output } from "../support/run.ts";
import { leaks } from "../support/secrets.ts";

/** Locks the stack's own servers, deploys everything, and calls each of them. */
export function catalogue(stack: () => CatalogueStack): void {
  let ran: Ran;
  let key: string;

  test("a preview names every server whose tools are not locked yet", async () => {
    const preview = await stack().deployment.pulumi(["preview"]);
    expect(preview.code).not.toBe(0);
    const unlocked = [
      ...preview.all.matchAll(/connectors\.(\w+)\.(use|definition): tools.lock.json/g),
    ];
    expect(unlocked.map(([, id]) => id).sort()).toEqual(["inline", "inside", "monitor", "tools"]);
  });

  test("make tools-lock reads them from the real servers, without a gateway", async () => {
    const wanted = ["tools", "inside", "inline", "monitor"].map((id) => `connector:${id}`);
    const locked = await stack().deployment.ops("tools-lock.ts", {}, wanted);
    expect([locked.code, locked.stderr]).toEqual([0, ""]);
    expect(locked.stdout.trim().split("\n").sort()).toEqual([
      "connector:inline: 4 tools",
      "connector:inside: 4 tools",
      "connector:monitor: 1 tools",
      "connector:tools: 4 tools",
    ]);
    expect(leaks(readFileSync(stack().path("tools.lock.json"), "utf8"), stack().secrets)).toEqual(
      [],
    );
  });

  test("up deploys them all, with a word about what is risky, and no secret", async () => {
    ran = await stack().deployment.up();
    expect(leaks(ran.all, stack().secrets)).toEqual([]);
    expect(ran.all).toContain(
      'connectors.inside: placement "gateway" starts a new process inside LiteLLM for every call',
    );
    key = await stack().key("all");
  });

  test("a second up changes nothing", async () => {
    const again = await stack().deployment.pulumi([
      "up",
      "--yes",
      "--skip-preview",
      "--expect-no-changes",
    ]);
    expect([again.code, again.all]).toEqual([0, expect.any(String)]);
  });

  const calls: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    [
      "ts-execute_sql",
      {
        sql: "SELECT time_bucket('1 day', at) AS day, avg(celsius) AS warm FROM heat GROUP BY 1 ORDER BY 1",
      },
      /'warm': 11\.5.*'warm': 35\.5/,
    ],
    ["n8n-n8n_list_workflows", {}, /Night shift/],
    ["monitor-fetch", { url: "http://pages.example/far" }, /a page of the wide world/],
    ["web-fetch", { url: "http://pages.example/story" }, /a page of the wide world/],
    ["tools-ping", {}, /^pong from python3$/],
    ["inside-ping", {}, /^pong from python3$/],
    ["inline-ping", {}, /^pong from nowhere$/],
  ];
  test.each(calls)("%s", async (tool, args, wanted) => {
    expect(await call(stack().deployment.url, key, tool, args)).toMatch(wanted);
  });

  test("files are read below the allowed paths, and nothing is written", async () => {
    const { url } = stack().deployment;
    const inside = `/data${stack().path("shared")}`;
    const read = (path: string) => answer(url, key, "files-read_text_file", { path });
    expect((await read(`${inside}/note.txt`)).text).toBe("read me\n");
    expect((await read("/etc/passwd")).text).toMatch(/Access denied/);
    const written = await answer(url, key, "files-write_file", {
      path: `${inside}/new.txt`,
      content: "x",
    });
    expect(written.text).toMatch(/EROFS/);
    expect(existsSync(stack().path("shared", "new.txt"))).toBe(false);
  });

  test('"default" is what the definition proposes, and no tool that writes', async () => {
    const listed = await tools(stack().deployment.url, await stack().key("careful"));
    expect(listed).toContain("files-read_text_file");
    expect(listed).toContain("n8n-n8n_list_workflows");
    expect(listed.filter((name) => /write|edit|create|delete|update|move/.test(name))).toEqual([]);
    expect(listed).toHaveLength(19);
  });

  test("no container shows a secret", async () => {
    const ids = (
      await output("docker", ["ps", "-aq", "--filter", `name=^/${stack().deployment.prefix}mcp-`])
    )
      .trim()
      .split("\n");
    const all = await output("docker", ["inspect", ...ids]);
    expect(leaks(all, stack().secrets)).toEqual([]);
  });
}
