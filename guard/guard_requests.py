"""Requests to models that bring MCP tools with them: offers the model the key's row at most.

Standard library only.
"""

from guard_policy import Refusal, shown

GATEWAY = "litellm_proxy"
# LiteLLM 1.77.3 reads an empty list as all tools.
NOTHING = "__none__"


def is_mcp(tool):
    kind = tool.get("type") if isinstance(tool, dict) else None
    return isinstance(kind, str) and kind.strip().lower() == "mcp"


def connectors_of(url, row):
    """The connectors that a gateway URL means; Refusal for every other URL."""
    if url in (GATEWAY, GATEWAY + "/", GATEWAY + "/mcp", GATEWAY + "/mcp/"):
        return list(row.tools)
    prefix = GATEWAY + "/mcp/"
    if not isinstance(url, str) or not url.startswith(prefix):
        raise Refusal(
            f'key "{row.name}" may not bring MCP servers of its own ("{shown(url)}"): '
            f'server_url is "{GATEWAY}" or "{prefix}<connector>"',
            row.name,
        )
    names = [name.strip().lower() for name in url[len(prefix) :].rstrip("/").split(",")]
    for name in names:
        if name not in row.tools:
            raise Refusal(
                f'key "{row.name}" may not use connector "{shown(name)}": '
                f"its row has {row.words()}",
                row.name,
            )
    return names


def restricted(tool, row):
    """The MCP tool object as LiteLLM may have it: with the row's tools, spelled out."""
    if tool["type"] != "mcp":
        raise Refusal(f'key "{row.name}": a tool\'s type is "mcp", in lower case', row.name)
    connectors = connectors_of(tool.get("server_url"), row)
    allowed = {f"{alias}-{name}" for alias in connectors for name in row.tools[alias]}
    wanted = tool.get("allowed_tools")
    if isinstance(wanted, dict):
        wanted = wanted.get("tool_names")
    if wanted is not None:
        if not isinstance(wanted, list):
            raise Refusal(f'key "{row.name}": allowed_tools is a list of tool names', row.name)
        allowed &= {name for name in wanted if isinstance(name, str)}
    return {**tool, "allowed_tools": sorted(allowed) or [NOTHING]}


def narrow(data, row):
    """Restricts a model request in place; returns the names of the MCP tools that it may run.

    The names are none for a request that brings no MCP tools.
    """
    if data.get("mcp_servers"):
        raise Refusal(f'key "{row.name}" may not bring MCP servers of its own', row.name)
    for name in models_of(data):
        row.check_model(name)
    tools = data.get("tools")
    if not isinstance(tools, list) or not any(map(is_mcp, tools)):
        return frozenset()
    data["tools"] = [restricted(tool, row) if is_mcp(tool) else tool for tool in tools]
    offered = {name for tool in data["tools"] if is_mcp(tool) for name in tool["allowed_tools"]}
    offered.discard(NOTHING)
    if not offered:
        # LiteLLM ends a stream without a word then.
        raise Refusal(
            f'key "{row.name}" may call none of the tools asked for: its row has {row.words()}',
            row.name,
        )
    return frozenset(offered)


def models_of(data):
    """Every model that a request names, also those to fall back to."""
    names = [data.get("model")]
    fallbacks = data.get("fallbacks")
    for entry in fallbacks if isinstance(fallbacks, list) else [fallbacks]:
        names.append(entry.get("model") if isinstance(entry, dict) else entry)
    return [name for name in names if isinstance(name, str)]


def brings_mcp(data):
    tools = data.get("tools")
    return bool(data.get("mcp_servers")) or (isinstance(tools, list) and any(map(is_mcp, tools)))


def field(item, name):
    return item.get(name) if isinstance(item, dict) else getattr(item, name, None)


def refuse_not_offered(response, offered, refusal_of):
    """Puts words in the place of each function call of a model's answer that nobody offered."""
    output = getattr(response, "output", None)
    if not isinstance(output, list):
        return

    def told(item):
        if field(item, "type") != "function_call" or field(item, "name") in offered:
            return item
        text = refusal_of(field(item, "name"))
        return {
            "type": "message",
            "id": f"msg_refused_{field(item, 'call_id') or field(item, 'id')}",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": f"Refused: {text}", "annotations": []}],
        }

    response.output = [told(item) for item in output]
