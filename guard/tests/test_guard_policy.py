"""The policy file, and the one decision that is made from it.

That the file which the deployment writes is read as it was meant:
tests/unit/components/litellm/read-by-python.test.ts.
"""

import hashlib
import json
import os
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guard_policy


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def row(name, tools=None, expires=None):
    return {
        "name": name,
        "tools": {"db": ["a", "b"]} if tools is None else tools,
        "models": ["m"],
        "expires": expires,
    }


def policy_text(*rows, connectors=None):
    """A policy file, spaced as the deployment writes it."""
    keys = {sha256(each["name"]): each for each in rows}
    document = {"version": 2, "keys": keys, "connectors": connectors or {}}
    return json.dumps(document, indent=1) + "\n"


def decision(rows, token, name, now):
    """The words of the refusal; None where the guard lets the call through."""
    known, _ = guard_policy.parse(policy_text(*rows))
    return guard_policy.decide(known, token, name, now)


ALIASES, TOOLS = ("db", "files", "d_b"), ("read", "write", "read-all", "db-read")
TOKENS = [None, *map(sha256, ("k1", "k2", "k3", "k4"))]
# Full names, what looks like one, bare names, and connectors in capitals.
NAMES = [
    *(f"{a}{mark}{t}" for a in ALIASES for mark in ("-", "_", "--", "/", " -") for t in TOOLS),
    *TOOLS,
    *(f"{a.upper()}-{t}" for a in ALIASES for t in TOOLS),
]
matrices = st.lists(
    st.builds(
        row,
        name=st.sampled_from(["k1", "k2", "k3"]),
        tools=st.dictionaries(
            st.sampled_from(ALIASES), st.lists(st.sampled_from(TOOLS), unique=True)
        ),
        expires=st.none() | st.integers(0, 100),
    ),
    min_size=2,
    max_size=3,
    unique_by=lambda each: each["name"],
)


def may(matrix, token, name, now):
    return any(
        sha256(each["name"]) == token
        and (each["expires"] is None or now < each["expires"])
        and name in [f"{alias}-{tool}" for alias, tools in each["tools"].items() for tool in tools]
        for each in matrix
    )


def test_decides_as_the_matrix_says_whatever_the_matrix_and_the_request():
    let_through = 0

    @settings(max_examples=150)
    @given(matrices, st.text(), st.integers(0, 100))
    def holds(matrix, other, now):
        nonlocal let_through
        rows, _ = guard_policy.parse(policy_text(*matrix))
        for token, name in product(TOKENS, [*NAMES, other]):
            wanted = may(matrix, token, name, now)
            assert (guard_policy.decide(rows, token, name, now) is None) == wanted
            let_through += wanted

    holds()
    # Not a test of refusals only.
    assert let_through > 100


def test_tells_the_caller_the_key_the_tool_and_the_rule():
    rows = [row("one", {"db": ["a", "b"], "files": ["a"]}), row("old", expires=9)]
    has = "its row has db (2 tools), files (1 tool)"
    said = {
        name: decision(rows, sha256("one"), name, 1)
        for name in ("db-c", "a", "b", "x-a", "y" * 500)
    }
    assert said == {
        "db-c": f'key "one" may not call "db-c": {has}',
        "a": 'key "one" may not call "a" by its bare name: call "db-a" or "files-a"',
        "b": 'key "one" may not call "b" by its bare name: call "db-b"',
        "x-a": f'key "one" may not call "x-a": {has}',
        "y" * 500: f'key "one" may not call "{"y" * 125}...": {has}',
    }
    assert decision(rows, sha256("old"), "db-a", 9) == (
        'key "old" expired at 1970-01-01T00:00:09+00:00'
    )
    assert decision(rows, sha256("else"), "db-a", 1) == (
        "this key is not in the gateway's policy: it may call nothing"
    )
    assert decision(rows, None, "db-a", 1) == "this call carries no identity: it is refused"


GOOD = policy_text(row("one"), connectors={"db": {"a": "a" * 16 + "b" * 16}})
TOKEN = sha256("one")


def changed(found, instead):
    assert found in GOOD
    return GOOD.replace(found, instead, 1)


class TestPolicyFile:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            pytest.param("", "Expecting value", id="nothing"),
            pytest.param("{", "Expecting property name", id="no JSON"),
            pytest.param("[]", "does not have exactly version, keys and connectors", id="a list"),
            pytest.param(
                changed('"version": 2', '"version": 1'),
                "its version is not 2",
                id="another version",
            ),
            pytest.param(
                changed('"version": 2', '"version": true'),
                "its version is not 2",
                id="a true version",
            ),
            pytest.param(
                changed('"version": 2', '"version": 2, "x": 1'),
                "exactly version, keys and connectors",
                id="a member more",
            ),
            pytest.param(
                changed('"version": 2', '"version": 2, "version": 2'), "twice", id="a key twice"
            ),
            pytest.param(changed(TOKEN, "sk-1"), "not named by a SHA-256", id="a key in the clear"),
            pytest.param(
                changed('"models"', '"model"'),
                "exactly name, tools, models and expires",
                id="a row less",
            ),
            pytest.param(changed('"name": "one"', '"name": ""'), "has no name", id="no name"),
            pytest.param(
                changed('"db": [\n     "a",\n     "b"\n    ]', '"db": "*"'),
                "not a list of names",
                id="a star",
            ),
            pytest.param(changed('"db"', '"d-b"'), "alias is none", id="an alias with a hyphen"),
            pytest.param(
                changed('"connectors": {', '"connectors": [], "x": {'),
                "exactly",
                id="a lock without names",
            ),
            pytest.param(
                '{"version": 2, "keys": {}, "connectors": []}',
                "not alias: lock",
                id="a list of locks",
            ),
            pytest.param(changed("a" * 16 + "b", "b"), "a tool without a hash", id="a short hash"),
            pytest.param(
                changed("a" * 16, "A" * 16),
                "without a hash",
                id="a locked tool's hash in capitals",
            ),
            pytest.param(
                '{"version": 2, "keys": {}, "connectors": {"db": "*"}}',
                "not tool: hash",
                id="a lock that is none",
            ),
            pytest.param(
                '{"version": 2, "keys": {}, "connectors": {"d-b": {}}}',
                "alias is none",
                id="a lock of no alias",
            ),
            pytest.param(
                changed('"expires": null', '"expires": "never"'),
                "not in seconds",
                id="an expiry as text",
            ),
        ],
    )
    def test_refuses_everything_with_one_line_that_says_why(self, tmp_path, text, reason):
        path, said = tmp_path / "policy.json", []
        path.write_text(text, encoding="utf-8")
        policy = guard_policy.Policy(path, said.append)
        for _ in range(3):
            with pytest.raises(guard_policy.Refusal) as refusal:
                policy.row(TOKEN)
            assert str(refusal.value) == (
                "the gateway has no policy in force: every call is refused"
            )
        (line,) = said
        assert reason in line.pop("reason")
        assert line == {"guard": "policy", "state": "refusing every call"}

    def test_is_read_again_when_it_is_another_one_and_only_then(self, tmp_path, monkeypatch):
        path, said, reads = tmp_path / "policy.json", [], []
        policy = guard_policy.Policy(path, said.append)
        parse = guard_policy.parse
        monkeypatch.setattr(guard_policy, "parse", lambda text: reads.append(1) or parse(text))

        def look():
            try:
                return policy.row(TOKEN).name
            except guard_policy.Refusal as refusal:
                return refusal.message.partition(":")[0]

        def put(text):
            new = tmp_path / "policy.json.new"
            new.write_text(text, encoding="utf-8")
            os.replace(new, path)

        other = policy_text(row("two"))
        none = "the gateway has no policy in force"
        gone = "this key is not in the gateway's policy"
        assert [look(), look()] == [none, none]
        for text, wanted in ((GOOD, "one"), (GOOD, "one"), (other, gone)):
            put(text)
            assert [look(), look()] == [wanted, wanted]
        path.unlink()
        assert [look(), look()] == [none, none]
        path.mkdir()
        assert look() == none
        path.rmdir()
        put(GOOD)
        assert look() == "one"
        assert len(reads) == 4
        assert [line["state"] for line in said] == [
            # A missing file, three policies, a missing one, a directory, a policy.
            "refusing every call",
            "in force",
            "in force",
            "in force",
            "refusing every call",
            "refusing every call",
            "in force",
        ]
