"""What a tool call is to the guard: who makes it, through which route, and its one audit line.

Standard library only.
"""

import json
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime

from guard_policy import Refusal, shown, split


def emit(entry):
    """One JSON line on standard output, in one write."""
    sys.stdout.write(json.dumps(entry) + "\n")
    sys.stdout.flush()


class Scope:
    """Who is behind the request that this task serves, and what the request may execute."""

    __slots__ = ("offered", "route", "token")

    def __init__(self, token, route, offered=None):
        self.token = token
        self.route = route
        # Tools that a model was offered; None where no model chooses.
        self.offered = offered

    def check(self, policy, name):
        """The key's row; Refusal unless this request may call the tool now."""
        row = policy.row(self.token)
        row.check_tool(name)
        if self.offered is not None and name not in self.offered:
            raise Refusal(
                f'key "{row.name}": the model has called "{shown(name)}", which it was not offered',
                row.name,
            )
        return row


# Set where LiteLLM has authenticated a request, seen wherever that request executes a tool.
SCOPE = ContextVar("mcp_gateway_scope", default=None)
# The call whose audit line is still to be written.
CALL = ContextVar("mcp_gateway_call", default=None)


def scope():
    """The request's scope; nobody's, which may call nothing, if no route has set one."""
    return SCOPE.get() or Scope(None, "unknown")


class Call:
    """One tool call: a context that writes one line when it ends, however it ends."""

    def __init__(self, policy, name, route):
        self._policy = policy
        self._name = name
        self._route = route
        self.key = None
        # Until somebody knows better: a call that is cut off has not succeeded.
        self.outcome = "error"
        # What executes it, and whether its client has taken it back.
        self.task, self.cancelled = None, False

    def __enter__(self):
        self._start = time.perf_counter()
        return self

    def check(self, who):
        try:
            self.key = who.check(self._policy, self._name).name
        except Refusal as refusal:
            self.key, self.outcome = refusal.key, "refused"
            raise

    def __exit__(self, *_):
        connector, tool = split(self._name)
        emit(
            {
                "audit": "mcp",
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "key": self.key,
                "connector": connector,
                "tool": tool,
                "route": self._route,
                "outcome": self.outcome,
                "ms": round((time.perf_counter() - self._start) * 1000, 1),
            }
        )
