"""The guard: LiteLLM 1.77.3 executes a tool only for a key whose row has it.

A callback file (`litellm_settings.callbacks: ["guard.instance"]`). LiteLLM's own hooks decide;
wrappers in front of some functions (guard_litellm.py) do what no hook can
(docs/decisions/guard.md).
"""

import gc
import os
import sys

# LiteLLM loads this file by its path: its neighbours are found only if we say where.
sys.path.append(os.path.dirname(os.path.abspath(__file__)))

from litellm.integrations.custom_guardrail import CustomGuardrail
from litellm.types.guardrails import GuardrailEventHooks
from litellm.types.utils import CallTypes

import guard_answers
import guard_litellm
import guard_requests
import guard_schemas
import guard_seams
import guard_server_gone
import guard_session_reuse
import guard_stateless
import guard_tokens
import guard_tools
from guard_calls import CALL, SCOPE, Call, Scope, emit, scope
from guard_litellm import refused, token_of
from guard_policy import Policy, Refusal
from guard_tools import LockedTools

POLICY = os.environ.get("MCP_GATEWAY_POLICY", "/etc/mcp-gateway-policy/policy.json")
ROUTES = {"aresponses": "/v1/responses"}
policy = Policy(POLICY, emit)


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
        """The last word, right before a tool is executed, whichever route the call came through."""
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


def install():
    problems = guard_seams.unknown()
    if problems:
        raise RuntimeError(
            "mcp-gateway: this is not the LiteLLM that the guard knows: " + "; ".join(problems)
        )
    guard_tools.lock = LockedTools(policy.locks, emit)
    guard_server_gone.install()
    guard_session_reuse.install()
    guard_schemas.install()
    guard_stateless.install()
    guard_tokens.install()
    guard_answers.install()
    guard_litellm.install(policy)


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
