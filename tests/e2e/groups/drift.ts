import { appendFileSync, chmodSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "../support/deployment.ts";
import { containerOf, containers, names, plainName } from "../support/docker.ts";
import { bearer, send } from "../support/http.ts";
import { databaseTools, tools } from "../support/mcp.ts";
import { output } from "../support/run.ts";

/** Everything that tells what drifts, in one: what a person would have seen. */
export async function told(stack: Deployment): Promise<string[]> {
  const ran = await stack.ops("drift.ts");
  const lines = ran.stdout.split("\n").filter((line) => line.startsWith("drift: "));
  expect(ran.code).toBe(lines.length === 0 ? 0 : 1);
  return lines.map((line) => line.slice("drift: ".length)).sort();
}

/** A second `up` finds nothing to do, and says so of the host as well. */
export async function settled(stack: Deployment): Promise<void> {
  const again = await stack.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  expect([again.code, again.stderr]).toEqual([0, ""]);
  expect(again.stdout).not.toContain("is not as it was applied");
  expect(await told(stack)).toEqual([]);
}

const rows = `select key_alias, coalesce(blocked, false), rpm_limit, array_to_string(models, '+')
  from "LiteLLM_VerificationToken" order by 1`;

/** Keys changed behind our back, and what `up` makes of it. */
export function driftOfKeys(deployment: () => Deployment): void {
  let before: readonly string[];

  test("a deployment that nobody has touched does not drift", async () => {
    before = await deployment().sql(rows);
    expect(before.map((row) => row.split("|")[0])).toEqual([
      "claude-code",
      "open-webui",
      "reader",
      "stranger",
    ]);
    await settled(deployment());
  });

  test("keys that were changed, blocked, deleted or added are named by drift, verify and preview", async () => {
    const stack = deployment();
    const table = '"LiteLLM_VerificationToken"';
    await stack.sql(
      `update ${table} set rpm_limit = 999, models = '{}' where key_alias = 'reader'`,
    );
    await stack.sql(`update ${table} set blocked = true where key_alias = 'open-webui'`);
    await stack.sql(`delete from ${table} where key_alias = 'claude-code'`);
    await stack.sql(
      `update "LiteLLM_ObjectPermissionTable" set mcp_servers = '{}' where object_permission_id =
         (select object_permission_id from ${table} where key_alias = 'stranger')`,
    );
    await stack.sql(
      `insert into ${table} (token, key_alias) values ('${"f".repeat(64)}', 'intruder')`,
    );
    await stack.sql(
      `update ${table} set metadata = metadata || '{"logging": []}' where key_alias = 'stranger'`,
    );
    await stack.sql(
      `insert into "LiteLLM_MCPServerTable" (server_id, alias, url, transport, mcp_access_groups)
         values ('evil', 'evil', 'http://mcp-relay:1/mcp', 'http', '{}')`,
    );
    await stack.sql(
      `insert into "LiteLLM_ProxyModelTable" (model_id, model_name, litellm_params, created_by, updated_by)
         values ('m', 'gpt-4o-mock', '{"model": "openai/x", "api_base": "http://192.0.2.1"}', 'x', 'x')`,
    );
    const expected = [
      "MCP server evil: it is in LiteLLM's database, but not in the configuration",
      "key claude-code: LiteLLM's database does not have it",
      "key intruder: it is in LiteLLM's database, but not in the configuration",
      "key open-webui: blocked is t, was f",
      "key reader: models is nothing, was gpt-4o-mock, rpm is 999, was nothing",
      "key stranger: servers is nothing, was __none__",
      "model gpt-4o-mock: it is in LiteLLM's database, but not in the configuration",
    ];
    expect(await told(stack)).toEqual(expected);
    const verify = await stack.ops("verify.ts", {}, ["--stack"]);
    expect(verify.code).toBe(1);
    for (const line of expected) expect(verify.stderr).toContain(line);
    const preview = await stack.pulumi(["preview"]);
    expect(preview.code).toBe(0);
    for (const line of expected)
      expect(preview.all).toContain(line.replace(": ", " is not as it was applied: "));
    expect(preview.all).toContain("not in the configuration; up blocks it");
    expect(preview.all).toContain(
      "not in the configuration; up removes it, and replaces the proxy",
    );
  });

  test("refresh and a plain up, with nothing else to change, put them right", async () => {
    const stack = deployment();
    await stack.must("refresh", "--yes", "--skip-preview");
    const proxy = await containerOf(stack.prefix, "mcp-litellm-proxy");
    await stack.up();
    // What that proxy may have loaded is gone with it.
    expect(await containerOf(stack.prefix, "mcp-litellm-proxy")).not.toBe(proxy);
    expect(
      await stack.sql(
        `select server_id from "LiteLLM_MCPServerTable" union all select model_id from "LiteLLM_ProxyModelTable"`,
      ),
    ).toEqual([]);
    const verify = await stack.ops("verify.ts", {}, ["--stack"]);
    expect([verify.code, verify.stderr]).toEqual([0, ""]);
    expect(verify.stdout).toContain(
      "the last up blocked intruder, removed MCP server evil, removed model gpt-4o-mock; blocked, because nobody configured them: intruder",
    );
    const intruder = "intruder|t||";
    expect(await stack.sql(rows)).toEqual([...before, intruder].sort());
    for (const name of ["claude-code", "open-webui"])
      expect(await tools(stack.url, await stack.key(name))).toEqual(databaseTools);
    await settled(stack);
  });
}

/** Files changed by hand. */
export function driftOfFiles(deployment: () => Deployment): void {
  const place = (...parts: string[]): string => join(deployment().directory, ".gateway", ...parts);
  const config = (): string => {
    const [hash = ""] = readdirSync(place("config", "proxy"));
    return place("config", "proxy", hash, "config.yaml");
  };

  test("files that were edited, removed or opened to others are named, and put right", async () => {
    const stack = deployment();
    const files = [
      place("secrets", "proxy", "proxy.env"),
      place("config", "policy", "policy.json"),
      place("secrets", "mcp-postgres", "connector.env"),
      config(),
      place("config", "edge", "current", "keys.map"),
    ];
    const [env = "", policy = "", connector = "", yaml = "", map = ""] = files;
    const state = (): string[] =>
      files.map((file) => {
        const { mode, uid, gid } = statSync(file);
        return `${(mode & 0o777).toString(8)} ${uid}:${gid} ${readFileSync(file, "utf8")}`;
      });
    const before = state();
    chmodSync(env, 0o644);
    appendFileSync(policy, " ");
    rmSync(connector);
    appendFileSync(yaml, "# edited\n");
    appendFileSync(map, "# edited\n");
    expect((await told(stack)).map((line) => line.replace(/^.*: /, ""))).toEqual(
      expect.arrayContaining([
        "proxy.env has mode 644, not 600",
        "policy.json was edited",
        "connector.env is gone",
        "config.yaml was edited",
        "keys.map was edited",
      ]),
    );
    expect(await told(stack)).toHaveLength(5);
    await stack.up();
    expect(state()).toEqual(before);
    expect(await tools(stack.url, await stack.key("claude-code"))).toEqual(databaseTools);
    await settled(stack);
  });
}

/** Containers stopped, edited and removed by hand. */
export function driftOfContainers(deployment: () => Deployment): void {
  test("each is named; make up puts it right, and the others stay", async () => {
    const stack = deployment();
    const name = (host: string): string => stack.prefix + host;
    const ids = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        (await containers(stack.prefix)).map((one) => [one.Name.slice(1), one.Id]),
      );
    const before = await ids();
    await output("docker", ["stop", "-t", "1", name("mcp-postgres")]);
    await output("docker", [
      "update",
      "--memory",
      "200m",
      "--memory-swap",
      "200m",
      name("mcp-edge"),
    ]);
    await output("docker", ["rm", "-f", name("mcp-mock-model")]);
    expect(await told(stack)).toEqual([
      `container ${name("mcp-edge")}: memory is 209715200, was 134217728, swap is 209715200, was 134217728`,
      `container ${name("mcp-mock-model")}: it is gone`,
      `container ${name("mcp-postgres")}: it is exited`,
    ]);
    const plain = await stack.pulumi(["preview"]);
    expect(plain.all).toContain(`container ${name("mcp-mock-model")} is not as it was applied`);
    const recovered = await stack.ops("recover.ts");
    expect([recovered.code, recovered.stderr]).toEqual([
      0,
      "the container mcp-gateway-mock-model-container is gone from the Docker host\n",
    ]);
    await stack.up();
    const after = await ids();
    const kept = Object.keys(before).filter((one) => after[one] === before[one]);
    expect(kept.map((one) => plainName(stack.prefix, one))).toEqual([
      "mcp-litellm-postgres",
      "mcp-litellm-proxy",
      "mcp-postgres",
      "mcp-postgres-samples",
      "mcp-relay",
    ]);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(
      await output("docker", ["inspect", "-f", "{{.HostConfig.Memory}}", name("mcp-edge")]),
    ).toBe("134217728\n");
    await settled(stack);
    expect(await names("container", stack.prefix)).toHaveLength(7);
    const key = await stack.key("claude-code");
    expect((await send(stack.url, "GET", "/v1/models", bearer(key))).status).toBe(200);
  });
}
