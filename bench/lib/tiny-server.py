"""A tiny server on the MCP SDK, one tool, port 9000: `python3 -c SOURCE sse|http|stdio`."""

import sys

from mcp.server.fastmcp import FastMCP

server = FastMCP("tiny", host="0.0.0.0", port=9000, log_level="WARNING")


@server.tool()
def echo(text: str) -> str:
    """Says what it was told."""
    return text


transports = {"http": "streamable-http"}
server.run(transport=transports.get(sys.argv[1], sys.argv[1]))
