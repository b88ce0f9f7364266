"""A LiteLLM that knows some keys and writes down what is asked of it."""

import hashlib
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


def hashed(key):
    return hashlib.sha256(key.encode()).hexdigest()


def key_row(key, alias, **more):
    """A key as LiteLLM lists it."""
    return {
        "token": hashed(key),
        "key_alias": alias,
        "metadata": {"managed_by": "mcp-gateway"},
        **more,
    }


def post(path, body):
    """A request as it is written down."""
    return {"method": "POST", "path": path, "body": body}


MASTER_KEY, ADMIN_SECRET = "sk-" + "x" * 40, "a" * 40
# Three keys, one of them with neither a name nor a mark.
OTHERS = [key_row("sk-1", "a"), key_row("sk-2", "b"), key_row("sk-3", None, metadata=None)]


def wanted_key(**more):
    """A key as the deployment wants it."""
    return {
        "name": "claude",
        "key": "sk-new",
        "previous": None,
        "models": ["m"],
        "servers": ["id1", "id2"],
        "rpm": None,
        "tpm": None,
        "budget": None,
        "expires": None,
        **more,
    }


class FakeLitellm:
    def __init__(self, url, requests):
        self.url, self.requests = url, requests


@contextmanager
def fake_litellm(rows, master_key, answers=None, blocks_and_fails=False):
    """Writes down every request but those for the list of keys, which it pages by two.

    `answers`: path → (status, body), `{}` elsewhere. A key is blocked if that is answered with
    success, or always with `blocks_and_fails`.
    """
    rows = [dict(row) for row in rows]
    requests = []

    class Handler(BaseHTTPRequestHandler):
        def _send(self, status, body):
            data = json.dumps(body, separators=(",", ":")).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _answer(self):
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urlsplit(self.path)
            if self.headers["Authorization"] != f"Bearer {master_key}":
                self._send(401, {"error": "no"})
            elif url.path == "/key/list":
                page = int(parse_qs(url.query)["page"][0])
                keys = rows[(page - 1) * 2 : page * 2]
                self._send(200, {"keys": keys, "total_pages": (len(rows) + 1) // 2})
            else:
                body = json.loads(text) if text else None
                requests.append({"method": self.command, "path": url.path, "body": body})
                status, said = (answers or {}).get(url.path, (200, {}))
                if url.path == "/key/block" and (status == 200 or blocks_and_fails):
                    for row in rows:
                        row["blocked"] = row.get("blocked", False) or row["token"] == body["key"]
                self._send(status, said)

        do_GET = do_POST = _answer

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield FakeLitellm(f"http://127.0.0.1:{server.server_port}", requests)
        finally:
            server.shutdown()
            thread.join()
