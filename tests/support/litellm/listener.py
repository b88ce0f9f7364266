"""An attacker's server: writes down every request and answers as any provider would.

GET /seen: [[method, path, authorization, body]], which are forgotten with that.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SEEN = []


class Listener(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, value):
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/seen":
            seen, SEEN[:] = list(SEEN), []
            return self.reply(seen)
        return self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(
            errors="replace"
        )
        SEEN.append([self.command, self.path, self.headers.get("Authorization"), body[:2000]])
        message = {"role": "assistant", "content": "from the listener"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        self.reply(
            {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [choice],
            }
        )


ThreadingHTTPServer(("0.0.0.0", 8000), Listener).serve_forever()
