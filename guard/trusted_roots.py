"""Writes the certificate authorities that LiteLLM is to trust, and prints the file's name.

LiteLLM 1.77.3 makes new HTTP clients for every tool call, and each of them loads the whole bundle
of authorities, also for http:// URLs: more than half of a call's time
(docs/litellm-1.77.3.md#call-cost-cause). So it gets the roots that the configured model providers
really use, found by asking them, and private ones.

`roots.json` beside this file: {"hosts": ["name:port"], "own": PEM}. A provider that does not answer
now means the whole bundle: slower, and nothing fails. They are asked where LiteLLM will ask them:
through the proxy of HTTPS_PROXY, if there is one. Says on standard error which it is. Standard
library and certifi, which LiteLLM brings.
"""

import json
import os
import socket
import ssl
import sys
import time
from urllib.parse import urlsplit

import certifi

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = "/tmp/mcp-gateway-roots.pem"
SECONDS = 5
PROXY_IS_THERE = time.monotonic() + 20


def patiently(name, port):
    """A connection to the proxy, which starts at the same time when the host does."""
    while True:
        try:
            return socket.create_connection((name, port), SECONDS)
        except OSError:
            if time.monotonic() > PROXY_IS_THERE:
                raise
            time.sleep(0.2)


def connected(name, port):
    """A connection to `name`, through the proxy if there is one."""
    proxy = urlsplit(os.environ.get("HTTPS_PROXY", ""))
    if not proxy.hostname:
        return socket.create_connection((name.strip("[]"), port), SECONDS)
    plain = patiently(proxy.hostname, proxy.port)
    try:
        plain.sendall(f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n".encode())
        answer = b""
        # Byte by byte: what comes after the empty line is the server's.
        while not answer.endswith(b"\r\n\r\n") and len(answer) < 16384:
            byte = plain.recv(1)
            if not byte:
                break
            answer += byte
        status = answer.split(b"\r\n", 1)[0].decode("latin-1")
        if status.split(" ")[1:2] != ["200"]:
            raise OSError(f"the proxy says: {status or 'nothing'}")
    except BaseException:
        plain.close()
        raise
    return plain


def root_of(host, context):
    """The PEM of the authority at which the chain of `name:port` ends."""
    name, _, port = host.rpartition(":")
    with (
        connected(name, int(port)) as plain,
        context.wrap_socket(plain, server_hostname=name.strip("[]")) as secure,
    ):
        # Public from Python 3.13 on, and there in DER.
        chain = getattr(secure, "get_verified_chain", secure._sslobj.get_verified_chain)()
        root = chain[-1]
        return ssl.DER_cert_to_PEM_cert(root if isinstance(root, bytes) else root.public_bytes(2))


def first_of(bundle):
    """One certificate: OpenSSL takes no empty file, and what trusts nothing needs one as well."""
    end = "-----END CERTIFICATE-----\n"
    return bundle[bundle.index("-----BEGIN") : bundle.index(end) + len(end)]


def trusted(wanted):
    """(PEM text, what it is in words)."""
    with open(certifi.where(), encoding="ascii") as file:
        bundle = file.read()
    own = wanted["own"]
    context = ssl.create_default_context(cadata=bundle + own)
    roots = []
    for host in wanted["hosts"]:
        try:
            pem = root_of(host, context)
        except OSError as error:
            return (
                bundle + own,
                f"all public roots: {host} could not be asked for its own ({error})",
            )
        if pem not in roots:
            roots.append(pem)
    text = "".join(roots) + own
    if text == "":
        return first_of(bundle), "no provider needs one"
    return text, f"{text.count('-----BEGIN')} for {len(wanted['hosts'])} hosts"


if __name__ == "__main__":
    with open(os.path.join(HERE, "roots.json"), encoding="utf-8") as file:
        text, words = trusted(json.load(file))
    with open(TARGET, "w", encoding="ascii") as file:
        file.write(text)
    print(f"mcp-gateway: certificate authorities: {words}", file=sys.stderr)
    print(TARGET)
