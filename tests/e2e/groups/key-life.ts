import type { Deployment } from "../support/deployment.ts";
import { containers } from "../support/docker.ts";
import { bearer, send } from "../support/http.ts";
import { databaseTools, tools } from "../support/mcp.ts";

/** One `up` that grants, rotates and removes a key each. */
export function keyLife(deployment: () => Deployment): void {
  let before: Readonly<Record<string, string>>;
  let ids: string[];
  const models = async (key: string | undefined): Promise<number> =>
    (await send(deployment().url, "GET", "/v1/models", bearer(key ?? ""))).status;
  const idsOf = async (): Promise<string[]> =>
    (await containers(deployment().prefix)).map((one) => one.Id);

  beforeAll(async () => {
    const stack = deployment();
    before = (await stack.outputs()).virtualKeys;
    ids = await idsOf();
    expect(await models(before["open-webui"])).toBe(200);
    expect(await models(before["claude-code"])).toBe(200);
    const all = { connectors: { postgres: "*" as const }, models: ["gpt-4o-mock"] };
    stack.configure({
      keys: { "claude-code": { ...all, rotation: "2" }, stranger: { connectors: all.connectors } },
    });
    await stack.up();
  });

  test("no container is replaced", async () => {
    expect(await idsOf()).toEqual(ids);
  });

  test("a key that was given a connector lists its tools, under the same value", async () => {
    const stack = deployment();
    const key = await stack.key("stranger");
    expect(key).toBe(before["stranger"]);
    expect(await tools(stack.url, key)).toEqual(databaseTools);
  });

  test("a rotated key has a new value, and the old one has stopped", async () => {
    const key = await deployment().key("claude-code");
    expect(key).not.toBe(before["claude-code"]);
    expect(key).toMatch(/^sk-[A-Za-z0-9]{40}$/);
    expect(await models(key)).toBe(200);
    expect(await models(before["claude-code"])).toBe(401);
    await expect(tools(deployment().url, before["claude-code"] ?? "")).rejects.toThrow();
  });

  test("a removed key has stopped, and its row is gone", async () => {
    expect(await models(before["open-webui"])).toBe(401);
    await expect(tools(deployment().url, before["open-webui"] ?? "")).rejects.toThrow();
    expect(Object.keys((await deployment().outputs()).virtualKeys)).toEqual([
      "claude-code",
      "stranger",
    ]);
    expect(
      await deployment().sql(
        'select key_alias, blocked is true from "LiteLLM_VerificationToken" where key_alias is not null order by 1',
      ),
    ).toEqual(["claude-code|f", "stranger|f"]);
  });
}
