"""Places for tool calls: so many for a key, so many for a connector, and whose turn it is.

A connector's next free place goes to the key whose last turn is the longest ago, and no key has
more than half of a connector's places: what one key calls cannot hold up another for longer than
the calls that are under way.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from contextvars import ContextVar

from guard_limits import LIMITS

# The place of the call that this task makes.
PLACE = ContextVar("mcp_gateway_place", default=None)


class Full(Exception):
    """No place for a call; the words name the limit."""


class Place:
    """One call's place, until the last one who needs it has left it."""

    def __init__(self, places, key, connector):
        self.key, self.connector = key, connector
        self._places = places
        self._inside = 1

    def stay(self):
        self._inside += 1

    def leave(self):
        self._inside -= 1
        if self._inside == 0:
            self._places.free(self.key, self.connector)


class Places:
    def __init__(self, limits):
        self._limits = limits
        self._keys, self._connectors, self._pairs = Counter(), Counter(), Counter()
        # Connector → key → those that wait, the key whose turn is next at the front.
        self._waiting = {}
        self._waiters = Counter()

    def _most(self, connector):
        name = "callsPerProcess" if connector in self._limits["processes"] else "callsPerConnector"
        own = self._limits.get("connectors", {}).get(connector)
        return self._limits[name] if own is None else min(own, self._limits[name])

    def _has_room(self, key, connector):
        most = self._most(connector)
        return (
            self._keys[key] < self._limits["callsPerKey"]
            and self._connectors[connector] < most
            and self._pairs[key, connector] < max(1, most // 2)
        )

    def _take(self, key, connector):
        for count, name in self._counts(key, connector):
            count[name] += 1

    def _counts(self, key, connector):
        pairs = (self._pairs, (key, connector))
        return [(self._keys, key), (self._connectors, connector), pairs]

    async def take(self, key, connector):
        """A place, as soon as there is one; Full says why there will be none."""
        if key not in self._waiting.get(connector, {}) and self._has_room(key, connector):
            self._take(key, connector)
            return Place(self, key, connector)
        if self._waiters[key] >= self._limits["waitingPerKey"]:
            raise Full(self._words(connector, f"{self._waiters[key]} calls wait", "waitingPerKey"))
        turn = asyncio.get_running_loop().create_future()
        queues = self._waiting.setdefault(connector, OrderedDict())
        queues.setdefault(key, deque()).append(turn)
        self._waiters[key] += 1
        try:
            async with asyncio.timeout(self._limits["waitSeconds"]):
                await turn
        except TimeoutError:
            if not turn.done() or turn.cancelled():
                waited = f"the call has waited for {self._limits['waitSeconds']} s"
                raise Full(self._words(connector, waited, "waitSeconds")) from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.free(key, connector)
            raise
        finally:
            self._forget(key, connector, turn)
        return Place(self, key, connector)

    def _words(self, connector, what, limit):
        where = "callsPerProcess" if connector in self._limits["processes"] else "callsPerConnector"
        return (
            f"{what}, and this key has no place for another: at most "
            f"{self._limits['callsPerKey']} calls of a key are under way at once, "
            f'{max(1, self._most(connector) // 2)} of them at "{connector}" '
            f"(proxy.limits.{limit}, callsPerKey and {where} in the gateway's configuration)"
        )

    def _forget(self, key, connector, turn):
        self._waiters[key] -= 1
        if self._waiters[key] == 0:
            del self._waiters[key]
        queues = self._waiting.get(connector, {})
        if turn in queues.get(key, ()):
            queues[key].remove(turn)
            self._tidy(key, connector)

    def _tidy(self, key, connector):
        queues = self._waiting[connector]
        if not queues[key]:
            del queues[key]
        if not queues:
            del self._waiting[connector]

    def free(self, key, connector):
        for count, name in self._counts(key, connector):
            count[name] -= 1
            if count[name] == 0:
                del count[name]
        # A key's place may be of use at another connector.
        for other in list(self._waiting):
            self._give(other)

    def _give(self, connector):
        """Free places to those that wait for them, a key at a time."""
        for key in list(self._waiting.get(connector, ())):
            queues = self._waiting[connector]
            while queues[key] and queues[key][0].done():
                # It has been given up in this moment.
                queues[key].popleft()
            if queues[key] and self._has_room(key, connector):
                self._take(key, connector)
                queues[key].popleft().set_result(None)
                queues.move_to_end(key)
            self._tidy(key, connector)
            if connector not in self._waiting:
                return


places = Places(LIMITS)
