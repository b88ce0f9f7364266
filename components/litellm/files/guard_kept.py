"""Sessions with MCP servers that serve more than one call.

LiteLLM 1.77.3 opens a session for each tool call and closes it again: five or six requests, more
than half of what a call costs (docs/benchmarks.md). Here a session that has answered waits for the
next call of the same virtual key, to the same server, with the same credential. It serves one call
at a time and nobody else: what a server remembers of a session stays with the key that it is of.
"""

import asyncio
import hashlib
import os
import time
from contextvars import ContextVar

import anyio
from litellm.experimental_mcp_client.client import MCPClient
from litellm.types.mcp import MCPTransport
from mcp.shared.exceptions import McpError

import guard_seams
from guard_held import Held
from guard_sessions import GONE

# Seconds that a session waits for a call; 0: a session for each call, as LiteLLM has it.
IDLE = float(os.environ.get("MCP_GATEWAY_SESSION_IDLE", "30"))
# Seconds after which a session takes no new call: a relay that was reloaded waits for the old ones.
AGE = 2 * IDLE
# Sessions that may wait, for each key and server.
MOST = 32

# The key (SHA-256) for which this task calls a tool.
KEY = ContextVar("mcp_gateway_key", default=None)

# Place (key, server and credential) → sessions that wait, the last one used at the end.
_waiting = {}


class _Kept(Held):
    """A session that may wait for a call, in its place."""

    def __init__(self, client, place):
        self.calls = 0
        self._place = place
        self._born = time.monotonic()
        self._timer = None
        super().__init__(client)

    def close(self):
        super().close()
        if self._timer is not None:
            self.taken()

    def taken(self):
        """No longer among those that wait."""
        self._timer.cancel()
        self._timer = None
        waiting = _waiting[self._place]
        waiting.remove(self)
        if not waiting:
            del _waiting[self._place]

    def rest(self):
        """Waits for the next call, unless it is too old."""
        left = min(IDLE, self._born + AGE - time.monotonic())
        waiting = _waiting.setdefault(self._place, [])
        if self.usable and left > 0 and len(waiting) < MOST:
            waiting.append(self)
            self._timer = asyncio.get_running_loop().call_later(left, self.close)
            return
        self.close()
        if not waiting:
            del _waiting[self._place]


class _Tools:
    """What LiteLLM calls of a session; another session where this one had ended before the call."""

    def __init__(self, client, held):
        self._client = client
        self._held = held

    async def call_tool(self, **call):
        held, session = self._held, self._held.session
        fresh = held.calls == 0
        held.calls += 1
        session.executed = False
        try:
            return await session.call_tool(**call)
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            if fresh or session.executed:
                # Their own text is empty.
                raise ConnectionError(GONE) from None
        except McpError:
            if fresh or session.executed or not held.forgotten:
                raise
        await self._client.disconnect()
        await self._client.connect()
        if self._client.held is None:
            raise ConnectionError("the server has ended the session and opens no other")
        return await self._client._session.call_tool(**call)

    async def list_tools(self):
        return await self._held.session.list_tools()


class KeptClient(MCPClient):
    """LiteLLM's client: for a list with a session of its own, for a call with one that was there before
    and may stay."""

    def __init__(self, plain, key):
        self.__dict__.update(plain.__dict__)
        said = [key, self.server_url, str(self.transport_type), sorted(self._get_auth_headers().items())]
        # None: nobody's, and nowhere to wait.
        self._place = None if key is None else hashlib.sha256(repr(said).encode()).digest()
        self.held = None

    async def connect(self):
        if self._session is None:
            held = _Kept(self, self._place)
            await held.opened()
            if held.usable:
                self._have(held)

    async def __aenter__(self):
        waiting = _waiting.get(self._place)
        if waiting:
            held = waiting[-1]
            held.taken()
            self._have(held)
        else:
            await self.connect()
        return self

    def _have(self, held):
        self.held, self._session = held, _Tools(self, held)

    # Without a session LiteLLM would try once more, and then speak of one that is "not initialized".

    async def call_tool(self, call):
        if self.held is None:
            raise ConnectionError("the MCP server does not answer")
        return await super().call_tool(call)

    async def list_tools(self):
        return [] if self.held is None else await super().list_tools()

    async def disconnect(self):
        # After a call that has failed or was given up: what may still come is nobody's.
        held, self.held, self._session = self.held, None, None
        if held is not None:
            held.close()

    async def __aexit__(self, kind, value, trace):
        if kind is None and self.held is not None and self._place is not None:
            held, self.held, self._session = self.held, None, None
            held.rest()
        await self.disconnect()


def client_front(original):
    def kept(server, mcp_auth_header=None):
        plain = original(server, mcp_auth_header)
        # A program that LiteLLM starts itself would go on running.
        if plain.transport_type == MCPTransport.stdio:
            return plain
        return KeptClient(plain, KEY.get() if IDLE > 0 else None)

    return kept


def install():
    from litellm.proxy._experimental.mcp_server.mcp_server_manager import global_mcp_server_manager

    guard_seams.put_in_front(global_mcp_server_manager, "_create_mcp_client", client_front)
