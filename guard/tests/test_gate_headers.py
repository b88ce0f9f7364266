"""What LiteLLM may have of a request's headers."""

import json

import pytest

from through_gate import JSON, NARROW_KEY, bearer, through_gate


def passed_with(*headers):
    (passed,) = through_gate(
        {
            "path": "/mcp/",
            "body": json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}),
            "headers": [bearer(NARROW_KEY), JSON, *headers],
        }
    )
    return passed


def test_passes_those_on_that_litellm_has_a_use_for_and_no_other():
    passed = passed_with(
        ("accept", "application/json, text/event-stream"),
        ("x-mcp-servers", "db"),
        ("x-mcp-db-authorization", "mine"),
        ("X-MCP-Gateway-Relay", "x"),
        ("x-api-key", "sk-other"),
        ("api-key", "sk-other"),
        ("cookie", "token=x"),
        ("traceparent", "00-1"),
        ("x-forwarded-for", "1.2.3.4"),
        ("langfuse_host", "x"),
        ("anthropic-beta", "x"),
    )
    assert [name for name, _ in passed["litellm"]["headers"]] == [
        "authorization",
        "accept",
        "x-mcp-servers",
        "x-mcp-db-authorization",
        "content-type",
        "content-length",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "x-litellm-tags",
        "X-LiteLLM-Call-Id",
        "x-litellm-enable-message-redaction",
        "x-mcp-files-authorization",
        "x-mcp-db-x-api-key",
        "x-mcp-",
    ],
)
def test_refuses(name):
    passed = passed_with((name, "x"))
    assert (passed["status"], passed["litellm"]) == (400, None)
    assert [line["reason"] for line in passed["log"]] == [f"header {name.lower()}"]
