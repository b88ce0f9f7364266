"""What a stdio server answers, and what mcp-proxy can read of it. Standard library only.

mcp-proxy drops what its parser cannot read, and the call would wait for ever.
"""

import json
import re

NO_ANSWER = "the server's answer is not JSON-RPC and was not passed on"
# Lists and objects in one another: mcp-proxy's parser reads 200.
DEEPEST = 190
# Of an answer that is too long, so much of either end is looked at for the request's id.
END = 4096

_ID = rb'"id"\s*:\s*(-?\d+|"(?:[^"\\]|\\.)*")'
_VERSION = rb'"jsonrpc"\s*:\s*"2\.0"'
NOTE = re.compile(rb"\s*\{\s*(?:" + _VERSION + rb'\s*,\s*)?"method"')
_FIRST = re.compile(rb"\s*\{\s*(?:" + _VERSION + rb"\s*,\s*)?" + _ID + rb"\s*[,}]")
_LAST = re.compile(
    rb",\s*(?:" + _VERSION + rb"\s*,\s*)?" + _ID + rb"\s*(?:,\s*" + _VERSION + rb"\s*)?\}\s*$"
)


def request_of(head, tail):
    """The id in an answer of which only both ends are known; None if it is in neither."""
    found = _FIRST.match(head) or _LAST.search(tail)
    return json.loads(found[1]) if found else None


def depth(value):
    """How many lists and objects are in one another."""
    level, count = [value], 0
    while level := [one for one in level if isinstance(one, (dict, list))]:
        level = [part for one in level for part in (one.values() if isinstance(one, dict) else one)]
        count += 1
    return count


def without_output_schemas(message):
    """A list of tools without what mcp-proxy would hold results against; whether there was any."""
    tools = message.get("result", {}).get("tools")
    listed = [one for one in tools if isinstance(one, dict)] if isinstance(tools, list) else []
    return bool([one.pop("outputSchema") for one in listed if "outputSchema" in one])


def problem(message, line):
    """What keeps mcp-proxy from reading an answer, in words for whoever waits; None if nothing."""
    brackets = line.count(b"[") + line.count(b"{")
    if brackets > DEEPEST and depth(message) > DEEPEST:
        return "the server's answer is nested too deeply and was not passed on"
    result, error = message.get("result"), message.get("error")
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        code = error.get("code")
        return None if type(code) is int else error["message"] or NO_ANSWER
    return None if isinstance(result, dict) and "error" not in message else NO_ANSWER


def readable(request, message, line):
    """An answer's line as mcp-proxy can read it."""
    known = message.get("jsonrpc") == "2.0" and type(message["id"]) is type(request)
    stripped = "result" in message and without_output_schemas(message)
    if known and not stripped and b"\\u" not in line:
        return line
    # Half characters, which its parser refuses, become question marks.
    text = json.dumps({**message, "jsonrpc": "2.0", "id": request}, ensure_ascii=False)
    return text.encode(errors="replace") + b"\n"
