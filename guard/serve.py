"""Starts LiteLLM's own program with the gate in front of its application: `serve.py ARGUMENT...`.

LiteLLM's command line stays what starts it: it migrates the database and reads its configuration.
Only what it hands to uvicorn is another application, which has LiteLLM's inside.
"""

import asyncio
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import gate_environment
import gate_health
from gate import Gate
from guard_policy import Policy

POLICY = os.environ.get("MCP_GATEWAY_POLICY", "/etc/mcp-gateway-policy/policy.json")


def started(app):
    """LiteLLM's application, and what is to be done once it has started."""

    async def with_end_of_start(scope, receive, send):
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return

        async def told(message):
            if message["type"] == "lifespan.startup.complete":
                gate_environment.scrub()
                await health.check()
                watching.append(asyncio.create_task(health.watch()))
            await send(message)

        await app(scope, receive, told)

    health = gate_health.Health(gate_health.database, gate_health.log)
    watching = []
    return with_end_of_start, health


def mcp_first(app):
    """LiteLLM's MCP server stands behind 398 other routes, each a regular expression that a request
    is held against: 0.4 ms. None of them takes its paths (tests/contract/gate-environment.test.ts).
    """
    routes = app.router.routes
    [mount] = [route for route in routes if route.path == "/mcp"]
    routes.remove(mount)
    routes.insert(0, mount)
    return app


def gated(app):
    inner, health = started(app)
    admin = gate_environment.read()["MCP_GATEWAY_ADMIN_SECRET"]
    return Gate(inner, Policy(POLICY), admin, health, gate_health.log)


def main():
    import uvicorn

    gate_environment.load()
    gate_environment.remember()
    original = uvicorn.run

    def run(app, **options):
        from uvicorn.importer import import_from_string

        app = import_from_string(app) if isinstance(app, str) else app
        original(gated(mcp_first(app)), **options)

    uvicorn.run = run
    from litellm import run_server

    run_server()


if __name__ == "__main__":
    main()
