"""A server that goes away in the middle of its answer: the call ends then, and says so.

Over streamable HTTP the MCP SDK hands a broken answer to nobody and goes on waiting for the rest,
for ever: LiteLLM 1.77.3 sets no limit. Over SSE it ends the call by itself. Seen when a connector's
container was killed while a tool ran (tests/contract/guard.test.ts).
"""

import httpx
from mcp.client.session import ClientSession
from mcp.types import ErrorData, JSONRPCError

import guard_seams

GONE = "the server went away before it had answered"


def incoming_front(original):
    async def told(self, message):
        # LiteLLM opens a session for each call: whoever still waits, waits for this.
        if isinstance(message, httpx.TransportError):
            for request, waiting in list(self._response_streams.items()):
                error = ErrorData(code=-32000, message=GONE)
                await waiting.send(JSONRPCError(jsonrpc="2.0", id=request, error=error))
        await original(self, message)

    return told


def install():
    guard_seams.put_in_front(ClientSession, "_handle_incoming", incoming_front)
