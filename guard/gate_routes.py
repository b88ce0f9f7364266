"""What a client may say at each route that is open, field by field.

OpenAI's API reference of November 2026, as far as LiteLLM 1.77.3 gives a field no meaning of its
own; what is left out on purpose, and why:

- `metadata`: LiteLLM keeps identities, tags and guardrails there;
- `previous_response_id`, `conversation`, `prompt`, `item_reference`: name what some other request,
  or some other key's, has left at the provider or in LiteLLM's database;
- `file_search` and its stores: the provider's account, not the key's row, says what is in them;
- addresses of images and files: LiteLLM would fetch them.
"""

from gate_fields import (
    AT_TOP,
    EVERYWHERE,
    between,
    by_kind,
    data_url,
    file_id,
    flag,
    free,
    identifier,
    integer,
    listed,
    name,
    number,
    one_of,
    record,
    tagged,
    text,
)

_top = EVERYWHERE | AT_TOP
_texts = listed(text)
_tokens = between(1, 100_000_000)

# --- /v1/chat/completions

_function = record(name=text, description=text, parameters=free, strict=flag)
_named = record(name=text)
_call = record(
    id=text,
    type=text,
    index=integer,
    function=record(name=text, arguments=text),
    custom=record(name=text, input=text),
)
_part = tagged(
    "type",
    {
        "text": record(type=text, text=text),
        "refusal": record(type=text, refusal=text),
        "image_url": record(
            type=text, image_url=by_kind(text=data_url, fields=record(url=data_url, detail=text))
        ),
        "input_audio": record(type=text, input_audio=record(data=text, format=text)),
        "file": record(type=text, file=record(file_data=data_url, file_id=file_id, filename=text)),
    },
)
_message = record(
    role=one_of("system", "developer", "user", "assistant", "tool", "function"),
    content=by_kind(text=text, items=listed(_part)),
    name=text,
    refusal=text,
    audio=record(id=text),
    tool_calls=listed(_call),
    tool_call_id=text,
    function_call=record(name=text, arguments=text),
)
# Kinds of tools that reach what no row is about; others that are not listed here are left out.
_closed = frozenset(["file_search"])
# Which of the gateway's tools: the guard holds it to the row.
_mcp = record(
    type=text,
    server_label=text,
    server_url=text,
    server_description=text,
    require_approval=by_kind(text=text, fields=free),
    allowed_tools=by_kind(items=_texts, fields=record(tool_names=_texts)),
)
_custom_format = record(
    type=text, grammar=record(definition=text, syntax=text), definition=text, syntax=text
)
_chat_tool = tagged(
    "type",
    {
        "function": record(type=text, function=_function),
        "custom": record(
            type=text, custom=record(name=text, description=text, format=_custom_format)
        ),
        "mcp": _mcp,
    },
    refused=_closed,
)
_choice = {
    "type": text,
    "name": text,
    "mode": text,
    "server_label": text,
    "function": _named,
    "custom": _named,
    "tools": listed(free),
    "allowed_tools": record(mode=text, tools=listed(free)),
}


def _chosen(**kind):
    words = one_of("none", "auto", "required")
    return by_kind(text=words, fields=record(**{**_choice, **kind}))


_schema = record(name=text, description=text, schema=free, strict=flag)
_place = record(type=text, approximate=free, city=text, country=text, region=text, timezone=text)
_stream_options = record(include_usage=flag, include_obfuscation=flag)
_said = by_kind(text=text, items=listed(record(type=text, text=text)))

# What both kinds of request to a model have.
_model = {
    "model": text,
    "temperature": number,
    "top_p": number,
    "top_logprobs": between(0, 20),
    "stream": flag,
    "stream_options": _stream_options,
    "parallel_tool_calls": flag,
    "service_tier": name,
    "store": flag,
    "user": name,
    "safety_identifier": name,
    "prompt_cache_key": name,
    "prompt_cache_retention": name,
}

chat = record(
    refused=_top,
    **_model,
    messages=listed(_message),
    tools=listed(_chat_tool),
    # LiteLLM tries one of another kind for 4 s, and answers 500.
    tool_choice=_chosen(type=one_of("function", "custom", "allowed_tools")),
    functions=listed(_function),
    function_call=by_kind(text=text, fields=_named),
    audio=record(voice=by_kind(text=text, fields=record(id=text)), format=text),
    frequency_penalty=number,
    presence_penalty=number,
    logit_bias=free,
    logprobs=flag,
    max_completion_tokens=_tokens,
    max_tokens=_tokens,
    modalities=_texts,
    n=between(1, 16),
    prediction=record(type=text, content=_said),
    reasoning_effort=text,
    verbosity=text,
    response_format=record(type=text, json_schema=_schema),
    seed=integer,
    stop=by_kind(text=text, items=_texts),
    web_search_options=record(
        search_context_size=text, user_location=record(type=text, approximate=_place)
    ),
)

# --- /v1/responses

_input_part = tagged(
    "type",
    {
        "input_text": record(type=text, text=text),
        "output_text": record(type=text, text=text, annotations=free, logprobs=free),
        "text": record(type=text, text=text),
        "summary_text": record(type=text, text=text),
        "reasoning_text": record(type=text, text=text),
        "refusal": record(type=text, refusal=text),
        "input_image": record(type=text, image_url=data_url, file_id=file_id, detail=text),
        "input_file": record(type=text, file_data=data_url, file_id=file_id, filename=text),
        "input_audio": record(type=text, input_audio=record(data=text, format=text)),
    },
)
_parts = by_kind(text=text, items=listed(_input_part))
_output = {"type": text, "id": text, "call_id": text, "status": text, "output": _parts}
_item = tagged(
    "type",
    {
        "message": record(
            type=text,
            id=text,
            status=text,
            role=one_of("system", "developer", "user", "assistant"),
            content=_parts,
        ),
        "function_call": record(
            type=text, id=text, call_id=text, status=text, name=text, arguments=text
        ),
        "function_call_output": record(**_output),
        "custom_tool_call": record(
            type=text, id=text, call_id=text, status=text, name=text, input=text
        ),
        "custom_tool_call_output": record(**_output),
        "reasoning": record(
            type=text,
            id=text,
            status=text,
            summary=listed(_input_part),
            content=listed(_input_part),
            encrypted_content=text,
        ),
        "local_shell_call": record(type=text, id=text, call_id=text, status=text, action=free),
        "local_shell_call_output": record(
            type=text, id=text, call_id=text, status=text, output=text
        ),
        "web_search_call": record(type=text, id=text, status=text, action=free),
        "mcp_list_tools": record(type=text, id=text, server_label=text, tools=free, error=free),
        "mcp_call": record(
            type=text,
            id=text,
            name=text,
            arguments=text,
            server_label=text,
            output=text,
            error=free,
            status=text,
        ),
        "mcp_approval_request": record(
            type=text, id=text, name=text, arguments=text, server_label=text
        ),
        "mcp_approval_response": record(
            type=text, id=text, approval_request_id=text, approve=flag, reason=text
        ),
    },
    default="message",
)
_responses_tool = tagged(
    "type",
    {
        "function": record(type=text, name=text, description=text, parameters=free, strict=flag),
        "custom": record(type=text, name=text, description=text, format=_custom_format),
        "mcp": _mcp,
        **{
            kind: record(
                type=text,
                search_context_size=text,
                user_location=_place,
                filters=record(allowed_domains=_texts),
                external_web_access=flag,
            )
            for kind in ("web_search", "web_search_preview")
        },
        "code_interpreter": record(type=text, container=record(type=one_of("auto"))),
        "image_generation": record(
            type=text,
            size=text,
            quality=text,
            background=text,
            output_format=text,
            output_compression=integer,
            moderation=text,
            partial_images=integer,
        ),
        "local_shell": record(type=text),
    },
    refused=_closed,
)

responses = record(
    refused=_top,
    **_model,
    input=by_kind(text=text, items=listed(_item)),
    instructions=text,
    tool_choice=_chosen(),
    tools=listed(_responses_tool),
    background=flag,
    include=_texts,
    max_output_tokens=_tokens,
    max_tool_calls=_tokens,
    reasoning=record(effort=text, summary=text, generate_summary=text),
    text=record(
        verbosity=text,
        format=record(type=text, name=text, description=text, schema=free, strict=flag),
    ),
    truncation=text,
)

# --- /mcp: JSON-RPC. What a tool is given is the tool's matter.

mcp = record(
    refused=frozenset(),
    jsonrpc=one_of("2.0"),
    id=identifier,
    method=text,
    params=by_kind(fields=free),
    result=by_kind(fields=free),
    error=by_kind(fields=free),
)
