import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { envFile } from "../../../components/host/shell.ts";
import { type Request, type Row, fakeLitellm } from "../../support/fake-litellm.ts";
import { freePort, loading, python } from "../../support/python.ts";
import { scratch } from "../../support/shell.ts";

const masterKey = `sk-${"x".repeat(40)}`;
const place = scratch();
const secrets = join(place.path, "proxy.env");
beforeAll(() => {
  writeFileSync(
    secrets,
    envFile({ DATABASE_URL: "postgresql://x", LITELLM_MASTER_KEY: masterKey }),
  );
});
afterAll(() => {
  place.remove();
});

const file = "components/litellm/files/admin.py";
const source = (base: string, secretsFile = secrets): string =>
  `${loading(file, { BASE: base, SECRETS: secretsFile })}print(module.VERBS[sys.argv[1] if len(sys.argv) > 1 else VERB](json.load(sys.stdin)))`;
const run = (verb: string, base: string, wanted: unknown, secretsFile = secrets) =>
  python(`VERB = ${JSON.stringify(verb)}\n${source(base, secretsFile)}`, JSON.stringify(wanted));

const hash = (key: string): string => createHash("sha256").update(key).digest("hex");
const row = (key: string, alias: string | null, more: Partial<Row> = {}): Row => ({
  token: hash(key),
  key_alias: alias,
  metadata: { managed_by: "mcp-gateway" },
  ...more,
});

interface Outcome {
  readonly said: string;
  readonly requests: readonly Request[];
}

async function outcome(
  verb: string,
  rows: readonly Row[],
  wanted: unknown,
  answers?: Parameters<typeof fakeLitellm>[2],
): Promise<Outcome> {
  const litellm = await fakeLitellm(rows, masterKey, answers);
  try {
    const ran = await run(verb, litellm.url, wanted);
    if (ran.code !== 0) throw new Error(ran.stderr);
    return { said: ran.stdout, requests: litellm.requests };
  } finally {
    await litellm.close();
  }
}

const wanted = { name: "claude", key: "sk-new", models: ["m"], servers: ["id1", "id2"] };
const settings = {
  models: ["m"],
  object_permission: { mcp_servers: ["id1", "id2"] },
  metadata: { managed_by: "mcp-gateway" },
};
const others = [row("sk-1", "a"), row("sk-2", "b"), row("sk-3", null, { metadata: null })];
const post = (path: string, body: unknown): Request => ({ method: "POST", path, body });

describe("apply", () => {
  it("creates a key that is not there, with its own value", async () => {
    expect(await outcome("apply", others, wanted)).toEqual({
      said: "created\n",
      requests: [post("/key/generate", { key: "sk-new", key_alias: "claude", ...settings })],
    });
  });

  it("updates the key that is there, also on a later page, by its hash", async () => {
    expect(await outcome("apply", [...others, row("sk-new", "claude")], wanted)).toEqual({
      said: "updated\n",
      requests: [post("/key/update", { key: hash("sk-new"), key_alias: "claude", ...settings })],
    });
  });

  it("unblocks what an earlier destroy has blocked", async () => {
    const rows = [row("sk-new", "claude", { blocked: true })];
    expect((await outcome("apply", rows, wanted)).requests).toEqual([
      post("/key/update", { key: hash("sk-new"), key_alias: "claude", ...settings }),
      post("/key/unblock", { key: hash("sk-new") }),
    ]);
  });

  it("ends the old value of a rotated key before it makes the new one", async () => {
    expect(await outcome("apply", [...others, row("sk-old", "claude")], wanted)).toEqual({
      said: "created\n",
      requests: [
        post("/key/delete", { keys: [hash("sk-old")] }),
        post("/key/generate", { key: "sk-new", key_alias: "claude", ...settings }),
      ],
    });
  });

  it("takes a value that has another name now, without deleting it", async () => {
    expect(await outcome("apply", [row("sk-new", "earlier")], wanted)).toEqual({
      said: "updated\n",
      requests: [post("/key/update", { key: hash("sk-new"), key_alias: "claude", ...settings })],
    });
  });
});

describe("block", () => {
  it("blocks by hash and leaves the row", async () => {
    expect(await outcome("block", [...others, row("sk-new", "claude")], wanted)).toEqual({
      said: "blocked\n",
      requests: [post("/key/block", { key: hash("sk-new") })],
    });
  });

  it("leaves a rotated key of the same name alone", async () => {
    expect(await outcome("block", [row("sk-newer", "claude")], wanted)).toEqual({
      said: "already gone\n",
      requests: [],
    });
  });
});

describe("purge", () => {
  const foreign = row("sk-9", "someone", { metadata: { managed_by: "someone" } });

  it("deletes our keys that are named no more, in one request, and nobody else's", async () => {
    const rows = [...others, row("sk-4", "c"), foreign, row("sk-5", "d", { metadata: null })];
    expect(await outcome("purge", rows, { names: ["b"] })).toEqual({
      said: "deleted a, c\n",
      requests: [post("/key/delete", { keys: [hash("sk-1"), hash("sk-4")] })],
    });
  });

  it("asks for nothing when nothing is to go", async () => {
    expect(await outcome("purge", [...others, foreign], { names: ["a", "b"] })).toEqual({
      said: "deleted nothing\n",
      requests: [],
    });
  });
});

describe("call", () => {
  const call = { tool: "db-list", arguments: { a: 1 } };

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
  writeFileSync(other, envFile({ LITELLM_MASTER_KEY: "sk-it's" }));
  const ran = await run("purge", litellm.url, { names: [] }, other);
  await litellm.close();
  expect(ran.stdout).toBe("deleted nothing\n");
});
