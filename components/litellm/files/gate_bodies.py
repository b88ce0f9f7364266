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
# Bytes that are taken apart at once, and that take one of a key's places for as long as the request lasts.
SMALL, LARGE = 128 * 1024, 1024 * 1024
# Large requests of one key at a time: each is in memory several times while LiteLLM works on it.
PLACES = 4


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


class Bodies:
    def __init__(self):
        self._worker = None
        self._places = {}

    @asynccontextmanager
    async def place(self, key, length):
        """Before a large body is read: what waits here is still its client's."""
        if length <= LARGE:
            yield
            return
        async with self._places.setdefault(key, asyncio.Semaphore(PLACES)):
            yield

    async def taken_apart(self, kind, body, row):
        given = (kind, body, row.name, sorted(row.models))
        if len(body) <= SMALL:
            return taken_apart(*given)
        # A fresh interpreter: a copy of this one would have LiteLLM in it.
        self._worker = self._worker or ProcessPoolExecutor(1, get_context("spawn"))
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self._worker, _elsewhere, *given
            )
        except RuntimeError as error:
            # It was killed, for memory most likely: the next request gets another one.
            self._worker = None
            raise Refused(503, "the request could not be read: send it again", "worker") from error
        if len(found) == 3:
            raise Refused(*found)
        return found
