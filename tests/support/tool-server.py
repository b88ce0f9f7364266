"""A stdio MCP server of the standard library alone, for the bridge's tests: `tool-server.py`.

Crashes at once while a file `crash` lies beside it, and lists no tools while `silent` does.
"""

import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
if os.path.exists(os.path.join(HERE, "crash")):
    sys.exit("no licence file: giving up")

TOOLS = [
    {"name": name, "description": text, "inputSchema": {"type": "object", "properties": {}}}
    for name, text in {
        "ping": "Says pong.",
        "pid": "The process's id.",
        "die": "Ends the process in the middle of the call.",
        "wait": "Takes two seconds.",
    }.items()
]


def call(name):
    if name == "die":
        os._exit(3)
    if name == "wait":
        time.sleep(2)
    where = os.environ.get("RUNTIME", "nowhere")
    return str(os.getpid()) if name == "pid" else f"pong from {where}"


def answer(message):
    match message["method"]:
        case "initialize":
            return {
                "protocolVersion": message["params"]["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "tool-server", "version": "1"},
            }
        case "tools/list":
            return {"tools": [] if os.path.exists(os.path.join(HERE, "silent")) else TOOLS}
        case "tools/call":
            return {"content": [{"type": "text", "text": call(message["params"]["name"])}]}
    return {}


for line in sys.stdin:
    request = json.loads(line)
    if "id" in request:
        print(
            json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": answer(request)}),
            flush=True,
        )
