"""An MCP server that writes down every call that reaches it: GET /calls, which forgets them."""

import asyncio

from mcp.server.fastmcp import Context, FastMCP
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


@server.tool()
async def session(ctx: Context, seconds: float = 0) -> str:
    """The session that this call came in, after some time."""
    CALLS.append("session")
    await asyncio.sleep(seconds)
    return ctx.request_context.request.headers["mcp-session-id"]


@server.tool()
async def lost(ctx: Context) -> str:
    """Does its work, and loses the session before it has answered: the answer ends without one."""
    CALLS.append("lost")
    name = ctx.request_context.request.headers["mcp-session-id"]
    await server.session_manager._server_instances[name].terminate()
    return "unheard"


@server.custom_route("/sessions", methods=["GET"])
async def sessions(_request):
    """Those that are open now."""
    known = server.session_manager._server_instances.items()
    return JSONResponse(sorted(name for name, one in known if not one.is_terminated))


@server.custom_route("/forget", methods=["POST"])
async def forget(request):
    """Forgets all sessions; from then on their requests get 404 or, as this SDK has it, 400."""
    known = server.session_manager._server_instances
    for one in list(known.values()):
        await one.terminate()
    if request.query_params["answer"] == "400":
        known.clear()
    return JSONResponse([])


@server.custom_route("/calls", methods=["GET"])
async def calls(_request):
    seen, CALLS[:] = list(CALLS), []
    return JSONResponse(seen)


server.run(transport="streamable-http")
