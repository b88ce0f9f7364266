import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment, Outputs } from "../support/deployment.ts";
import { type Container, containers, names, plainName } from "../support/docker.ts";
import { bearer, send } from "../support/http.ts";
import { operations } from "./first-up.ts";
import { toolRows } from "./traces.ts";

/** Files of a deployment on the Docker host. */
export function deployedFiles(deployment: Deployment): string[] {
  const directory = join(deployment.directory, ".gateway");
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Starts `up` and kills it as soon as the containers are as `when` wants them. */
async function killedUp(
  deployment: Deployment,
  when: (all: readonly Container[]) => boolean,
): Promise<void> {
  const { process: child, ended } = deployment.startUp();
  while (child.exitCode === null && !when(await containers(deployment.prefix)))
    await new Promise((done) => setTimeout(done, 20));
  child.kill("SIGKILL");
  const { code, all } = await ended;
  if (code !== null) throw new Error(`up ended before it could be killed:\n${all}`);
}

const pending = async (deployment: Deployment): Promise<number> => {
  const stack = JSON.parse(await deployment.must("stack", "export")) as {
    deployment: { pending_operations?: unknown[] };
  };
  return stack.deployment.pending_operations?.length ?? 0;
};

/** `destroy`, two `up`s that are killed, and the one that brings everything back. */
export function comeback(deployment: () => Deployment): void {
  let before: Outputs;
  let rows: string[];

  test("destroy leaves no container, network or file, and keeps the data volume", async () => {
    const stack = deployment();
    before = await stack.outputs();
    rows = await toolRows(stack, before.virtualKeys["claude-code"] ?? "");
    expect(rows.length).toBeGreaterThan(0);
    expect(deployedFiles(stack).length).toBeGreaterThan(5);
    await stack.destroy();
    expect(await names("container", stack.prefix)).toEqual([]);
    expect(await names("network", stack.prefix)).toEqual([]);
    expect(deployedFiles(stack)).toEqual([]);
    expect(await names("volume", stack.prefix)).toEqual([stack.volume]);
  });

  test("nothing is printed for a client of a stack that is gone", async () => {
    const ran = await deployment().ops("clients.ts", { KEY: "claude-code" });
    expect([ran.code, ran.stderr]).toEqual([
      1,
      "nothing is deployed in this stack yet: run make up\n",
    ]);
  });

  test("up is killed when the first container has just been made", async () => {
    await killedUp(deployment(), (all) => all.length > 0);
    expect((await containers(deployment().prefix)).length).toBeGreaterThan(0);
  });

  test("after that a plain up says that the stack is locked; recovery releases it", async () => {
    const locked = await deployment().pulumi(["up", "--yes", "--skip-preview"]);
    expect(locked.code).not.toBe(0);
    // Or, if the kill came between two writes of the engine's, what the next lines make happen.
    expect(locked.all).toMatch(/the stack is currently locked|failed to load checkpoint: EOF/);
    const stacks = join(deployment().directory, "state", ".pulumi", "stacks", "mcp-gateway");
    writeFileSync(join(stacks, "e2e.json.attrs"), "");
    const torn = await deployment().pulumi(["stack", "export"]);
    expect([torn.code === 0, torn.stderr]).toEqual([
      false,
      "error: failed to load checkpoint: EOF\n",
    ]);
    const ran = await deployment().ops("recover.ts");
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("removing the empty ");
    expect(ran.stderr).toContain('an earlier run was killed: releasing its lock on stack "e2e"');
    expect(await pending(deployment())).toBe(0);
  });

  test("up is killed while the proxy is waited for", async () => {
    const stack = deployment();
    await killedUp(stack, (all) =>
      all.some(
        (one) =>
          plainName(stack.prefix, one.Name) === "mcp-litellm-proxy" &&
          one.State.Health?.Status === "starting",
      ),
    );
    const ran = await stack.ops("recover.ts");
    expect(ran.code).toBe(0);
    expect(await pending(stack)).toBe(0);
  });

  test("the next up converges: seven containers, nothing twice, nothing left to do", async () => {
    const stack = deployment();
    await stack.up();
    const made = await containers(stack.prefix);
    expect(made.map((one) => plainName(stack.prefix, one.Name))).toEqual([
      "mcp-edge",
      "mcp-litellm-postgres",
      "mcp-litellm-proxy",
      "mcp-mock-model",
      "mcp-postgres",
      "mcp-postgres-samples",
      "mcp-relay",
    ]);
    expect(await names("network", stack.prefix)).toEqual([
      stack.network,
      `${stack.network}-c-postgres`,
      `${stack.network}-inner`,
    ]);
    expect(await names("volume", stack.prefix)).toEqual([stack.volume]);
    expect(Object.keys(await operations(stack))).toEqual(["same"]);
    const again = await stack.ops("recover.ts");
    expect([again.code, again.all]).toEqual([0, ""]);
  });

  test("the keys have the values that they had, once each, and work", async () => {
    const stack = deployment();
    const after = await stack.outputs();
    expect(after.virtualKeys).toEqual(before.virtualKeys);
    expect(after.masterKey).toBe(before.masterKey);
    expect(
      await stack.sql(
        'select key_alias, blocked is true from "LiteLLM_VerificationToken" where key_alias is not null order by 1',
      ),
    ).toEqual(["claude-code|f", "stranger|f"]);
    const key = after.virtualKeys["claude-code"] ?? "";
    expect((await send(stack.url, "GET", "/v1/models", bearer(key))).status).toBe(200);
  });

  test("the earlier spend rows are there", async () => {
    const stack = deployment();
    const after = await toolRows(stack, before.virtualKeys["claude-code"] ?? "");
    expect(after.slice(0, rows.length)).toEqual(rows);
    // The last up's own calls: of the new proxy before it serves, and of the verification.
    expect(after.slice(rows.length)).toEqual(["db/execute_sql|success", "db/execute_sql|success"]);
  });
}
