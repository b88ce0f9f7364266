"""What is said of a new proxy whose tool calls end in one way or another."""

import pytest

import candidate
from fake_litellm import MASTER_KEY, fake_litellm

CALL = {"tool": "web-fetch", "arguments": {}, "expect": "403", "key": None}


@pytest.mark.usefixtures("secrets_file")
@pytest.mark.parametrize(
    ("outcome", "text", "is_error", "wrong"),
    [
        ("result", "status 403", False, None),
        ("result", "status 403", True, "failed with 'status 403'"),
        ("result", "a page", False, "answered 'a page', which does not match /403/"),
        ("error", "status 403", True, None),
        ("error", "status 403", False, "was to be refused, and answered 'status 403'"),
        ("error", "no route", True, "answered 'no route', which does not match /403/"),
    ],
)
def test_a_call_that_is_to_end_as_a_result_or_as_an_error(
    monkeypatch, outcome, text, is_error, wrong
):
    result = {"content": [{"type": "text", "text": text}], "isError": is_error}
    with fake_litellm([], MASTER_KEY, {"/mcp/": (200, {"result": result})}) as litellm:
        monkeypatch.setattr(candidate, "BASE", litellm.url)
        said = list(candidate.problems({"keys": [], "calls": [{**CALL, "outcome": outcome}]}))
    assert said == ([] if wrong is None else [f"FAILED  tool call web-fetch: {wrong}"])
