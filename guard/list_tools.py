"""Lists an MCP server's tools as JSON: `docker exec -i ... python3 list_tools.py`.

Standard input: {"transport": "sse" | "http", "url": ..., "headers": {...}}, or {"transport":
"stdio", "command": ..., "args": [...], "env": {...}}. Asks the server itself, because
LiteLLM's own list leaves out what a key may not use and calls dead servers healthy. Uses the
`mcp` package that LiteLLM brings.
"""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client

from relay_secret import relay_headers


def connect(server):
    if server["transport"] == "stdio":
        return stdio_client(
            StdioServerParameters(command=server["command"], args=server["args"], env=server["env"])
        )
    client = sse_client if server["transport"] == "sse" else streamablehttp_client
    return client(
        server["url"], headers={**(server.get("headers") or {}), **relay_headers(server["url"])}
    )


async def tools(server):
    async with connect(server) as (read, write, *_), ClientSession(read, write) as session:
        await session.initialize()
        listed, cursor = [], None
        while True:
            page = await session.list_tools(cursor)
            listed += page.tools
            cursor = page.nextCursor
            if not cursor:
                return listed


def reason(error):
    """The innermost message: task groups wrap what really happened."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    try:
        found = asyncio.run(asyncio.wait_for(tools(wanted), 30))
    except (Exception, BaseExceptionGroup) as error:
        sys.exit(
            f"{wanted.get('url') or wanted['command']} did not list its tools: {reason(error)}"
        )
    print(
        json.dumps(
            [
                {"name": t.name, "description": t.description, "inputSchema": t.inputSchema}
                for t in found
            ]
        )
    )
