"""A request to the gateway's own MCP server leaves nothing behind, and breaks none but itself.

The MCP SDK of LiteLLM's image (mcp 1.10.1) begins a server for each request, in a task group that
all requests share, and never ends it: 48 KB each, and the proxy is out of memory after some 30,000
of them. An exception in one of these servers ends the whole group, and with it `/mcp` until a
restart (docs/litellm-1.77.3.md#wedge). Later SDKs end each server with its request, as is done
here.
"""

import anyio
from litellm._logging import verbose_logger
from mcp.server.streamable_http import StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

import guard_seams
from guard_cancel import Heard
from guard_litellm import token_of


def key_of_request():
    from litellm.proxy._experimental.mcp_server.server import get_auth_context

    return token_of(get_auth_context()[0])


def request_front(_):
    async def handled(self, scope, receive, send):
        transport = StreamableHTTPServerTransport(
            mcp_session_id=None,
            is_json_response_enabled=self.json_response,
            event_store=None,
            security_settings=self.security_settings,
        )
        # Named so from mcp 1.11 on.
        terminate = getattr(transport, "terminate", None) or transport._terminate_session
        answered = False

        async with anyio.create_task_group() as own:

            async def serve(*, task_status):
                async with transport.connect() as (reading, writing):
                    task_status.started()
                    options = self.app.create_initialization_options()
                    heard = Heard(reading, key_of_request)
                    try:
                        await self.app.run(heard, writing, options, stateless=True)
                    except Exception as error:
                        verbose_logger.warning(
                            f"mcp-gateway: an MCP request has ended with {error!r}"
                        )
                        # Or whoever asked would wait for ever.
                        own.cancel_scope.cancel()

            await own.start(serve)
            await transport.handle_request(scope, receive, send)
            answered = True
            await terminate()
        if not answered:
            raise RuntimeError("the MCP server of the gateway has failed")

    return handled


def install():
    guard_seams.put_in_front(
        StreamableHTTPSessionManager, "_handle_stateless_request", request_front
    )
