import { resolve } from "node:path";
import { describeWithDocker, image, images } from "../support/docker.ts";
import { ask } from "../support/doors.ts";
import { type Guarded, keys, replaceNotes, rowsOf, withGuarded } from "../support/guarded.ts";

jest.setTimeout(300_000);

const tools = { notes: ["large", "quick", "slow"] };
const rows = rowsOf({
  part: { value: keys.part.value, row: { name: "part", tools, models: [], expires: null } },
  both: { value: keys.both.value, row: { name: "both", tools, models: [], expires: null } },
});
/** Each on a connection of its own: uvicorn closes an idle one in the moment in which it is used. */
const call = (gateway: Guarded, key: "part" | "both", tool: string, args: object = {}) =>
  ask(
    gateway,
    "/mcp/",
    keys[key].value,
    {
      ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
      params: { name: `notes-${tool}`, arguments: args },
    },
    { Connection: "close" },
  );

/** What the greedy key does again and again, so many at once, while the other one calls. */
const loads: Readonly<Record<string, readonly [number, (gateway: Guarded) => Promise<unknown>]>> = {
  "four 30 MB results": [4, (gateway) => call(gateway, "both", "large")],
  "ten 7 MB bodies": [
    10,
    (gateway) => call(gateway, "both", "quick", { text: "x".repeat(7 * 1024 * 1024) }),
  ],
  "forty waiting calls": [40, (gateway) => call(gateway, "both", "slow")],
};

const calls = 100;

describeWithDocker("one key's calls beside another's quick ones", () => {
  let gateway: Guarded;
  withGuarded(
    (made) => {
      gateway = made;
    },
    { gate: true },
  );
  beforeAll(async () => {
    await replaceNotes(gateway, rows, [
      ...["--volume", `${resolve("tests/support/flood-server.py")}:/srv/server.py:ro`],
      ...[image(images.python), "python3", "/srv/server.py"],
    ]);
    await quick();
  }, 180_000);

  /** The median and the 95th percentile of the other key's calls, in ms. */
  async function quick(): Promise<{ p50: number; p95: number }> {
    const times: number[] = [];
    for (let at = 0; at < calls; at++) {
      const began = performance.now();
      const { text } = await call(gateway, "part", "quick");
      expect(text).toContain("at once");
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    const part = (of: number): number => times[Math.floor(calls * of)] ?? Number.NaN;
    return { p50: part(0.5), p95: part(0.95) };
  }

  it.each(Object.entries(loads))("%s", async (name, [width, one]) => {
    const before = await quick();
    let over = false;
    let done = 0;
    const turning = Array.from({ length: width }, async () => {
      while (!over) {
        await one(gateway);
        done++;
      }
    });
    const during = await quick();
    over = true;
    await Promise.all(turning);
    const after = await quick();
    const quiet = Math.max(before.p95, after.p95);
    const shown = (each: { p50: number; p95: number }): string =>
      `p50 ${each.p50.toFixed(0)} ms, p95 ${each.p95.toFixed(0)} ms`;
    process.stdout.write(
      `    ${name} (${done}): quiet ${shown(before)}; during ${shown(during)}; after ${shown(after)}\n`,
    );
    expect(during.p95).toBeLessThan(2 * quiet);
  });
});
