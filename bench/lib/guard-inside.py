"""What the guard's own code takes per call, in one process, with nothing behind it.

Mounted beside the guard: the wrappers and the hook around calls that return at once, timed in
alternating blocks with and without. The audit lines go to standard output, as in life.
"""

import asyncio
import hashlib
import json
import os
import statistics
import sys
import time
from types import SimpleNamespace

KEY = "sk-" + "a" * 40
row = {"name": "bench", "tools": {"notes": ["echo"]}, "models": [], "expires": None}
with open("/tmp/policy.json", "w", encoding="utf-8") as file:
    keys = {hashlib.sha256(KEY.encode()).hexdigest(): row}
    keys |= {
        f"{at:064x}": {**row, "tools": {"db": [f"t{n}" for n in range(50)]}} for at in range(100)
    }
    json.dump({"version": 2, "keys": keys, "connectors": {}}, file)
os.makedirs("/run/secrets", exist_ok=True)
with open("/run/secrets/mcp-gateway.env", "w", encoding="utf-8") as file:
    file.write("MCP_GATEWAY_RELAY_SECRET='bench'\n")
os.environ["MCP_GATEWAY_POLICY"] = "/tmp/policy.json"
sys.path.append("/guard")

from litellm.proxy._experimental.mcp_server import server as litellm_server  # noqa: E402
from litellm.proxy._types import UserAPIKeyAuth  # noqa: E402
from mcp import types  # noqa: E402
from mcp.server.lowlevel.server import request_ctx  # noqa: E402

import guard  # noqa: E402
import guard_litellm  # noqa: E402
from gate_identity import IDENTITY  # noqa: E402

user = UserAPIKeyAuth(api_key=KEY)
request = types.CallToolRequest(
    method="tools/call", params=types.CallToolRequestParams(name="notes-echo", arguments={})
)


async def execute(name, **_):
    return types.CallToolResult(content=[], isError=False)


async def executed_with_hook(name, **_):
    data = {"mcp_tool_name": name}
    await guard.instance.async_pre_call_hook(user, None, data, "mcp_call")
    return await execute(name)


async def plain(_request):
    return await execute("notes-echo")


manager = guard_litellm.manager_front(guard.policy)(executed_with_hook)


async def through_manager(_request):
    return types.ServerResult(await manager(name="notes-echo"))


async def main():
    litellm_server.set_auth_context(user)
    IDENTITY.set(hashlib.sha256(KEY.encode()).hexdigest())
    request_ctx.set(SimpleNamespace(request_id=1))
    guarded = guard_litellm.handler_front(guard.policy)(through_manager)
    times = {plain: [], guarded: []}
    for _ in range(40):
        for handler, seen in times.items():
            for _ in range(25):
                start = time.perf_counter()
                await handler(request)
                seen.append((time.perf_counter() - start) * 1000)
    for name, seen in zip(("without", "with the guard"), times.values(), strict=True):
        print(
            f"inside, {name}: {len(seen)} calls, p50 {statistics.median(seen):.3f} ms",
            file=sys.stderr,
        )


asyncio.run(main())
