"""What becomes of LiteLLM's work when its client goes."""

import asyncio

import pytest

import gate

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"x"}


def served(work, leaves):
    """What comes to pass while LiteLLM does `work(send)` for a client that leaves some time."""
    said = []

    async def main():
        answered = asyncio.Event()

        async def receive():
            if leaves == "before":
                await asyncio.sleep(0.05)
            elif leaves == "after answer":
                await answered.wait()
            else:
                await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        async def send(message):
            said.append(message["type"].split(".")[-1])
            if message["type"] == "http.response.body" and not message.get("more_body"):
                answered.set()

        async def litellm(scope, receive, send):
            said.append((await receive())["body"].decode())
            try:
                await work(send)
                said.append("done")
            except asyncio.CancelledError:
                said.append("cancelled")
                raise

        try:
            await asyncio.wait_for(gate.served(litellm, {}, b"hello", receive, send), 5)
            said.append("returned")
        except Exception as error:
            said.append(repr(error))
        await asyncio.sleep(0)
        said.append(len(asyncio.all_tasks()))

    asyncio.run(main())
    return said


def test_ends_what_litellm_does_for_a_client_that_has_gone():
    async def work(send):
        await asyncio.sleep(9)
        await send(START)

    assert served(work, "before") == ["hello", "cancelled", "returned", 1]


def test_ends_it_in_the_middle_of_an_answer_as_well():
    async def work(send):
        await send(START)
        await send({**BODY, "more_body": True})
        await asyncio.sleep(9)

    assert served(work, "before") == ["hello", "start", "body", "cancelled", "returned", 1]


@pytest.mark.parametrize("leaves", ["after answer", "never"])
def test_lets_it_write_down_what_it_has_to_once_the_answer_is_there(leaves):
    async def work(send):
        await send(START)
        await send(BODY)
        await asyncio.sleep(0.1)

    assert served(work, leaves) == ["hello", "start", "body", "done", "returned", 1]


def test_passes_on_that_it_has_failed():
    async def work(send):
        raise ValueError("x")

    assert served(work, "never") == ["hello", "ValueError('x')", 1]


@pytest.mark.parametrize(
    ("status", "doubtful", "told"),
    [(200, True, 200), (401, False, 401), (403, True, 403), (401, True, 503)],
)
def test_says_that_the_database_is_gone_where_litellm_says_that_the_key_is_unknown(
    status, doubtful, told
):
    sent, asked = [], []

    class Health:
        async def doubtful(self):
            asked.append(status)
            return doubtful

    async def send(message):
        sent.append(message)

    async def main():
        sure = gate.told_of_the_database(send, Health())
        await sure({"type": "http.response.start", "status": status, "headers": []})
        await sure({"type": "http.response.body", "body": b"litellm's"})

    asyncio.run(main())
    assert sent[0]["status"] == told
    assert asked == ([401] if status == 401 else [])
    if told == 503:
        assert (b"retry-after", b"5") in sent[0]["headers"]
        assert [message["body"] for message in sent[1:]] == [gate.refusal_body(gate.UNSERVED)]
    else:
        assert [message["body"] for message in sent[1:]] == [b"litellm's"]
