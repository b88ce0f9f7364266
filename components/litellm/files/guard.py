"""The guard: LiteLLM 1.77.3 executes a tool only for a key whose row has it.

A callback file (`litellm_settings.callbacks: ["guard.instance"]`). LiteLLM's own hooks decide;
wrappers in front of three functions do what no hook can: shorten the list, tell a client that its
call has failed, and write one audit line per call (docs/decisions/guard.md).
"""

import asyncio
import gc
import os
import sys

# LiteLLM loads this file by its path: its neighbours are found only if we say where.
sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from fastapi import HTTPException  # noqa: E402
from litellm.integrations.custom_guardrail import CustomGuardrail  # noqa: E402
from litellm.proxy._types import UserAPIKeyAuth  # noqa: E402
from litellm.types.guardrails import GuardrailEventHooks  # noqa: E402
from litellm.types.utils import CallTypes  # noqa: E402

import guard_kept  # noqa: E402
import guard_requests  # noqa: E402
import guard_schemas  # noqa: E402
import guard_seams  # noqa: E402
import guard_sessions  # noqa: E402
import guard_stateless  # noqa: E402
from gate_identity import IDENTITY  # noqa: E402
from guard_calls import CALL, SCOPE, Call, Scope, emit, scope  # noqa: E402
from guard_policy import Policy, Refusal  # noqa: E402

POLICY = os.environ.get("MCP_GATEWAY_POLICY", "/etc/mcp-gateway-policy/policy.json")
ROUTES = {"aresponses": "/v1/responses"}
policy = Policy(POLICY, emit)


class RefusedCall(HTTPException):
    """A refusal in the only shape that LiteLLM shows to a caller."""


def refused(refusal):
    return RefusedCall(status_code=403, detail=refusal.message)


def token_of(user):
    """The SHA-256 of the key that LiteLLM has authenticated and the gate has seen: the same, or nobody's.

    A request that has come past the gate has no identity, whatever LiteLLM takes it for.
    """
    token = user.api_key if isinstance(user, UserAPIKeyAuth) else None
    return token if token == IDENTITY.get() else None


class Guard(CustomGuardrail):
    """A guardrail and not a plain logger: for tools inside /v1/responses and /mcp-rest 1.77.3 asks
    guardrails only."""

    def __init__(self):
        super().__init__(guardrail_name="mcp-gateway")

    def should_run_guardrail(self, data, event_type):
        # Whatever the request says about guardrails.
        return event_type in (GuardrailEventHooks.pre_call, GuardrailEventHooks.pre_mcp_call)

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        try:
            if call_type == "mcp_call":
                self.before_execution(user_api_key_dict, data)
            else:
                self.before_model(token_of(user_api_key_dict), data, call_type)
        except Refusal as refusal:
            raise refused(refusal) from None
        return data

    def before_execution(self, user, data):
        """The last word, right before a tool is executed, whichever door the call came through."""
        who = scope()
        if user is not None and token_of(user) != who.token:
            raise Refusal("this call carries two identities: it is refused")
        who.check(policy, data.get("mcp_tool_name"))

    def before_model(self, token, data, call_type):
        """A request to a model: whose it is, and what the model may be offered."""
        who = Scope(token, ROUTES.get(call_type, f"/{call_type}"), frozenset())
        SCOPE.set(who)
        try:
            row = policy.row(token)
        except Refusal as refusal:
            # No row, no tools. The models of a key without one are LiteLLM's own matter.
            if refusal.key is not None or guard_requests.brings_mcp(data):
                raise
            return
        who.offered = guard_requests.narrow(data, row)

    async def async_pre_call_deployment_hook(self, kwargs, call_type):
        """Fires for `call_mcp_tool` as well: how /mcp-rest/tools/call gets its identity."""
        if call_type != CallTypes.call_mcp_tool or CALL.get() is not None:
            return kwargs
        who = Scope(rest_token(kwargs), "/mcp-rest")
        SCOPE.set(who)
        try:
            who.check(policy, kwargs.get("name"))
        except Refusal as refusal:
            with Call(policy, kwargs.get("name"), who.route) as call:
                call.key, call.outcome = refusal.key, "refused"
            raise refused(refusal) from None
        return kwargs

    async def async_post_call_success_deployment_hook(self, request_data, response, call_type):
        """A model's answer, before LiteLLM looks into it for tools to execute."""
        who = SCOPE.get()
        if call_type != CallTypes.aresponses or who is None or not who.offered:
            return None
        tools = request_data.get("tools") or []
        own = {tool.get("name") for tool in tools if isinstance(tool, dict)}

        def refusal_of(name):
            with Call(policy, name, who.route) as call:
                try:
                    call.check(who)
                except Refusal as refusal:
                    return refusal.message
            return "refused"

        guard_requests.refuse_not_offered(response, who.offered | (own - {None}), refusal_of)
        return None


def rest_token(kwargs):
    """The key's hash as LiteLLM has put it beside the request's body.

    Which of two places it uses depends on the URL, and the other one is the client's: only one
    hash may be there.
    """
    places = [kwargs.get(name) for name in ("metadata", "litellm_metadata")]
    tokens = {place.get("user_api_key") for place in places if isinstance(place, dict)} - {None}
    return tokens.pop() if len(tokens) == 1 else None


def list_front(original):
    async def guarded_list(*args, **kwargs):
        tools = await original(*args, **kwargs)
        user = kwargs.get("user_api_key_auth", args[0] if args else None)
        try:
            names = policy.row(token_of(user)).full_names
        except Refusal:
            return []
        return [tool for tool in tools if tool.name in names]

    return guarded_list


def manager_front(original):
    """Executes a tool, for every door: knows the truth about how it went."""

    async def guarded_call_tool(name, *args, **kwargs):
        call = CALL.get()
        if call is not None:
            CALL.set(None)
            return await executed(call, name, *args, **kwargs)
        who = scope()
        with Call(policy, name, who.route) as call:
            try:
                call.check(who)
            except Refusal as refusal:
                raise refused(refusal) from None
            return await executed(call, name, *args, **kwargs)

    async def executed(call, name, *args, **kwargs):
        guard_kept.KEY.set(scope().token)
        # In a task of its own: when a server goes away in the middle of its answer, the MCP SDK
        # cancels whoever waits for it, and LiteLLM 1.77.3 would answer nothing at all.
        waiting = asyncio.create_task(original(name, *args, **kwargs))
        try:
            result = await waiting
        except asyncio.CancelledError:
            if asyncio.current_task().cancelling():
                raise
            raise RuntimeError(guard_sessions.GONE) from None
        except RefusedCall:
            call.outcome = "refused"
            raise
        # The MCP SDK ends such a call in two ways; the client is told of both in the same words.
        if guard_sessions.says_gone(result):
            raise RuntimeError(guard_sessions.GONE)
        # LiteLLM goes on with the content alone, as if every call had succeeded.
        call.outcome = "error" if result.isError else "ok"
        return result

    return guarded_call_tool


def handler_front(original):
    """`tools/call` as a client says it: refusals and failures are errors in its eyes as well."""
    from litellm.proxy._experimental.mcp_server.server import get_auth_context
    from mcp import types

    async def guarded_handler(request):
        who = Scope(token_of(get_auth_context()[0]), "/mcp")
        SCOPE.set(who)
        with Call(policy, request.params.name, who.route) as call:
            try:
                call.check(who)
            except Refusal as refusal:
                content = [types.TextContent(type="text", text=refusal.message)]
                return types.ServerResult(types.CallToolResult(content=content, isError=True))
            CALL.set(call)
            answer = await original(request)
            # LiteLLM answers every exception, and every failure of a tool, with `isError: false`.
            answer.root.isError = call.outcome != "ok"
            return answer

    return guarded_handler


def nothing_front(_):
    async def no_tools(*_args, **_kwargs):
        return []

    return no_tools


def closed_front(_):
    async def closed(*_args, **_kwargs):
        raise HTTPException(status_code=403, detail="the gateway connects to its own servers only")

    return closed


def install():
    problems = guard_seams.unknown()
    if problems:
        raise RuntimeError("mcp-gateway: this is not the LiteLLM that the guard knows: " + "; ".join(problems))
    from litellm.proxy._experimental.mcp_server import rest_endpoints, server
    from mcp import types

    guard_sessions.install()
    guard_kept.install()
    guard_schemas.install()
    guard_stateless.install()
    guard_seams.put_in_front(server, "_list_mcp_tools", list_front)
    guard_seams.put_in_front(server.global_mcp_server_manager, "call_tool", manager_front)
    # The MCP SDK's own table of handlers.
    handlers = server.server.request_handlers
    inner = handlers[types.CallToolRequest]
    inner = getattr(inner, "guarded", inner)
    handlers[types.CallToolRequest] = handler_front(inner)
    handlers[types.CallToolRequest].guarded = inner
    # No identity reaches these two, and the second asks for none.
    guard_seams.put_in_front(rest_endpoints, "_get_tools_for_single_server", nothing_front)
    guard_seams.put_in_front(rest_endpoints, "_execute_with_mcp_client", closed_front)


install()
instance = Guard()
# LiteLLM's modules stay: the collector has no need to walk them again and again (6 % of a call).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 50, 100)
try:
    policy.rows()
except Refusal:
    pass
