"""A connector's health: initialize and tools/list, as a client does. `probe.py sse|http PORT PATH`.

The same as probe.mjs, for images with Python. MCP_PROBE_HEADER is a header that the server wants.
A session that the server opens for it is ended again: it would be kept for ever otherwise.
"""

import http.client
import json
import os
import sys

PROTOCOL = "2025-03-26"
CLIENT = {"name": "mcp-gateway-probe", "version": "1"}


def messages(first, second):
    hello = {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": CLIENT}
    return [
        {"jsonrpc": "2.0", "id": first, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": second, "method": "tools/list"},
    ]


class Server:
    def __init__(self, port):
        self.address = ("127.0.0.1", port)
        self.headers = {"Accept": "application/json, text/event-stream"}
        name, _, value = os.environ.get("MCP_PROBE_HEADER", "").partition(": ")
        if name:
            self.headers[name] = value

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(*self.address, timeout=4)
        headers = self.headers | ({"Content-Type": "application/json"} if body else {})
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: HTTP {answer.status}")
        return answer


def events(answer):
    """(event, data) of an event stream, as they come."""
    event = data = ""
    while line := answer.readline():
        text = line.decode().rstrip("\r\n")
        if text.startswith("event:"):
            event = text[6:].strip()
        elif text.startswith("data:"):
            data += text[5:].strip()
        elif text == "" and data:
            yield event, data
            event = data = ""


def answered(answer, wanted):
    """The result of the request `wanted`, from a JSON body or an event stream."""
    if "text/event-stream" not in answer.getheader("Content-Type", ""):
        return json.load(answer).get("result")
    for _, data in events(answer):
        if (message := json.loads(data)).get("id") == wanted:
            return message.get("result")
    return None


def over_http(server, path):
    hello, ready, wanted = messages(1, 2)
    answer = server.ask("POST", path, hello)
    session = answer.getheader("Mcp-Session-Id")
    answered(answer, 1)
    if session:
        server.headers["Mcp-Session-Id"] = session
    try:
        server.ask("POST", path, ready)
        return answered(server.ask("POST", path, wanted), 2)
    finally:
        if session:
            server.ask("DELETE", path)


def over_sse(server, path):
    stream = server.ask("GET", path)
    incoming = events(stream)
    _, endpoint = next(incoming)
    hello, ready, wanted = messages(1, 2)
    server.ask("POST", endpoint, hello)
    for _, data in incoming:
        message = json.loads(data)
        if message.get("id") == 1:
            server.ask("POST", endpoint, ready)
            server.ask("POST", endpoint, wanted)
        elif message.get("id") == 2:
            return message.get("result")
    return None


if __name__ == "__main__":
    transport, port, path = sys.argv[1:]
    listed = (over_sse if transport == "sse" else over_http)(Server(int(port)), path)
    if not (listed or {}).get("tools"):
        sys.exit("the server lists no tools")
    print(f"{len(listed['tools'])} tools")
