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
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar
from datetime import timedelta

import anyio
import httpx
from litellm._logging import verbose_logger
from litellm.experimental_mcp_client.client import MCPClient
from litellm.types.mcp import MCPTransport
from mcp.client.session import ClientSession
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamablehttp_client
from mcp.shared.exceptions import McpError

import guard_seams
from guard_sessions import GONE, end_pending

# Seconds that a session waits for a call; 0: a session for each call, as LiteLLM has it.
IDLE = float(os.environ.get("MCP_GATEWAY_SESSION_IDLE", "30"))
# Seconds after which a session takes no new call: a relay that was reloaded waits for the old ones.
AGE = 2 * IDLE
# Sessions that may wait, for each key and server.
MOST = 32
# Seconds that a connection waits for the next request: fewer than the relay's 4 and uvicorn's 5,
# or it would be closed in the moment in which it is used.
CONNECTION = 3
# What a server says that does not know the session, and has executed nothing: 404 in the
# specification, 400 in the Python SDK.
FORGOTTEN = (400, 404)

# The key (SHA-256) for which this task calls a tool.
KEY = ContextVar("mcp_gateway_key", default=None)

# Place (key, server and credential) → sessions that wait, the last one used at the end.
_waiting = {}
# All sessions: asyncio itself does not hold on to their tasks.
_all = set()


@asynccontextmanager
async def _streams(client, answered):
    """The transport that `MCPClient.connect` would open; `answered` is shown each response."""

    def connection(headers=None, timeout=None, auth=None):
        # As `mcp.shared._httpx_utils.create_mcp_http_client` makes it, with a limit of our own.
        return httpx.AsyncClient(
            follow_redirects=True,
            headers=headers,
            timeout=timeout,
            auth=auth,
            limits=httpx.Limits(keepalive_expiry=CONNECTION),
            event_hooks={"response": [answered]},
        )

    given = {
        "url": client.server_url,
        "headers": client._get_auth_headers(),
        "httpx_client_factory": connection,
    }
    if client.transport_type == MCPTransport.sse:
        async with sse_client(timeout=client.timeout, **given) as streams:
            yield streams
    else:
        async with streamablehttp_client(timeout=timedelta(seconds=client.timeout), **given) as streams:
            yield streams[:2]


class _Session(ClientSession):
    """Tells when its server has closed it, and whether a tool has been executed."""

    executed = False

    def when_ended(self):
        """Set by whoever holds the session."""

    async def send_request(self, request, *args, **kwargs):
        result = await super().send_request(request, *args, **kwargs)
        # The SDK may ask for more before it gives an answer out (`_validate_tool_result`).
        self.executed = self.executed or request.root.method == "tools/call"
        return result

    async def _receive_loop(self):
        try:
            await super()._receive_loop()
        finally:
            self.when_ended()


class _Held:
    """One session, in a task of its own: the MCP SDK wants it ended where it was begun."""

    def __init__(self, client, place):
        self.session = None
        self.calls = 0
        # Whether the server has said that it does not know this session.
        self.forgotten = False
        self._place = place
        self._born = time.monotonic()
        self._end = asyncio.Event()
        self._opened = asyncio.Event()
        self._timer = None
        # Not in the caller's context: whose call it is must not outlive the call.
        self._task = asyncio.create_task(self._live(client), context=Context())
        _all.add(self)

    async def _live(self, client):
        try:
            async with _streams(client, self._answered) as streams, _Session(*streams) as session:
                session.when_ended = self.close
                await session.initialize()
                self.session = session
                self._opened.set()
                try:
                    await self._end.wait()
                finally:
                    end_pending(session, list(session._response_streams))
        except Exception as error:
            # In LiteLLM's words; it goes on without a session, and says so to the client.
            verbose_logger.warning(f"MCP client connection failed: {error}")
        finally:
            self.close()
            self._opened.set()
            _all.discard(self)

    async def _answered(self, response):
        if response.request.method == "POST" and response.status_code >= 400:
            self.forgotten = response.status_code in FORGOTTEN
            # Over SSE the MCP SDK would go on waiting for a message that does not come.
            self.close()

    async def opened(self):
        try:
            await self._opened.wait()
        except asyncio.CancelledError:
            self._task.cancel()
            raise

    @property
    def usable(self):
        return self.session is not None and not self._end.is_set()

    def close(self):
        self._end.set()
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
        await self._client.begin()
        if self._client.held is None:
            raise ConnectionError("the server has ended the session and opens no other")
        return await self._client._session.call_tool(**call)


class KeptClient(MCPClient):
    """LiteLLM's client for one call, whose session may have been there before and may stay."""

    def __init__(self, plain, key):
        self.__dict__.update(plain.__dict__)
        said = [key, self.server_url, str(self.transport_type), sorted(self._get_auth_headers().items())]
        self._place = hashlib.sha256(repr(said).encode()).digest()
        self.held = None

    async def connect(self):
        if self._session is not None:
            return
        waiting = _waiting.get(self._place)
        if waiting:
            held = waiting[-1]
            held.taken()
            self._have(held)
        else:
            await self.begin()

    async def begin(self):
        held = _Held(self, self._place)
        await held.opened()
        if held.usable:
            self._have(held)

    def _have(self, held):
        self.held, self._session = held, _Tools(self, held)

    async def call_tool(self, call):
        # LiteLLM would try once more, and then tell the client of a session "not initialized".
        if self.held is None:
            raise ConnectionError("the MCP server does not answer")
        return await super().call_tool(call)

    async def disconnect(self):
        # After a call that has failed or was given up: what may still come is nobody's.
        held, self.held, self._session = self.held, None, None
        if held is not None:
            held.close()

    async def __aexit__(self, kind, value, trace):
        if kind is None and self.held is not None:
            held, self.held, self._session = self.held, None, None
            held.rest()
        await self.disconnect()


def client_front(original):
    def kept(server, mcp_auth_header=None):
        plain = original(server, mcp_auth_header)
        key = KEY.get()
        # A program that LiteLLM starts itself would go on running.
        if key is None or plain.transport_type == MCPTransport.stdio:
            return plain
        return KeptClient(plain, key)

    return kept


def install():
    from litellm.proxy._experimental.mcp_server.mcp_server_manager import global_mcp_server_manager

    if IDLE > 0:
        guard_seams.put_in_front(global_mcp_server_manager, "_create_mcp_client", client_front)
