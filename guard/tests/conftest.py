"""What tests of the guard share."""

from types import SimpleNamespace

import pytest
from hypothesis import settings

import admin
from fake_litellm import ADMIN_SECRET, MASTER_KEY, fake_litellm

# The same examples at every run, and no folder of earlier ones.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture
def secrets_file(tmp_path, monkeypatch):
    """The path of the env file that admin.py reads, as the deployment writes it."""
    path = tmp_path / "proxy.env"
    path.write_text(
        "DATABASE_URL='postgresql://x'\n"
        f"LITELLM_MASTER_KEY='{MASTER_KEY}'\n"
        f"MCP_GATEWAY_ADMIN_SECRET='{ADMIN_SECRET}'\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(admin, "SECRETS", str(path))
    return path


@pytest.fixture
def outcome(secrets_file, monkeypatch):
    """Runs a verb of admin.py on a LiteLLM with these keys: what it says, and what it asked for."""

    def run(verb, rows, wanted, answers=None, **more):
        with fake_litellm(rows, MASTER_KEY, answers, **more) as litellm:
            monkeypatch.setattr(admin, "BASE", litellm.url)
            said = admin.VERBS[verb](wanted)
            return SimpleNamespace(said=said, requests=litellm.requests)

    return run
