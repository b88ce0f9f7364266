"""A server that ends its answer without having answered: the call ends then, and says so.

Over streamable HTTP the MCP SDK goes on waiting, for ever: LiteLLM 1.77.3 sets no limit. A
container that is killed while a tool runs does that, a server that forgets a session, one that
answers with something else than MCP (tests/contract/guard.test.ts, guard-session-reuse.test.ts).
"""

import anyio
from mcp.client.session import ClientSession
from mcp.client.streamable_http import StreamableHTTPTransport
from mcp.types import ErrorData, JSONRPCError, JSONRPCRequest

import guard_seams

GONE = "the server went away before it had answered"
# What the MCP SDK calls it itself, over SSE.
CLOSED = "Connection closed"


class AnswerEnded(Exception):
    """Told to a session after each answer over HTTP, in the order in which messages came."""

    def __init__(self, request):
        super().__init__(GONE)
        self.request = request


def end_pending(session, requests, words=GONE):
    """Tells whoever still waits for an answer to these requests that there will be none."""
    for request in requests:
        waiting = session._response_streams.get(request)
        error = ErrorData(code=-32000, message=words)
        try:
            if waiting is not None:
                waiting.send_nowait(JSONRPCError(jsonrpc="2.0", id=request, error=error))
        except (anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
            # It has its answer, or does not wait any longer.
            pass


def says_gone(result):
    """Whether LiteLLM's client has made an answer of it: it hands out its exceptions as results."""
    return result.isError and [getattr(part, "text", None) for part in result.content] in (
        [GONE],
        [CLOSED],
    )


def incoming_front(original):
    async def told(self, message):
        if isinstance(message, AnswerEnded):
            end_pending(self, [message.request])
        else:
            await original(self, message)

    return told


def post_front(original):
    async def watched(self, ctx):
        await original(self, ctx)
        message = ctx.session_message.message.root
        if isinstance(message, JSONRPCRequest):
            try:
                await ctx.read_stream_writer.send(AnswerEnded(message.id))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                # The session has ended, and nobody waits.
                pass

    return watched


def install():
    guard_seams.put_in_front(ClientSession, "_handle_incoming", incoming_front)
    guard_seams.put_in_front(StreamableHTTPTransport, "_handle_post_request", post_front)
