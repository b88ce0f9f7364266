"""A session with an MCP server, in a task of its own, that ends when its server does.

Over SSE the MCP SDK waits on for the answer to a message that the server has refused: LiteLLM's
list of tools with it, for 30 s, and a call for ever.
"""

import asyncio
from contextlib import asynccontextmanager
from contextvars import Context
from datetime import timedelta

import httpx
from litellm._logging import verbose_logger
from litellm.types.mcp import MCPTransport
from mcp.client.session import ClientSession
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamablehttp_client

from relay_secret import relay_headers, relay_secret
from guard_sessions import end_pending

# Better not to serve at all than without it.
relay_secret()

# Seconds that a connection waits for the next request: fewer than the relay's 4 and uvicorn's 5,
# or it would be closed in the moment in which it is used.
CONNECTION = 3
# What a server says that does not know the session, and has executed nothing: 404 in the
# specification, 400 in the Python SDK.
FORGOTTEN = (400, 404)

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
        "headers": {**client._get_auth_headers(), **relay_headers(client.server_url)},
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


class Held:
    """One session, in a task of its own: the MCP SDK wants it ended where it was begun."""

    def __init__(self, client):
        # Once it can be used.
        self.session = None
        # Whether the server has said that it does not know this session.
        self.forgotten = False
        self._begun = None
        self._end = asyncio.Event()
        self._opened = asyncio.Event()
        # Not in the caller's context: whose call it is must not outlive the call.
        self._task = asyncio.create_task(self._live(client), context=Context())
        _all.add(self)

    async def _live(self, client):
        try:
            async with _streams(client, self._answered) as streams, _Session(*streams) as session:
                self._begun, session.when_ended = session, self.close
                await session.initialize()
                self.session = session
                self._opened.set()
                await self._end.wait()
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
        if self._begun is not None:
            end_pending(self._begun, list(self._begun._response_streams))
