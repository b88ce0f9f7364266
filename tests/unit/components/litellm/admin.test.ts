import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { envFile } from "../../../../components/shell/shell.ts";
import {
  hash,
  masterKey,
  others,
  outcome,
  place,
  post,
  row,
  run,
  wanted,
  withSecrets,
} from "../../../support/admin.ts";
import { fakeLitellm } from "../../../support/fake-litellm.ts";
import { freePort } from "../../../support/python.ts";

withSecrets();

describe("block", () => {
  it("blocks by hash and leaves the row", async () => {
    expect(await outcome("block", [...others, row("sk-new", "claude")], wanted)).toEqual({
      said: "blocked\n",
      requests: [post("/key/block", { key: hash("sk-new") })],
    });
  });

  it("blocks both values of a rotation, also when its time is over", async () => {
    const rows = [row("sk-old", "claude.previous"), row("sk-new", "claude")];
    const previous = { value: "sk-old", until: 1 };
    expect(await outcome("block", rows, { ...wanted, previous })).toEqual({
      said: "blocked\n",
      requests: ["sk-new", "sk-old"].map((key) => post("/key/block", { key: hash(key) })),
    });
  });

  it("blocks what a state from before overlaps says", async () => {
    const before = { name: "claude", key: "sk-new", models: [], servers: [] };
    expect((await outcome("block", [row("sk-new", "claude")], before)).said).toBe("blocked\n");
  });

  it("leaves a rotated key of the same name alone", async () => {
    expect(await outcome("block", [row("sk-newer", "claude")], wanted)).toEqual({
      said: "already gone\n",
      requests: [],
    });
  });
});

describe("purge", () => {
  const ours = others.slice(0, 2);
  const foreign = row("sk-9", "someone", { metadata: { managed_by: "someone" } });

  it("deletes our keys that are named no more, in one request, and blocks everybody else's", async () => {
    const rows = [...others, row("sk-4", "c"), foreign, row("sk-5", "d", { metadata: null })];
    expect(await outcome("purge", rows, { names: ["b"] })).toEqual({
      said: `deleted a, c\nblocked ${hash("sk-3").slice(0, 12)}\nblocked someone\nblocked d\n`,
      requests: [
        post("/key/delete", { keys: [hash("sk-1"), hash("sk-4")] }),
        ...["sk-3", "sk-9", "sk-5"].map((key) => post("/key/block", { key: hash(key) })),
      ],
    });
  });

  it("leaves the value before of a key that is named, and none of another", async () => {
    const rows = [row("sk-4", "b.previous"), row("sk-5", "c.previous")];
    expect(await outcome("purge", [...ours, ...rows], { names: ["a", "b"] })).toEqual({
      said: "deleted c.previous\n",
      requests: [post("/key/delete", { keys: [hash("sk-5")] })],
    });
  });

  it("asks for nothing when nothing is to go", async () => {
    const blocked = { ...foreign, blocked: true };
    expect(await outcome("purge", [...ours, blocked], { names: ["a", "b"] })).toEqual({
      said: "deleted nothing\n",
      requests: [],
    });
  });

  it("does not take a mark for its own on a key without a name", async () => {
    const marked = row("sk-6", null);
    expect(await outcome("purge", [...ours, marked], { names: ["a", "b"] })).toEqual({
      said: `deleted nothing\nblocked ${hash("sk-6").slice(0, 12)}\n`,
      requests: [post("/key/block", { key: hash("sk-6") })],
    });
  });

  it("leaves to the database what LiteLLM cannot block", async () => {
    const failing = { "/key/block": [500, { error: "null" }] as const };
    const rows = [...ours, foreign];
    // LiteLLM may have blocked it all the same, and says that it has failed.
    expect((await outcome("purge", rows, { names: ["a", "b"] }, failing)).said).toBe(
      "deleted nothing\nblocked someone\n",
    );
  });
});

describe("call", () => {
  const call = { tool: "db-list", arguments: { a: 1 }, outcome: "result" };

  it("calls the tool with the master key and prints its text", async () => {
    const content = [
      { type: "text", text: "one" },
      { type: "image" },
      { type: "text", text: "two" },
    ];
    expect(await outcome("call", [], call, { "/mcp/": [200, { result: { content } }] })).toEqual({
      said: "one\n\ntwo\n",
      requests: [
        post("/mcp/", {
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "db-list", arguments: { a: 1 } },
        }),
      ],
    });
  });

  const answer = (text: string, isError: boolean) => ({
    "/mcp/": [200, { result: { content: [{ type: "text", text }], isError } }] as const,
  });

  it("fails with the text of a call that has failed", async () => {
    await expect(outcome("call", [], call, answer("no", true))).rejects.toThrow(
      "the call has failed: no",
    );
  });

  it("prints the refusal of a call that is to be refused, and fails if it was not", async () => {
    const refused = { ...call, outcome: "error" };
    expect((await outcome("call", [], refused, answer("no", true))).said).toBe("no\n");
    await expect(outcome("call", [], refused, answer("yes", false))).rejects.toThrow(
      "the call was to be refused, and was answered: yes",
    );
  });

  it("fails with a JSON-RPC error's text", async () => {
    await expect(
      outcome("call", [], call, { "/mcp/": [200, { error: { code: -1, message: "bad" } }] }),
    ).rejects.toThrow('the call was answered with {"code": -1, "message": "bad"}');
  });
});

it("fails with LiteLLM's status and text, and without any key", async () => {
  const litellm = await fakeLitellm([], masterKey, { "/key/generate": [400, { error: "alias" }] });
  const ran = await run("apply", litellm.url, wanted);
  await litellm.close();
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe(`LiteLLM answered 400 to POST /key/generate: b'{"error":"alias"}'\n`);
});

it("fails in one line when LiteLLM does not listen", async () => {
  const ran = await run("block", `http://127.0.0.1:${await freePort()}`, wanted);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/^LiteLLM cannot be reached for GET \/key\/list: .*\n$/);
});

it("fails when the secrets file has no master key", async () => {
  const other = join(place.path, "other.env");
  writeFileSync(other, "A='b'\n");
  const ran = await run("purge", "http://127.0.0.1:1", { names: [] }, other);
  expect([ran.code, ran.stderr]).toEqual([1, `${other} has no LITELLM_MASTER_KEY\n`]);
});

it("reads a master key in whatever quoting the env file has", async () => {
  const litellm = await fakeLitellm([], "sk-it's", {});
  const other = join(place.path, "quoted.env");
  writeFileSync(other, envFile({ LITELLM_MASTER_KEY: "sk-it's", MCP_GATEWAY_ADMIN_SECRET: "x" }));
  const ran = await run("purge", litellm.url, { names: [] }, other);
  await litellm.close();
  expect(ran.stdout).toBe("deleted nothing\n");
});
