"""The scripted model that stands in for a provider."""

import json
import re
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer
from threading import Thread

import pytest

import server


@pytest.fixture(scope="module")
def base():
    with ThreadingHTTPServer(("127.0.0.1", 0), server.Handler) as httpd:
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


@pytest.fixture
def get(base):
    """(status, content type, text) of an answer; with a body it is a POST."""

    def send(path, body=None):
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        request = urllib.request.Request(base + path, data and data.encode())
        try:
            answer = urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()

    return send


@pytest.fixture
def responses(get):
    return lambda **body: json.loads(get("/v1/responses", {"model": "m", **body})[2])


@pytest.fixture
def chat(get):
    def choices(**body):
        return json.loads(get("/v1/chat/completions", {"model": "m", **body})[2])["choices"]

    return choices


def tool(name):
    return {"type": "function", "name": name, "parameters": {}}


def chat_tool(name):
    return {"type": "function", "function": {"name": name, "parameters": {}}}


def words(text):
    return [{"type": "output_text", "text": text, "annotations": []}]


def test_chooses_the_tool_that_the_words_name_and_none_otherwise():
    names = ["db-list_schemas", "db-execute_sql", "notes-search"]
    cases = [
        ("Call db-list_schemas", names, "db-list_schemas"),
        ("please list_schemas now", names, "db-list_schemas"),
        ("List schemas, please", names, "db-list_schemas"),
        ("what schemas are there?", names, "db-list_schemas"),
        ("execute", names, "db-execute_sql"),
        # A full name beats another tool's words.
        ("list schemas with db-execute_sql", names, "db-execute_sql"),
        # What is in the arguments is not meant.
        ('notes-search {"text": "list schemas execute sql"}', names, "notes-search"),
        # list_schemas_all is another word, but two of its parts are shared.
        ("list_schemas_all", ["db-list_schemas"], "db-list_schemas"),
        ("hello", names, None),
        ("", names, None),
        ("db-list_schemas", [], None),
        # The same words: the first by name, always.
        ("search", ["b-search", "a-search"], "a-search"),
    ]
    chosen = [server.choose_tool(text, offered) for text, offered, _ in cases]
    assert chosen == [wanted for _, _, wanted in cases]


CALL = {
    "type": "function_call",
    "id": "fc_mock",
    "call_id": "call_mock",
    "name": "db-execute_sql",
    "arguments": '{"sql": "select 1"}',
    "status": "completed",
}
TOOLS = [
    tool("db-execute_sql"),
    tool("db-list_schemas"),
    {"type": "mcp", "server_label": "x"},
]
ASK = {"input": 'Call db-execute_sql {"sql": "select 1"} and explain', "tools": TOOLS}
FIELDS = """
    created_at error id incomplete_details instructions max_output_tokens metadata model object
    output parallel_tool_calls previous_response_id reasoning status temperature text tool_choice
    tools top_p truncation usage user
""".split()


class TestResponses:
    def test_calls_the_named_tool_with_the_arguments_in_the_words(self, responses):
        answer = responses(**ASK)
        assert answer["output"] == [CALL]
        assert (answer["status"], answer["model"]) == ("completed", "m")

    def test_leaves_no_field_out_that_litellm_insists_on(self, responses):
        assert sorted(responses(**ASK)) == FIELDS

    @pytest.mark.parametrize(
        "output", ["Saturn 146", [{"type": "output_text", "text": "Saturn 146"}]], ids=type
    )
    def test_repeats_a_tools_result_string_or_parts(self, responses, output):
        said = {"type": "function_call_output", "output": output}
        answer = responses(input=[{"role": "user", "content": "x"}, CALL, said], tools=TOOLS)
        assert answer["output"][0]["content"] == words("The tool answered: Saturn 146")

    def test_looks_at_the_last_words_of_the_user_not_at_an_older_result(self, responses):
        text = [{"type": "input_text", "text": "db-list_schemas"}]
        before = {"type": "function_call_output", "output": "old"}
        answer = responses(input=[before, {"role": "user", "content": text}], tools=TOOLS)
        (call,) = answer["output"]
        assert (call["name"], call["arguments"]) == ("db-list_schemas", "{}")

    def test_says_which_tools_there_are_when_none_is_named(self, responses):
        answer = responses(input="hello", tools=TOOLS)
        assert answer["output"][0]["content"] == words(
            "Mock model: no tool is named in that. Tools offered: db-execute_sql, db-list_schemas"
        )
        assert "Tools offered: none" in json.dumps(responses(input="hello")["output"])

    def test_streams_the_same_answer_as_numbered_events_that_end_with_completed(self, get):
        status, kind, text = get("/v1/responses", {"model": "m", **ASK, "stream": True})
        assert (status, kind) == (200, "text/event-stream")
        events = []
        for block in text.strip().split("\n\n"):
            event, data = block.split("\n")
            events.append(json.loads(data[6:]))
            assert event == f"event: {events[-1]['type']}"
        assert [(event["type"], event["sequence_number"]) for event in events] == [
            ("response.created", 0),
            ("response.output_item.added", 1),
            ("response.output_item.done", 2),
            ("response.completed", 3),
        ]
        assert events[3]["response"]["output"] == [CALL]


CHAT_CALL = {
    "id": "call_mock",
    "type": "function",
    "function": {"name": "db-list_schemas", "arguments": '{"limit": 1}'},
}
CHAT_ASK = {
    "messages": [{"role": "user", "content": 'list schemas {"limit": 1}'}],
    "tools": [chat_tool("db-list_schemas")],
}


class TestChatCompletions:
    def test_calls_the_named_tool(self, chat):
        message = {"role": "assistant", "content": None, "tool_calls": [CHAT_CALL]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        assert chat(**CHAT_ASK) == [choice]

    def test_repeats_a_tools_result(self, chat):
        messages = [*CHAT_ASK["messages"], {"role": "tool", "content": "public"}]
        message = {"role": "assistant", "content": "The tool answered: public"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        assert chat(messages=messages, tools=CHAT_ASK["tools"]) == [choice]

    def test_streams_the_same_answer_as_chunks_that_end_with_done(self, get):
        _, kind, text = get("/v1/chat/completions", {"model": "m", **CHAT_ASK, "stream": True})
        assert kind == "text/event-stream"
        *data, last = [line.removeprefix("data: ") for line in text.strip().split("\n\n")]
        assert last == "[DONE]"
        chunks = [json.loads(each) for each in data]
        assert [chunk["object"] for chunk in chunks] == ["chat.completion.chunk"] * 2
        calls = [{"index": 0, **CHAT_CALL}]
        delta = {"role": "assistant", "content": None, "tool_calls": calls}
        assert [chunk["choices"] for chunk in chunks] == [
            [{"index": 0, "delta": delta, "finish_reason": None}],
            [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}],
        ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/responses", "not json"),
        ("/v1/responses", "[]"),
        ("/v1/responses", '{"input": [1]}'),
        ("/v1/responses", '{"input": "x", "tools": [{"type": "function"}]}'),
        ("/v1/responses", '{"input": 1}'),
        ("/v1/chat/completions", '{"messages": ["x"]}'),
        ("/v1/chat/completions", '{"messages": 1}'),
        ("/v1/chat/completions", '{"tools": [{"type": "function", "function": {}}]}'),
    ],
)
def test_answers_400_to_what_it_does_not_understand_and_shows_none_of_it(get, path, body):
    status, _, text = get(path, body)
    assert status == 400
    assert re.fullmatch(
        r'\{"error": \{"message": "not a request the mock model understands: [A-Za-z]+"\}\}', text
    )


def test_answers_404_elsewhere_and_200_on_health(get):
    assert get("/v1/embeddings", {})[0] == 404
    assert get("/v1/models")[0] == 404
    assert json.loads(get("/health")[2]) == {"status": "ok"}
