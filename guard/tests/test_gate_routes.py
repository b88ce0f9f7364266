"""Keys and routes: who comes in, and where."""

import json

import pytest

import gate
from gate_headers import key_hash
from through_gate import ADMIN_SECRET, CHAT_KEY, JSON, bearer, through_gate

CHAT = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]})


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([JSON], id="no key"),
        pytest.param([bearer("sk-unknown"), JSON], id="an unknown key"),
        pytest.param([bearer(CHAT_KEY), bearer(CHAT_KEY), JSON], id="two keys"),
        pytest.param([("authorization", f"Basic {CHAT_KEY}"), JSON], id="another scheme"),
        pytest.param([("x-api-key", CHAT_KEY), JSON], id="another header"),
    ],
)
def test_without_a_key_is_401(headers):
    (passed,) = through_gate({"body": CHAT, "headers": headers})
    assert (passed["status"], passed["litellm"]) == (401, None)
    assert passed["headers"]["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "request_",
    [{"body": CHAT}, {"method": "GET", "path": "/v1/models"}],
    ids=["a body", "none"],
)
def test_hashes_the_key_once(monkeypatch, request_):
    hashed = []
    monkeypatch.setattr(gate, "key_hash", lambda token: hashed.append(token) or key_hash(token))
    (passed,) = through_gate(request_)
    assert (passed["status"], hashed) == (200, [CHAT_KEY])
    assert passed["litellm"]["identity"] == key_hash(CHAT_KEY)


CLOSED = [
    ("POST", "/key/generate"),
    ("POST", "/v1/mcp/server"),
    ("POST", "/mcp-rest/tools/call"),
    ("POST", "/chat/completions"),
    ("POST", "/responses"),
    ("POST", "/openai/v1/responses"),
    ("POST", "/v1/messages"),
    ("POST", "/v1/embeddings"),
    ("POST", "/config/update"),
    ("GET", "/v1/responses"),
    ("POST", "/v1/models"),
    ("POST", "/v1/chat/completions/"),
    ("POST", "//v1/chat/completions"),
    ("POST", "/V1/chat/completions"),
    ("POST", "/health/liveliness"),
    ("GET", "/health"),
    ("POST", "/mcp/DB"),
    ("POST", "/mcp/db/x"),
    ("POST", "/mcp/%64b"),
    ("GET", "/"),
]


def test_knows_no_other_route_without_the_operators_secret():
    headers = [bearer(CHAT_KEY), JSON, ("x-mcp-gateway-admin", ADMIN_SECRET[:-1])]
    passed = through_gate(
        *({"method": method, "path": path, "headers": headers} for method, path in CLOSED)
    )
    assert [(each["status"], each["litellm"]) for each in passed] == [(404, None)] * len(CLOSED)


def test_passes_them_on_with_it_and_keeps_it_to_itself():
    body = json.dumps({"metadata": {"managed_by": "x"}})
    by_header, by_cookie = through_gate(
        {
            "path": "/key/generate",
            "body": body,
            "headers": [JSON, ("X-MCP-Gateway-Admin", ADMIN_SECRET)],
        },
        {
            "path": "/key/generate",
            "body": body,
            "headers": [JSON, ("cookie", f"a=b; mcp_gateway_admin={ADMIN_SECRET}")],
        },
    )
    for passed in (by_header, by_cookie):
        assert (passed["status"], passed["litellm"]["body"]) == (200, body)
    assert by_header["litellm"]["headers"] == [["content-type", "application/json"]]


@pytest.mark.parametrize(
    ("said", "passed_on"),
    [
        ([f"mcp_gateway_admin={ADMIN_SECRET}"], []),
        ([f"a=b; mcp_gateway_admin={ADMIN_SECRET};token=x=y"], ["a=b; token=x=y"]),
        ([f"mcp_gateway_admin={ADMIN_SECRET}", "a=b;c"], ["a=b;c"]),
        # Not the secret's name.
        ([f"mcp_gateway_admin2=1; mcp_gateway_admin={ADMIN_SECRET}"], ["mcp_gateway_admin2=1"]),
    ],
)
def test_passes_a_browsers_cookies_on_without_the_secret(said, passed_on):
    headers = [("Cookie", each) for each in said]
    (passed,) = through_gate({"method": "GET", "path": "/ui/", "headers": [JSON, *headers]})
    assert passed["status"] == 200
    assert passed["litellm"]["headers"] == [
        ["content-type", "application/json"],
        *(["Cookie", each] for each in passed_on),
    ]


@pytest.mark.parametrize("more", [[], [("x-mcp-gateway-admin", ADMIN_SECRET)]])
def test_takes_no_secret_that_is_said_twice(more):
    cookie = ("cookie", f"mcp_gateway_admin={ADMIN_SECRET}; mcp_gateway_admin={ADMIN_SECRET}")
    (passed,) = through_gate({"method": "GET", "path": "/ui/", "headers": [cookie, *more]})
    assert (passed["status"], passed["litellm"]) == (404, None)


def test_takes_the_secret_out_of_a_browsers_address_once():
    at = {"method": "GET", "path": "/mcp-gateway/admin", "headers": []}
    right, wrong = through_gate(
        {**at, "query": f"secret={ADMIN_SECRET}"}, {**at, "query": "secret=x"}
    )
    assert (right["status"], right["headers"]["location"]) == (303, "/ui/")
    assert right["headers"]["set-cookie"].endswith("; Path=/; HttpOnly; SameSite=Strict")
    assert wrong["status"] == 403
    assert "set-cookie" not in wrong["headers"]


def test_has_one_kind_of_request_at_mcp():
    def at(body):
        return {"path": "/mcp/db", "body": json.dumps(body)}

    params = {"name": "x", "arguments": {"api_key": 1}}
    passed = through_gate(
        at({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}),
        at([{"jsonrpc": "2.0", "id": 1, "method": "ping"}]),
        at({"jsonrpc": "1.0", "id": 1, "method": "ping"}),
        {"method": "GET", "path": "/mcp/"},
        {"method": "DELETE", "path": "/mcp"},
    )
    assert [each["status"] for each in passed] == [200, 400, 400, 405, 405]
    assert '"arguments":{"api_key":1}' in passed[0]["litellm"]["body"]


def test_takes_no_parameters_along():
    (passed,) = through_gate({"body": CHAT, "query": "model=other&user_config=x"})
    assert passed["litellm"]["query"] == ""
