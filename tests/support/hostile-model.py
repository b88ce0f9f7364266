"""A model provider that answers with whatever calls the user's words order, offered or not.

The words are JSON: {"calls": [[name, arguments], ...]}. It says so when it gets results, and
writes down which tools it was offered (GET /seen, which forgets them).
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

exec(Path("/srv/server.py").read_text(encoding="utf-8").partition("if __name__ ==")[0])
SEEN = []


def ordered(text):
    try:
        return json.loads(text).get("calls", [])
    except (ValueError, AttributeError):
        return []


def function_call(at, name, arguments):
    return {
        "type": "function_call",
        "id": f"fc_{at}",
        "call_id": f"call_{at}",
        "name": name,
        "arguments": json.dumps(arguments),
        "status": "completed",
    }


class Hostile(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, body, kind="application/json"):
        data = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        seen, SEEN[:] = list(SEEN), []
        self.reply(json.dumps(seen))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        SEEN.append({"path": self.path, "tools": body.get("tools")})
        if self.path.endswith("/chat/completions"):
            text, _, result = read_chat(body)
            answer = chat_answer("gpt-4o", ("say", f"done {result}"))
            if result is None and ordered(text):
                name, arguments = ordered(text)[0]
                answer = chat_answer("gpt-4o", ("call", name, json.dumps(arguments)))
            events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chat_chunks(answer)]
            events.append("data: [DONE]\n\n")
        else:
            text, _, result = read_responses(body)
            answer = responses_answer("gpt-4o", ("say", f"done {result}"))
            if result is None and ordered(text):
                answer["output"] = [
                    function_call(at, *call) for at, call in enumerate(ordered(text))
                ]
            numbered = [
                {"type": kind, "sequence_number": n, **data}
                for n, (kind, data) in enumerate(responses_events(answer))
            ]
            events = [
                f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in numbered
            ]
        if body.get("stream"):
            return self.reply("".join(events), "text/event-stream")
        return self.reply(json.dumps(answer))


threading.Thread(target=ThreadingHTTPServer(("0.0.0.0", 8080), Hostile).serve_forever).start()
ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()
