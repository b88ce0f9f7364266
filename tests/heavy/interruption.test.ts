import { Deployment } from "../e2e/support/deployment.ts";
import { containerOf, containers } from "../e2e/support/docker.ts";
import { bearer, mcpHeaders, send } from "../e2e/support/http.ts";
import { lock, unlock } from "../e2e/support/lock.ts";
import { output } from "../e2e/support/run.ts";

jest.setTimeout(600_000);

/** What a client asks that needs the container: method, path, body, what a good answer has. */
const probes = {
  "mcp-edge": ["GET", "/health/liveliness", undefined, "alive"],
  "mcp-litellm-proxy": ["GET", "/v1/models", undefined, "gpt-4o-mock"],
  "mcp-litellm-postgres": ["POST", "/mcp/", "SELECT name FROM planets", "Saturn"],
  "mcp-mock-model": ["POST", "/v1/responses", undefined, "Mock model"],
  "mcp-postgres": ["POST", "/mcp/", "SELECT name FROM planets", "Saturn"],
  "mcp-relay": ["POST", "/mcp/", "SELECT name FROM planets", "Saturn"],
} as const;

/**
 * Seconds without service when a container is replaced: the figures of `make preview`
 * (ops/lib/preview-summary.ts). Each is edited by hand, which makes `up` replace it.
 */
describe("how long a replaced container is missed", () => {
  let stack: Deployment | undefined;
  let key = "";
  const figures: string[] = [];
  const deployed = (): Deployment => {
    if (stack === undefined) throw new Error("there is no deployment");
    return stack;
  };

  beforeAll(async () => {
    lock();
    stack = await Deployment.create("e2eh-");
    await stack.up();
    key = await stack.key("claude-code");
  });
  afterAll(async () => {
    process.stdout.write(`\n${figures.join("\n")}\n\n`);
    await stack?.remove();
    unlock();
  });

  test.each(Object.entries(probes))("%s", async (host, [method, path, sql, good]) => {
    const { url, prefix } = deployed();
    const body =
      sql !== undefined
        ? {
            jsonrpc: "2.0",
            id: 1,
            method: "tools/call",
            params: { name: "db-execute_sql", arguments: { sql } },
          }
        : method === "POST"
          ? { model: "gpt-4o-mock", input: "hello" }
          : undefined;
    const answers = async (): Promise<boolean> => {
      try {
        const headers = { ...mcpHeaders, ...bearer(key) };
        return (await send(url, method, path, headers, body)).body.includes(good);
      } catch {
        return false;
      }
    };
    const name = await containerOf(prefix, host);
    const id = async (): Promise<string | undefined> => {
      const now = await containerOf(prefix, host);
      return (await containers(prefix)).find((one) => one.Name === `/${now}`)?.Id;
    };
    const before = await id();
    const memory = ["--memory", "1g", "--memory-swap", "1g"];
    await output("docker", ["update", ...memory, name]);
    let [over, last, gap] = [false, performance.now(), 0];
    const probing = (async () => {
      while (!over) {
        if (await answers()) {
          gap = Math.max(gap, performance.now() - last);
          last = performance.now();
        }
        await new Promise((done) => setTimeout(done, 50));
      }
      if (await answers()) gap = Math.max(gap, performance.now() - last);
    })();
    await deployed().up();
    over = true;
    await probing;
    const after = await id();
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    expect(await answers()).toBe(true);
    expect(gap).toBeLessThan(120_000);
    figures.push(`${host}: ${(gap / 1000).toFixed(1)} s without an answer`);
  });
});
