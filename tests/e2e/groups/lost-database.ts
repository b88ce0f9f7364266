import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment, Outputs } from "../support/deployment.ts";
import { containerOf } from "../support/docker.ts";
import { bearer, send } from "../support/http.ts";
import { call, databaseTools, tools } from "../support/mcp.ts";
import { output } from "../support/run.ts";
import { settled, told } from "./drift.ts";
import { toolRows } from "./traces.ts";

/** The database lost in every way, and what a changed salt key comes to. */
export function lostDatabase(deployment: () => Deployment): void {
  let before: Outputs;
  const server = (): string => `${deployment().prefix}mcp-litellm-postgres`;
  const env = (): string =>
    readFileSync(join(deployment().directory, ".gateway", "secrets", "proxy", "proxy.env"), "utf8");
  const ring = (script: string): Promise<string> =>
    output("docker", [
      "exec",
      server(),
      "sh",
      "-c",
      `cd /var/lib/postgresql/data/keyring && ${script}`,
    ]);
  let environment: string;

  /** Same values everywhere, and they work. */
  async function back(): Promise<void> {
    const stack = deployment();
    const after = await stack.outputs();
    expect(after.virtualKeys).toEqual(before.virtualKeys);
    expect(after.masterKey).toBe(before.masterKey);
    expect(env()).toBe(environment);
    expect(await stack.sql(`select key_alias from "LiteLLM_VerificationToken" order by 1`)).toEqual(
      ["claude-code", "open-webui", "reader", "stranger"],
    );
    const key = after.virtualKeys["claude-code"] ?? "";
    expect(await tools(stack.url, key)).toEqual(databaseTools);
    expect(await call(stack.url, key, "db-list_schemas", {})).toContain("public");
    await settled(stack);
  }

  beforeAll(async () => {
    before = await deployment().outputs();
    environment = env();
  });

  test("dropped and made again, empty: a plain up brings every key back", async () => {
    const stack = deployment();
    const psql = (sql: string) =>
      output("docker", ["exec", server(), "psql", "-qX", "-U", "postgres", "-c", sql]);
    await psql("drop database litellm with (force)");
    await psql("create database litellm owner litellm");
    expect(await told(stack)).toContain("the database litellm: LiteLLM's tables are gone");
    await stack.up();
    await back();
  });

  test("the volume lost, with keyring and all: make up brings every key back", async () => {
    const stack = deployment();
    await output("docker", ["rm", "-f", server()]);
    await output("docker", ["volume", "rm", stack.volume]);
    const recovered = await stack.ops("recover.ts");
    expect([recovered.code, recovered.stderr.split("\n").sort()]).toEqual([
      0,
      [
        "",
        "the container mcp-gateway-postgres-container is gone from the Docker host",
        "the volume mcp-gateway-postgres-volume is gone from the Docker host",
      ],
    ]);
    await stack.up();
    await back();
  });

  test("a salt key edited in the keyring is put back from its copy", async () => {
    const stack = deployment();
    await ring(`sed -i "s/sk-.*/sk-${"e".repeat(40)}/" salt-key`);
    expect(await told(stack)).toEqual(["kept secret salt-key: the keyring has another value"]);
    await stack.up();
    await back();
  });

  test("another salt key is refused in words, and the proxy keeps its own", async () => {
    const stack = deployment();
    const copy = join(stack.directory, ".gateway", "secrets", "keyring", "salt-key");
    const own = readFileSync(copy, "utf8");
    const other = own.replace(/sk-.*/, `sk-${"e".repeat(40)}`);
    const put = async (text: string): Promise<void> => {
      await ring(`printf '%s' '${text}' > salt-key`);
      await output("sh", ["-c", `printf '%s' '${text}' > '${copy}'`]);
    };
    await put(other);
    const ran = await stack.pulumi(["up", "--yes", "--skip-preview"]);
    expect(ran.code).not.toBe(0);
    expect(ran.all).toContain("the salt key is another one than this database was encrypted with");
    expect(ran.all).toContain("fix: put the file salt-key of the keyring");
    expect(ran.all).not.toContain("e".repeat(40));
    expect(env()).toBe(environment);
    await put(own);
    await stack.up();
    await back();
  });

  test("another master key: the old one ends, every key and every row stays", async () => {
    const stack = deployment();
    const key = before.virtualKeys["claude-code"] ?? "";
    const count = (await toolRows(stack, key)).length;
    expect(count).toBeGreaterThan(0);
    stack.configure({ proxy: { masterKeyRotation: "2" } });
    await stack.up();
    const after = await stack.outputs();
    expect(after.masterKey).not.toBe(before.masterKey);
    expect(after.virtualKeys).toEqual(before.virtualKeys);
    const inside = async (value: string): Promise<string> =>
      output("docker", [
        "exec",
        await containerOf(stack.prefix, "mcp-litellm-proxy"),
        "python3",
        "-c",
        `import urllib.request as u, urllib.error as e
try: print(u.urlopen(u.Request("http://127.0.0.1:4000/key/list", headers={"Authorization": "Bearer ${value}", "X-MCP-Gateway-Admin": "${after.adminSecret}"})).status)
except e.HTTPError as error: print(error.code)`,
      ]);
    expect(await inside(after.masterKey)).toBe("200\n");
    expect(await inside(before.masterKey)).toBe("401\n");
    for (const value of Object.values(after.virtualKeys))
      expect((await send(stack.url, "GET", "/v1/models", bearer(value))).status).toBe(200);
    expect((await toolRows(stack, key)).length).toBeGreaterThanOrEqual(count);
    await settled(stack);
  });
}
