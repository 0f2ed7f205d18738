"""The line protocol between scripts/bench-peers and a worker.

A worker is started with the name of a case, prepares everything, and prints one line, `READY {json}`, where the
object says what it is made of. Then it answers one line of JSON for each line it reads:

    run      does the timed work once       {"ms": 241.8, ...}
    check    what the last run computed     an object to compare with the other side, or {}
    quit     nothing; the worker ends

A worker waits, without spinning, while the other side runs: that is what makes A B A B interleaving fair. Anything
else it has to say goes to standard error.
"""

import json
import sys
import time
from typing import Callable


def serve(about: dict, run: Callable[[], dict], check: Callable[[], dict] = dict) -> None:
    print("READY " + json.dumps(about), flush=True)
    for line in sys.stdin:
        command = line.strip()
        if command == "quit":
            return
        if command == "run":
            start = time.perf_counter()
            details = run()
            # A case that prepares its input inside `run` times itself.
            answer = {"ms": (time.perf_counter() - start) * 1e3, **details}
        elif command == "check":
            answer = check()
        else:
            answer = {"error": f"unknown command {command!r}; known: run, check, quit"}
        print(json.dumps(answer), flush=True)
