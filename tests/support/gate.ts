import { python } from "./python.ts";

/** A request as a client sends it to the gate: raw, so that it may be anything. */
export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** UTF-8 text, or base64 of bytes. */
  readonly body?: string;
  readonly bytes?: string;
}

/** What came of it: the gate's answer, what LiteLLM got of it, and what was logged. */
export interface Passed {
  readonly status: number;
  readonly answer: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly litellm: null | {
    readonly path: string;
    readonly query: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
    readonly identity: string | null;
  };
  readonly log: readonly Record<string, unknown>[];
}

export const narrowKey = `sk-${"n".repeat(40)}`;
export const chatKey = `sk-${"c".repeat(40)}`;
export const adminSecret = "s".repeat(40);

/** The gate in front of an application that writes down what it gets; one process for all. */
export async function throughGate(requests: readonly RawRequest[]): Promise<Passed[]> {
  const ran = await python(
    `import asyncio, base64, hashlib, json, sys
sys.path.insert(0, "guard")
sys.dont_write_bytecode = True
import gate
from gate_identity import IDENTITY
from guard_policy import Policy, Row
class Known(Policy):
    def rows(self):
        name = lambda value: hashlib.sha256(value.encode()).hexdigest()
        return {
            name(${JSON.stringify(narrowKey)}): Row("narrow", {"db": frozenset(["list_schemas"])}, frozenset(), None),
            name(${JSON.stringify(chatKey)}): Row("chat", {"db": frozenset(["list_schemas"])}, frozenset(["m"]), None),
        }
class Health:
    def answer(self):
        return 200, {"status": "healthy"}
async def one(request):
    log, sent, got = [], [], []
    async def app(scope, receive, send):
        message = await receive()
        got.append({
            "path": scope["path"], "query": scope["query_string"].decode(),
            "headers": [[a.decode("latin-1"), b.decode("latin-1")] for a, b in scope["headers"]],
            "body": message.get("body", b"").decode(), "identity": IDENTITY.get(),
        })
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
    body = base64.b64decode(request["bytes"]) if "bytes" in request else request.get("body", "").encode()
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    async def receive():
        if messages:
            return messages.pop(0)
        await asyncio.Event().wait()
    async def send(message):
        sent.append(message)
    path = request.get("path", "/v1/chat/completions")
    scope = {
        "type": "http", "method": request.get("method", "POST"), "path": path, "raw_path": path.encode(),
        "query_string": request.get("query", "").encode(),
        "headers": [(a.encode("latin-1"), b.encode("latin-1")) for a, b in request["headers"]],
    }
    await gate.Gate(app, Known("/nowhere"), ${JSON.stringify(adminSecret)}, Health(), log.append)(scope, receive, send)
    return {
        "status": sent[0]["status"], "headers": {a.decode(): b.decode() for a, b in sent[0]["headers"]},
        "answer": b"".join(m.get("body", b"") for m in sent[1:]).decode(),
        "litellm": got[0] if got else None, "log": log,
    }
async def main():
    for request in json.load(sys.stdin):
        print(json.dumps(await one(request)))
asyncio.run(main())`,
    JSON.stringify(
      requests.map((request) => ({
        ...request,
        headers: request.headers ?? [
          ["authorization", `Bearer ${chatKey}`],
          ["content-type", "application/json"],
        ],
      })),
    ),
  );
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Passed);
}
