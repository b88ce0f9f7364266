"""Proves a proxy before it gets any traffic: `docker exec -i ... python3 candidate.py`.

Standard input:
{"keys": [{name, value, tools}], "calls": [{tool, arguments, expect, outcome, key}]}, where
`outcome` is "result" or "error" and `key` a key's value or null for the master key. Runs inside the
new proxy's container, on its own loopback: no client can reach it yet. Says all that does not hold
and ends with 1, so that the edge stays with the proxy before. Standard library only.
"""

import json
import re
import sys
import urllib.error
import urllib.request

from admin import BASE, master_key


def ask(key, method, params):
    """The result of one MCP request; ValueError says what came instead."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    request = urllib.request.Request(
        BASE + "/mcp/",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        },
    )
    try:
        # More than LiteLLM's 30 s for a server that hangs.
        with urllib.request.urlopen(request, timeout=65) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as error:
        raise ValueError(f"HTTP {error.code}: {error.read()[:300]!r}") from None
    except (OSError, ValueError) as error:
        raise ValueError(str(error)) from None
    if "result" not in said:
        raise ValueError(json.dumps(said.get("error"))[:300])
    return said["result"]


def wrong_with_list(key):
    seen = sorted(tool["name"] for tool in ask(key["value"], "tools/list", {})["tools"])
    if seen == key["tools"]:
        return None
    missing = [name for name in key["tools"] if name not in seen]
    extra = [name for name in seen if name not in key["tools"]]
    said = [f"does not list {', '.join(missing)}"] if missing else []
    return "; ".join(
        said + ([f"lists {', '.join(extra)}, which are not in its row"] if extra else [])
    )


def wrong_with_call(call):
    key = master_key() if call["key"] is None else call["key"]
    result = ask(key, "tools/call", {"name": call["tool"], "arguments": call["arguments"]})
    text = "\n".join(part.get("text", "") for part in result["content"])
    refused = result.get("isError", False)
    # An error proves nothing, whatever it says, unless the call is there to be refused.
    if refused != (call["outcome"] == "error"):
        return f"{'failed with' if refused else 'was to be refused, and answered'} {text[:400]!r}"
    if re.search(call["expect"], text):
        return None
    return f"answered {text[:400]!r}, which does not match /{call['expect']}/"


def problems(wanted):
    checks = [(f"tools of key {key['name']}", wrong_with_list, key) for key in wanted["keys"]]
    checks += [(f"tool call {call['tool']}", wrong_with_call, call) for call in wanted["calls"]]
    for name, check, what in checks:
        try:
            wrong = check(what)
        except ValueError as error:
            wrong = str(error)
        if wrong is not None:
            yield f"FAILED  {name}: {wrong}"


if __name__ == "__main__":
    found = list(problems(json.load(sys.stdin)))
    if found:
        sys.exit("\n".join(found))
