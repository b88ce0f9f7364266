"""Who may call which tool: the policy file, and the one decision that is made from it.

Knows nothing of LiteLLM; standard library only. Whatever is wrong with the file, the key or the
name ends in a refusal.
"""

import json
import os
import re
import time
from datetime import UTC, datetime

VERSION = 2
SEPARATOR = "-"
ALIAS = re.compile("[a-z][a-z0-9_]*")


class Refusal(Exception):
    """The words that the caller gets, and the key's name for the audit line."""

    def __init__(self, message, key=None):
        super().__init__(message)
        self.message = message
        self.key = key


class Row:
    """One key's row: what it may call."""

    __slots__ = ("expires", "full_names", "models", "name", "tools")

    def __init__(self, name, tools, models, expires):
        self.name = name
        self.tools = tools
        self.models = models
        self.expires = expires
        self.full_names = frozenset(
            f"{alias}{SEPARATOR}{tool}" for alias, names in tools.items() for tool in names
        )

    def words(self):
        """The row as a refusal tells it: `db (2 tools), files (1 tool)`."""
        parts = [
            f"{alias} ({len(names)} tool{'' if len(names) == 1 else 's'})"
            for alias, names in sorted(self.tools.items())
        ]
        return ", ".join(parts) or "no tools"

    def check_time(self, now):
        if self.expires is not None and now >= self.expires:
            moment = datetime.fromtimestamp(self.expires, UTC).isoformat()
            raise Refusal(f'key "{self.name}" expired at {moment}', self.name)

    def check_tool(self, name):
        """Refuses every name but a full one of the row, letter by letter."""
        if not isinstance(name, str):
            raise Refusal(f'key "{self.name}" has called a tool without a name', self.name)
        if name in self.full_names:
            return
        known = [alias for alias, tools in sorted(self.tools.items()) if name in tools]
        if known:
            full = " or ".join(f'"{alias}{SEPARATOR}{name}"' for alias in known)
            message = f'key "{self.name}" may not call "{name}" by its bare name: call {full}'
        else:
            message = f'key "{self.name}" may not call "{shown(name)}": its row has {self.words()}'
        raise Refusal(message, self.name)

    def check_model(self, name):
        if name not in self.models:
            models = ", ".join(sorted(self.models)) or "no models"
            raise Refusal(
                f'key "{self.name}" may not use model "{shown(name)}": its row has {models}',
                self.name,
            )


def shown(name):
    """A name from outside, short enough for a message or a log line."""
    text = name if isinstance(name, str) else type(name).__name__
    return text if len(text) <= 128 else text[:125] + "..."


def split(name):
    """(connector, bare tool) of a name as a client says it; the connector is None without one."""
    text = shown(name)
    alias, separator, tool = text.partition(SEPARATOR)
    return (alias, tool) if separator else (None, text)


def _unique(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is in it twice")
    return dict(pairs)


def _strings(value, what):
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError(f"{what} is not a list of names")
    return frozenset(value)


def _row(value):
    if not isinstance(value, dict) or set(value) != {"name", "tools", "models", "expires"}:
        raise ValueError("a key's row does not have exactly name, tools, models and expires")
    name, tools, expires = value["name"], value["tools"], value["expires"]
    if not isinstance(name, str) or not name:
        raise ValueError("a key has no name")
    if not isinstance(tools, dict):
        raise ValueError(f"the tools of {name} are not connector: names")
    for alias in tools:
        if not ALIAS.fullmatch(alias):
            raise ValueError(f"{name} has a connector whose alias is none")
    if expires is not None and (isinstance(expires, bool) or not isinstance(expires, int)):
        raise ValueError(f"the expiry of {name} is not in seconds")
    lists = {alias: _strings(names, f"{name}'s {alias}") for alias, names in tools.items()}
    return Row(name, lists, _strings(value["models"], f"{name}'s models"), expires)


def _lock(alias, value):
    if not ALIAS.fullmatch(alias):
        raise ValueError("a locked connector's alias is none")
    if not isinstance(value, dict):
        raise ValueError(f"the lock of {alias} is not tool: hash")
    for tool, digest in value.items():
        if not tool or not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{32}", digest):
            raise ValueError(f"the lock of {alias} has a tool without a hash")
    return value


def parse(text):
    """A policy file's rows by key hash, its locks by connector; ValueError says what is wrong."""
    document = json.loads(text, object_pairs_hook=_unique)
    if not isinstance(document, dict) or set(document) != {"version", "keys", "connectors"}:
        raise ValueError("it does not have exactly version, keys and connectors")
    if document["version"] != VERSION or isinstance(document["version"], bool):
        raise ValueError(f"its version is not {VERSION}")
    if not isinstance(document["keys"], dict):
        raise ValueError("its keys are not hash: row")
    for token in document["keys"]:
        if not re.fullmatch("[0-9a-f]{64}", token):
            raise ValueError("a key is not named by a SHA-256")
    if not isinstance(document["connectors"], dict):
        raise ValueError("its connectors are not alias: lock")
    return (
        {token: _row(value) for token, value in document["keys"].items()},
        {alias: _lock(alias, value) for alias, value in document["connectors"].items()},
    )


def row_of(rows, token, now):
    """The row of a key that may do anything at all."""
    if not token:
        raise Refusal("this call carries no identity: it is refused")
    row = rows.get(token)
    if row is None:
        raise Refusal("this key is not in the gateway's policy: it may call nothing")
    row.check_time(now)
    return row


def decide(rows, token, name, now):
    """None if this key may call this tool; the words of the refusal otherwise."""
    try:
        row_of(rows, token, now).check_tool(name)
    except Refusal as refusal:
        return refusal.message
    return None


class Policy:
    """The policy file, read again whenever it is another one: one `stat` per call."""

    def __init__(self, path, log=lambda entry: None):
        self._path = path
        self._log = log
        self._signature = None
        self._rows, self._locks = {}, {}
        self._problem = "it has not been read yet"
        self._told = None

    @staticmethod
    def _sign(stat):
        return (stat.st_mtime_ns, stat.st_ino, stat.st_size)

    def _tell(self, state, **entry):
        if self._told != (state, entry):
            self._told = (state, entry)
            self._log({"guard": "policy", "state": state, **entry})

    def _refuse_all(self, problem):
        self._rows, self._locks, self._problem = {}, {}, problem
        self._tell("refusing every call", reason=problem)

    def _read(self):
        # The signature of what is read, not of what was there a moment before.
        with open(self._path, encoding="utf-8") as file:
            self._signature = self._sign(os.fstat(file.fileno()))
            text = file.read()
        (self._rows, self._locks), self._problem = parse(text), None
        self._tell("in force", keys=len(self._rows), revision=self._signature[0])

    def rows(self):
        """The rows in force; Refusal if there is no policy to go by."""
        try:
            if self._sign(os.stat(self._path)) != self._signature:
                self._read()
        except (OSError, ValueError, RecursionError) as error:
            if isinstance(error, OSError):
                # Not seen, so not known: the next call looks again.
                self._signature = None
                error = error.strerror or type(error).__name__
            self._refuse_all(f"the policy file cannot be used: {error}")
        if self._problem is not None:
            raise Refusal("the gateway has no policy in force: every call is refused")
        return self._rows

    def locks(self):
        """The tools as they were locked, by connector; Refusal if there is no policy to go by."""
        self.rows()
        return self._locks

    def row(self, token):
        return row_of(self.rows(), token, time.time())
