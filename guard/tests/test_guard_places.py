"""How many calls run at once, and whose turn it is."""

import asyncio

from guard_places import Full, Places

LIMITS = {
    "callsPerKey": 3,
    "callsPerConnector": 4,
    "callsPerProcess": 2,
    "waitingPerKey": 4,
    "waitSeconds": 0.2,
    "processes": ["files"],
}
# As long as it takes until whoever can go on has gone on.
MOMENT = 0.005
EMPTY = [{}, {}, {}, {}, {}]


class Scene:
    """Calls that take places and leave them, and a log of what has come to pass."""

    def __init__(self):
        self.places = Places(LIMITS)
        self.held, self.log = {}, []

    async def _taking(self, name, key, connector):
        try:
            self.held[name] = await self.places.take(key, connector)
            self.log.append(name)
        except Full as full:
            self.log.append(f"{name}: {full}")
        except asyncio.CancelledError:
            self.log.append(f"{name} cancelled")

    async def take(self, name, key, connector):
        task = asyncio.create_task(self._taking(name, key, connector))
        await asyncio.sleep(MOMENT)
        return task

    async def leave(self, *names):
        for name in names:
            self.held.pop(name).leave()
        await asyncio.sleep(MOMENT)

    def left(self):
        places = self.places
        counts = (places._keys, places._connectors, places._pairs, places._waiters, places._waiting)
        return [dict(each) for each in counts]


def played(what):
    """The log of `what(scene)`."""
    scene = None

    async def main():
        nonlocal scene
        scene = Scene()
        await what(scene)

    asyncio.run(main())
    return scene.log


def words(what, limit, connector, each, name):
    return (
        f"{what}, and this key has no place for another: at most 3 calls of a key are under way "
        f'at once, {each} of them at "{connector}" '
        f"(proxy.limits.{limit}, callsPerKey and {name} in the gateway's configuration)"
    )


def test_a_key_has_half_of_a_connector_less_of_a_process_and_of_all_no_more_than_its_own():
    async def what(scene):
        for at in range(3):
            await scene.take(f"a{at}", "a", "db")
        await scene.take("b0", "b", "db")
        await scene.take("af", "a", "files")
        await scene.take("a-notes", "a", "notes")
        scene.log.append("|")
        await scene.leave("af")
        await scene.leave("a0")
        await scene.leave("a1", "a2", "b0", "a-notes")
        scene.log.append(scene.left())

    assert played(what) == ["a0", "a1", "b0", "af", "|", "a-notes", "a2", EMPTY]


def test_a_connectors_next_place_goes_to_the_key_whose_last_turn_is_the_longest_ago():
    async def what(scene):
        for key in "ab":
            for at in range(2):
                await scene.take(f"{key}{at}", key, "db")
        for name in ("a2", "a3", "b2", "c0", "c1", "d0"):
            await scene.take(name, name[0], "db")
        scene.log.append("|")
        await scene.leave("a0")
        await scene.leave("b0")
        await scene.leave("a1", "b1")
        await scene.leave("a2", "b2")
        await scene.leave("c0", "d0")
        scene.log.append(dict(scene.places._waiting))

    assert played(what) == [*"a0 a1 b0 b1 | a2 b2 c0 d0 a3 c1".split(), {}]


def test_says_which_limit_it_was_of_those_that_wait_and_of_how_long():
    async def what(scene):
        await scene.take("a0", "a", "files")
        waiting = [await scene.take(f"a{at}", "a", "files") for at in range(1, 6)]
        await scene.take("b0", "b", "files")
        await scene.take("a-db", "a", "db")
        await asyncio.gather(*waiting)
        await scene.leave("a0", "b0", "a-db")
        scene.log.append(scene.left())

    full = words("4 calls wait", "waitingPerKey", "files", 1, "callsPerProcess")
    late = words("the call has waited for 0.2 s", "waitSeconds", "files", 1, "callsPerProcess")
    assert played(what) == [
        "a0",
        f"a5: {full}",
        "b0",
        "a-db",
        *(f"a{at}: {late}" for at in (1, 2, 3, 4)),
        EMPTY,
    ]


def test_forgets_who_has_given_up_and_keeps_a_place_until_the_last_one_has_left_it():
    async def what(scene):
        await scene.take("a0", "a", "files")
        first = await scene.take("a1", "a", "files")
        await scene.take("a2", "a", "files")
        first.cancel()
        await asyncio.sleep(MOMENT)
        scene.held["a0"].stay()
        scene.held["a0"].leave()
        await asyncio.sleep(MOMENT)
        scene.log.append("|")
        await scene.leave("a0")
        # Cancelled in the moment in which it gets its place.
        last = await scene.take("a3", "a", "files")
        scene.held.pop("a2").leave()
        last.cancel()
        await asyncio.sleep(MOMENT)
        scene.log.append(scene.left())

    assert played(what) == ["a0", "a1 cancelled", "|", "a2", "a3 cancelled", EMPTY]
