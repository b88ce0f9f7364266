"""The gate in front of an application that writes down what it gets.

Also a program, for tests in other languages: `python3 through_gate.py` reads a list of requests as
JSON, and prints for each one line of JSON with what came of it.
"""

import asyncio
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import gate
from gate_headers import key_hash
from gate_identity import IDENTITY
from guard_policy import Policy, Row

NARROW_KEY, CHAT_KEY, ADMIN_SECRET = "sk-" + "n" * 40, "sk-" + "c" * 40, "s" * 40
JSON = ("content-type", "application/json")


def bearer(key):
    return ("authorization", f"Bearer {key}")


class Known(Policy):
    """Two keys with one tool each, one of them with a model."""

    def __init__(self):
        super().__init__("/nowhere")

    def rows(self):
        tools = {"db": frozenset(["list_schemas"])}
        return {
            key_hash(NARROW_KEY): Row("narrow", tools, frozenset(), None),
            key_hash(CHAT_KEY): Row("chat", tools, frozenset(["m"]), None),
        }


class Healthy:
    def answer(self):
        return 200, {"status": "healthy"}


async def _one(request):
    log, sent, got = [], [], []

    async def litellm(scope, receive, send):
        message = await receive()
        got.append(
            {
                "path": scope["path"],
                "query": scope["query_string"].decode(),
                "headers": [
                    [name.decode("latin-1"), value.decode("latin-1")]
                    for name, value in scope["headers"]
                ],
                "body": message.get("body", b"").decode(),
                "identity": IDENTITY.get(),
            }
        )
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    body = request.get("body", b"")
    body = body.encode() if isinstance(body, str) else body
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        if messages:
            return messages.pop(0)
        return await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    path = request.get("path", "/v1/chat/completions")
    scope = {
        "type": "http",
        "method": request.get("method", "POST"),
        "path": path,
        "raw_path": path.encode(),
        "query_string": request.get("query", "").encode(),
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in request.get("headers", [bearer(CHAT_KEY), JSON])
        ],
    }
    front = gate.Gate(litellm, Known(), ADMIN_SECRET, Healthy(), log.append)
    await front(scope, receive, send)
    return {
        "status": sent[0]["status"],
        "headers": {name.decode(): value.decode() for name, value in sent[0]["headers"]},
        "answer": b"".join(message.get("body", b"") for message in sent[1:]).decode(),
        "litellm": got[0] if got else None,
        "log": log,
    }


def through_gate(*requests):
    """What came of each: the gate's answer, what LiteLLM got of it, and what was logged.

    A request: {method, path, query, headers, body}, where what is left out is as in a usual call.
    """

    async def all_of_them():
        # Each in a task of its own, as uvicorn does it.
        return [await asyncio.create_task(_one(request)) for request in requests]

    return asyncio.run(all_of_them())


if __name__ == "__main__":
    for passed in through_gate(*json.load(sys.stdin)):
        print(json.dumps(passed))
