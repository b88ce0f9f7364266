"""A server's tools are those of tools.lock.json, or they are not there.

Every list that LiteLLM gets of a server comes through here, whoever it is for. A tool that is not
as it was locked is in no list, and no call of it reaches the server, until a list shows it as it
was. One line for each change of state says which and in what; never the text, which is the
server's.
"""

import json
from collections import Counter
from datetime import UTC, datetime

from guard_hash import tool_hash
from guard_policy import Refusal, shown

TWICE = "twice"
# Unknown tools that are named, for each connector: their names are the server's to choose.
NAMED = 20


class Changed(Exception):
    """A call of a tool that is not as it was locked."""


class LockedTools:
    def __init__(self, locks, log):
        self._locks = locks
        self._log = log
        # Connector → tool → its hash in the last list that had it.
        self._seen = {}
        # Connector → tool → what it was listed with, and the hash of that.
        self._known = {}
        # Connector → tool → what was said of it last.
        self._told = {}

    def look(self, alias, tools):
        """What a server lists, without what is not as it was locked."""
        # A list that could not be had looks the same.
        if not tools:
            return []
        try:
            locked = self._locks().get(alias, {})
        except Refusal:
            return []
        names = Counter(tool.name for tool in tools)
        seen = self._seen.setdefault(alias, {})
        for tool in tools:
            if tool.name in locked:
                once = names[tool.name] == 1
                seen[tool.name] = self._hash(alias, tool) if once else TWICE
        differs = {name: self._differs(locked.get(name), seen.get(name)) for name in names}
        self._tell(alias, locked, differs)
        return [tool for tool in tools if not differs[tool.name]]

    def _hash(self, alias, tool):
        """A tool's hash, made anew only if it is not listed as it was: 0.3 ms each otherwise."""
        known = self._known.setdefault(alias, {})
        # As text: to Python 1 and true are equal.
        listed = (tool.description, json.dumps(tool.inputSchema))
        if known.get(tool.name, (None,))[0] != listed:
            known[tool.name] = (listed, tool_hash(tool.description, tool.inputSchema))
        return known[tool.name][1]

    def differs(self, alias, name):
        """What is not as it was locked, by the last list; nothing if all is."""
        locked = self._locks().get(alias, {})
        return self._differs(locked.get(name), self._seen.get(alias, {}).get(name))

    def check(self, alias, name, listed):
        """Changed, unless a server that lists these names has this tool as it was locked."""
        differs = self.differs(alias, name) if name in listed else ["its server does not list it"]
        if differs:
            raise Changed(
                f'"{alias}-{shown(name)}" is not the tool that was locked ({", ".join(differs)}): '
                "nobody may call it until it is again. `make verify` names it; "
                "`make tools-lock` if that is wanted"
            )

    @staticmethod
    def _differs(locked, seen):
        if locked is None:
            return ["not in tools.lock.json"]
        if seen is None:
            return ["not listed yet"]
        if seen == TWICE:
            return ["listed twice"]
        halves = {"description": slice(0, 16), "input schema": slice(16, 32)}
        return [what for what, half in halves.items() if locked[half] != seen[half]]

    def _tell(self, alias, locked, differs):
        known = {name: what for name, what in differs.items() if name in locked}
        unknown = sorted(name for name in differs if name not in locked)
        now = {**known, **{name: differs[name] for name in unknown[:NAMED]}}
        if len(unknown) > NAMED:
            now[None] = [f"{len(unknown) - NAMED} more tools not in tools.lock.json"]
        before = self._told.get(alias, {})
        for name, what in now.items():
            if what != before.get(name, []):
                self._say(alias, name, what)
        # What is locked and not in this list stays as it was.
        kept = {name: what for name, what in before.items() if name in locked}
        self._told[alias] = {name: what for name, what in {**kept, **now}.items() if what}

    def _say(self, alias, name, what):
        self._log(
            {
                "guard": "tools",
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "connector": alias,
                "tool": None if name is None else shown(name),
                "state": "closed" if what else "as locked",
                "differs": what,
            }
        )


# The lock in force: the guard's, once it has its policy.
lock = None
