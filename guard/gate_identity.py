"""Whose request this is, as the gate has seen it before LiteLLM did. Standard library only."""

from contextvars import ContextVar

# SHA-256 of the key; None where the gate has let nobody in. Inherited by every task of the request.
IDENTITY = ContextVar("mcp_gateway_identity", default=None)
