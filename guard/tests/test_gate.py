"""What a client may say at the routes that are open to it."""

import json

import pytest

from through_gate import CHAT_KEY, JSON, NARROW_KEY, bearer, through_gate

RESPONSES = "/v1/responses"


def chat(**more):
    return {"model": "m", "messages": [{"role": "user", "content": "hello"}], **more}


def answer(**more):
    return {"model": "m", "input": "hello", **more}


def post(body, **more):
    return {"body": body if isinstance(body, str | bytes) else json.dumps(body), **more}


def one(request):
    (passed,) = through_gate(request)
    return passed


def refusals(*requests):
    """Status and message of each, all of which LiteLLM must not have seen."""
    passed = through_gate(*requests)
    assert [each["litellm"] for each in passed] == [None] * len(requests)
    return [(each["status"], json.loads(each["answer"])["error"]["message"]) for each in passed]


def test_passes_on_what_its_list_has_written_anew_with_the_key_that_it_has_seen():
    body = r""" {"messages" : [{"role":"user","content":[{"type":"text","text":"h\u00e9"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}]}],
      "model":"m", "temperature":1e0, "stream":null}"""
    passed = one(post(body))
    assert (passed["status"], passed["log"]) == (200, [])
    litellm = passed["litellm"]
    assert litellm["body"] == (
        '{"messages":[{"role":"user","content":[{"type":"text","text":"hé"},'
        '{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}]}],'
        '"model":"m","temperature":1.0}'
    )
    assert litellm["headers"] == [
        ["authorization", f"Bearer {CHAT_KEY}"],
        ["content-type", "application/json"],
        ["content-length", str(len(litellm["body"].encode()))],
    ]
    assert len(litellm["identity"]) == 64
    assert set(litellm["identity"]) <= set("0123456789abcdef")


def test_leaves_out_a_field_that_nobody_knows_at_any_depth_and_logs_its_name_alone():
    function = {"name": "f", "parameters": {"x": 1}}
    passed = one(
        post(
            chat(
                frobnicate="value",
                messages=[{"role": "user", "content": "hello", "wobble": {"api": 1}}],
                tools=[{"type": "function", "function": {**function, "quux": 2}}],
            )
        )
    )
    assert passed["status"] == 200
    assert json.loads(passed["litellm"]["body"]) == chat(
        tools=[{"type": "function", "function": function}]
    )
    assert passed["log"] == [
        {
            "gate": "dropped",
            "key": "chat",
            "path": "/v1/chat/completions",
            "fields": ["messages[0].wobble", "frobnicate", "tools[0].function.quux"],
        }
    ]


OPERATORS = """
    user_config api_key api_base base_url extra_headers extra_body custom_llm_provider fallbacks
    context_window_fallbacks content_policy_fallbacks mock_testing_fallbacks
    mock_testing_context_fallbacks mock_response mock_testing_content_policy_fallbacks
    mock_tool_calls input_cost_per_token output_cost_per_token litellm_metadata
    litellm_credential_name metadata guardrails cache caching num_retries tags mcp_servers prompt_id
    previous_response_id vector_store_ids model_list no-log timeout headers user_api_key
    proxy_server_request drop_params allowed_openai_params model_info litellm_params
    specific_deployment target_model_names thinking
""".split()


def test_refuses_by_its_name_what_litellm_gives_a_meaning_of_its_own_and_logs_no_value():
    requests, told = [], []
    for name in OPERATORS:
        requests += [
            post(chat(**{name: "a value"})),
            post(answer(**{name: {"a": "value"}}), path=RESPONSES),
            post(chat(**{name: 0})),
        ]
        words = (
            f'"{name}" may not be said to this gateway: LiteLLM gives it a meaning of its own, '
            "which its operator alone decides"
        )
        told += [(400, words)] * 3
    assert refusals(*requests) == told
    assert one(post(chat(user_config="a value")))["log"] == [
        {
            "gate": "refused",
            "key": "chat",
            "path": "/v1/chat/completions",
            "status": 400,
            "reason": "field user_config",
        }
    ]


def test_refuses_them_deeper_down_as_well():
    said = refusals(
        post(chat(messages=[{"role": "user", "content": "x", "api_base": "http://x"}])),
        post(chat(tools=[{"type": "function", "function": {"name": "f", "api_key": "x"}}])),
        post(
            answer(tools=[{"type": "mcp", "server_url": "x", "headers": {"a": "b"}}]),
            path=RESPONSES,
        ),
        post(answer(input=[{"role": "user", "content": "x", "user_config": {}}]), path=RESPONSES),
        post(chat(response_format={"type": "json_schema", "extra_body": {}})),
    )
    assert [(status, message.split(" ")[0]) for status, message in said] == [
        (400, '"messages[0].api_base"'),
        (400, '"tools[0].function.api_key"'),
        (400, '"tools[0].headers"'),
        (400, '"input[0].user_config"'),
        (400, '"response_format.extra_body"'),
    ]


def test_takes_content_from_the_request_alone_no_address_that_litellm_would_fetch():
    def part(content):
        return post(chat(messages=[{"role": "user", "content": [content]}]))

    def item(content):
        return post(answer(input=[{"role": "user", "content": [content]}]), path=RESPONSES)

    requests = []
    for url in ("http://x/a.png", "https://x/a.png", "file:///etc/passwd", "//x/a", "gs://x"):
        requests += [
            part({"type": "image_url", "image_url": {"url": url}}),
            part({"type": "image_url", "image_url": url}),
            part({"type": "file", "file": {"file_data": url}}),
            part({"type": "file", "file": {"file_id": url}}),
            item({"type": "input_image", "image_url": url}),
            item({"type": "input_file", "file_data": url}),
            item({"type": "input_file", "file_id": url}),
        ]
    requests += [
        part({"type": "video_url", "video_url": {"url": "http://x"}}),
        item({"type": "item_reference", "id": "msg_1"}),
    ]
    passed = through_gate(*requests)
    assert [(each["status"], each["litellm"]) for each in passed] == [(400, None)] * len(requests)
    # Left out, and so not an address either.
    litellm = one(item({"type": "input_file", "file_url": "http://x/a"}))["litellm"]
    assert litellm["body"] == (
        '{"model":"m","input":[{"role":"user","content":[{"type":"input_file"}]}]}'
    )


def test_leaves_out_tools_of_a_kind_that_nobody_knows_and_refuses_what_reaches_past_the_row():
    tools = [{"type": "tool_search", "execution": "client"}, {"type": "function", "name": "f"}]
    passed = one(post(answer(tools=tools), path=RESPONSES))
    assert json.loads(passed["litellm"]["body"]) == answer(tools=tools[1:])
    assert [line["fields"] for line in passed["log"]] == [["tools[0].tool_search"]]
    closed = [
        {"type": "file_search", "vector_store_ids": ["vs_1"]},
        {"type": "MCP"},
        {"type": 1},
        {"name": "f"},
    ]
    requests = []
    for tool in closed:
        requests += [post(answer(tools=[tool]), path=RESPONSES), post(chat(tools=[tool]))]
    statuses = [each["status"] for each in through_gate(*requests)]
    assert statuses == [400, 400, 200, 200, 400, 400, 400, 400]


def test_wants_a_model_of_the_row_and_as_a_string():
    own = "its row has m"
    other = (403, f'key "chat" may not use this model: {own}')
    assert refusals(
        post({"messages": []}),
        post({"input": "x"}, path=RESPONSES),
        post(chat(model=None)),
        post(chat(model=["m"])),
        post(chat(model={"id": "m"})),
        post(chat(model="other")),
        post(chat(model="M")),
        post(chat(model="m,other")),
        post(chat(), headers=[bearer(NARROW_KEY), JSON]),
    ) == [
        (400, f'"model" is needed: {own}'),
        (400, f'"model" is needed: {own}'),
        (400, f'"model" is needed: {own}'),
        (400, '"model" must be a string'),
        (400, '"model" must be a string'),
        other,
        other,
        other,
        (403, 'key "narrow" may not use this model: its row has no models'),
    ]


TEXT = json.dumps(chat(), separators=(",", ":"))


class TestBodyThatCouldBeReadInTwoWays:
    @pytest.mark.parametrize(
        "body",
        [
            pytest.param('{"model":"m","model":"other","messages":[]}', id="a field twice"),
            pytest.param(
                '{"model":"m","messages":[{"role":"user","role":"tool"}]}',
                id="a nested field twice",
            ),
            pytest.param(
                '{"model":"m","mod\\u0065l":"x","messages":[]}', id="a field twice, escaped once"
            ),
            pytest.param("\ufeff" + TEXT, id="a byte order mark"),
            pytest.param(TEXT.encode("utf-16-le"), id="UTF-16"),
            pytest.param(b'{"model":"m","user":"\xe9"}', id="Latin-1"),
            pytest.param('{"model":"m","temperature":NaN}', id="NaN"),
            pytest.param('{"model":"m","temperature":-Infinity}', id="Infinity"),
            pytest.param('{"model":"m","temperature":1e999}', id="a number that is infinite"),
            pytest.param('{"model":"m","user":"\\ud800"}', id="half of a surrogate pair"),
            pytest.param('{"model":"m",}', id="a comma too many"),
            pytest.param(TEXT + "{}", id="something behind it"),
            pytest.param("", id="nothing"),
            pytest.param("[]", id="a list"),
            pytest.param('"m"', id="a string"),
            pytest.param(
                '{"model":"m","logit_bias":' + "[" * 70 + "]" * 70 + "}", id="too deep a nest"
            ),
            pytest.param("[" * 100_000, id="a nest without an end"),
        ],
    )
    def test_is_refused(self, body):
        passed = one({"body": body})
        assert (passed["status"], passed["litellm"]) == (400, None)

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("application/x-www-form-urlencoded", "user_config=1"),
            ("multipart/form-data; boundary=x", "--x--"),
            ("application/json; form", TEXT),
            ("application/form+json", TEXT),
            ("text/plain", TEXT),
            ("application/json; charset=utf-16", TEXT),
            ("application/json; charset=utf-7", TEXT),
            ("application/json, text/plain", TEXT),
        ],
    )
    def test_is_refused_by_its_content_type(self, kind, body):
        passed = one({"body": body, "headers": [bearer(CHAT_KEY), ("content-type", kind)]})
        assert (passed["status"], passed["litellm"]) == (415, None)

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param([JSON, JSON], id="two content types"),
            pytest.param([JSON, ("content-encoding", "gzip")], id="a compressed one"),
            pytest.param([JSON, ("content-encoding", "identity")], id="one that says identity"),
        ],
    )
    def test_is_refused_by_its_headers(self, headers):
        passed = one({"body": TEXT, "headers": [bearer(CHAT_KEY), *headers]})
        assert (passed["status"], passed["litellm"]) == (415, None)

    def test_is_none_with_a_charset_that_is_utf_8_or_without_a_content_type(self):
        passed = through_gate(
            {
                "body": TEXT,
                "headers": [
                    bearer(CHAT_KEY),
                    ("content-type", "Application/JSON; charset=UTF-8"),
                ],
            },
            {"body": TEXT, "headers": [bearer(CHAT_KEY)]},
        )
        assert [(each["status"], each["litellm"]["body"]) for each in passed] == [(200, TEXT)] * 2


def test_takes_a_larger_body_apart_as_it_does_a_small_one_in_a_process_of_its_own():
    long = "x" * 300_000
    messages = [{"role": "user", "content": long}]
    good, refused, doubled, too_large = through_gate(
        post(chat(messages=messages, frobnicate=1)),
        post(chat(messages=messages, user_config={})),
        post(f'{{"model":"m","user":"{long}","user":"x"}}'),
        {
            "path": "/mcp/",
            "body": "{}",
            "headers": [bearer(CHAT_KEY), JSON, ("content-length", str(5 * 1024 * 1024))],
        },
    )
    assert json.loads(good["litellm"]["body"]) == chat(messages=messages)
    assert [line["fields"] for line in good["log"]] == [["frobnicate"]]
    assert (refused["status"], refused["litellm"]) == (400, None)
    assert "user_config" in refused["answer"]
    assert (doubled["status"], doubled["litellm"]) == (400, None)
    assert (too_large["status"], too_large["litellm"]) == (413, None)
    assert "the request is larger than 4 MB" in too_large["answer"]


def test_takes_nothing_that_would_make_litellms_database_refuse_what_it_writes_of_everybody():
    long = "x" * 129

    def rpc(arguments):
        params = {"name": "x", "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return post(body, path="/mcp/")

    refused = [
        chat(user="a\0b"),
        chat(user=long),
        chat(user="ü"),
        chat(user=""),
        chat(safety_identifier=long),
        chat(messages=[{"role": "user", "content": "a\0"}]),
        chat(max_tokens=-5),
        chat(max_tokens=1e300),
    ]
    passed = through_gate(
        *map(post, refused), rpc({"a": "\0"}), rpc({"a\0": 1}), rpc([[]] * 100_001)
    )
    assert [each["litellm"] for each in passed] == [None] * 11
    assert [each["status"] for each in passed] == [400] * 10 + [413]
    # The words for it are not the character.
    words, agent = through_gate(
        rpc({"a": "\\u0000", "b": "\\\\u0000"}),
        post(
            chat(),
            headers=[bearer(CHAT_KEY), JSON, ("user-agent", "ä" + "u" * 9000)],
        ),
    )
    assert words["status"] == 200
    assert ["user-agent", "u" * 128] in agent["litellm"]["headers"]
