import { makeNeverHealthy, neverHealthy, removeNeverHealthy } from "../support/broken-image.ts";
import type { Deployment } from "../support/deployment.ts";
import { names } from "../support/docker.ts";
import { bearer, send } from "../support/http.ts";
import { call } from "../support/mcp.ts";
import { leaks, secretsOf } from "../support/secrets.ts";
import { operations } from "./first-up.ts";
import { mirrored } from "./refusals.ts";

/** `up` that fails on its way, and the one that puts it right. */
export function failures(deployment: () => Deployment): void {
  let values: Readonly<Record<string, string>>;

  beforeAll(async () => {
    values = (await deployment().outputs()).virtualKeys;
  });
  afterAll(removeNeverHealthy);

  test("a connector whose database cannot be reached: the failing check is named", async () => {
    const stack = deployment();
    const password = "unreachable".repeat(3);
    // The port of nobody, inside the connector's own container.
    const set = await stack.pulumi(
      ["config", "set", "--secret", "--path", "mcp-gateway:connectors.postgres.inputs.databaseUri"],
      {},
      `postgresql://reader:${password}@127.0.0.1:1/planets`,
    );
    expect([set.code, set.all]).toEqual([0, ""]);
    const ran = await stack.pulumi(["up", "--yes", "--skip-preview"]);
    expect(ran.code).not.toBe(0);
    expect(ran.all).toMatch(/FAILED {2}tool call db-execute_sql with key claude-code: answered /);
    expect(leaks(ran.all, [password, ...(await secretsOf(stack))])).toEqual([]);
    // What does not need the connector goes on.
    const key = values["claude-code"] ?? "";
    expect((await send(stack.url, "GET", "/v1/models", bearer(key))).status).toBe(200);
  });

  test("a proxy that does not become healthy: its last words, secrets masked", async () => {
    const stack = deployment();
    await makeNeverHealthy(
      mirrored("ghcr.io/berriai/litellm:main-v1.77.3-stable"),
      `${stack.prefix}commit`,
    );
    stack.configure({ proxy: { image: neverHealthy, startSeconds: 30 } });
    const began = Date.now();
    const ran = await stack.pulumi(["up", "--yes", "--skip-preview"]);
    expect(ran.code).not.toBe(0);
    expect(Date.now() - began).toBeGreaterThan(30_000);
    expect(ran.all).toMatch(
      /e2e-mcp-litellm-proxy-[a-z0-9]{6} was not healthy within 30 s \(now (starting|unhealthy)\)\. Its last log lines:/,
    );
    expect(ran.all).toContain("key [secret] salt [secret]");
    expect(ran.all).toContain("database [secret]");
    expect(leaks(ran.all, await secretsOf(stack))).toEqual([]);
    // The proxy before it has not noticed.
    const key = values["claude-code"] ?? "";
    expect((await send(stack.url, "GET", "/v1/models", bearer(key))).status).toBe(200);
  });

  test("put right, up converges; keys and data are what they were", async () => {
    const stack = deployment();
    const { connectors = {}, proxy = {} } = stack.initialConfig();
    stack.configure({ connectors, proxy });
    await stack.up();
    expect((await stack.outputs()).virtualKeys).toEqual(values);
    expect(
      await call(stack.url, values["claude-code"] ?? "", "db-execute_sql", {
        sql: "SELECT count(*) AS n FROM planets",
      }),
    ).toBe("[{'n': 8}]");
    expect(Object.keys(await operations(stack))).toEqual(["same"]);
    expect(await names("container", stack.prefix)).toHaveLength(7);
  });
}
