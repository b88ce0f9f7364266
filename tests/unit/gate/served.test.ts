import { python } from "../../support/python.ts";

/** What becomes of LiteLLM's work when the client goes at some moment; `app` is its Python body. */
async function served(app: string, leaves: "before" | "after answer" | "never"): Promise<unknown> {
  const ran = await python(
    `import asyncio, json, sys
sys.path.insert(0, "guard")
sys.dont_write_bytecode = True
import gate
said = []
async def main():
    answered = asyncio.Event()
    async def receive():
        if "${leaves}" == "before":
            await asyncio.sleep(0.05)
        elif "${leaves}" == "after answer":
            await answered.wait()
        else:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}
    async def send(message):
        said.append(message["type"].split(".")[-1])
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()
    async def app(scope, receive, send):
        said.append((await receive())["body"].decode())
        start = {"type": "http.response.start", "status": 200, "headers": []}
        body = {"type": "http.response.body", "body": b"x"}
        try:
${app
  .split("\n")
  .map((line) => `            ${line}`)
  .join("\n")}
            said.append("done")
        except asyncio.CancelledError:
            said.append("cancelled")
            raise
    try:
        await asyncio.wait_for(gate.served(app, {}, b"hello", receive, send), 5)
        said.append("returned")
    except Exception as error:
        said.append(repr(error))
    await asyncio.sleep(0)
    said.append(len(asyncio.all_tasks()))
asyncio.run(main())
print(json.dumps(said))`,
  );
  if (ran.code !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

it("ends what LiteLLM does for a client that has gone", async () => {
  expect(await served("await asyncio.sleep(9)\nawait send(start)", "before")).toEqual([
    ...["hello", "cancelled", "returned", 1],
  ]);
});

it("ends it in the middle of an answer as well", async () => {
  const streaming =
    'await send(start)\nawait send({**body, "more_body": True})\nawait asyncio.sleep(9)';
  expect(await served(streaming, "before")).toEqual([
    ...["hello", "start", "body", "cancelled", "returned", 1],
  ]);
});

it("lets it write down what it has to once the answer is there", async () => {
  const answering = "await send(start)\nawait send(body)\nawait asyncio.sleep(0.1)";
  for (const leaves of ["after answer", "never"] as const)
    expect(await served(answering, leaves)).toEqual([
      ...["hello", "start", "body", "done", "returned", 1],
    ]);
});

it("passes on that it has failed", async () => {
  expect(await served('raise ValueError("x")', "never")).toEqual([
    ...["hello", "ValueError('x')", 1],
  ]);
});
