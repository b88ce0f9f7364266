"""Model requests that bring MCP tools: what the model may be offered."""

import pytest

from guard_policy import Refusal, Row
from guard_requests import narrow

ROW = Row("one", {"db": frozenset(["a", "b"]), "files": frozenset(["a"])}, frozenset(["m"]), None)
OWN = {"type": "function", "name": "mine"}


def mcp(**more):
    return {"type": "mcp", "server_url": "litellm_proxy", **more}


def narrowed(request):
    """The request's tools as LiteLLM gets them, and those that it may run."""
    offered = narrow(request, ROW)
    return request.get("tools"), sorted(offered)


def test_spells_out_the_rows_tools_and_leaves_other_tools_alone():
    assert narrowed({"model": "m", "tools": [OWN, mcp()]}) == (
        [OWN, mcp(allowed_tools=["db-a", "db-b", "files-a"])],
        ["db-a", "db-b", "files-a"],
    )
    files = "litellm_proxy/mcp/files"
    assert narrowed({"tools": [mcp(server_url=files), mcp(allowed_tools=["db-b", "db-c"])]}) == (
        [mcp(server_url=files, allowed_tools=["files-a"]), mcp(allowed_tools=["db-b"])],
        ["db-b", "files-a"],
    )


def test_never_hands_litellm_an_empty_list_which_means_all():
    assert narrowed({"tools": [mcp(allowed_tools=[]), mcp(allowed_tools=["db-a"])]}) == (
        [mcp(allowed_tools=["__none__"]), mcp(allowed_tools=["db-a"])],
        ["db-a"],
    )


@pytest.mark.parametrize(
    "request_",
    [{"model": "m"}, {"tools": None}, {"tools": [OWN, "x", None]}, {"tools": "mcp"}],
    ids=str,
)
def test_lets_requests_without_mcp_tools_through_as_they_are(request_):
    assert narrowed(dict(request_)) == (request_.get("tools"), [])


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"tools": [mcp(type=" MCP ")]}, 'a tool\'s type is "mcp", in lower case'),
        ({"tools": [mcp(allowed_tools="*")]}, "allowed_tools is a list of tool names"),
        ({"tools": [mcp(allowed_tools=["a", 1, None])]}, "may call none of the tools asked for"),
        ({"tools": [mcp(server_url="http://x")]}, 'MCP servers of its own ("http://x")'),
        (
            {"tools": [{"type": "mcp", "connector_id": "c"}]},
            'MCP servers of its own ("NoneType")',
        ),
        ({"tools": [mcp(server_url="litellm_proxy/mcp/x")]}, 'may not use connector "x"'),
        ({"mcp_servers": [{"url": "http://x"}]}, "MCP servers of its own"),
        ({"model": "n"}, 'may not use model "n": its row has m'),
        ({"model": "m", "fallbacks": ["n"]}, 'may not use model "n"'),
        ({"model": "m", "fallbacks": [{"model": "n"}]}, 'may not use model "n"'),
        ({"model": "m", "fallbacks": "n"}, 'may not use model "n"'),
    ],
)
def test_refuses(request_, reason):
    with pytest.raises(Refusal) as refusal:
        narrow(request_, ROW)
    assert reason in str(refusal.value)
    assert str(refusal.value).startswith('key "one"')
