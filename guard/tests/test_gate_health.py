"""Whether the proxy says that it serves."""

import asyncio

import pytest

import gate_health


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(gate_health, "WAIT", 0.05)


def after(*looks, seconds=5):
    """What Health says and does while its looks end like this, `seconds` apart; and its log."""
    clock, log, said = [0], [], []
    left = list(looks)

    async def look():
        kind = left.pop(0)
        if kind == "fails":
            raise ConnectionError("secret words")
        if kind == "gone":
            raise gate_health.EngineGone
        if kind == "hangs":
            await asyncio.sleep(9)

    health = gate_health.Health(look, log.append, lambda: clock[0], lambda: said.append("leaves"))

    async def main():
        while left:
            await health.check()
            clock[0] += seconds
            said.append(health.answer()[0])

    asyncio.run(main())
    return said, log


def failed(problem):
    return {
        "gate": "health",
        "state": "not serving",
        "reason": f"the database does not answer: {problem}",
    }


def test_is_not_serving_after_two_looks_without_an_answer_and_is_again_after_one_with():
    said, log = after("ok", "fails", "ok", "fails", "hangs", "fails", "ok", "ok")
    assert said == [200, 200, 200, 200, 503, 503, 200, 200]
    assert log == [failed("TimeoutError"), {"gate": "health", "state": "serving"}]


def test_makes_room_for_another_proxy_after_a_minute_and_not_before():
    said, _ = after(*["fails"] * 12)
    assert said == [200] + [503] * 11
    said, log = after(*["fails"] * 13)
    assert said == [200, *[503] * 11, "leaves", 503]
    assert log == [failed("ConnectionError"), {"gate": "health", "state": "restarting"}]


def test_makes_room_at_once_when_its_query_engine_has_ended():
    said, log = after("ok", "gone", "ok", "gone", "gone")
    assert said == [200, 200, 200, 200, "leaves", 503]
    assert log == [failed("EngineGone"), {"gate": "health", "state": "restarting"}]


def test_does_not_wait_for_open_calls_when_it_has_asked_once(monkeypatch):
    done = []
    monkeypatch.setattr(gate_health.os, "kill", lambda pid, number: done.append((pid, number)))
    monkeypatch.setattr(gate_health.os, "_exit", done.append)

    async def gone():
        raise gate_health.EngineGone

    health = gate_health.Health(gone, lambda entry: None)
    for _ in range(3):
        asyncio.run(health.check())
    assert done == [(gate_health.os.getpid(), gate_health.signal.SIGTERM), 1]


@pytest.mark.parametrize(("look", "doubtful"), [("ok", False), ("fails", True), ("hangs", True)])
def test_is_asked_by_whoever_doubts_it(look, doubtful):
    async def looks():
        if look == "fails":
            raise ConnectionError
        if look == "hangs":
            await asyncio.sleep(9)

    assert asyncio.run(gate_health.Health(looks, print).doubtful()) == doubtful
