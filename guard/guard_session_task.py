"""A session with an MCP server, in a task of its own, that ends when its server does.

Over SSE the MCP SDK waits on for the answer to a message that the server has refused: LiteLLM's
list of tools with it, for 30 s, and a call for ever.
"""

import asyncio
import secrets
from contextlib import asynccontextmanager
from contextvars import Context
from datetime import timedelta

import anyio
import httpx
from litellm._logging import verbose_logger
from litellm.types.mcp import MCPTransport
from mcp.client.session import ClientSession
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamablehttp_client
from mcp.types import (
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    CancelledNotification,
    CancelledNotificationParams,
    ClientNotification,
    ClientRequest,
    RequestParams,
    ToolListChangedNotification,
)

from guard_bounds import bound
from guard_server_gone import GONE, AnswerEnded, end_pending
from relay_secret import relay_headers, relay_secret

# Better not to serve at all than without it.
relay_secret()

# Seconds that a connection waits for the next request: fewer than the relay's 4 and uvicorn's 5,
# or it would be closed in the moment in which it is used.
CONNECTION = 3
# What a server says that does not know the session, and has executed nothing: 404 in the
# specification, 400 in the Python SDK.
FORGOTTEN = (400, 404)
# Seconds for a server's list of tools, pages of it, and tools of all pages.
LIST, PAGES, TOOLS = 30, 100, 5000
# Seconds for a server to take the word that nobody waits for a call any longer; and for a tool
# that this word cannot reach, to end by itself.
WORD, LINGER = 2, 300

# What a bridge is told of a call, and the tool with which it is taken back (bridge_child.py).
CALL, CANCEL = "mcp-gateway/call", "mcp-gateway/cancel"
# What it answers when there is no such call; and instead of a call, when the server has said that
# its tools are others now.
UNKNOWN = "mcp-gateway: there is no such call"
TOOLS_CHANGED = "mcp-gateway: the server says that its tools have changed"

# One for all sessions: each client would make its own, 0.5 ms, and 1 ms where there is a proxy.
TLS = httpx.create_ssl_context()

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
            verify=TLS,
            limits=httpx.Limits(keepalive_expiry=CONNECTION),
            event_hooks={"response": [answered]},
        )

    given = {
        "url": client.server_url,
        "headers": {
            **client._get_auth_headers(),
            **relay_headers(client.server_url),
            "Accept-Encoding": "identity",
        },
        "httpx_client_factory": connection,
    }
    if client.transport_type == MCPTransport.sse:
        async with sse_client(timeout=client.timeout, **given) as streams:
            yield (*streams, None)
    else:
        async with streamablehttp_client(
            timeout=timedelta(seconds=client.timeout), **given
        ) as streams:
            yield streams


class _Session(ClientSession):
    """Tells when its server has closed it, what has been asked, and what has come of it."""

    executed = False
    # Whether the server has said that its tools are others now.
    changed = False
    # The id of the last call, and whether its answer has ended.
    call, answered = None, None
    # Whether a bridge stands before the server, and what it has been told to call the last call.
    is_bridged, name = False, None

    def when_ended(self):
        """Set by whoever holds the session."""

    async def send_request(self, request, *args, **kwargs):
        is_call = request.root.method == "tools/call"
        if is_call:
            # The id that the SDK gives it.
            self.call, self.answered = self._request_id, asyncio.Event()
            if self.is_bridged:
                self.name = secrets.token_hex(16)
                request.root.params.meta = RequestParams.Meta(**{CALL: self.name})
        result = await super().send_request(request, *args, **kwargs)
        # The SDK may ask for more before it gives an answer out (`_validate_tool_result`).
        self.executed = self.executed or is_call
        return result

    async def list_tools(self, *args, **kwargs):
        """Without what results are held against: no lock has it, and the SDK would follow it."""
        page = await super().list_tools(*args, **kwargs)
        for tool in page.tools:
            tool.outputSchema = None
            self._tool_output_schemas[tool.name] = None
        return page

    async def take_back(self):
        """Cancels the last call at a bridge (bridge_child.py), which may have no such call."""
        params = CallToolRequestParams(name=CANCEL, arguments={"call": self.name})
        request = ClientRequest(CallToolRequest(method="tools/call", params=params))
        result = await super().send_request(request, CallToolResult)
        if [getattr(part, "text", None) for part in result.content] == [UNKNOWN]:
            self.answered.set()

    async def _received_notification(self, notification):
        if isinstance(notification.root, ToolListChangedNotification):
            self.changed = True
        await super()._received_notification(notification)

    async def _handle_incoming(self, message):
        if isinstance(message, AnswerEnded) and message.request == self.call:
            self.answered.set()
        await super()._handle_incoming(message)

    async def _receive_loop(self):
        try:
            await super()._receive_loop()
        finally:
            if self.answered is not None:
                self.answered.set()
            self.when_ended()


class SessionTask:
    """One session, in a task of its own: the MCP SDK wants it ended where it was begun."""

    def __init__(self, client):
        # Once it can be used.
        self.session = None
        # Whether the server has said that it does not know this session.
        self.forgotten = False
        self._begun = None
        # The place of a call that nobody waits for; whether the server has been told.
        self._given_up, self._told = None, asyncio.Event()
        self._end = asyncio.Event()
        self._opened = asyncio.Event()
        # Not in the caller's context: whose call it is must not outlive the call.
        self._task = asyncio.create_task(self._live(client), context=Context())
        _all.add(self)

    async def _live(self, client):
        try:
            async with (
                _streams(client, self._answered) as (reading, writing, name),
                _Session(reading, writing) as session,
            ):
                self._begun, session.when_ended = session, self.close
                session.is_bridged = client.is_bridged
                await session.initialize()
                self.session = session
                self._opened.set()
                await self._end.wait()
                if self._given_up is not None:
                    await self._stop(session, name is not None and name() is None)
        except Exception as error:
            # In LiteLLM's words; it goes on without a session, and says so to the client.
            verbose_logger.warning(f"MCP client connection failed: {error}")
        finally:
            self.close()
            self._opened.set()
            _all.discard(self)
            if self._given_up is not None:
                self._given_up.leave()

    async def _stop(self, session, is_deaf):
        """Tells the server that nobody waits for the call any longer."""
        params = CancelledNotificationParams(requestId=session.call, reason="the client has gone")
        word = CancelledNotification(method="notifications/cancelled", params=params)
        with anyio.move_on_after(WORD):
            if session.is_bridged:
                # mcp-proxy passes no such word on, but calls.
                await session.take_back()
            else:
                await session.send_notification(ClientNotification(word))
                # The SDK has only taken it then.
                await self._told.wait()
        if is_deaf:
            # Without sessions each request is for itself: the tool works on, and keeps its place.
            with anyio.move_on_after(LINGER):
                await session.answered.wait()

    async def _answered(self, response):
        if response.request.method == "POST":
            if (
                self._given_up is not None
                and b'"notifications/cancelled"' in response.request.content
            ):
                self._told.set()
            elif response.status_code >= 400:
                self.forgotten = response.status_code in FORGOTTEN
                self.close()
        bound(response, self.close)

    async def opened(self):
        try:
            await self._opened.wait()
        except asyncio.CancelledError:
            self._task.cancel()
            raise

    async def list(self):
        """Every tool that the server lists, page by page."""
        self.session.changed = False
        listed, cursor = [], None
        with anyio.fail_after(LIST):
            for _ in range(PAGES):
                page = await self.session.list_tools(cursor)
                listed += page.tools
                if len(listed) > TOOLS:
                    raise ConnectionError(f"the server lists more than {TOOLS} tools")
                cursor = page.nextCursor
                if not cursor:
                    return listed
        raise ConnectionError("the server's list of tools does not end")

    @property
    def usable(self):
        return self.session is not None and not self._end.is_set()

    def give_up(self, place):
        """Ends the session with a call under way, which keeps its place until it has ended."""
        if not self._end.is_set():
            place.stay()
            self._given_up = place
            self.close()

    def close(self, words=GONE):
        self._end.set()
        if self._begun is not None:
            end_pending(self._begun, list(self._begun._response_streams), words)
