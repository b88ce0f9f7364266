import {
  hash,
  others,
  outcome,
  post,
  row,
  settings,
  wanted,
  withSecrets,
} from "../../../support/admin.ts";
import type { Request } from "../../../support/fake-litellm.ts";

withSecrets();
const at = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const bodyOf = (request: Request | undefined) => (request?.body ?? {}) as Record<string, unknown>;
const durationOf = (request: Request | undefined): unknown => bodyOf(request)["duration"];
/** Whole seconds of a duration, as far as they are what was asked for some seconds ago. */
const secondsOf = (request: Request | undefined): number =>
  Number(/^(\d+)s$/.exec(String(durationOf(request)))?.[1]);
const near = (seconds: number, wantedSeconds: number): boolean =>
  seconds <= wantedSeconds && seconds > wantedSeconds - 20;

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
