"""A request's body, read in the one way in which it can be read, and written anew.

LiteLLM 1.77.3 reads a body as a form if "form" is anywhere in its content type, by orjson, and by
two more parsers where that fails. What it gets from here all of them read alike.
Standard library only.
"""

import json
import re

from gate_fields import Refused

# U+0000 as JSON has it: PostgreSQL takes none, and with it LiteLLM drops every key's spend of that
# moment.
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# Lists and objects of one body: each is some KB in memory while LiteLLM works on it.
MOST_PARTS = 100_000


def _once(pairs):
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is in it twice")
    return fields


def _no_constant(name):
    raise ValueError(f"{name} is no number")


def parse(body):
    """The value of a JSON text; Refused for what two parsers could take for two things."""
    if body.count(b"{") + body.count(b"[") > MOST_PARTS:
        raise Refused(413, f"the request has more than {MOST_PARTS} lists and objects", "parts")
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        problem = "it is not UTF-8"
    except RecursionError:
        problem = "it is nested too deep"
    except ValueError as error:
        problem = str(error)
    raise Refused(
        400, f"the request's body is no JSON that can be read in one way: {problem}", "JSON"
    )


def write(value):
    """The only bytes that LiteLLM sees of it."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        body = text.encode("utf-8")
    except (ValueError, RecursionError):
        # A number that is none, half of a surrogate pair.
        problem = "the request's body has a number or a character that is none"
        raise Refused(400, problem, "JSON") from None
    if NUL.search(body):
        raise Refused(400, "the request's body has the character U+0000 in it", "JSON")
    return body


def check_content(headers):
    """Refuses a body that is not called plain JSON. `headers`: lower-case name → values."""
    kinds = headers.get("content-type", [])
    kind, _, parameters = (kinds[0] if kinds else "application/json").partition(";")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    if (
        len(kinds) > 1
        or kind.strip().lower() != "application/json"
        or charset not in ("", "charset=utf-8")
    ):
        raise Refused(
            415, "the request must be JSON: Content-Type: application/json", "content type"
        )
    if "content-encoding" in headers:
        raise Refused(
            415, "the request must not be compressed: no Content-Encoding", "content encoding"
        )


def length_of(headers):
    """The bytes that a request says it has; 0 if it does not say."""
    values = headers.get("content-length", ["0"])
    if len(values) != 1 or not values[0].isascii() or not values[0].isdigit():
        raise Refused(400, "the request must say its length once: Content-Length", "length")
    return int(values[0])
