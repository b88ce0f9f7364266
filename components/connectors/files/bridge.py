"""Runs mcp-proxy, and ends when it ends or the child behind it: `bridge.py PROGRAM ARGUMENT...`.

mcp-proxy whose server is gone answers every call with an empty error, for ever, and looks alive.
This is the container's first program: whichever of the three is killed, the container ends, and
Docker starts it again. It does nothing else, so that there is little in it to go wrong.
"""

import os
import signal
import socket
import sys

# An address inside the container alone; the child keeps a connection to it while it lives.
NAME = "\0mcp-gateway-bridge"
# Seconds for mcp-proxy to start the child.
START = 60


def main(command):
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(NAME)
    listening.listen(1)
    # Nothing else is started here: this is mcp-proxy's end.
    signal.signal(signal.SIGCHLD, lambda *_: ended("mcp-proxy has ended"))
    proxy = os.posix_spawnp(command[0], command, os.environ)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, _: os.kill(proxy, number))
    listening.settimeout(START)
    try:
        child, _ = listening.accept()
        # Whoever comes later is not the child.
        listening.close()
        child.settimeout(None)
        child.recv(1)
    except OSError as error:
        ended(f"the bridge's child has not come: {error}")
    ended("the bridge's child has ended")


def ended(what):
    print(f"mcp-gateway: {what}: the container ends", file=sys.stderr, flush=True)
    # With the first program end all the others.
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
