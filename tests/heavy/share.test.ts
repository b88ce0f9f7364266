import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../components/host/exec.ts";
import { describeWithDocker, image, images } from "../support/docker.ts";
import { ask } from "../support/routes.ts";
import { type Guarded, keys, replaceNotes, rowsOf, withGuarded } from "../support/guarded.ts";
import { inCheckout } from "../support/paths.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(300_000);

const tools = { notes: ["large", "quick", "slow"] };
const rows = rowsOf({
  part: { value: keys.part.value, row: { name: "part", tools, models: [], expires: null } },
  both: { value: keys.both.value, row: { name: "both", tools, models: ["gpt-4o"], expires: null } },
});
/** Each on a connection of its own: uvicorn closes an idle one in the moment in which it is used. */
const call = (gateway: Guarded, key: "part", tool: string) =>
  ask(gateway, "/mcp/", keys[key].value, rpcOf(tool), { Connection: "close" });

const place = scratch();
const megabyte = 1024 * 1024;

/** A request of the greedy key's, by a program of its own: this one only measures. */
async function sends(gateway: Guarded, path: string, body: string): Promise<void> {
  await run(
    "curl",
    [
      "-s",
      "-o",
      "/dev/null",
      "--data-binary",
      `@${join(place.path, body)}`,
      "-H",
      "Content-Type: application/json",
      "-H",
      "Expect:",
      "-H",
      "@-",
      gateway.url + path,
    ],
    { stdin: `Authorization: Bearer ${keys.both.value}\n` },
  );
}
const rpcOf = (name: string, args: object = {}) => ({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: `notes-${name}`, arguments: args },
});
const image64 = `data:image/png;base64,${"A".repeat(7 * megabyte)}`;
const bodies = {
  large: rpcOf("large"),
  slow: rpcOf("slow"),
  chat: {
    model: "gpt-4o",
    messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: image64 } }] }],
  },
  rpc: rpcOf("quick", { text: "x".repeat(7 * megabyte) }),
};

/** What the greedy key does while the other one calls: so many at once, and whether again and again. */
interface Load {
  readonly width: number;
  readonly path: string;
  readonly body: keyof typeof bodies;
  readonly again: boolean;
}
const loads: Readonly<Record<string, Load>> = {
  "four 30 MB results": { width: 4, path: "/mcp/", body: "large", again: true },
  "ten 7 MB bodies": { width: 10, path: "/v1/chat/completions", body: "chat", again: false },
  // Refused before they are read: LiteLLM's MCP SDK takes 4 MB.
  "ten 7 MB bodies at /mcp": { width: 10, path: "/mcp/", body: "rpc", again: false },
  "forty waiting calls": { width: 40, path: "/mcp/", body: "slow", again: false },
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
  afterAll(() => {
    place.remove();
  });
  beforeAll(async () => {
    for (const [name, body] of Object.entries(bodies))
      writeFileSync(join(place.path, name), JSON.stringify(body));
    await replaceNotes(gateway, rows, [
      "--volume",
      `${inCheckout("tests/support/flood-server.py")}:/srv/server.py:ro`,
      image(images.python),
      "python3",
      "/srv/server.py",
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

  it.each(Object.entries(loads))("%s", async (name, { width, path, body, again }) => {
    const before = await quick();
    let over = false;
    let done = 0;
    const turning = Array.from({ length: width }, async () => {
      do {
        await sends(gateway, path, body);
        done++;
      } while (again && !over);
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
