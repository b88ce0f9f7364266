"""What LiteLLM shows the relay: a secret that is read from its file when it is needed, and never a
variable, for LiteLLM resolves those in what it is sent. Standard library only.
"""

from urllib.parse import urlsplit

import gate_environment

RELAY = "mcp-relay"


def relay_secret():
    """Ends whoever asks if nobody has told it: without it no tool could be called."""
    value = gate_environment.read().get("MCP_GATEWAY_RELAY_SECRET")
    if not value:
        raise SystemExit(f"mcp-gateway: {gate_environment.SECRETS} has no MCP_GATEWAY_RELAY_SECRET")
    return value


def relay_headers(url):
    """What the relay asks of its callers, and nobody else is to be shown."""
    if urlsplit(url).hostname != RELAY:
        return {}
    return {"x-mcp-gateway-relay": relay_secret()}
