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

const at = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const bodyOf = (request: Request | undefined) => (request?.body ?? {}) as Record<string, unknown>;
const durationOf = (request: Request | undefined): unknown => bodyOf(request)["duration"];
/** Whole seconds of a duration, as far as they are what was asked for some seconds ago. */
const secondsOf = (request: Request | undefined): number =>
  Number(/^(\d+)s$/.exec(String(durationOf(request)))?.[1]);
const near = (seconds: number, wantedSeconds: number): boolean =>
  seconds <= wantedSeconds && seconds > wantedSeconds - 20;

const wanted = {
  ...{ name: "claude", key: "sk-new", previous: null, models: ["m"], servers: ["id1", "id2"] },
  ...{ rpm: null, tpm: null, budget: null, expires: null },
};
const settings = {
  models: ["m"],
  object_permission: { mcp_servers: ["id1", "id2"] },
  metadata: { managed_by: "mcp-gateway" },
  ...{ rpm_limit: null, tpm_limit: null, max_budget: null, budget_duration: null, duration: null },
};
const others = [row("sk-1", "a"), row("sk-2", "b"), row("sk-3", null, { metadata: null })];
const post = (path: string, body: unknown): Request => ({ method: "POST", path, body });
const generate = (key: string, alias: string, more: object = {}) =>
  post("/key/generate", { key, key_alias: alias, ...settings, ...more });
const update = (key: string, alias: string, more: object = {}) =>
  post("/key/update", { key: hash(key), key_alias: alias, ...settings, ...more });

describe("apply", () => {
  it("creates a key that is not there, with its own value", async () => {
    expect(await outcome("apply", others, wanted)).toEqual({
      said: "created\n",
      requests: [generate("sk-new", "claude")],
    });
  });

  it("updates the key that is there, also on a later page, by its hash", async () => {
    expect(await outcome("apply", [...others, row("sk-new", "claude")], wanted)).toEqual({
      said: "updated\n",
      requests: [update("sk-new", "claude")],
    });
  });

  it("unblocks what an earlier destroy has blocked", async () => {
    const rows = [row("sk-new", "claude", { blocked: true })];
    expect((await outcome("apply", rows, wanted)).requests).toEqual([
      update("sk-new", "claude"),
      post("/key/unblock", { key: hash("sk-new") }),
    ]);
  });

  it("ends the old value of a rotated key before it makes the new one", async () => {
    expect(await outcome("apply", [...others, row("sk-old", "claude")], wanted)).toEqual({
      said: "created\n",
      requests: [post("/key/delete", { keys: [hash("sk-old")] }), generate("sk-new", "claude")],
    });
  });

  it("takes a value that has another name now, without deleting it", async () => {
    expect(await outcome("apply", [row("sk-new", "earlier")], wanted)).toEqual({
      said: "updated\n",
      requests: [update("sk-new", "claude")],
    });
  });

  it("hands limits on, and the end as seconds from now", async () => {
    const limited = {
      ...wanted,
      rpm: 1,
      tpm: 2,
      budget: { usd: 3.5, per: "30d" },
      expires: at(60),
    };
    const limits = { rpm_limit: 1, tpm_limit: 2, max_budget: 3.5, budget_duration: "30d" };
    const { requests } = await outcome("apply", [row("sk-new", "claude")], limited);
    const duration = durationOf(requests[0]);
    expect(requests).toEqual([update("sk-new", "claude", { ...limits, duration })]);
    expect(near(secondsOf(requests[0]), 60)).toBe(true);
  });

  it("says a new key's end again: LiteLLM rounds the one it is created with", async () => {
    const { requests } = await outcome("apply", [], { ...wanted, expires: at(60) });
    const [first, second] = requests;
    expect(requests).toEqual([
      generate("sk-new", "claude", { duration: durationOf(first) }),
      post("/key/update", { key: hash("sk-new"), duration: durationOf(second) }),
    ]);
    for (const request of requests) expect(near(secondsOf(request), 60)).toBe(true);
  });

  it("gives a key whose end is over while it is applied one second, never none or a negative", async () => {
    const { requests } = await outcome("apply", [], { ...wanted, expires: at(-60) });
    expect(requests.map(durationOf)).toEqual(["1s", "1s"]);
  });

  it("takes an earlier end away by one in a hundred years: LiteLLM reads null as no change", async () => {
    const rows = [row("sk-new", "claude", { expires: "2027-01-01T00:00:00Z" })];
    expect((await outcome("apply", rows, wanted)).requests).toEqual([
      update("sk-new", "claude", { duration: "36500d" }),
    ]);
  });
});

describe("apply during a rotation's overlap", () => {
  const overlap = (seconds: number, expires: number | null = null) => ({
    ...wanted,
    ...{ expires, previous: { value: "sk-old", until: at(seconds) } },
  });

  it("renames the old value and gives it its end, then makes the new one", async () => {
    const rows = [...others, row("sk-old", "claude")];
    const { said, requests } = await outcome("apply", rows, overlap(600));
    const duration = durationOf(requests[0]);
    expect(said).toBe("created\n");
    expect(requests).toEqual([
      update("sk-old", "claude.previous", { duration }),
      generate("sk-new", "claude"),
    ]);
    expect(near(secondsOf(requests[0]), 600)).toBe(true);
  });

  it("ends the old value with the key if that comes first", async () => {
    const { requests } = await outcome("apply", [row("sk-old", "claude")], overlap(600, at(60)));
    expect(requests.map((request) => bodyOf(request)["key_alias"])).toEqual([
      ...["claude.previous", "claude", undefined],
    ]);
    for (const request of requests) expect(near(secondsOf(request), 60)).toBe(true);
  });

  it("drops the value before last first: LiteLLM takes no alias twice", async () => {
    const rows = [row("sk-old", "claude"), row("sk-older", "claude.previous")];
    const { requests } = await outcome("apply", rows, overlap(600));
    expect(requests.map(({ path }) => path)).toEqual([
      ...["/key/delete", "/key/update", "/key/generate"],
    ]);
    expect(requests[0]?.body).toEqual({ keys: [hash("sk-older")] });
  });

  it("makes both values again in a database that has lost them", async () => {
    const { requests } = await outcome("apply", others, overlap(600));
    expect(requests).toEqual([
      generate("sk-old", "claude.previous", { duration: durationOf(requests[0]) }),
      post("/key/update", { key: hash("sk-old"), duration: durationOf(requests[1]) }),
      generate("sk-new", "claude"),
    ]);
  });

  it("unblocks both values", async () => {
    const blocked = { blocked: true };
    const rows = [row("sk-old", "claude.previous", blocked), row("sk-new", "claude", blocked)];
    const { requests } = await outcome("apply", rows, overlap(600));
    expect(requests.filter(({ path }) => path === "/key/unblock")).toEqual([
      post("/key/unblock", { key: hash("sk-old") }),
      post("/key/unblock", { key: hash("sk-new") }),
    ]);
  });

  it("deletes the old value once its time is over", async () => {
    const rows = [row("sk-old", "claude.previous"), row("sk-new", "claude")];
    expect(await outcome("apply", rows, overlap(-1))).toEqual({
      said: "updated\n",
      requests: [post("/key/delete", { keys: [hash("sk-old")] }), update("sk-new", "claude")],
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
  const foreign = row("sk-9", "someone", { metadata: { managed_by: "someone" } });

  it("deletes our keys that are named no more, in one request, and nobody else's", async () => {
    const rows = [...others, row("sk-4", "c"), foreign, row("sk-5", "d", { metadata: null })];
    expect(await outcome("purge", rows, { names: ["b"] })).toEqual({
      said: "deleted a, c\n",
      requests: [post("/key/delete", { keys: [hash("sk-1"), hash("sk-4")] })],
    });
  });

  it("leaves the value before of a key that is named, and none of another", async () => {
    const rows = [row("sk-4", "b.previous"), row("sk-5", "c.previous")];
    expect(await outcome("purge", [...others, ...rows], { names: ["a", "b"] })).toEqual({
      said: "deleted c.previous\n",
      requests: [post("/key/delete", { keys: [hash("sk-5")] })],
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
