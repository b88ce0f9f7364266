"""Keeps a stdio server alive behind mcp-proxy: `bridge_child.py MEGABYTES PROGRAM ARGUMENT...`.

mcp-proxy starts its server once. When that has ended, it answers every call with an empty error,
for ever. This stands between the two and passes lines on. When the server ends, the calls that it
owes an answer are told so, a new one is started and greeted as the first was, and whoever calls
meanwhile is told to come again. A server that keeps ending is left to Docker, which starts the
whole container again and waits longer each time.

An answer of more than MEGABYTES is not passed on. A call that nobody waits for any longer is
cancelled: mcp-proxy has no word for that, so LiteLLM's guard says it as a call of a tool. Nor does
it pass on that a server's tools have changed: the next call is answered with that, and the guard
looks at the tools before it calls again.

mcp-proxy drops what its parser cannot read, and the call would wait for ever: an answer that is
none is told to whoever waits for it.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import traceback

from bridge_answers import END, NO_ANSWER, NOTE, problem, readable, request_of

# Where bridge.py waits for the end of this connection.
NAME = "\0mcp-gateway-bridge"
# Ended so soon after its start, in seconds, it counts as a crash; so many of them in a row are
# a loop.
SOON, LOOP = 10, 3
# What the guard calls a call in its `_meta`, and the tool with which it takes it back.
CALL, CANCEL = "mcp-gateway/call", "mcp-gateway/cancel"
KNOWN, UNKNOWN = "mcp-gateway: it is told", "mcp-gateway: there is no such call"
TOOLS_CHANGED = "mcp-gateway: the server says that its tools have changed"


def log(text):
    print(f"mcp-gateway: {text}", file=sys.stderr, flush=True)


class Child:
    def __init__(self, command, megabytes):
        self.command = command
        self.most = megabytes * 1024 * 1024
        self.too_large = (
            f"the server's answer is larger than {megabytes} MB and was not read to its end "
            "(proxy.limits.resultMb in the gateway's configuration)"
        )
        # What is known of the server, and the two ways on; a full one holds up nothing else.
        self.lock, self.up, self.down = threading.Lock(), threading.Lock(), threading.Lock()
        self.process = None
        self.hello = self.initialized = None
        # Ids of requests without an answer, by what the guard calls them or None; the server takes
        # some; what became of the last one.
        self.owed, self.ready, self.last = {}, False, ""
        # Whether the server has said that its tools are others, and nobody has listed them since.
        self.changed = False
        # Id of a question of ours → the call that is over with its answer.
        self.asked, self.questions = {}, 0

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def answer(self, line):
        with self.up:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()

    def say(self, request, **what):
        self.answer(json.dumps({"jsonrpc": "2.0", "id": request, **what}).encode() + b"\n")

    def refuse(self, request, words):
        self.say(request, error={"code": -32000, "message": words})

    def tell_caller(self, request, words):
        """An answer of ours. As an error: mcp-proxy asks for a list of tools after any other."""
        self.say(request, result={"content": [{"type": "text", "text": words}], "isError": True})

    def tell(self, process, line):
        with self.down:
            try:
                process.stdin.write(line)
                process.stdin.flush()
            except (OSError, ValueError):
                # It is ending: who reads its answers sees that too, and tells who is owed one.
                pass

    def send(self, line):
        """A line of the bridge's."""
        try:
            message = json.loads(line)
        except RecursionError:
            self.refuse(request_of(line[:END], line[-END:]), "the call is nested too deeply")
            return
        method, request = message.get("method"), message.get("id")
        params = message.get("params") or {}
        if method == "tools/call" and params.get("name") == CANCEL:
            words = KNOWN if self.cancel(params["arguments"]["call"]) else UNKNOWN
            self.tell_caller(request, words)
            return
        name = (params.get("_meta") or {}).pop(CALL, None)
        if name is not None:
            # The server need not know.
            if not params["_meta"]:
                del params["_meta"]
            line = json.dumps(message).encode() + b"\n"
        asks = method is not None and request is not None
        with self.lock:
            if method == "tools/list":
                self.changed = False
            stale = method == "tools/call" and self.changed
            if method == "initialize":
                self.hello, self.ready = line, True
            elif method == "notifications/initialized":
                self.initialized = line
            ready, process = self.ready, self.process
            if ready and asks and not stale:
                self.owed[request] = name
        if stale:
            self.tell_caller(request, TOOLS_CHANGED)
        elif ready:
            self.tell(process, line)
        elif asks:
            self.refuse(request, f"the server {self.last} and is starting again")

    def cancel(self, name):
        """Tells the server that nobody waits for a call, and asks whether it has heard. Returns
        whether there is such a call.

        A server that is busy with the call answers the question when it is through, and only then
        the call is over: it keeps its place among the calls that the gateway lets through.
        """
        with self.lock:
            request = next((one for one, called in self.owed.items() if called == name), None)
            if request is None or not self.ready:
                return False
            self.questions += 1
            question = f"mcp-gateway-{self.questions}"
            self.asked[question] = request
            process = self.process
        for what in (
            {
                "method": "notifications/cancelled",
                "params": {"requestId": request, "reason": "nobody waits"},
            },
            {"method": "ping", "id": question},
        ):
            self.tell(process, json.dumps({"jsonrpc": "2.0", **what}).encode() + b"\n")
        return True

    def lines(self):
        """The server's lines; of one that is too long both ends and None."""
        while line := self.process.stdout.readline(self.most + 1):
            if len(line) <= self.most or line.endswith(b"\n"):
                yield line, None
                continue
            head, tail = line[:END], line[-END:]
            del line
            while (part := self.process.stdout.readline(65536)) and not part.endswith(b"\n"):
                tail = (tail + part)[-END:]
            yield None, (head, (tail + part)[-END:])

    def cut(self, head, tail):
        """An answer that is too long."""
        log(self.too_large)
        if NOTE.match(head):
            # It was none: nobody waits for it.
            return
        request = request_of(head, tail)
        with self.lock:
            # Nobody knows whose it was: everybody who waits is told.
            told = list(self.owed) if request is None else [request]
        for one in told:
            self.drop(one, self.too_large)

    def serve(self):
        """Passes the server's answers on until it ends. Returns its exit code."""
        greeting = json.loads(self.hello)["id"] if self.hello else None
        if self.hello:
            self.tell(self.process, self.hello)
        for line, ends in self.lines():
            if ends is not None:
                self.cut(*ends)
                continue
            try:
                message = json.loads(line.decode())
            except (ValueError, RecursionError):
                message = None
            if not isinstance(message, dict):
                log(f"this is no message: {line[:200]!r}")
                self.drop(request_of(line[:END], line[-END:]), NO_ANSWER)
                continue
            if message.get("method") == "notifications/tools/list_changed":
                with self.lock:
                    self.changed = True
            answered = message.get("id") if "method" not in message else None
            if isinstance(answered, float) and answered.is_integer():
                answered = int(answered)
            if "method" in message or answered is None:
                self.answer(line)
            elif isinstance(answered, bool) or not isinstance(answered, (int, str)):
                log(f"this is no request's answer: {line[:200]!r}")
            elif answered == greeting:
                # The bridge had this answer from the first server.
                greeting = None
                if self.initialized:
                    self.tell(self.process, self.initialized)
                with self.lock:
                    self.ready = True
            else:
                self.pass_on(answered, message, line)
        return self.process.wait()

    def drop(self, request, words):
        """An answer that is not passed on."""
        with self.lock:
            owed = request in self.owed
            self.owed.pop(request, None)
        if owed:
            self.refuse(request, words)

    def pass_on(self, answered, message, line):
        with self.lock:
            if isinstance(answered, str) and answered not in self.owed and answered.isdecimal():
                # mcp-proxy's ids are numbers.
                answered = int(answered)
            over = self.asked.pop(answered, None)
            request = answered if over is None else over
            owed = request in self.owed
            self.owed.pop(request, None)
        if over is None and owed:
            words = problem(message, line)
            if words is None:
                self.answer(readable(request, message, line))
            else:
                self.refuse(request, words)
        elif owed:
            self.refuse(over, "the call was cancelled")

    def ended(self, code):
        with self.lock:
            self.ready, self.last = False, f"has ended with exit code {code}"
            told = list(self.owed)
            self.owed.clear()
            self.asked.clear()
        for request in told:
            self.refuse(request, f"the server {self.last} and is starting again")
        log(f"the server {self.last}")

    def run(self):
        crashes = 0
        while True:
            began = time.monotonic()
            self.ended(self.serve())
            crashes = crashes + 1 if time.monotonic() - began < SOON else 1
            if crashes >= LOOP or not self.initialized:
                log("it keeps ending: the container starts again")
                # Time for the last refusals to reach who called.
                time.sleep(0.3)
                return
            time.sleep(0.1 * crashes)
            with self.lock:
                self.start()


def watched(work):
    """Whatever ends this ends the process, and with it the container (bridge.py)."""
    try:
        work()
    except BaseException:
        traceback.print_exc()
    os._exit(1)


if __name__ == "__main__":
    alive = socket.socket(socket.AF_UNIX)
    alive.connect(NAME)
    child = Child(sys.argv[2:], int(sys.argv[1]))
    child.start()
    threading.Thread(target=watched, args=(child.run,), daemon=True).start()
    for text in sys.stdin.buffer:
        child.send(text)
    child.process.terminate()
