"""Takes requests' bodies apart: small ones at once, larger ones in a process of their own.

A body of some MB keeps its interpreter busy for a second, and every other key's requests with it.
Standard library only.
"""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

import gate_routes
from gate_fields import Refused, Report
from gate_json import parse, write

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
# The routes that have a body, and what it may say.
ROUTES = {CHAT: gate_routes.chat, RESPONSES: gate_routes.responses, "mcp": gate_routes.mcp}
# Bytes of a body that is taken apart at once, and that counts for nothing.
SMALL = 128 * 1024
# Bytes of larger bodies that are under way at once, of one key and of all: each is in memory
# several times while LiteLLM works on it. One that is larger than that goes alone.
OF_A_KEY, OF_ALL = 8 * 1024 * 1024, 32 * 1024 * 1024


def models(names):
    return f"its row has {', '.join(names) or 'no models'}"


def taken_apart(kind, body, key, names):
    """(the body that LiteLLM gets, what was left out of it); `names`: the key's models, sorted."""
    report = Report()
    value = parse(body)
    if kind == "mcp":
        if not isinstance(value, dict):
            raise Refused(400, "the request must be one JSON-RPC message: no batches", "batch")
        return write(ROUTES[kind](value, "", report)), report.dropped
    fields = ROUTES[kind](value, "", report)
    if "model" not in fields:
        raise Refused(400, '"model" is needed: ' + models(names), "no model")
    if fields["model"] not in names:
        raise Refused(403, f'key "{key}" may not use this model: ' + models(names), "model")
    return write(fields), report.dropped


def _elsewhere(*given):
    """`taken_apart`, with a refusal as a value: it does not come through as itself."""
    try:
        return taken_apart(*given)
    except Refused as refused:
        return refused.status, refused.message, refused.reason


class Budget:
    """Bytes that are under way."""

    def __init__(self, most):
        self._most, self._taken = most, 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def of(self, count):
        count = min(count, self._most)
        async with self._changed:
            await self._changed.wait_for(lambda: self._taken + count <= self._most)
            self._taken += count
        try:
            yield
        finally:
            async with self._changed:
                self._taken -= count
                self._changed.notify_all()


class Bodies:
    def __init__(self):
        self._worker = None
        self._all = Budget(OF_ALL)
        # Key → its own bytes, and its turn at the worker: one body of each key at a time.
        self._budgets, self._turns = {}, {}

    @asynccontextmanager
    async def place(self, key, length):
        """Before a larger body is read: what waits here is still its client's."""
        if length <= SMALL:
            yield
            return
        own = self._budgets.setdefault(key, Budget(OF_A_KEY))
        async with own.of(length), self._all.of(length):
            yield

    async def taken_apart(self, kind, body, row):
        given = (kind, body, row.name, sorted(row.models))
        if len(body) <= SMALL:
            return taken_apart(*given)
        async with self._turns.setdefault(row.name, asyncio.Lock()):
            found = await self._by_worker(given)
        if len(found) == 3:
            raise Refused(*found)
        return found

    async def _by_worker(self, given):
        # A fresh interpreter: a copy of this one would have LiteLLM in it.
        self._worker = self._worker or ProcessPoolExecutor(1, get_context("spawn"))
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._worker, _elsewhere, *given)
        except RuntimeError as error:
            # It was killed, for memory most likely: the next request gets another one.
            self._worker = None
            raise Refused(503, "the request could not be read: send it again", "worker") from error
