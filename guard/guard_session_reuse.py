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
from mcp.types import ListToolsResult

import guard_seams
import guard_tools
from guard_limits import LIMITS
from guard_places import PLACE
from guard_server_gone import GONE
from guard_session_task import TOOLS_CHANGED, SessionTask
from guard_tools import Changed

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


class _ReusedSession(SessionTask):
    """A session that may wait for a call, in its place."""

    def __init__(self, client, place):
        self.calls = 0
        # What the server has listed in this session; None before it was asked.
        self.tools = None
        self._place = place
        self._born = time.monotonic()
        self._timer = None
        super().__init__(client)

    def close(self, words=GONE):
        super().close(words)
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


def says_changed(result):
    """Whether a bridge has answered instead of its server, which has executed nothing."""
    return result.isError and [getattr(part, "text", None) for part in result.content] == [
        TOOLS_CHANGED
    ]


class _Tools:
    """What LiteLLM calls of a session; another session where this one had ended before the call."""

    def __init__(self, client, task):
        self._client = client
        self._task = task

    async def call_tool(self, **call):
        task, session = self._task, self._task.session
        fresh = task.calls == 0
        task.calls += 1
        session.executed = False
        try:
            result = await self._asked(task, call)
            if not (self._client.is_bridged and says_changed(result)):
                return result
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            if fresh or session.executed:
                # Their own text is empty.
                raise ConnectionError(GONE) from None
        except McpError:
            if fresh or session.executed or not task.forgotten:
                raise
        await self._client.again()
        try:
            await self._client.check(call["name"])
        except Changed as error:
            # LiteLLM's client would make a tool's failure of it.
            self._client.changed = error
            raise
        return await self._asked(self._client.task, call)

    @staticmethod
    async def _asked(task, call):
        try:
            return await task.session.call_tool(**call)
        except asyncio.CancelledError:
            task.give_up(PLACE.get())
            raise

    async def list_tools(self):
        return ListToolsResult(tools=await self._task.list())


class ReusingClient(MCPClient):
    """LiteLLM's client: for a list with a session of its own, for a call with one that was there
    before and may stay."""

    def __init__(self, plain, key, alias):
        self.__dict__.update(plain.__dict__)
        said = [
            key,
            self.server_url,
            str(self.transport_type),
            sorted(self._get_auth_headers().items()),
        ]
        # None: nobody's, and nowhere to wait.
        self._place = None if key is None else hashlib.sha256(repr(said).encode()).digest()
        self._alias = alias
        self.is_bridged = alias in LIMITS["processes"]
        self.task, self.changed = None, None

    async def connect(self):
        if self._session is None:
            task = _ReusedSession(self, self._place)
            await task.opened()
            if task.usable:
                self._have(task)

    async def __aenter__(self):
        waiting = _waiting.get(self._place)
        if waiting:
            task = waiting[-1]
            task.taken()
            self._have(task)
        else:
            await self.connect()
        return self

    def _have(self, task):
        self.task, self._session = task, _Tools(self, task)

    async def again(self):
        """Another session: this one has ended."""
        await self.disconnect()
        await self.connect()
        if self.task is None:
            raise ConnectionError("the server has ended the session and opens no other")

    async def check(self, name):
        """Refuses a tool unless the server lists it as it was locked, by what is known of it now.

        A session is looked at when it is new, when its server says that its tools are others now,
        and when anybody has seen a tool that is not as it was. The MCP SDK would ask for the list
        after the first call, to check the result: before it, it costs nothing.
        """
        task, lock = self.task, guard_tools.lock
        if task.tools is None or task.session.changed or lock.differs(self._alias, name):
            try:
                listed = await task.list()
            except (McpError, anyio.ClosedResourceError, anyio.BrokenResourceError) as error:
                if task.calls == 0:
                    raise ConnectionError(
                        f"the server does not list its tools: {error or GONE}"
                    ) from None
                # It has forgotten this session: nothing has been executed.
                await self.again()
                return await self.check(name)
            except TimeoutError:
                raise ConnectionError("the server does not list its tools in time") from None
            lock.look(self._alias, listed)
            task.tools = frozenset(tool.name for tool in listed)
        lock.check(self._alias, name, task.tools)

    # Without a session LiteLLM would try once more, and speak of one that is "not initialized".

    async def call_tool(self, call):
        if self.task is None:
            raise ConnectionError("the MCP server does not answer")
        await self.check(call.name)
        result = await super().call_tool(call)
        if self.changed is not None:
            raise self.changed
        return result

    async def list_tools(self):
        return [] if self.task is None else await super().list_tools()

    async def disconnect(self):
        # After a call that has failed or was given up: what may still come is nobody's.
        task, self.task, self._session = self.task, None, None
        if task is not None:
            task.close()

    async def __aexit__(self, kind, value, trace):
        if kind is None and self.task is not None and self._place is not None:
            task, self.task, self._session = self.task, None, None
            task.rest()
        await self.disconnect()


class ProgramClient(MCPClient):
    """The same check for a program that LiteLLM starts itself, anew for every call."""

    def __init__(self, plain, alias):
        self.__dict__.update(plain.__dict__)
        self._alias = alias

    async def call_tool(self, call):
        if self._session is None:
            raise ConnectionError("the MCP server does not start")
        listed = await self.list_tools()
        guard_tools.lock.look(self._alias, listed)
        guard_tools.lock.check(self._alias, call.name, {tool.name for tool in listed})
        return await super().call_tool(call)


def client_front(original):
    def kept(server, mcp_auth_header=None):
        plain = original(server, mcp_auth_header)
        # A program that LiteLLM starts itself would go on running.
        if plain.transport_type == MCPTransport.stdio:
            return ProgramClient(plain, server.alias)
        return ReusingClient(plain, KEY.get() if IDLE > 0 else None, server.alias)

    return kept


def install():
    from litellm.proxy._experimental.mcp_server.mcp_server_manager import global_mcp_server_manager

    guard_seams.put_in_front(global_mcp_server_manager, "_create_mcp_client", client_front)
