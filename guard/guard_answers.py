"""A failure is one for whoever asked, with words, at every route.

LiteLLM 1.77.3 tells a model "Tool executed successfully" of every answer without text, also of a
failure's, marks every call in a stream as completed, and answers at /mcp-rest with a failure's
content alone.
"""

import json

from mcp.types import CallToolResult, TextContent

import guard_seams

SILENT = "the tool has failed and has not said why"
NOTHING = "The tool has answered, with nothing in the answer."


class Failure(str):
    """The text of a failure, where LiteLLM goes on with the text alone."""


def text(words):
    return TextContent(type="text", text=words)


def failed(words):
    return CallToolResult(content=[text(words)], isError=True)


def says_something(content):
    return any(part.text.strip() if isinstance(part, TextContent) else True for part in content)


def told(result):
    """A server's result as callers get it: a failure has words, and data alone is text as well."""
    if result.isError and not says_something(result.content):
        result.content = [text(SILENT)]
    elif not result.content and result.structuredContent is not None:
        # LiteLLM goes on with the content.
        result.content = [text(json.dumps(result.structuredContent, ensure_ascii=False))]
    return result


def words_of(error):
    """What to say of an exception; many have no words of their own."""
    return str(error).strip() or f"{SILENT} ({type(error).__name__})"


def result_front(original):
    """What a model is told of a call."""

    def parsed(result):
        if result.isError:
            return Failure(f"Error: {original(result)}")
        return original(result) if says_something(result.content) else NOTHING

    return parsed


def _as_failed(events):
    """Turns the two events that say of a call that it is done into those of a failure."""
    from litellm.types.llms.openai import MCPCallFailedEvent, ResponsesAPIStreamEvents

    completed, done = events
    item = {**done.item, "error": str(done.item["output"]), "output": None}
    return [
        MCPCallFailedEvent(
            type=ResponsesAPIStreamEvents.MCP_CALL_FAILED,
            sequence_number=completed.sequence_number,
            item_id=completed.item_id,
            output_index=completed.output_index,
        ),
        done.model_copy(update={"item": item}),
    ]


def events_front(original):
    """The events of calls in a stream: two for each result, at the end."""

    async def generated(self):
        await original(self)
        results = getattr(self, "tool_results", [])
        events = self.tool_execution_events
        first = len(events) - 2 * len(results)
        for at, result in enumerate(results):
            if isinstance(result["result"], Failure):
                here = slice(first + 2 * at, first + 2 * at + 2)
                events[here] = _as_failed(events[here])

    return generated


def call_events_front(original):
    def created(*args, result=None, **kwargs):
        events = original(*args, result=result, **kwargs)
        return [*events[:-2], *_as_failed(events[-2:])] if isinstance(result, Failure) else events

    return created


def install():
    from litellm.responses.mcp import mcp_streaming_iterator as streaming
    from litellm.responses.mcp.litellm_proxy_mcp_handler import LiteLLM_Proxy_MCP_Handler

    iterator = streaming.MCPEnhancedStreamingIterator
    guard_seams.put_in_front(iterator, "_generate_tool_execution_events", events_front)
    guard_seams.put_in_front(streaming, "create_mcp_call_events", call_events_front)
    guard_seams.put_in_front(LiteLLM_Proxy_MCP_Handler, "_parse_mcp_result", result_front)
