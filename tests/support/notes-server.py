"""An MCP server that writes down every call that reaches it: GET /calls, which forgets them."""

import asyncio

import uvicorn
from mcp.server.fastmcp import Context, FastMCP
from starlette.responses import JSONResponse, Response

CALLS = []
FORGOTTEN = [404]
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
    """Forgets all sessions; their requests get 404 from now on, or what the SDK up to 1.12 answers."""
    for one in list(server.session_manager._server_instances.values()):
        await one.terminate()
    server.session_manager._server_instances.clear()
    FORGOTTEN[0] = int(request.query_params["answer"])
    return JSONResponse([])


@server.custom_route("/calls", methods=["GET"])
async def calls(_request):
    seen, CALLS[:] = list(CALLS), []
    return JSONResponse(seen)


inner = server.streamable_http_app()


async def app(scope, receive, send):
    name = dict(scope.get("headers", [])).get(b"mcp-session-id", b"").decode()
    if name and name not in server.session_manager._server_instances:
        await Response("Session not found", FORGOTTEN[0])(scope, receive, send)
    else:
        await inner(scope, receive, send)


uvicorn.run(app, host="0.0.0.0", port=9000)
