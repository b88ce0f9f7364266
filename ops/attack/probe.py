"""What a program in somebody's network can reach. Reads JSON on standard input, writes JSON.

{"listening": true} answers with the ports that this network's own addresses listen on.
{"targets": [[host, port], ...], "squid": [host, port] or null} answers with one of these for each
target: "" (no connection), "open" (a connection, no HTTP), or the HTTP status of an MCP request.
"""

import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

PATIENCE = 2
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
MESSAGE = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})


def listening():
    ports = set()
    for name in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(name, encoding="ascii") as file:
                lines = file.read().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, _, port = fields[1].rpartition(":")
            # 127.0.0.11 is Docker's own resolver.
            if fields[3] == "0A" and address not in LOOPBACK and not address.endswith("7F"):
                ports.add(int(port, 16))
    return sorted(ports)


def said(connection, text):
    connection.sendall(text.encode())
    try:
        first = connection.recv(4096).decode("latin-1")
    except OSError:
        return ""
    return first


def status(answer):
    head = answer.split(" ", 2)
    return head[1] if answer.startswith("HTTP/") and len(head) > 1 else ""


def request(host, port, line):
    return (
        f"POST {line} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        "Accept: application/json, text/event-stream\r\nConnection: close\r\n"
        f"Content-Length: {len(MESSAGE)}\r\n\r\n{MESSAGE}"
    )


def direct(target):
    host, port = target
    try:
        with socket.create_connection((host, port), PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            return status(said(connection, request(host, port, "/mcp"))) or "open"
    except OSError:
        return ""


def through(squid, target):
    """By way of the own way out: what it refuses itself has its own header."""
    host, port = target
    for line in (f"http://{host}:{port}/mcp", None):
        text = (
            request(host, port, line)
            if line
            else f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
        )
        try:
            with socket.create_connection(tuple(squid), PATIENCE) as connection:
                connection.settimeout(PATIENCE * 3)
                answer = said(connection, text)
        except OSError:
            continue
        if status(answer) and "x-squid-error" not in answer.lower():
            return status(answer)
    return ""


def main():
    asked = json.load(sys.stdin)
    if asked.get("listening"):
        return listening()
    squid, targets = asked.get("squid"), asked["targets"]
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(direct, targets))
        if squid:
            found += pool.map(lambda target: through(squid, target), targets)
    return found


json.dump(main(), sys.stdout)
