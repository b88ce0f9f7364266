"""Key administration inside the proxy's container: `docker exec -i ... python3 admin.py VERB`.

LiteLLM's key API is closed on the LAN, so the deployer calls it from here, over the
container's loopback. What to do arrives as JSON on standard input, never as an argument:
arguments show up in `ps`. Standard library only.
"""

import hashlib
import json
import sys
import time
import urllib.error
import urllib.request

from gate_environment import SECRETS, read

BASE = "http://127.0.0.1:4000"
OWNER = "mcp-gateway"
# Alias of a rotated key's value before, while it still works.
PREVIOUS = ".previous"
ENDLESS = "36500d"


def secret(wanted):
    value = read(SECRETS).get(wanted)
    if not value:
        sys.exit(f"{SECRETS} has no {wanted}")
    return value


def master_key():
    return secret("LITELLM_MASTER_KEY")


def api(method, path, body=None):
    """LiteLLM's JSON answer; exits with its error text otherwise."""
    what = f"{method} {path.partition('?')[0]}"
    request = urllib.request.Request(
        BASE + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {master_key()}",
            # What the gate asks for before a route that is no client's.
            "X-MCP-Gateway-Admin": secret("MCP_GATEWAY_ADMIN_SECRET"),
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"LiteLLM answered {error.code} to {what}: {error.read()[:500]!r}")
    except urllib.error.URLError as error:
        sys.exit(f"LiteLLM cannot be reached for {what}: {error.reason}")


def keys():
    """Every key row: LiteLLM pages them by at most 100."""
    rows, page = [], 1
    while True:
        answer = api("GET", f"/key/list?return_full_object=true&size=100&page={page}")
        rows += answer["keys"]
        if page >= (answer.get("total_pages") or 1):
            return rows
        page += 1


def ours(row):
    """Ours say so and have a name: no other is told from them by a mark that anybody can copy."""
    return (row.get("metadata") or {}).get("managed_by") == OWNER and bool(row.get("key_alias"))


def hashed(key):
    return hashlib.sha256(key.encode()).hexdigest()


def seconds_left(expires):
    return None if expires is None else f"{max(1, expires - int(time.time()))}s"


def settings(wanted):
    return {
        "models": wanted["models"],
        "object_permission": {"mcp_servers": wanted["servers"]},
        "metadata": {"managed_by": OWNER},
        "rpm_limit": wanted["rpm"],
        "tpm_limit": wanted["tpm"],
        "max_budget": (wanted["budget"] or {}).get("usd"),
        "budget_duration": (wanted["budget"] or {}).get("per"),
        # LiteLLM takes no date, only how long from now.
        "duration": seconds_left(wanted["expires"]),
    }


def put(row, key, alias, wanted):
    """Makes a key of LiteLLM's what `wanted` says; `row` is what it has of it, or None."""
    if row is None:
        api("POST", "/key/generate", {"key": key, "key_alias": alias, **settings(wanted)})
        if wanted["expires"] is not None:
            # LiteLLM rounds a new key's end as it does a budget's; an update takes it as it is.
            end = {"key": hashed(key), "duration": seconds_left(wanted["expires"])}
            api("POST", "/key/update", end)
        return "created"
    body = {"key": hashed(key), "key_alias": alias, **settings(wanted)}
    if body["duration"] is None and row.get("expires") is not None:
        # An update with null leaves the earlier end as it is.
        body["duration"] = ENDLESS
    api("POST", "/key/update", body)
    if row.get("blocked"):
        api("POST", "/key/unblock", {"key": hashed(key)})
    return "updated"


def apply(wanted):
    """Makes the one key `wanted` true: {name, key, previous, models, servers, ...}."""
    previous = wanted["previous"]
    holds = previous is not None and previous["until"] > time.time()
    values = [wanted["key"]] + ([previous["value"]] if holds else [])
    older = wanted["name"] + PREVIOUS
    rows = {row["token"]: row for row in keys()}
    kept = [hashed(value) for value in values]
    # First of all: LiteLLM refuses an alias that another row still has.
    for token, row in rows.items():
        if token not in kept and row.get("key_alias") in (wanted["name"], older):
            api("POST", "/key/delete", {"keys": [token]})
    if holds:
        # A rotation's overlap: the old value goes on until its end, under another alias.
        end = min(previous["until"], wanted["expires"] or previous["until"])
        put(rows.get(kept[1]), previous["value"], older, {**wanted, "expires": end})
    return put(rows.get(kept[0]), wanted["key"], wanted["name"], wanted)


def block(wanted):
    """Stops the key at once and keeps its row: spend history and a later `up` need it."""
    previous = wanted.get("previous")
    values = [wanted["key"]] + ([previous["value"]] if previous else [])
    known = {row["token"] for row in keys()}
    tokens = [token for token in map(hashed, values) if token in known]
    for token in tokens:
        api("POST", "/key/block", {"key": token})
    return "blocked" if tokens else "already gone"


def purge(wanted):
    """Deletes our keys that the configuration no longer names, blocks others': {names: [...]}."""
    names = [name + end for name in wanted["names"] for end in ("", PREVIOUS)]
    rows = keys()
    gone = [row for row in rows if ours(row) and row["key_alias"] not in names]
    if gone:
        api("POST", "/key/delete", {"keys": [row["token"] for row in gone]})
    said = ["deleted " + (", ".join(sorted(row["key_alias"] for row in gone)) or "nothing")]
    others = [row for row in rows if not ours(row) and not row.get("blocked")]
    for row in others:
        try:
            # By LiteLLM's own call, because it also remembers keys: for a minute.
            api("POST", "/key/block", {"key": row["token"]})
        except SystemExit:
            # A row that was written by hand: LiteLLM fails on it, before or after blocking it.
            # What is not blocked now, purge-keys.sh blocks in the database, and says so itself.
            pass
    blocked = {row["token"] for row in keys() if row.get("blocked")} if others else set()
    said += [
        "blocked " + (row.get("key_alias") or row["token"][:12])
        for row in others
        if row["token"] in blocked
    ]
    return "\n".join(said)


def call(wanted):
    """One tool call with the master key, for a connector that no key may use.

    What it says, if it ends as wanted["outcome"] wants it: "result" or "error".
    """
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    body["params"] = {"name": wanted["tool"], "arguments": wanted["arguments"]}
    answer = api("POST", "/mcp/", body)
    if "error" in answer:
        sys.exit(f"the call was answered with {json.dumps(answer['error'])[:500]}")
    text = "\n".join(part.get("text", "") for part in answer["result"]["content"])
    refused = answer["result"].get("isError", False)
    if refused != (wanted["outcome"] == "error"):
        wrong = "has failed" if refused else "was to be refused, and was answered"
        sys.exit(f"the call {wrong}: {text[:500]}")
    return text


VERBS = {"apply": apply, "block": block, "purge": purge, "call": call}

if __name__ == "__main__":
    print(VERBS[sys.argv[1]](json.load(sys.stdin)))
