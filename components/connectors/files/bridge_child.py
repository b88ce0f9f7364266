"""Keeps a stdio server alive behind mcp-proxy: `bridge_child.py PROGRAM ARGUMENT...`.

mcp-proxy starts its server once. When that has ended, it answers every call with an empty error,
for ever. This stands between the two and passes lines on. When the server ends, the calls that it
owes an answer are told so, a new one is started and greeted as the first was, and whoever calls
meanwhile is told to come again. A server that keeps ending is left to Docker, which starts the
whole container again and waits longer each time.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

# Ended so soon after its start, in seconds, it counts as a crash; so many of them in a row are
# a loop.
SOON, LOOP = 10, 3


def log(text):
    print(f"mcp-gateway: {text}", file=sys.stderr, flush=True)


class Child:
    def __init__(self, command):
        self.command = command
        self.lock = threading.Lock()
        self.process = None
        self.hello = self.initialized = None
        # Ids of requests without an answer; the server takes some; what became of the last one.
        self.owed, self.ready, self.last = set(), False, ""

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def answer(self, line):
        sys.stdout.write(line)
        sys.stdout.flush()

    def refuse(self, request):
        error = {"code": -32000, "message": f"the server {self.last} and is starting again"}
        self.answer(json.dumps({"jsonrpc": "2.0", "id": request, "error": error}) + "\n")

    def send(self, line):
        """A line of the bridge's, under the lock."""
        message = json.loads(line)
        method, request = message.get("method"), message.get("id")
        if method == "initialize":
            self.hello, self.ready = line, True
        elif method == "notifications/initialized":
            self.initialized = line
        asks = method is not None and request is not None
        if not self.ready:
            if asks:
                self.refuse(request)
            return
        if asks:
            self.owed.add(request)
        try:
            self.process.stdin.write(line)
        except OSError:
            # It is ending: who reads its answers sees that too, and tells who is owed one.
            pass

    def serve(self):
        """Passes the server's answers on until it ends. Returns its exit code."""
        greeting = json.loads(self.hello)["id"] if self.hello else None
        if self.hello:
            self.process.stdin.write(self.hello)
        for line in self.process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                log(f"this is no message: {line.strip()[:200]}")
                continue
            with self.lock:
                answered = message.get("id") if "method" not in message else None
                if greeting is not None and answered == greeting:
                    # The bridge had this answer from the first server.
                    greeting = None
                    self.process.stdin.write(self.initialized or "")
                    self.ready = True
                    continue
                self.owed.discard(answered)
                self.answer(line)
        return self.process.wait()

    def ended(self, code):
        with self.lock:
            self.ready, self.last = False, f"has ended with exit code {code}"
            for request in self.owed:
                self.refuse(request)
            self.owed.clear()
        log(f"the server {self.last}")

    def run(self):
        crashes = 0
        while True:
            began = time.monotonic()
            try:
                code = self.serve()
            except OSError:
                code = self.process.wait()
            self.ended(code)
            crashes = crashes + 1 if time.monotonic() - began < SOON else 1
            if crashes >= LOOP or not self.initialized:
                log("it keeps ending: the container starts again")
                # Time for the last refusals to reach who called.
                time.sleep(0.3)
                os.kill(os.getppid(), signal.SIGKILL)
                os._exit(1)
            time.sleep(0.1 * crashes)
            with self.lock:
                self.start()


if __name__ == "__main__":
    child = Child(sys.argv[1:])
    child.start()
    threading.Thread(target=child.run, daemon=True).start()
    for text in sys.stdin:
        with child.lock:
            child.send(text)
    child.process.terminate()
