"""An MCP server over streamable HTTP whose answers cost it nothing: the standard library alone.

Its large answer is made once, so that what is measured is who reads it.
"""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGE = b"x" * (30 * 1024 * 1024)
TOOLS = [
    {"name": name, "description": name, "inputSchema": {"type": "object"}}
    for name in ("large", "quick", "slow")
]


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, *parts):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(sum(map(len, parts))))
        self.end_headers()
        for part in parts:
            self.wfile.write(part)

    def do_GET(self):
        self.reply(405)

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "id" not in message:
            return self.reply(202)
        head = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": None}).encode()
        result = {"tools": TOOLS}
        if message["method"] == "initialize":
            version = message["params"]["protocolVersion"]
            about = {"name": "flood", "version": "1"}
            result = {
                "protocolVersion": version,
                "capabilities": {"tools": {}},
                "serverInfo": about,
            }
        if message["method"] == "tools/call":
            name = message["params"]["name"]
            if name == "slow":
                time.sleep(20)
            result = {"content": [{"type": "text", "text": "@"}]}
            before, after = head.replace(b"null", json.dumps(result).encode()).split(b"@")
            return self.reply(200, before, LARGE if name == "large" else b"at once", after)
        return self.reply(200, head.replace(b"null", json.dumps(result).encode()))


ThreadingHTTPServer(("0.0.0.0", 9000), Server).serve_forever()
