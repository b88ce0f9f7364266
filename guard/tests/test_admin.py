"""Key administration: block, purge, a tool call, and what goes wrong."""

import socket

import pytest

import admin
import gate_environment
from fake_litellm import OTHERS, fake_litellm, hashed, key_row, post, wanted_key

WANTED = wanted_key()


class TestBlock:
    def test_blocks_by_hash_and_leaves_the_row(self, outcome):
        ran = outcome("block", [*OTHERS, key_row("sk-new", "claude")], WANTED)
        assert ran.said == "blocked"
        assert ran.requests == [post("/key/block", {"key": hashed("sk-new")})]

    def test_blocks_both_values_of_a_rotation_also_when_its_time_is_over(self, outcome):
        rows = [key_row("sk-old", "claude.previous"), key_row("sk-new", "claude")]
        ran = outcome("block", rows, {**WANTED, "previous": {"value": "sk-old", "until": 1}})
        assert ran.said == "blocked"
        assert ran.requests == [
            post("/key/block", {"key": hashed(key)}) for key in ("sk-new", "sk-old")
        ]

    def test_blocks_what_a_state_from_before_overlaps_says(self, outcome):
        before = {"name": "claude", "key": "sk-new", "models": [], "servers": []}
        assert outcome("block", [key_row("sk-new", "claude")], before).said == "blocked"

    def test_leaves_a_rotated_key_of_the_same_name_alone(self, outcome):
        ran = outcome("block", [key_row("sk-newer", "claude")], WANTED)
        assert (ran.said, ran.requests) == ("already gone", [])


class TestPurge:
    OURS = OTHERS[:2]
    FOREIGN = key_row("sk-9", "someone", metadata={"managed_by": "someone"})

    def test_deletes_ours_that_are_named_no_more_in_one_request_and_blocks_all_others(
        self, outcome
    ):
        rows = [
            *OTHERS,
            key_row("sk-4", "c"),
            self.FOREIGN,
            key_row("sk-5", "d", metadata=None),
        ]
        ran = outcome("purge", rows, {"names": ["b"]})
        assert ran.said == (
            f"deleted a, c\nblocked {hashed('sk-3')[:12]}\nblocked someone\nblocked d"
        )
        assert ran.requests == [
            post("/key/delete", {"keys": [hashed("sk-1"), hashed("sk-4")]}),
            *(post("/key/block", {"key": hashed(key)}) for key in ("sk-3", "sk-9", "sk-5")),
        ]

    def test_leaves_the_value_before_of_a_key_that_is_named_and_none_of_another(self, outcome):
        rows = [key_row("sk-4", "b.previous"), key_row("sk-5", "c.previous")]
        ran = outcome("purge", [*self.OURS, *rows], {"names": ["a", "b"]})
        assert ran.said == "deleted c.previous"
        assert ran.requests == [post("/key/delete", {"keys": [hashed("sk-5")]})]

    def test_asks_for_nothing_when_nothing_is_to_go(self, outcome):
        blocked = {**self.FOREIGN, "blocked": True}
        ran = outcome("purge", [*self.OURS, blocked], {"names": ["a", "b"]})
        assert (ran.said, ran.requests) == ("deleted nothing", [])

    def test_does_not_take_a_mark_for_its_own_on_a_key_without_a_name(self, outcome):
        marked = key_row("sk-6", None)
        ran = outcome("purge", [*self.OURS, marked], {"names": ["a", "b"]})
        assert ran.said == f"deleted nothing\nblocked {hashed('sk-6')[:12]}"
        assert ran.requests == [post("/key/block", {"key": hashed("sk-6")})]

    @pytest.mark.parametrize(
        ("has_blocked", "said"),
        [(True, "deleted nothing\nblocked someone"), (False, "deleted nothing")],
    )
    def test_leaves_to_the_database_what_litellm_cannot_block(self, outcome, has_blocked, said):
        # LiteLLM fails on a row that was written by hand, before it has blocked it or after.
        failing = {"/key/block": (500, {"error": "null"})}
        rows = [*self.OURS, self.FOREIGN]
        names = {"names": ["a", "b"]}
        ran = outcome("purge", rows, names, failing, blocks_and_fails=has_blocked)
        assert ran.said == said


class TestCall:
    CALL = {"tool": "db-list", "arguments": {"a": 1}, "outcome": "result"}  # noqa: RUF012

    @staticmethod
    def answer(text, is_error):
        result = {"content": [{"type": "text", "text": text}], "isError": is_error}
        return {"/mcp/": (200, {"result": result})}

    def test_calls_the_tool_with_the_master_key_and_prints_its_text(self, outcome):
        content = [
            {"type": "text", "text": "one"},
            {"type": "image"},
            {"type": "text", "text": "two"},
        ]
        ran = outcome("call", [], self.CALL, {"/mcp/": (200, {"result": {"content": content}})})
        assert ran.said == "one\n\ntwo"
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "db-list", "arguments": {"a": 1}},
        }
        assert ran.requests == [post("/mcp/", body)]

    def test_fails_with_the_text_of_a_call_that_has_failed(self, outcome):
        with pytest.raises(SystemExit, match="the call has failed: no"):
            outcome("call", [], self.CALL, self.answer("no", True))

    def test_prints_the_refusal_of_a_call_that_is_to_be_refused_and_fails_if_it_was_not(
        self, outcome
    ):
        refused = {**self.CALL, "outcome": "error"}
        assert outcome("call", [], refused, self.answer("no", True)).said == "no"
        with pytest.raises(SystemExit, match="was to be refused, and was answered: yes"):
            outcome("call", [], refused, self.answer("yes", False))

    def test_fails_with_a_json_rpc_errors_text(self, outcome):
        answers = {"/mcp/": (200, {"error": {"code": -1, "message": "bad"}})}
        with pytest.raises(SystemExit) as ended:
            outcome("call", [], self.CALL, answers)
        assert ended.value.code == 'the call was answered with {"code": -1, "message": "bad"}'


def test_fails_with_litellms_status_and_text_and_without_any_key(outcome):
    answers = {"/key/generate": (400, {"error": "alias"})}
    with pytest.raises(SystemExit) as ended:
        outcome("apply", [], WANTED, answers)
    assert ended.value.code == (
        """LiteLLM answered 400 to POST /key/generate: b'{"error":"alias"}'"""
    )


@pytest.mark.usefixtures("secrets_file")
def test_fails_in_one_line_when_litellm_does_not_listen(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(admin, "BASE", f"http://127.0.0.1:{port}")
    with pytest.raises(SystemExit) as ended:
        admin.block(WANTED)
    assert ended.value.code.startswith("LiteLLM cannot be reached for GET /key/list: ")
    assert "\n" not in ended.value.code


@pytest.mark.parametrize("text", ["A='b'\n", "LITELLM_MASTER_KEY=''\n", "LITELLM_MASTER_KEY=\n"])
def test_fails_when_the_secrets_file_has_no_master_key(secrets_file, text):
    secrets_file.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        admin.purge({"names": []})
    assert ended.value.code == f"{secrets_file} has no LITELLM_MASTER_KEY"


def test_reads_the_env_file_as_the_start_does(secrets_file):
    # A value's lines are no lines of the file.
    secrets_file.write_text("A='b\nLITELLM_MASTER_KEY=of-a'\nLITELLM_MASTER_KEY='own'\n", "utf-8")
    assert gate_environment.read(secrets_file)["LITELLM_MASTER_KEY"] == "own"
    assert admin.master_key() == "own"


def test_reads_a_master_key_in_whatever_quoting_the_env_file_has(secrets_file, monkeypatch):
    secrets_file.write_text(
        "LITELLM_MASTER_KEY='sk-it'\\''s'\nMCP_GATEWAY_ADMIN_SECRET='x'\n", encoding="utf-8"
    )
    with fake_litellm([], "sk-it's") as litellm:
        monkeypatch.setattr(admin, "BASE", litellm.url)
        assert admin.purge({"names": []}) == "deleted nothing"
