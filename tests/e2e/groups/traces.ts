import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "../support/deployment.ts";
import { containers, logs, names } from "../support/docker.ts";
import { bearer, send } from "../support/http.ts";
import { call } from "../support/mcp.ts";
import { output } from "../support/run.ts";
import { leaks, secretsOf } from "../support/secrets.ts";

const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Spend rows of a key's tool calls: tool and status. */
export async function toolRows(deployment: Deployment, key: string): Promise<string[]> {
  return deployment.sql(
    `select mcp_namespaced_tool_name, status from "LiteLLM_SpendLogs" where call_type = 'call_mcp_tool' and api_key = '${hashOf(key)}' order by "startTime"`,
  );
}

/** Polls for `count` rows: LiteLLM writes them in batches, every 1 to 7 s (docs/litellm-1.77.3.md#spend-rows). */
async function waitForRows(deployment: Deployment, key: string, count: number): Promise<string[]> {
  const end = Date.now() + 30_000;
  let rows = await toolRows(deployment, key);
  while (rows.length < count && Date.now() < end) {
    await new Promise((done) => setTimeout(done, 500));
    rows = await toolRows(deployment, key);
  }
  return rows;
}

/** What use leaves behind: a spend row, a line in the access log, and no secret anywhere. */
export function traces(deployment: () => Deployment): void {
  test("a tool call is one spend row under the key's hash", async () => {
    const stack = deployment();
    const key = await stack.key("open-webui");
    const before = await toolRows(stack, key);
    await call(stack.url, key, "db-list_schemas", {});
    expect(await waitForRows(stack, key, before.length + 1)).toEqual([
      ...before,
      "db/list_schemas|success",
    ]);
  });

  test("the edge's access log is JSON, without keys, queries and bodies", async () => {
    const stack = deployment();
    const key = await stack.key("open-webui");
    const odd = `/v1/models/"%22\\x?key=${key}`;
    await send(stack.url, "GET", odd, { ...bearer(key), "User-Agent": key, Referer: key });
    await send(stack.url, "GET", "/v1/models?probe=1", bearer(key));
    const [log] = await logs(`${stack.prefix}mcp-edge`);
    // HAProxy's own words about its server are no access lines.
    const lines = log.split("\n").filter((line) => line.includes('"method"'));
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.length).toBeGreaterThan(100);
    for (const entry of entries)
      expect(Object.keys(entry)).toEqual([
        "time",
        "frontend",
        "client",
        "key",
        "method",
        "path",
        "status",
        "refused",
        "bytes",
        "ms",
        "server",
        "ended",
      ]);
    expect(entries.at(-1)).toMatchObject({
      method: "GET",
      path: "/v1/models",
      status: 200,
      server: "litellm",
    });
    expect(entries.at(-2)).toMatchObject({ status: 404, server: "<NOSRV>" });
  });

  test("no secret in any container's log", async () => {
    const stack = deployment();
    const secrets = await secretsOf(stack);
    const all = await containers(stack.prefix);
    expect(all).toHaveLength(7);
    for (const { Name } of all) {
      const [out, err] = await logs(Name.slice(1));
      expect([Name, ...leaks(out + err, secrets)]).toEqual([Name]);
    }
  });

  test("no secret in docker inspect, of containers, networks and volume", async () => {
    const stack = deployment();
    const ids = (await containers(stack.prefix)).map((one) => one.Id);
    const networks = await names("network", stack.prefix);
    const text = await output("docker", ["inspect", ...ids, ...networks, stack.volume]);
    expect(leaks(text, await secretsOf(stack))).toEqual([]);
  });

  test("no secret in docker history, of any image", async () => {
    const stack = deployment();
    const secrets = await secretsOf(stack);
    const all = await containers(stack.prefix);
    const images = new Set(all.map((one) => one.Image));
    expect(images.size).toBe(5);
    for (const image of images) {
      const text = await output("docker", ["history", "--no-trunc", image]);
      expect(text).toContain("CREATED BY");
      expect([image, ...leaks(text, secrets)]).toEqual([image]);
    }
  });

  test("no secret in the outputs that are no secrets", async () => {
    const stack = deployment();
    const text = await stack.must("stack", "output", "--json");
    expect(text).toContain('"gatewayUrl"');
    expect(leaks(text, await secretsOf(stack))).toEqual([]);
  });

  test("no secret in a file outside of the secrets directory", async () => {
    const stack = deployment();
    const secrets = await secretsOf(stack);
    const files = readdirSync(stack.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const inside = join(stack.directory, ".gateway", "secrets");
    const found = files.filter((file) => leaks(readFileSync(file, "utf8"), secrets).length > 0);
    expect(found.filter((file) => !file.startsWith(inside))).toEqual([]);
    // The search finds what is there: four secrets files and the keyring of four keys and two.
    expect(found).toHaveLength(10);
    expect(files.some((file) => file.includes(join("state", ".pulumi")))).toBe(true);
  });

  test("no secret on a command line that the engine can be asked for", async () => {
    const stack = deployment();
    const secrets = await secretsOf(stack);
    for (const { Name } of await containers(stack.prefix)) {
      const text = await output("docker", ["top", Name.slice(1), "-eo", "pid,args"]);
      expect([Name, ...leaks(text, secrets)]).toEqual([Name]);
    }
  });
}
