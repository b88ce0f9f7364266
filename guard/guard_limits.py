"""What one key may take: `proxy.limits` in the stack configuration.

LiteLLM 1.77.3 has no limits of its own for tools. Standard library only.
"""

import json
import os

LIMITS = {
    # Megabytes of one answer.
    "resultMb": 8,
    # Calls under way at once.
    "callsPerKey": 8,
    "callsPerConnector": 16,
    # The same, where one process answers them all.
    "callsPerProcess": 4,
    # Calls of one key that wait for their turn, and seconds.
    "waitingPerKey": 32,
    "waitSeconds": 30,
    # Connectors behind which one process answers.
    "processes": [],
    # Connector → the same, where its definition says how many its server can do.
    "connectors": {},
    **json.loads(os.environ.get("MCP_GATEWAY_LIMITS") or "{}"),
}
