"""The guard at the places where LiteLLM has no hook: lists, and the execution of a tool.

Wrappers shorten the list, hold it against the lock, tell a client that its call has failed, give
each call its place, and write one audit line per call.
"""

import asyncio

from fastapi import HTTPException
from litellm.proxy._types import UserAPIKeyAuth

import guard_answers
import guard_bounds
import guard_cancel
import guard_seams
import guard_server_gone
import guard_session_reuse
import guard_tools
from gate_identity import IDENTITY
from guard_calls import CALL, SCOPE, Call, Scope, scope
from guard_places import PLACE, Full, places
from guard_policy import Refusal, split
from guard_tools import Changed


class RefusedCall(HTTPException):
    """A refusal in the only shape that LiteLLM shows to a caller."""


def refused(refusal):
    return RefusedCall(status_code=403, detail=refusal.message)


def token_of(user):
    """The SHA-256 of the key that LiteLLM has authenticated and the gate has seen, or nobody's.

    A request that has come past the gate has no identity, whatever LiteLLM takes it for.
    """
    token = user.api_key if isinstance(user, UserAPIKeyAuth) else None
    return token if token == IDENTITY.get() else None


def list_front(policy):
    def front(original):
        async def guarded_list(*args, **kwargs):
            tools = await original(*args, **kwargs)
            user = kwargs.get("user_api_key_auth", args[0] if args else None)
            try:
                names = policy.row(token_of(user)).full_names
            except Refusal:
                return []
            return [tool for tool in tools if tool.name in names]

        return guarded_list

    return front


def locked_front(original):
    """Every list of a server's tools, at every route, goes through here."""

    def locked(tools, server):
        return original(guard_tools.lock.look(server.alias, tools), server)

    return locked


async def in_its_place(original, name, *args, **kwargs):
    """A call, once it is its turn."""
    place = await places.take(scope().token, split(name)[0])
    PLACE.set(place)
    try:
        result = await original(name, *args, **kwargs)
        if guard_bounds.met_the_limit(result):
            place.stay()
            asyncio.get_running_loop().call_later(guard_bounds.REST, place.leave)
        return result
    finally:
        place.leave()


async def executed(call, original, name, *args, **kwargs):
    guard_session_reuse.KEY.set(scope().token)
    # In a task of its own: when a server goes away in the middle of its answer, the MCP SDK
    # cancels whoever waits for it, and LiteLLM 1.77.3 would answer nothing at all.
    call.task = waiting = asyncio.create_task(in_its_place(original, name, *args, **kwargs))
    try:
        result = guard_answers.told(await waiting)
    except asyncio.CancelledError:
        if call.cancelled or asyncio.current_task().cancelling():
            call.outcome = "cancelled"
        if asyncio.current_task().cancelling():
            raise
        raise RuntimeError(
            guard_cancel.CANCELLED if call.cancelled else guard_server_gone.GONE
        ) from None
    except Full as full:
        call.outcome = "limited"
        raise HTTPException(status_code=429, detail=str(full)) from None
    except Changed as changed:
        call.outcome = "refused"
        raise RefusedCall(status_code=403, detail=str(changed)) from None
    except RefusedCall:
        call.outcome = "refused"
        raise
    except Exception as error:
        if str(error).strip():
            raise
        raise RuntimeError(guard_answers.words_of(error)) from None
    # The MCP SDK ends such a call in two ways; the client is told of both in the same words.
    if guard_server_gone.says_gone(result):
        raise RuntimeError(guard_server_gone.GONE)
    # LiteLLM goes on with the content alone, as if every call had succeeded.
    call.outcome = "error" if result.isError else "ok"
    return result


def as_the_route_says_it(route, result):
    """What LiteLLM may have of a result where it goes on with the content alone."""
    if route == "/mcp-rest" and result.isError:
        words = " ".join(getattr(part, "text", "") for part in result.content).strip()
        raise HTTPException(status_code=500, detail={"error": "tool_error", "message": words})
    return result


def manager_front(policy):
    """Executes a tool, for every route: knows the truth about how it went."""

    def front(original):
        async def guarded_call_tool(name, *args, **kwargs):
            call = CALL.get()
            if call is not None:
                CALL.set(None)
                return await executed(call, original, name, *args, **kwargs)
            who = scope()
            try:
                with Call(policy, name, who.route) as call:
                    try:
                        call.check(who)
                    except Refusal as refusal:
                        raise refused(refusal) from None
                    result = await executed(call, original, name, *args, **kwargs)
            except Exception as error:
                if who.route != "/v1/responses":
                    raise
                # LiteLLM would hand it to the model, and to whoever watches, as any answer.
                return guard_answers.failed(str(getattr(error, "detail", error)))
            return as_the_route_says_it(who.route, result)

        return guarded_call_tool

    return front


def handler_front(policy):
    """`tools/call` as a client says it: refusals and failures are errors in its eyes as well."""
    from litellm.proxy._experimental.mcp_server.server import get_auth_context
    from mcp import types

    def front(original):
        async def guarded_handler(request):
            who = Scope(token_of(get_auth_context()[0]), "/mcp")
            SCOPE.set(who)
            with Call(policy, request.params.name, who.route) as call:
                try:
                    call.check(who)
                except Refusal as refusal:
                    return types.ServerResult(guard_answers.failed(refusal.message))
                CALL.set(call)
                with guard_cancel.running(who.token, call):
                    answer = await original(request)
                # LiteLLM answers every exception and every failure of a tool with `isError: false`.
                answer.root.isError = call.outcome != "ok"
                answer.root = guard_answers.told(answer.root)
                return answer

        return guarded_handler

    return front


def logged_front(original):
    """What a tool was given is the tool's matter: LiteLLM would keep it in every spend row."""

    def logged(name, arguments, server_name):
        return original(name=name, arguments={}, server_name=server_name)

    return logged


def nothing_front(_):
    async def no_tools(*_args, **_kwargs):
        return []

    return no_tools


def closed_front(_):
    async def closed(*_args, **_kwargs):
        raise HTTPException(status_code=403, detail="the gateway connects to its own servers only")

    return closed


def install(policy):
    from litellm.proxy._experimental.mcp_server import rest_endpoints, server
    from mcp import types

    manager = server.global_mcp_server_manager
    guard_seams.put_in_front(server, "_list_mcp_tools", list_front(policy))
    guard_seams.put_in_front(server, "_get_standard_logging_mcp_tool_call", logged_front)
    guard_seams.put_in_front(manager, "_create_prefixed_tools", locked_front)
    guard_seams.put_in_front(manager, "call_tool", manager_front(policy))
    # The MCP SDK's own table of handlers.
    handlers = server.server.request_handlers
    inner = handlers[types.CallToolRequest]
    inner = getattr(inner, "guarded", inner)
    handlers[types.CallToolRequest] = handler_front(policy)(inner)
    handlers[types.CallToolRequest].guarded = inner
    # No identity reaches these two, and the second asks for none.
    guard_seams.put_in_front(rest_endpoints, "_get_tools_for_single_server", nothing_front)
    guard_seams.put_in_front(rest_endpoints, "_execute_with_mcp_client", closed_front)
