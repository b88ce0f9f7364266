import type { AttackKey } from "../../../../ops/attack/attack.ts";
import { readContainers } from "../../../../ops/attack/deployment.ts";
import { markOf } from "../../../../ops/attack/listener.ts";
import { limitedFor } from "../../../../ops/attack/run.ts";
import { cast, foreign, modelsIn, sceneOf, toolsIn } from "../../../../ops/attack/scene.ts";
import { readKeys, targetOf } from "../../../../ops/attack/target.ts";
import { parseAnswer } from "../../../../ops/attack/wire.ts";

const key = (
  name: string,
  tools: readonly string[],
  models: readonly string[] = [],
): AttackKey => ({
  name,
  tools,
  models,
  value: `sk-${name}`,
});
const narrow = key("narrow", ["db-one"]);
const wide = key("wide", ["db-one", "db-drop", "db-list_all"], ["m"]);
const other = key("other", ["files-read"], ["m", "n"]);

describe("keys", () => {
  test("a file of keys is names and values, or rows", () => {
    const row = { key: "sk-b", tools: ["db-x"], models: [] };
    const read = readKeys('{"a":"sk-a","b":{"key":"sk-b","tools":["db-x"],"models":[]}}');
    expect(read).toEqual({ a: "sk-a", b: row });
  });

  test.each(["sk-secret", '{"a":1,"b":"sk-secret"}', '{"a":{"key":"sk-secret","tool":[]}}'])(
    "what is no such file is refused without being shown",
    (text) => {
      expect(() => readKeys(text)).toThrow(/^the keys cannot be read: a file of keys is JSON/);
      expect(() => readKeys(text)).not.toThrow(/sk-secret/);
    },
  );

  test("a stack's outputs say where, who and what", () => {
    const target = targetOf(
      JSON.stringify({
        gatewayUrl: "http://gateway:4000",
        masterKey: "sk-master",
        virtualKeys: { a: "sk-a" },
        accessMatrix: { a: { db: ["x", "y"] } },
        connectors: { db: { hostPort: 48010 }, files: {} },
        verificationPlan: JSON.stringify({ namePrefix: "e2e-" }),
      }),
    );
    expect(target).toEqual({
      url: "http://gateway:4000",
      masterKey: "sk-master",
      keys: [{ name: "a", value: "sk-a", tools: ["db-x", "db-y"], models: undefined }],
      hostPorts: [48010],
      namePrefix: "e2e-",
    });
  });

  test("each kind has a key of its own, and a kind without one has none", () => {
    const names = (keys: readonly AttackKey[]) =>
      [...cast(keys)].map(([kind, { name }]) => [kind, name]);
    expect(names([wide, narrow, other])).toEqual([
      ["narrow", "narrow"],
      ["model", "wide"],
      ["other", "other"],
    ]);
    expect(names([wide])).toEqual([["model", "wide"]]);
    expect(names([])).toEqual([]);
  });

  test("what another key has and this one has not; rather what reads", () => {
    const keys = [wide, narrow, other];
    expect(foreign(keys, narrow, "tools")).toBe("db-list_all");
    expect(foreign(keys, wide, "models")).toBe("n");
    expect(foreign([wide], wide, "tools")).toBeUndefined();
    expect(foreign(keys, undefined, "models")).toBe("m");
  });

  test("who asks finds a victim that may ask the same model", () => {
    const keys = [wide, narrow, other];
    const scene = sceneOf(new URL("http://gateway:4000"), "narrow", keys, cast(keys));
    expect([scene.model, scene.mayAsk, scene.victim?.name]).toEqual(["m", false, "wide"]);
    const nobody = sceneOf(new URL("http://gateway:4000"), "none", keys, cast(keys));
    expect([nobody.authorization, nobody.host]).toEqual([{}, "gateway:4000"]);
  });

  test("models and tools as the gateway lists them, the word for none left out", () => {
    expect(modelsIn('{"data":[{"id":"m"},{"id":"__none__"}]}')).toEqual(["m"]);
    expect(modelsIn("<html>")).toEqual([]);
    expect(toolsIn('{"result":{"tools":[{"name":"db-x"}]}}')).toEqual(["db-x"]);
    expect(toolsIn("{}")).toEqual([]);
  });
});

test("the gateway's own rate limit is waited for, a model's is an answer", () => {
  const answer = (status: number, headers: Record<string, string>, body = "") => ({
    status,
    headers,
    body,
  });
  const cooling = "No deployments available for selected model";
  expect(limitedFor(answer(429, { server: "uvicorn" }, cooling))).toBe(5);
  expect(limitedFor(answer(429, { "retry-after": "10" }))).toBe(10);
  expect(limitedFor(answer(429, { "retry-after": "10", server: "uvicorn" }))).toBeUndefined();
  expect(limitedFor(answer(429, {}))).toBeUndefined();
  expect(limitedFor(answer(503, { "retry-after": "2" }))).toBe(2);
  expect(limitedFor(answer(503, {}))).toBe(5);
  expect(limitedFor(answer(503, { server: "uvicorn" }))).toBeUndefined();
  expect(limitedFor(answer(503, {}, "litellm.ServiceUnavailableError"))).toBeUndefined();
});

test("an answer on a plain connection, and none", () => {
  expect(parseAnswer("HTTP/1.1 421 No\r\nA: b\r\nC:d\r\n\r\n{}\r\n\r\nx")).toEqual({
    status: 421,
    headers: { a: "b", c: "d" },
    body: "{}\r\n\r\nx",
  });
  expect(parseAnswer("").status).toBe(0);
});

test("a hit belongs to the try that named it", () => {
  expect(markOf("/attack-1a/v1/chat/completions")).toBe("attack-1a");
  expect(markOf("/other")).toBe("");
});

test("a container's names, addresses and published ports", () => {
  const inspected = {
    Name: "/mcp-a",
    Image: "sha256:1",
    NetworkSettings: {
      Networks: { n: { Aliases: ["mcp-a", "a"], IPAddress: "172.18.0.5", Gateway: "172.18.0.1" } },
      Ports: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "48010" }], "81/tcp": null },
    },
  };
  expect(readContainers(JSON.stringify([inspected]))).toEqual([
    {
      name: "mcp-a",
      image: "sha256:1",
      networks: ["n"],
      names: ["mcp-a", "a"],
      addresses: [{ address: "172.18.0.5", network: "n" }],
      gateways: ["172.18.0.1"],
      published: [{ ip: "127.0.0.1", port: 48010 }],
    },
  ]);
});
