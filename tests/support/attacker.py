"""Tries to reach what it is told: standard input is {mark, targets: [{kind, host, port, ...}]},
standard output the list of what came of it: "reached", an HTTP status, or why not.

Reached is who answers with the mark: there are networks whose router takes every connection."""

import errno
import http.client
import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

SECONDS = 4


def tcp(host, port, mark):
    with socket.create_connection((host, port), SECONDS) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        said = b""
        while part := connection.recv(4096):
            said += part
    return "reached" if mark.encode() in said else "somebody else"


def called(connection, path, headers):
    body = json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "ping", "arguments": {}},
        }
    )
    connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
    return str(connection.getresponse().status)


def attempt(target, mark):
    host, port = target["host"], target["port"]
    if target["kind"] == "name":
        return "reached" if socket.getaddrinfo(host, port) else "nothing"
    if target["kind"] == "http":
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
        return called(connection, "/mcp", target.get("headers", {}))
    if target["kind"] == "through":
        proxy = http.client.HTTPConnection(target["proxy"], 3128, timeout=SECONDS)
        return called(proxy, f"http://{host}:{port}/mcp", {"Host": f"{host}:{port}"})
    if target["kind"] == "tunnel":
        proxy = http.client.HTTPConnection(target["proxy"], 3128, timeout=SECONDS)
        proxy.request("CONNECT", f"{host}:{port}")
        return str(proxy.getresponse().status)
    return tcp(host, port, mark)


def outcome(target, mark):
    try:
        return attempt(target, mark)
    except socket.gaierror:
        return "no such name"
    except TimeoutError:
        return "no answer"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


wanted = json.load(sys.stdin)
with ThreadPoolExecutor(32) as threads:
    print(
        json.dumps(
            list(threads.map(lambda target: outcome(target, wanted["mark"]), wanted["targets"]))
        )
    )
