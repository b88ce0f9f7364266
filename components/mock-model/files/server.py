"""The mock model: a scripted OpenAI-compatible server that makes LiteLLM run a real tool.

It answers a request that offers tools with a call of the tool that the user's words name, and
a request that carries a tool's result with that result. `/v1/responses` and
`/v1/chat/completions`, plain and streamed. It thinks nothing up: same request, same answer.
Standard library only; it holds no state and logs no content.
"""

import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 9200


def text_of(content):
    """The text of a message's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


def arguments_in(text):
    """The first JSON object in the user's words, or no arguments."""
    start = text.find("{")
    if start < 0:
        return {}
    try:
        value, _ = json.JSONDecoder().raw_decode(text[start:])
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def choose_tool(text, names):
    """The tool that the text names, or that shares most words with it; None if none does.

    "db-list_schemas" is meant by its full name, by "list_schemas" and by "List schemas".
    """
    words = set(re.findall(r"[a-z0-9]+", text.partition("{")[0].lower()))
    best, best_score = None, 0
    for name in sorted(names):
        bare = name.partition("-")[2] or name
        parts = re.findall(r"[a-z0-9]+", bare.lower())
        score = sum(part in words for part in parts)
        if name in text:
            score += 200
        elif re.search(rf"(?<![\w-]){re.escape(bare)}(?![\w-])", text):
            score += 100
        elif parts and score == len(parts):
            score += 50
        if score > best_score:
            best, best_score = name, score
    return best


def reply(text, tools, result):
    """What to say: ("call", name, arguments) or ("say", text)."""
    if result is not None:
        return ("say", f"The tool answered: {result}")
    exact = re.match(r"Call exactly ([\w.-]+)", text)
    # Offered or not: a prompt can make a real model do that as well.
    tool = exact.group(1) if exact else choose_tool(text, tools)
    if tool is not None:
        return ("call", tool, json.dumps(arguments_in(text)))
    offered = ", ".join(sorted(tools)) or "none"
    return ("say", f"Mock model: no tool is named in that. Tools offered: {offered}")


def read_responses(body):
    """(user's text, offered tool names, tool result or None) of a /v1/responses request."""
    items = body.get("input", "")
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    text, result = "", None
    for item in items:
        if item.get("type") == "function_call_output":
            result = text_of(item.get("output"))
        elif item.get("role") == "user":
            text, result = text_of(item.get("content")), None
    tools = [t["name"] for t in body.get("tools") or [] if t.get("type") == "function"]
    return text, tools, result


def read_chat(body):
    """The same of a /v1/chat/completions request."""
    text, result = "", None
    for message in body.get("messages", []):
        if message.get("role") == "tool":
            result = text_of(message.get("content"))
        elif message.get("role") == "user":
            text, result = text_of(message.get("content")), None
    tools = [t["function"]["name"] for t in body.get("tools") or [] if t.get("type") == "function"]
    return text, tools, result


def responses_answer(model, said):
    if said[0] == "call":
        item = {
            "type": "function_call",
            "id": "fc_mock",
            "call_id": "call_mock",
            "name": said[1],
            "arguments": said[2],
            "status": "completed",
        }
    else:
        item = {
            "type": "message",
            "id": "msg_mock",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": said[1], "annotations": []}],
        }
    return {
        "id": "resp_mock",
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "model": model,
        "output": [item],
        # LiteLLM's ResponsesAPIResponse refuses an answer that leaves any of these out.
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": False,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "max_output_tokens": None,
        "previous_response_id": None,
        "reasoning": None,
        "text": None,
        "truncation": "disabled",
        "user": None,
        "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
    }


def chat_answer(model, said):
    message = {"role": "assistant", "content": said[1]}
    if said[0] == "call":
        function = {"name": said[1], "arguments": said[2]}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_mock", "type": "function", "function": function}],
        }
    return {
        "id": "chatcmpl-mock",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if said[0] == "call" else "stop",
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def responses_events(answer):
    item = answer["output"][0]
    yield "response.created", {"response": {**answer, "status": "in_progress", "output": []}}
    yield "response.output_item.added", {"output_index": 0, "item": item}
    yield "response.output_item.done", {"output_index": 0, "item": item}
    yield "response.completed", {"response": answer}


def chat_chunks(answer):
    choice = answer["choices"][0]
    delta = dict(choice["message"])
    if "tool_calls" in delta:
        delta["tool_calls"] = [{"index": 0, **delta["tool_calls"][0]}]
    for part, finish in ((delta, None), ({}, choice["finish_reason"])):
        yield {
            **{name: answer[name] for name in ("id", "created", "model")},
            "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": part, "finish_reason": finish}],
        }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """No access log: LiteLLM and the edge have theirs."""

    def send(self, status, body, content_type="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/health":
            self.send(200, '{"status":"ok"}')
        else:
            self.send(404, '{"error":{"message":"no such route"}}')

    def do_POST(self):
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            model = body.get("model", "mock")
            if self.path == "/v1/responses":
                answer = responses_answer(model, reply(*read_responses(body)))
                numbered = [
                    {"type": kind, "sequence_number": n, **data}
                    for n, (kind, data) in enumerate(responses_events(answer))
                ]
                events = [
                    f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in numbered
                ]
            elif self.path == "/v1/chat/completions":
                answer = chat_answer(model, reply(*read_chat(body)))
                events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chat_chunks(answer)]
                events.append("data: [DONE]\n\n")
            else:
                return self.send(404, '{"error":{"message":"no such route"}}')
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"not a request the mock model understands: {type(error).__name__}"
            return self.send(400, json.dumps({"error": {"message": message}}))
        if body.get("stream"):
            return self.send(200, "".join(events), "text/event-stream")
        return self.send(200, json.dumps(answer))


if __name__ == "__main__":
    print(f"mock model on port {PORT}", file=sys.stderr)
    ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()
