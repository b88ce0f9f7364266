"""What an MCP server may answer, while it is read: so much, unpacked, and from where it was asked.

LiteLLM 1.77.3 reads whatever comes to its end, and has it in memory several times.
"""

import asyncio
import re

import httpx

from guard_limits import LIMITS

BYTES = int(LIMITS["resultMb"] * 1024 * 1024)
TOO_LARGE = (
    f"the server's answer is larger than {LIMITS['resultMb']} MB and was not read to its end "
    "(proxy.limits.resultMb in the gateway's configuration)"
)
# Lists and objects of an answer: the MCP SDK makes 2.5 KB of each, also of an empty one.
PARTS = 100_000
TOO_MANY = (
    f"the server's answer has more than {PARTS} lists and objects and was not read to its end"
)
# A large answer is read in steps, with a pause after each that all large answers share: LiteLLM has
# one thread for everybody, and a small answer is not to wait for four that are large.
FREE, STEP, PAUSE = 512 * 1024, 256 * 1024, 0.01
# Seconds for which a call that met the limit keeps its place: it was dear.
REST = 1
PACKED = "the server has compressed its answer, which it was not asked for: it was not read"
SENT_AWAY = "the server has sent the gateway to another address: it was not followed"

_ENDS = re.compile(rb"\r\n\r\n|\n\n|\r\r")


_pausing = asyncio.Lock()


class Unread(httpx.ReadError):
    """An answer that is not read to its end; the words say why."""


class Bounded(httpx.AsyncByteStream):
    """An answer's bytes, up to the limit: of all of it, or of each event of a stream."""

    def __init__(self, stream, is_events, told):
        self._stream = stream
        self._is_events = is_events
        # Hears of it first: what the MCP SDK makes of an exception has no words.
        self._told = told

    async def __aiter__(self):
        count, parts, tail, step = 0, 0, b"", FREE
        async for part in self._stream:
            count += len(part)
            parts += part.count(b"{") + part.count(b"[")
            if self._is_events:
                # An event may end between two parts.
                text = tail + part
                for end in _ENDS.finditer(text):
                    count = len(text) - end.end()
                    parts = text.count(b"{", end.end()) + text.count(b"[", end.end())
                tail = text[-3:]
            if count > BYTES or parts > PARTS:
                words = TOO_LARGE if count > BYTES else TOO_MANY
                self._told(words)
                raise Unread(words)
            if count < step - STEP:
                step = FREE
            if count > step:
                step = count + STEP
                async with _pausing:
                    await asyncio.sleep(PAUSE)
            yield part

    async def aclose(self):
        await self._stream.aclose()


def _stays(response):
    url = response.request.url
    there = url.join(response.headers["location"])
    return (there.scheme, there.host, there.port) == (url.scheme, url.host, url.port)


def bound(response, told):
    """Puts the limit in front of a response that nobody has begun to read."""
    if response.has_redirect_location and not _stays(response):
        # It would carry the call, and all that LiteLLM may, to wherever a server wants it.
        told(SENT_AWAY)
        raise Unread(SENT_AWAY)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        # The limit would be of what it is packed into.
        told(PACKED)
        raise Unread(PACKED)
    kind = response.headers.get("content-type", "").lower()
    response.stream = Bounded(response.stream, kind.startswith("text/event-stream"), told)


def met_the_limit(result):
    return result.isError and any(
        getattr(part, "text", None) in (TOO_LARGE, TOO_MANY) for part in result.content
    )
