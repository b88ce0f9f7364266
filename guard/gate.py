"""The request gate: an ASGI application in front of LiteLLM's, and the first that sees a request.

It knows the key by the guard's policy, not by LiteLLM; takes the request apart by what its route
allows (gate_routes.py), writes it anew, and hands LiteLLM that. So no field, header or spelling
that LiteLLM 1.77.3 gives a meaning of its own reaches its code, in whatever order that code looks
at a request (docs/decisions/request-gate.md). Routes that are no client's ask for a secret that is
in no variable and no body.
"""

import asyncio
import hmac
import json
import re

from gate_bodies import ROUTES, Bodies
from gate_fields import Refused
from gate_headers import by_name, for_litellm, key_hash, token_of
from gate_identity import IDENTITY
from gate_json import check_content, length_of
from guard_policy import Refusal

# The same as the edge's (components/edge/client-frontend.ts).
MCP = re.compile(r"/mcp(/|(/[a-z0-9_]+(,[a-z0-9_]+)*/?))?")
MODELS = "/v1/models"
HEALTH = ("/health/liveliness", "/health/liveness")
READINESS = "/health/readiness"
# The operator's secret: in this header, or for LiteLLM's pages in a cookie, which SIGN_IN sets.
ADMIN, COOKIE, SIGN_IN = b"x-mcp-gateway-admin", b"mcp_gateway_admin", "/mcp-gateway/admin"
UNSERVED = "the gateway is not serving now: its database does not answer. Try again in 5 s"
# Bytes of a request to a model, as the edge's own limit (edge.maxBodyMb) can be set at most; to
# /mcp, what LiteLLM's MCP SDK takes, after it has read all of a larger one.
LARGEST, LARGEST_MCP = 1024 * 1024 * 1024, 4 * 1024 * 1024


def refusal_body(message):
    return json.dumps({"error": {"message": message, "type": "mcp_gateway"}}).encode()


async def answer(send, status, body, headers=()):
    start = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


def too_large(most):
    return Refused(413, f"the request is larger than {most // 1024 // 1024} MB", "size")


async def whole(receive, most):
    """The request's body; None if its client has left before it was here."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise too_large(most)
        if not message.get("more_body", False):
            return b"".join(parts)


def secrets_in(cookie):
    """What a `cookie` header says for the operator's secret, and the header without that."""
    said, others = [], []
    for crumb in cookie.split(b";"):
        name, _, value = crumb.strip().partition(b"=")
        if name == COOKIE:
            said.append(value)
        else:
            others.append(crumb.strip())
    return said, b"; ".join(others) if said else cookie


def without_secret(headers):
    """The operator's headers as LiteLLM gets them."""
    kept = []
    for name, value in headers:
        left = secrets_in(value)[1] if name.lower() == b"cookie" else value
        # A cookie header of nothing but the secret is not passed on empty.
        if name.lower() != ADMIN and (left or not value):
            kept.append((name, left))
    return kept


class Gate:
    """In front of `app`, LiteLLM. `policy`: guard_policy's. `admin`: the operator's secret.

    `log`: gets a dict for each line.
    """

    def __init__(self, app, policy, admin, health, log):
        self._app, self._policy, self._admin = app, policy, admin.encode()
        self._health, self._log = health, log
        self._bodies = Bodies()

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        # A web socket that nobody accepts is closed.

    def _is_secret(self, said):
        return hmac.compare_digest(said, self._admin)

    def _is_admin(self, scope):
        headers = scope["headers"]
        said = [value for name, value in headers if name.lower() == ADMIN]
        for name, value in headers:
            if name.lower() == b"cookie":
                said += secrets_in(value)[0]
        return len(said) == 1 and self._is_secret(said[0])

    async def _sign_in(self, scope, send):
        """For a browser: takes the secret out of the address, once."""
        if not self._is_secret(scope["query_string"].removeprefix(b"secret=")):
            raise Refused(403, "this is not the address that `make admin` prints", "admin secret")
        cookie = COOKIE + b"=" + self._admin + b"; Path=/; HttpOnly; SameSite=Strict"
        await answer(send, 303, b"{}", [(b"location", b"/ui/"), (b"set-cookie", cookie)])

    async def _http(self, scope, receive, send):
        path = scope["path"]
        row = None
        try:
            kind = self._kind(scope, path)
            if kind == "health":
                status, body = self._health.answer()
                await answer(send, status, json.dumps(body).encode())
            elif kind == "sign-in":
                await self._sign_in(scope, send)
            elif kind == "admin":
                kept = without_secret(scope["headers"])
                await self._app({**scope, "headers": kept}, receive, send)
            elif kind == "open":
                await self._app({**scope, "headers": [], "query_string": b""}, receive, send)
            else:
                headers = by_name(scope["headers"])
                token = token_of(headers)
                identity = key_hash(token)
                row = self._row(identity)
                passed = for_litellm(headers, token, row)
                await self._client(scope, receive, send, kind, headers, passed, identity, row)
        except Refused as refused:
            self._log(
                {
                    "gate": "refused",
                    "key": row.name if row else None,
                    "path": path[:128],
                    "status": refused.status,
                    "reason": refused.reason,
                }
            )
            more = [(b"www-authenticate", b"Bearer")] if refused.status == 401 else []
            await answer(send, refused.status, refusal_body(refused.message), more)

    def _kind(self, scope, path):
        """What a path is, compared as it arrived: undecoded."""
        plain = scope.get("raw_path", path.encode()) == path.encode()
        method = scope["method"]
        if plain and path == READINESS:
            return "health"
        if plain and path in HEALTH and method in ("GET", "HEAD"):
            return "open"
        if plain and MCP.fullmatch(path):
            if method != "POST":
                raise Refused(405, "this gateway has no event stream and no sessions: POST is all")
            return "mcp"
        if plain and ((method == "POST" and path in ROUTES) or (method, path) == ("GET", MODELS)):
            return path
        if plain and (method, path) == ("GET", SIGN_IN):
            return "sign-in"
        if self._is_admin(scope):
            return "admin"
        raise Refused(404, "no such route on this gateway", "route")

    def _row(self, identity):
        try:
            return self._policy.row(identity)
        except Refusal as refusal:
            raise Refused(401, refusal.message) from None

    async def _client(self, scope, receive, send, kind, headers, passed, identity, row):
        if kind == MODELS:
            await self._served(scope, receive, send, passed, b"", identity)
            return
        check_content(headers)
        said = length_of(headers)
        most = LARGEST_MCP if kind == "mcp" else LARGEST
        if said > most:
            raise too_large(most)
        async with self._bodies.place(row.name, said):
            body = await whole(receive, most)
            if body is None:
                return
            body, dropped = await self._bodies.taken_apart(kind, body, row)
            if dropped:
                fields = {"path": scope["path"], "fields": dropped}
                self._log({"gate": "dropped", "key": row.name, **fields})
            passed.append((b"content-type", b"application/json"))
            passed.append((b"content-length", str(len(body)).encode()))
            await self._served(scope, receive, send, passed, body, identity)

    async def _served(self, scope, receive, send, headers, body, identity):
        clean = {**scope, "headers": headers, "query_string": b""}
        clean.pop("parsed_body", None)
        IDENTITY.set(identity)
        sure = told_of_the_database(send, self._health)
        await served(self._app, clean, body, receive, sure)


def told_of_the_database(send, health):
    """LiteLLM 1.77.3 answers 401 to every key while its database is gone: one that the gate knows
    is told how it is, before `health` has seen it by itself.
    """
    replaced = False

    async def sent(message):
        nonlocal replaced
        if replaced:
            return
        unknown = message["type"] == "http.response.start" and message["status"] == 401
        if unknown and await health.doubtful():
            replaced = True
            await answer(send, 503, refusal_body(UNSERVED), [(b"retry-after", b"5")])
            return
        await send(message)

    return sent


async def served(app, scope, body, receive, send):
    """Runs LiteLLM, and ends what it does for a client that has gone before it has its answer."""
    given = answered = False
    gone = asyncio.Event()

    async def given_once():
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def sent(message):
        nonlocal answered
        await send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            answered = True

    async def watch():
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    working = asyncio.create_task(app(scope, given_once, sent))
    watching = asyncio.create_task(watch())
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        # After the answer there is what LiteLLM writes down of it.
        if not working.done() and not answered:
            working.cancel()
        await working
    except asyncio.CancelledError:
        if asyncio.current_task().cancelling():
            working.cancel()
            raise
    finally:
        watching.cancel()
