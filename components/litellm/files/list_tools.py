"""Lists an MCP server's tools as JSON: `docker exec -i ... python3 list_tools.py`.

Standard input: {"url": ..., "transport": "sse" | "http"}. Asks the server itself, because
LiteLLM's own list leaves out what a key may not use and calls dead servers healthy. Uses the
`mcp` package that LiteLLM brings.
"""

import asyncio
import json
import sys

from mcp import ClientSession
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamablehttp_client


async def tools(url, transport):
    client = sse_client(url) if transport == "sse" else streamablehttp_client(url)
    async with client as (read, write, *_), ClientSession(read, write) as session:
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
        found = asyncio.run(asyncio.wait_for(tools(wanted["url"], wanted["transport"]), 30))
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - told to the caller
        sys.exit(f"{wanted['url']} did not list its tools: {reason(error)}")
    print(
        json.dumps(
            [
                {"name": t.name, "description": t.description, "inputSchema": t.inputSchema}
                for t in found
            ]
        )
    )
