"""What the fields of a request may be: small checks that take a value apart and build it anew.

A check takes the value, where it stands, and the report; it gives back what LiteLLM may have of it.
What is not named in a record is left out and reported; a name that LiteLLM gives a meaning of its
own is refused. Standard library only.
"""

import json
import os

with open(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "gate_refused.json"), encoding="utf-8"
) as file:
    _names = json.load(file)
# Names that no client has a reason to say at any depth: endpoints, credentials, prices, identities.
EVERYWHERE = frozenset(_names["everywhere"])
# Names that LiteLLM 1.77.3 reads from a request itself; deeper down some are ordinary words.
AT_TOP = frozenset(_names["top"])
# How deep a request may be nested; LiteLLM's own walks end at 10 to 100, Python's at 1000.
DEEPEST = 64
# Names that are reported, for each request, and characters of each.
MOST, LONGEST = 20, 64


class Refused(Exception):
    """A request that is not passed on: the HTTP status, and words for whoever sent it."""

    def __init__(self, status, message, reason=None):
        super().__init__(message)
        self.status = status
        self.message = message
        # For the log: never a value.
        self.reason = reason or message


class Report:
    """What was left out of a request."""

    def __init__(self):
        self.dropped = []

    def drop(self, at, name):
        if len(self.dropped) < MOST:
            self.dropped.append(shown(join(at, name)))


def shown(name):
    return name if len(name) <= LONGEST else name[: LONGEST - 3] + "..."


def join(at, name):
    return f"{at}.{name}" if at else name


def wrong(at, wanted):
    return Refused(400, f'"{shown(at)}" must be {wanted}', f"form of {shown(at)}")


def _of(types, wanted):
    def check(value, at, report):
        # A boolean is an integer to Python.
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise wrong(at, wanted)
        return value

    return check


text = _of((str,), "a string")
number = _of((int, float), "a number")
integer = _of((int,), "an integer")
identifier = _of((str, int), "a string or an integer")
flag = _of((bool,), "true or false")


def deep(value, at, left=DEEPEST):
    """Refuses what is nested deeper than anything that reads it is sure to follow."""
    if left == 0:
        raise Refused(400, f"the request is nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        for item in value.values():
            deep(item, at, left - 1)
    elif isinstance(value, list):
        for item in value:
            deep(item, at, left - 1)
    return value


def free(value, at, report):
    """A schema, arguments: whatever it says is for the model or the tool."""
    return deep(value, at)


def one_of(*values):
    def check(value, at, report):
        if value not in values or isinstance(value, bool):
            raise wrong(at, " or ".join(json.dumps(one) for one in values))
        return value

    return check


def between(least, most):
    def check(value, at, report):
        if integer(value, at, report) < least or value > most:
            raise wrong(at, f"an integer from {least} to {most}")
        return value

    return check


def name(value, at, report):
    """What ends up in a row or an index of LiteLLM's database: short, and printable ASCII."""
    plain = isinstance(value, str) and value.isascii() and value.isprintable()
    if not plain or not 0 < len(value) <= 128:
        raise wrong(at, "a string of 1 to 128 printable ASCII characters")
    return value


def data_url(value, at, report):
    """Content that is in the request. LiteLLM fetches other addresses itself for some providers."""
    if not isinstance(value, str) or not value[:5].lower() == "data:":
        raise Refused(
            400,
            f'"{shown(at)}" must be a data: URL: the gateway fetches no addresses for its clients',
            "address",
        )
    return value


def file_id(value, at, report):
    """A provider's name of a file: LiteLLM takes other forms for addresses, or for models."""
    if (
        not isinstance(value, str)
        or not value.startswith("file-")
        or not value[5:].replace("-", "").replace("_", "").isalnum()
        or not value.isascii()
    ):
        raise wrong(at, 'the id of a file, "file-..."')
    return value


# What a check gives back for an item that is left out of its list.
LEFT_OUT = object()


def listed(item, most=100_000):
    def check(value, at, report):
        if not isinstance(value, list) or len(value) > most:
            raise wrong(at, f"a list of at most {most}")
        clean = [item(one, f"{at}[{index}]", report) for index, one in enumerate(value)]
        return [one for one in clean if one is not LEFT_OUT]

    return check


def by_kind(**checks):
    """text=, items=, fields=: another check for a string, a list, an object."""
    kinds = {str: checks.get("text"), list: checks.get("items"), dict: checks.get("fields")}
    words = {str: "a string", list: "a list", dict: "an object"}
    wanted = " or ".join(words[kind] for kind, check in kinds.items() if check is not None)

    def check(value, at, report):
        found = kinds.get(type(value))
        if found is None:
            raise wrong(at, wanted)
        return found(value, at, report)

    return check


def record(refused=EVERYWHERE, **fields):
    """An object with these fields at most. One that is null says nothing and is left out."""

    def check(value, at, report):
        if not isinstance(value, dict):
            raise wrong(at, "an object")
        clean = {}
        for name, content in value.items():
            if content is None:
                continue
            known = fields.get(name)
            if known is not None:
                clean[name] = known(content, join(at, name), report)
            elif name in refused:
                raise Refused(
                    400,
                    f'"{shown(join(at, name))}" may not be said to this gateway: LiteLLM gives it '
                    "a meaning of its own, which its operator alone decides",
                    f"field {shown(join(at, name))}",
                )
            else:
                report.drop(at, name)
        return clean

    return check


def tagged(tag, kinds, default=None, refused=None):
    """An object whose field `tag` says which record it is.

    With `refused`, another kind is left out, unless it is one of those.
    """

    def check(value, at, report):
        if not isinstance(value, dict):
            raise wrong(at, "an object")
        kind = value.get(tag, default)
        if (
            refused is not None
            and isinstance(kind, str)
            and kind not in kinds
            and kind not in refused
        ):
            report.drop(at, kind)
            return LEFT_OUT
        if not isinstance(kind, str) or kind not in kinds:
            known = ", ".join(sorted(kinds))
            raise Refused(
                400, f'"{shown(join(at, tag))}" must be one of {known}', f"kind of {shown(at)}"
            )
        return kinds[kind](value, at, report)

    return check
