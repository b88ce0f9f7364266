"""Secrets reach LiteLLM only while it starts; when it serves, `os.environ` has none of them.

LiteLLM 1.77.3 resolves `os.environ/NAME` in what requests and its database say, so that whatever
gets a request past the gate could ask for the master key. The env file is read here and not by a
shell: what a process is started with stays readable in /proc for as long as it lives.
"""

import os
import shlex

SECRETS = "/run/secrets/mcp-gateway.env"
# Lines of the file that are for this gateway's own parts, and never a variable.
OURS = "MCP_GATEWAY_"
# LiteLLM's pages look whether there is a database by its variable.
STANDS_FOR = {"DATABASE_URL": "removed-after-the-start"}

_removed = {}


def read(path=SECRETS):
    """Name → value of the env file."""
    with open(path, encoding="utf-8") as file:
        return dict(word.split("=", 1) for word in shlex.split(file.read()))


def load():
    """Puts the file's secrets where LiteLLM looks for them at its start."""
    for name, value in read().items():
        if not name.startswith(OURS):
            os.environ[name] = value


def scrub():
    """Takes them away again. What LiteLLM needs later it has been given (`remember`)."""
    for name in read():
        if name in os.environ:
            _removed[name] = os.environ.pop(name)
    os.environ.update(STANDS_FOR)


def _now(name):
    return _removed.get(name) or os.environ.get(name)


def remember():
    """Gives the database client its URL and LiteLLM its salt key, also after the start."""
    from litellm.proxy.common_utils import encrypt_decrypt_utils

    salt_key = os.environ["LITELLM_SALT_KEY"]
    encrypt_decrypt_utils._get_salt_key = lambda: salt_key
    try:
        from prisma import Prisma
    except ImportError:
        # An image without the database client says so itself.
        return
    original = Prisma.__init__

    def with_url(self, *args, **kwargs):
        # With LiteLLM's own parameters in it, which it adds when it starts.
        kwargs.setdefault("datasource", {"url": _now("DATABASE_URL")})
        original(self, *args, **kwargs)

    Prisma.__init__ = with_url
