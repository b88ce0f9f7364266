"""What LiteLLM may have of a request's headers. Standard library only."""

import hashlib
import re

from gate_fields import Refused, shown

BEARER = re.compile(r"Bearer ([A-Za-z0-9._~+/=-]{1,256})", re.IGNORECASE)
# Passed on as they are. All others that are not refused are left out.
PASSED = frozenset(["accept", "host", "mcp-protocol-version", "mcp-session-id", "user-agent"])
# Which servers to ask, and a credential of the client's own for all of its row.
FOR_MCP = frozenset(["x-mcp-servers", "x-mcp-auth"])
# Of ours, for others than clients.
OURS = "x-mcp-gateway-"


def by_name(raw):
    """ASGI's headers as name → values, in lower case."""
    headers = {}
    for name, value in raw:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return headers


def token_of(headers):
    """The one key that a request shows; Refused without."""
    values = headers.get("authorization", [])
    found = BEARER.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        raise Refused(401, "a key is needed, once: Authorization: Bearer <key>", "no key")
    return found[1]


def key_hash(token):
    """What LiteLLM knows a key by."""
    return hashlib.sha256(token.encode()).hexdigest()


def printable(text):
    """LiteLLM makes an index row of it; one too long makes it drop what it counts for all keys."""
    return "".join(one for one in text if one.isascii() and one.isprintable())[:128]


def _alias(name):
    """The connector that LiteLLM takes `x-mcp-<alias>-<header>` for, whatever the last part is."""
    return name[len("x-mcp-") :].rpartition("-")[0]


def for_litellm(headers, token, row):
    """The headers of a client's request as LiteLLM gets them, without those of its body."""
    kept = [("authorization", f"Bearer {token}")]
    for name, values in headers.items():
        if name.startswith("x-litellm-"):
            raise Refused(
                400,
                f'the header "{shown(name)}" is for the operator of this gateway',
                f"header {shown(name)}",
            )
        if name in PASSED or name in FOR_MCP:
            if len(values) > 1:
                raise Refused(400, f'the header "{name}" is there more than once', f"header {name}")
            kept.append((name, printable(values[0]) if name == "user-agent" else values[0]))
        elif name.startswith("x-mcp-") and not name.startswith(OURS):
            alias = _alias(name)
            if alias not in row.tools:
                raise Refused(
                    400,
                    f'the header "{shown(name)}" is for a connector that key "{row.name}" does not '
                    f"have: its row has {row.words()}",
                    f"header {shown(name)}",
                )
            if len(values) > 1:
                raise Refused(
                    400,
                    f'the header "{shown(name)}" is there more than once',
                    f"header {shown(name)}",
                )
            kept.append((name, values[0]))
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept]
