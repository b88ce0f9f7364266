import { python } from "../../support/python.ts";

/** What Health says and does while its looks end like this, `seconds` apart. */
async function after(looks: readonly ("ok" | "fails" | "hangs")[], seconds = 5): Promise<unknown> {
  const ran = await python(
    `import asyncio, json, sys
sys.path.insert(0, "guard")
sys.dont_write_bytecode = True
import gate_health
gate_health.WAIT = 0.05
looks, clock, log, said = json.load(sys.stdin), [0], [], []
async def look():
    kind = looks.pop(0)
    if kind == "fails":
        raise ConnectionError("secret words")
    if kind == "hangs":
        await asyncio.sleep(9)
health = gate_health.Health(look, log.append, lambda: clock[0], lambda: said.append("leaves"))
async def main():
    while looks:
        await health.check()
        clock[0] += ${seconds}
        said.append(health.answer()[0])
asyncio.run(main())
print(json.dumps({"said": said, "log": log}))`,
    JSON.stringify(looks),
  );
  if (ran.code !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

const failed = (problem: string) => ({
  gate: "health",
  state: "not serving",
  reason: `the database does not answer: ${problem}`,
});

it("is not serving after two looks without an answer, and is again after one with", async () => {
  expect(await after(["ok", "fails", "ok", "fails", "hangs", "fails", "ok", "ok"])).toEqual({
    said: [200, 200, 200, 200, 503, 503, 200, 200],
    log: [failed("TimeoutError"), { gate: "health", state: "serving" }],
  });
});

it("makes room for another proxy after a minute, and not before", async () => {
  const down = Array<"fails">(13).fill("fails");
  expect(await after(down.slice(1))).toMatchObject({ said: [200, ...Array<number>(11).fill(503)] });
  expect(await after(down)).toEqual({
    said: [200, ...Array<number>(11).fill(503), "leaves", 503],
    log: [failed("ConnectionError"), { gate: "health", state: "restarting" }],
  });
});
