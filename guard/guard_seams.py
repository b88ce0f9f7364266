"""The places of LiteLLM 1.77.3 at which the guard stands, and the proof that they are those.

LiteLLM's files stay as they are. Where it has no hook, a function of the running process is put
in front of one of its own; only for the exact source that was read when this was written
(docs/decisions/guard.md). With any other source LiteLLM is not started.
"""

import hashlib
import importlib
import importlib.metadata
import inspect

VERSION = "1.77.3"
_MCP = "litellm.proxy._experimental.mcp_server"
_MANAGER = f"{_MCP}.mcp_server_manager:MCPServerManager"

# What the guard wraps, or rests on: the first 16 hex digits of the source's SHA-256.
KNOWN = {
    f"{_MCP}.server:_list_mcp_tools": "05fa9bd8a01a4230",
    f"{_MCP}.server:_get_tools_from_mcp_servers": "0ff6dcfd547c60c2",
    f"{_MCP}.server:call_mcp_tool": "c6dbdd4fde162eb4",
    f"{_MCP}.server:_get_standard_logging_mcp_tool_call": "d57303c62ecce5d4",
    f"{_MCP}.server:_handle_managed_mcp_tool": "380140d2b8bd86c8",
    f"{_MCP}.server:get_auth_context": "43668941b0755af3",
    f"{_MANAGER}.call_tool": "0d0c8228782216a4",
    f"{_MANAGER}._create_mcp_client": "4113a5aa95e054e8",
    f"{_MANAGER}._create_prefixed_tools": "29b06249377517ec",
    f"{_MANAGER}._get_tools_from_server": "e207723c0fcb192d",
    f"{_MANAGER}._fetch_tools_with_timeout": "752dca5bc137782f",
    "litellm.experimental_mcp_client.client:MCPClient": "482fa87321c1d09c",
    f"{_MANAGER}._get_mcp_server_from_tool_name": "d0440da3f06bef8d",
    f"{_MCP}.rest_endpoints:_get_tools_for_single_server": "f76e05f5022c52fa",
    f"{_MCP}.rest_endpoints:_execute_with_mcp_client": "e90ff374205f72f6",
    f"{_MCP}.rest_endpoints:call_tool_rest_api": "aa6a3471eb169e87",
    "litellm.proxy.utils:ProxyLogging.pre_call_hook": "49bf7e646eafa970",
    "litellm.proxy.common_request_processing:ProxyBaseLLMRequestProcessing": "e2f433e173a8628f",
    "litellm.responses.main:aresponses_api_with_mcp": "1b1342112de5b7a1",
    "litellm.responses.mcp.litellm_proxy_mcp_handler:LiteLLM_Proxy_MCP_Handler": "0a14b4344815c8e1",
    "litellm.responses.mcp.mcp_streaming_iterator:MCPEnhancedStreamingIterator": "ecb526e21d5bb63d",
    "litellm.responses.mcp.mcp_streaming_iterator:create_mcp_call_events": "dee16991cf8d50be",
    "mcp.client.session:ClientSession": "4fd46798aa6096dd",
    "mcp.client.sse:sse_client": "c30e06a8d6f3922c",
    "mcp.client.streamable_http:StreamableHTTPTransport": "ccced9142dbbb097",
    "mcp.client.streamable_http:streamablehttp_client": "ee070ee2739d8cbc",
    "mcp.server.lowlevel.server:Server.call_tool": "bb6aacff1cb0ad10",
    "mcp.shared.session:BaseSession": "3e1344f4c93b3ea7",
}


def found(name):
    module, _, path = name.partition(":")
    value = importlib.import_module(module)
    for part in path.split("."):
        value = getattr(value, part)
    value = getattr(value, "guarded", value)
    source = inspect.getsource(inspect.unwrap(value))
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def unknown():
    """What is not as it was when the guard was written."""
    version = importlib.metadata.version("litellm")
    if version != VERSION:
        return [f"LiteLLM is {version}, the guard knows {VERSION}"]
    wrong = []
    for name, digest in KNOWN.items():
        try:
            seen = found(name)
        except (ImportError, AttributeError, OSError, TypeError) as error:
            seen = type(error).__name__
        if seen != digest:
            wrong.append(f"{name} is {seen}, the guard knows {digest}")
    return wrong


def put_in_front(owner, name, make):
    """Replaces `owner.name` in this process with what `make` makes of it, once."""
    current = getattr(owner, name)
    current = getattr(current, "guarded", current)
    wrapper = make(current)
    wrapper.guarded = current
    setattr(owner, name, wrapper)
