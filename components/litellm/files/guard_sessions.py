"""A server that goes away in the middle of its answer: the call ends then, and says so.

Over streamable HTTP the MCP SDK hands a broken answer to nobody and goes on waiting for the rest,
for ever: LiteLLM 1.77.3 sets no limit. Over SSE it ends the call by itself. Seen when a connector's
container was killed while a tool ran (tests/contract/guard.test.ts).
"""

import anyio
import httpx
from mcp.client.session import ClientSession
from mcp.types import ErrorData, JSONRPCError

import guard_seams

GONE = "the server went away before it had answered"


def end_pending(session):
    """Tells whoever still waits for an answer in this session that there will be none."""
    for request, waiting in list(session._response_streams.items()):
        error = ErrorData(code=-32000, message=GONE)
        try:
            waiting.send_nowait(JSONRPCError(jsonrpc="2.0", id=request, error=error))
        except (anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
            # It has its answer, or does not wait any longer.
            pass


def incoming_front(original):
    async def told(self, message):
        # A session serves one call at a time: whoever still waits, waits for this.
        if isinstance(message, httpx.TransportError):
            end_pending(self)
        await original(self, message)

    return told


def install():
    guard_seams.put_in_front(ClientSession, "_handle_incoming", incoming_front)
