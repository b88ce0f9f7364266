import { python } from "../../support/python.ts";

const limits = {
  ...{ callsPerKey: 3, callsPerConnector: 4, callsPerProcess: 2 },
  ...{ waitingPerKey: 4, waitSeconds: 0.2, processes: ["files"] },
};

/** Python that has `places`, `take(name, key, connector)`, and `log` of what has come to pass. */
async function run(body: string): Promise<unknown> {
  const source = `import sys; sys.path.insert(0, ${JSON.stringify("guard")})
import asyncio, json
from guard_places import Full, Places
limits = json.loads(${JSON.stringify(JSON.stringify(limits))})
log = []
async def main():
    places = Places(limits)
    held = {}
    async def taking(name, key, connector):
        try:
            held[name] = await places.take(key, connector)
            log.append(name)
        except Full as full:
            log.append(f"{name}: {full}")
        except asyncio.CancelledError:
            log.append(f"{name} cancelled")
    async def take(name, key, connector):
        task = asyncio.create_task(taking(name, key, connector))
        await asyncio.sleep(0.005)
        return task
    async def leave(*names):
        for name in names:
            held.pop(name).leave()
        await asyncio.sleep(0.005)
    def left():
        return [dict(each) for each in (places._keys, places._connectors, places._pairs,
                                        places._waiters, places._waiting)]
${body
  .split("\n")
  .map((line) => `    ${line}`)
  .join("\n")}
asyncio.run(main())
print(json.dumps(log))`;
  const ran = await python(source);
  if (ran.code !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

const words = (what: string, limit: string, connector: string, each: number, name: string) =>
  `${what}, and this key has no place for another: at most 3 calls of a key are under way at once, ` +
  `${each} of them at "${connector}" (proxy.limits.${limit}, callsPerKey and ${name} in the gateway's configuration)`;

it("gives a key half of a connector, a process's connector less, and all of them no more than its own", async () => {
  const log = await run(`
for at in range(3):
    await take(f"a{at}", "a", "db")
await take("b0", "b", "db")
await take("af", "a", "files")
await take("a-notes", "a", "notes")
log.append("|")
await leave("af")
await leave("a0")
await leave("a1", "a2", "b0", "a-notes")
log.append(left())`);
  expect(log).toEqual(["a0", "a1", "b0", "af", "|", "a-notes", "a2", [{}, {}, {}, {}, {}]]);
});

it("gives a connector's next place to the key whose last turn is the longest ago", async () => {
  const log = await run(`
for key in "ab":
    for at in range(2):
        await take(f"{key}{at}", key, "db")
for name in ("a2", "a3", "b2", "c0", "c1", "d0"):
    await take(name, name[0], "db")
log.append("|")
await leave("a0")
await leave("b0")
await leave("a1", "b1")
await leave("a2", "b2")
await leave("c0", "d0")
log.append(dict(places._waiting))`);
  expect(log).toEqual([...["a0", "a1", "b0", "b1", "|", "a2", "b2", "c0", "d0", "a3", "c1", {}]]);
});

it("says which limit it was: of those that wait, and of how long", async () => {
  const log = await run(`
await take("a0", "a", "files")
waiting = [await take(f"a{at}", "a", "files") for at in range(1, 6)]
await take("b0", "b", "files")
await take("a-db", "a", "db")
await asyncio.gather(*waiting)
await leave("a0", "b0", "a-db")
log.append(left())`);
  const full = words("4 calls wait", "waitingPerKey", "files", 1, "callsPerProcess");
  const late = words("the call has waited for 0.2 s", "waitSeconds", "files", 1, "callsPerProcess");
  expect(log).toEqual([
    ...["a0", `a5: ${full}`, "b0", "a-db"],
    ...[1, 2, 3, 4].map((at) => `a${at}: ${late}`),
    [{}, {}, {}, {}, {}],
  ]);
});

it("forgets who has given up, and keeps a place until the last one has left it", async () => {
  const log = await run(`
await take("a0", "a", "files")
first = await take("a1", "a", "files")
await take("a2", "a", "files")
first.cancel()
await asyncio.sleep(0.005)
held["a0"].stay()
held["a0"].leave()
await asyncio.sleep(0.005)
log.append("|")
await leave("a0")
# Cancelled in the moment in which it gets its place.
last = await take("a3", "a", "files")
held.pop("a2").leave()
last.cancel()
await asyncio.sleep(0.005)
log.append(left())`);
  expect(log).toEqual(["a0", "a1 cancelled", "|", "a2", "a3 cancelled", [{}, {}, {}, {}, {}]]);
});
