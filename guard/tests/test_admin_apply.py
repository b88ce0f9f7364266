"""Key administration: making a key what the configuration says."""

import time

from fake_litellm import OTHERS, hashed, key_row, post, wanted_key

WANTED = wanted_key()
SETTINGS = {
    "models": ["m"],
    "object_permission": {"mcp_servers": ["id1", "id2"]},
    "metadata": {"managed_by": "mcp-gateway"},
    "rpm_limit": None,
    "tpm_limit": None,
    "max_budget": None,
    "budget_duration": None,
    "duration": None,
}


def at(seconds):
    return int(time.time()) + seconds


def generate(key, alias, **more):
    return post("/key/generate", {"key": key, "key_alias": alias, **SETTINGS, **more})


def update(key, alias, **more):
    return post("/key/update", {"key": hashed(key), "key_alias": alias, **SETTINGS, **more})


def duration_of(request):
    return request["body"]["duration"]


def is_near(request, seconds):
    """Whether its duration is what was asked for some seconds ago."""
    said = duration_of(request)
    return said.endswith("s") and seconds - 20 < int(said[:-1]) <= seconds


class TestApply:
    def test_creates_a_key_that_is_not_there_with_its_own_value(self, outcome):
        ran = outcome("apply", OTHERS, WANTED)
        assert (ran.said, ran.requests) == ("created", [generate("sk-new", "claude")])

    def test_updates_the_key_that_is_there_also_on_a_later_page_by_its_hash(self, outcome):
        ran = outcome("apply", [*OTHERS, key_row("sk-new", "claude")], WANTED)
        assert (ran.said, ran.requests) == ("updated", [update("sk-new", "claude")])

    def test_unblocks_what_an_earlier_destroy_has_blocked(self, outcome):
        ran = outcome("apply", [key_row("sk-new", "claude", blocked=True)], WANTED)
        assert ran.requests == [
            update("sk-new", "claude"),
            post("/key/unblock", {"key": hashed("sk-new")}),
        ]

    def test_ends_the_old_value_of_a_rotated_key_before_it_makes_the_new_one(self, outcome):
        ran = outcome("apply", [*OTHERS, key_row("sk-old", "claude")], WANTED)
        assert ran.said == "created"
        assert ran.requests == [
            post("/key/delete", {"keys": [hashed("sk-old")]}),
            generate("sk-new", "claude"),
        ]

    def test_takes_a_value_that_has_another_name_now_without_deleting_it(self, outcome):
        ran = outcome("apply", [key_row("sk-new", "earlier")], WANTED)
        assert (ran.said, ran.requests) == ("updated", [update("sk-new", "claude")])

    def test_hands_limits_on_and_the_end_as_seconds_from_now(self, outcome):
        limited = wanted_key(rpm=1, tpm=2, budget={"usd": 3.5, "per": "30d"}, expires=at(60))
        (request,) = outcome("apply", [key_row("sk-new", "claude")], limited).requests
        assert request == update(
            "sk-new",
            "claude",
            rpm_limit=1,
            tpm_limit=2,
            max_budget=3.5,
            budget_duration="30d",
            duration=duration_of(request),
        )
        assert is_near(request, 60)

    def test_says_a_new_keys_end_again_litellm_rounds_the_one_it_is_created_with(self, outcome):
        first, second = outcome("apply", [], wanted_key(expires=at(60))).requests
        assert first == generate("sk-new", "claude", duration=duration_of(first))
        end = {"key": hashed("sk-new"), "duration": duration_of(second)}
        assert second == post("/key/update", end)
        assert is_near(first, 60)
        assert is_near(second, 60)

    def test_gives_a_key_whose_end_is_over_one_second_never_none_or_a_negative(self, outcome):
        ran = outcome("apply", [], wanted_key(expires=at(-60)))
        assert [duration_of(request) for request in ran.requests] == ["1s", "1s"]

    def test_takes_an_earlier_end_away_by_one_in_a_hundred_years(self, outcome):
        # LiteLLM reads null as no change.
        rows = [key_row("sk-new", "claude", expires="2027-01-01T00:00:00Z")]
        ran = outcome("apply", rows, WANTED)
        assert ran.requests == [update("sk-new", "claude", duration="36500d")]


def overlap(seconds, expires=None):
    return wanted_key(expires=expires, previous={"value": "sk-old", "until": at(seconds)})


class TestApplyDuringARotationsOverlap:
    def test_renames_the_old_value_and_gives_it_its_end_then_makes_the_new_one(self, outcome):
        ran = outcome("apply", [*OTHERS, key_row("sk-old", "claude")], overlap(600))
        first, second = ran.requests
        assert ran.said == "created"
        assert first == update("sk-old", "claude.previous", duration=duration_of(first))
        assert second == generate("sk-new", "claude")
        assert is_near(first, 600)

    def test_ends_the_old_value_with_the_key_if_that_comes_first(self, outcome):
        ran = outcome("apply", [key_row("sk-old", "claude")], overlap(600, at(60)))
        aliases = [request["body"].get("key_alias") for request in ran.requests]
        assert aliases == ["claude.previous", "claude", None]
        assert all(is_near(request, 60) for request in ran.requests)

    def test_drops_the_value_before_last_first_litellm_takes_no_alias_twice(self, outcome):
        rows = [key_row("sk-old", "claude"), key_row("sk-older", "claude.previous")]
        ran = outcome("apply", rows, overlap(600))
        paths = [request["path"] for request in ran.requests]
        assert paths == ["/key/delete", "/key/update", "/key/generate"]
        assert ran.requests[0]["body"] == {"keys": [hashed("sk-older")]}

    def test_makes_both_values_again_in_a_database_that_has_lost_them(self, outcome):
        first, second, third = outcome("apply", OTHERS, overlap(600)).requests
        assert first == generate("sk-old", "claude.previous", duration=duration_of(first))
        end = {"key": hashed("sk-old"), "duration": duration_of(second)}
        assert second == post("/key/update", end)
        assert third == generate("sk-new", "claude")

    def test_unblocks_both_values(self, outcome):
        rows = [
            key_row("sk-old", "claude.previous", blocked=True),
            key_row("sk-new", "claude", blocked=True),
        ]
        ran = outcome("apply", rows, overlap(600))
        unblocked = [each for each in ran.requests if each["path"] == "/key/unblock"]
        assert unblocked == [
            post("/key/unblock", {"key": hashed(key)}) for key in ("sk-old", "sk-new")
        ]

    def test_deletes_the_old_value_once_its_time_is_over(self, outcome):
        rows = [key_row("sk-old", "claude.previous"), key_row("sk-new", "claude")]
        ran = outcome("apply", rows, overlap(-1))
        assert ran.said == "updated"
        assert ran.requests == [
            post("/key/delete", {"keys": [hashed("sk-old")]}),
            update("sk-new", "claude"),
        ]
