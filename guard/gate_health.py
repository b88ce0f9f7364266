"""Whether this proxy serves: its database answers.

LiteLLM's own readiness goes by what was so before. Seen: the database gone, every key answered with
401 or 503, and Docker called the proxy healthy.
"""

import asyncio
import json
import os
import signal
import sys
import time

# Seconds between looks, for an answer, and until a proxy that does not serve makes room.
EVERY, WAIT, PATIENCE = 5, 5, 60
# Looks in a row without an answer: one may be a moment's.
FAILED = 2


UNANSWERED = "the database does not answer"


class EngineGone(Exception):
    """Prisma's query engine has ended: its client starts no other, so waiting helps nobody."""


class Health:
    """What the last looks have seen."""

    def __init__(self, look, log, now=time.monotonic, leave=None):
        self._look, self._log, self._now = look, log, now
        self._leave, self._leaving = leave or self._end, False
        self._failures, self._since = 0, None

    def _end(self):
        """uvicorn waits for open calls, for an hour if need be: it is not asked twice."""
        if self._leaving:
            os._exit(1)
        else:
            self._leaving = True
            os.kill(os.getpid(), signal.SIGTERM)

    @property
    def serving(self):
        return self._failures < FAILED

    async def check(self):
        """One look; leaves if there has been no answer for too long."""
        try:
            await asyncio.wait_for(self._look(), WAIT)
        except Exception as error:
            self._failed(error)
        else:
            if not self.serving:
                self._log({"gate": "health", "state": "serving"})
            self._failures, self._since = 0, None

    def _failed(self, error):
        self._failures += 1
        self._since = self._since if self._since is not None else self._now()
        problem = type(error).__name__
        if self._failures == FAILED:
            self._log(
                {
                    "gate": "health",
                    "state": "not serving",
                    "reason": f"{UNANSWERED}: {problem}",
                }
            )
        lost = isinstance(error, EngineGone) and not self.serving
        if lost or self._now() - self._since >= PATIENCE:
            self._log({"gate": "health", "state": "restarting"})
            self._leave()

    async def doubtful(self):
        """Whether the database does not answer now: asked where LiteLLM knows no key any more."""
        try:
            await asyncio.wait_for(self._look(), WAIT)
        except Exception:
            return True
        return False

    async def watch(self):
        while True:
            await asyncio.sleep(EVERY)
            await self.check()

    def answer(self):
        """(status, body) for whoever asks."""
        if self.serving:
            return 200, {"status": "healthy", "db": "connected"}
        return 503, {"status": "not serving", "reason": UNANSWERED}


async def database():
    """Asks LiteLLM's database by LiteLLM's own connection."""
    import httpx
    from litellm.proxy import proxy_server

    client = proxy_server.prisma_client
    if client is None:
        raise ConnectionError("there is no database client")
    try:
        await client.db.query_raw("SELECT 1")
    except httpx.ConnectError as error:
        raise EngineGone from error


def log(entry):
    sys.stdout.write(json.dumps(entry) + "\n")
    sys.stdout.flush()
