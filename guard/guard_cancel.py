"""`notifications/cancelled`: a client's word that it does not wait for a call any longer.

LiteLLM's MCP server is a new one for each request (guard_stateless.py), so the word never meets the
call. It ends a call here of the same key with the same id, if there is exactly one: ids are each
client's own, and two clients may share a key.
"""

from contextlib import contextmanager

from mcp.server.lowlevel.server import request_ctx
from mcp.types import CancelledNotificationParams, JSONRPCNotification
from pydantic import ValidationError

CANCELLED = "the call was cancelled by its client"

# (key, id) → the calls under way.
_running = {}


@contextmanager
def running(token, call):
    name = (token, request_ctx.get().request_id)
    calls = _running.setdefault(name, [])
    calls.append(call)
    try:
        yield
    finally:
        calls.remove(call)
        if not calls:
            del _running[name]


def cancel(token, params):
    try:
        # As the SDK reads ids: "7" is 7.
        request = CancelledNotificationParams.model_validate(params).requestId
    except ValidationError:
        return
    calls = _running.get((token, request), [])
    if len(calls) == 1 and calls[0].task is not None:
        calls[0].cancelled = True
        calls[0].task.cancel()


class Heard:
    """A request's messages on their way to its MCP server; `token` tells whose they are."""

    def __init__(self, reading, token):
        self._reading = reading
        self._token = token

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self._reading.aclose()

    async def aclose(self):
        await self._reading.aclose()

    def __aiter__(self):
        return self

    async def __anext__(self):
        message = await self._reading.__anext__()
        root = getattr(getattr(message, "message", None), "root", None)
        if isinstance(root, JSONRPCNotification) and root.method == "notifications/cancelled":
            cancel(self._token(), root.params)
        return message
