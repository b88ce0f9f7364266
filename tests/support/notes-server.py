"""An MCP server that writes down every call that reaches it: GET /calls, which forgets them."""

import asyncio

from mcp.server.fastmcp import FastMCP
from starlette.responses import JSONResponse

CALLS = []
server = FastMCP("notes", host="0.0.0.0", port=9000, stateless_http=False)


@server.tool()
def write_file(text: str = "") -> str:
    """Writes a note."""
    CALLS.append("write_file")
    return "written"


@server.tool()
def execute_sql(sql: str = "") -> str:
    """Shares its name with a tool of another server."""
    CALLS.append("execute_sql")
    return "not SQL"


@server.tool()
async def slow(seconds: float = 0.1) -> str:
    """Takes its time."""
    CALLS.append("slow")
    await asyncio.sleep(seconds)
    return "at last"


@server.tool()
def broken() -> str:
    """Fails."""
    CALLS.append("broken")
    raise ValueError("it is broken")


@server.custom_route("/calls", methods=["GET"])
async def calls(_request):
    seen, CALLS[:] = list(CALLS), []
    return JSONResponse(seen)


server.run(transport="streamable-http")
