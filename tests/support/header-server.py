"""An MCP server whose one tool tells with which credentials it was asked."""

import json

from mcp.server.fastmcp import Context, FastMCP

server = FastMCP("headers", host="0.0.0.0", port=9000)


@server.tool()
def seen(ctx: Context) -> str:
    """Tells the credentials of this very request."""
    headers = ctx.request_context.request.headers
    return json.dumps(
        {name: headers[name] for name in ("authorization", "x-api-key") if name in headers}
    )


server.run(transport="streamable-http")
