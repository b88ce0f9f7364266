import { rmSync, writeFileSync } from "node:fs";
import type { CatalogueStack } from "../support/catalogue-stack.ts";
import { answer } from "../support/mcp.ts";
import { output } from "../support/run.ts";

interface Timed {
  readonly text: string;
  readonly isError: boolean;
  readonly milliseconds: number;
}

async function until<T>(seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not seen within ${seconds} s`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** The watchdog: a server that ends is back, and nobody waits for one that is away. */
export function bridge(stack: () => CatalogueStack): void {
  const timed = async (tool: string): Promise<Timed> => {
    const key = await stack().key("all");
    const began = Date.now();
    const { text, isError } = await answer(stack().deployment.url, key, tool, {});
    return { text, isError, milliseconds: Date.now() - began };
  };
  /** What a call says that meets no server, whatever stood between them at that moment. */
  const failed = new RegExp(
    [
      "^Error: the MCP server does not answer$",
      "^Error: the server went away before it had answered$",
      "^the server has ended with exit code -?\\d+ and is starting again",
    ].join("|"),
  );
  const served = (seconds: number) =>
    until(seconds, async () => {
      const { text } = await timed("tools-pid");
      return /^\d+$/.test(text) ? text : undefined;
    });

  test("one process for all calls, and side by side", async () => {
    const pids = [await served(10), await served(10), await served(10)];
    expect(new Set(pids).size).toBe(1);
  });

  test("inside the gateway it is a new process for every call", async () => {
    const pids = [await timed("inside-pid"), await timed("inside-pid")].map(({ text }) => text);
    expect(pids).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
    expect(new Set(pids).size).toBe(2);
  });

  test("killed in the middle of a call: that call is told so, and it serves again in 5 s", async () => {
    const before = await served(10);
    const under = timed("tools-wait");
    await new Promise((done) => setTimeout(done, 700));
    await output("docker", ["exec", stack().container("tools"), "sh", "-c", `kill -9 ${before}`]);
    const killed = Date.now();
    const told = await under;
    expect(told.text).toContain("the server has ended with exit code -9 and is starting again");
    expect(told.isError).toBe(true);
    expect(told.milliseconds).toBeLessThan(5_000);
    // Who calls while it is away waits for nothing.
    const meanwhile = await timed("tools-ping");
    expect(meanwhile.milliseconds).toBeLessThan(5_000);
    const after = await served(5 - (Date.now() - killed) / 1000);
    expect(after).not.toBe("");
    process.stdout.write(`    serving again ${Date.now() - killed} ms after the kill\n`);
  });

  test("one that ends by itself is started again too", async () => {
    const told = await timed("tools-die");
    expect(told.text).toContain("the server has ended with exit code 3");
    expect(told.isError).toBe(true);
    await served(5);
  });

  test("a crash loop: Docker waits longer each time, calls fail at once, make verify names it", async () => {
    const container = stack().container("tools");
    const state = async () =>
      (await output("docker", ["inspect", "--format", "{{.RestartCount}}", container])).trim();
    writeFileSync(stack().path("tools", "crash"), "");
    const before = Number(await state());
    await timed("tools-die");
    await until(90, async () => (Number(await state()) >= before + 4 ? true : undefined));
    const { isError, milliseconds, text } = await timed("tools-ping");
    expect(text).toMatch(failed);
    expect(isError).toBe(true);
    expect(milliseconds).toBeLessThan(5_000);
    const verified = await stack().deployment.ops("verify.ts", {}, ["--stack"]);
    expect(verified.code).toBe(1);
    expect(verified.stderr).toMatch(
      new RegExp(
        `FAILED {2}${container} keeps running: it keeps stopping: \\d+ restarts, now \\w+, exit code \\d+; its last line: .+`,
      ),
    );
    expect(verified.stdout).toContain(`ok      ${stack().container("inline")} keeps running`);
    rmSync(stack().path("tools", "crash"));
    await output("docker", ["restart", container]);
    await served(10);
  });

  test("one that runs and lists nothing is named by the verification", async () => {
    writeFileSync(stack().path("place", "silent"), "");
    const verified = await stack().deployment.ops("verify.ts", {}, ["--stack"]);
    expect(verified.stderr).toContain(
      "FAILED  tools of inline are the locked ones: the server runs and lists no tools at all",
    );
    rmSync(stack().path("place", "silent"));
  });
}
