"""Secrets that the gateway's own programs read when they need them: never in the environment, which
LiteLLM resolves names of in what it is sent. Standard library only.
"""

import shlex
from urllib.parse import urlsplit

SECRETS = "/run/secrets/mcp-gateway.env"
RELAY = "mcp-relay"


def read(name):
    """The value of a line NAME='value'; ends whoever asks if there is none."""
    with open(SECRETS, encoding="utf-8") as lines:
        for line in lines:
            found, _, value = line.partition("=")
            if found == name and (words := shlex.split(value)):
                return words[0]
    raise SystemExit(f"mcp-gateway: {SECRETS} has no {name}")


def relay_headers(url):
    """What the relay asks of its callers, and nobody else is to be shown."""
    if urlsplit(url).hostname != RELAY:
        return {}
    return {"x-mcp-gateway-relay": read("MCP_GATEWAY_RELAY_SECRET")}
