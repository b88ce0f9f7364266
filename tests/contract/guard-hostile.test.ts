import * as docker from "../support/docker.ts";
import { pythonInLitellm } from "../support/litellm-python.ts";

jest.setTimeout(240_000);

/** What Python in LiteLLM's image prints as JSON, with the gateway's files beside it. */
async function inside(source: string): Promise<unknown> {
  const ran = await pythonInLitellm(source);
  if (ran.code !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

docker.describeWithDocker("what the libraries under LiteLLM make of hostile words", () => {
  it("counts the tokens of a long run of one letter in the time of its length", async () => {
    const found = (await inside(`
import tiktoken, guard_tokens
from litellm import token_counter
plain = tiktoken.get_encoding("cl100k_base")
words = "the quick brown fox " * 40
before = len(plain.encode(words))
guard_tokens.install()
began = time.monotonic()
long = token_counter(model="gpt-4o", text="a" * 1_000_000)
print(json.dumps([before == len(plain.encode(words)), long, time.monotonic() - began]))`)) as [
      boolean,
      number,
      number,
    ];
    expect(found[0]).toBe(true);
    expect(found[1]).toBeGreaterThan(100_000);
    // 100 kB at once are 17 s.
    expect(found[2]).toBeLessThan(10);
  });

  it("follows no reference of a schema to an address", async () => {
    expect(
      await inside(`
import guard_schemas, urllib.request
asked = []
urllib.request.urlopen = lambda *args, **kwargs: asked.append(str(args)) or (_ for _ in ()).throw(OSError())
guard_schemas.install()
import jsonschema
said = []
for address in ("http://127.0.0.1:9/x", "file:///etc/hostname"):
    try:
        jsonschema.validate({"a": 1}, {"$ref": address})
        said.append("valid")
    except Exception:
        said.append("refused")
print(json.dumps([said, asked]))`),
    ).toEqual([["refused", "refused"], []]);
  });

  it("reads no answer to its end that is lists and objects alone", async () => {
    expect(
      await inside(`
import asyncio, guard_bounds
async def parts(text):
    for at in range(0, len(text), 65536):
        yield text[at:at + 65536]
async def read(text, events):
    told = []
    try:
        size = 0
        async for part in guard_bounds.Bounded(parts(text), events, told.append):
            size += len(part)
        return size
    except guard_bounds.Unread as error:
        return [str(error) == guard_bounds.TOO_MANY, told == [guard_bounds.TOO_MANY]]
event = b"data: " + b"{}," * 60_000 + b"\\n\\n"
print(json.dumps([
    asyncio.run(read(b"{}," * 200_000, False)), asyncio.run(read(b"data: " + b"[]," * 200_000, True)),
    asyncio.run(read(b"x" * 1_000_000, False)), asyncio.run(read(event * 3, True)) == len(event) * 3,
]))`),
    ).toEqual([[true, true], [true, true], 1_000_000, true]);
  });
});
