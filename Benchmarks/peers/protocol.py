"""How a row of the benchmark is added, and the line protocol between scripts/bench-peers and its workers.

Adding a row takes a Swift case, a Python class, and a line in each table:

  * Benchmarks/Sources/bench-worker/YourStep.swift: a type that conforms to `Case` (Case.swift), and its line in the
    table of Cases.swift;
  * Benchmarks/peers/yours.py: a class that derives from `TorchCase` (torch_case.py), and its line in ROWS (rows.py).

Both have the same three parts.

  1. What is exchanged. The Swift side makes the weights and the inputs, and names them in `exchanged()`: tensors such
     as "images", "labels" or "noise", and modules, whose parameters and running statistics are written in visiting
     order. The Python side gets them as `tensors` in its initialiser. `self.load(module, "generator")` copies the
     module that was exchanged as "generator" into a torch module: by order, with the layout changed (HWIO to OIHW, and
     so on), and it fails unless every shape fits and nothing is left over. Register the submodules in the order in
     which the Swift module visits them. `self.images("images")` and `self["labels"]` read tensors. Noise that the
     compared steps need (latent codes, reparametrisation) is a tensor with one entry a step, exchanged too.
  2. `step(turn)`. One unit of the timed work; it returns the losses as a list of numbers. In the three compared steps
     `turn` is 0, 1, 2, and both sides use the exchanged noise of that turn. In timed steps it is None (nil), and each
     side draws its own noise. Dropout is left out on both sides, or its masks are exchanged.
  3. On the Python side every module passes through `self.prepared(module)` and every optimizer is made by
     `self.optimizer(torch.optim.Adam, parameters, ...)`: they apply the mode (channels_last, fused, compile). Images
     that are made in a step pass through `self.laid_out(images)`.

A row that is not a network (scikit-learn) derives from `Case` below and has `step` and `check`.

The protocol. A worker is started with the name of a row (and, the peer's, a mode); it loads its libraries and prints
`READY {json}`, an object that says what it is made of. Then it answers one line of JSON for each line it reads:

    make FILE   builds the case. Our side writes what is exchanged to FILE (safetensors), the peer's reads it.  {}
    compare     takes the three compared steps                          {"losses": [...]}
    rewind      the peak memory counts from here                        {}
    run N       does the timed work N times                             {"ms": a unit's, "losses": [of the last]}
    memory      {"before_mb": resident before the case was built, "peak_mb": since rewind}; null where unknown
    check       what the last run computed, to compare solutions        an object, or {}
    quit        nothing; the worker ends

Our side's `run` makes the case if nothing has; N is 1 if left out. A worker waits in a read, without spinning, while others
run: that is what makes interleaving fair. Anything else it has to say goes to standard error.
"""

import json
import pathlib
import sys
import time
from typing import Callable


class Case:
    """The peer's side of a row."""

    def step(self, turn: int | None) -> list[float]:
        raise NotImplementedError

    def compare(self) -> list[float]:
        return [loss for turn in range(3) for loss in self.step(turn)]

    def check(self) -> dict:
        return {}


def status_megabytes(field: str) -> float | None:
    """VmRSS or VmHWM of this process, in MB of 10^6 bytes; None where there is no /proc."""
    try:
        for line in pathlib.Path("/proc/self/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return None


def rewind_peak() -> None:
    """Sets VmHWM to what is resident now. Where that is not allowed, the peak counts from the process's start."""
    try:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def serve(about: dict, make: Callable[[str], Case]) -> None:
    """Answers commands until `quit`; `make(file)` builds the case from what our side wrote."""
    before = status_megabytes("VmRSS")
    case: Case | None = None
    print("READY " + json.dumps(about), flush=True)
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command == "quit":
            return
        if command not in ("make", "compare", "rewind", "run", "memory", "check"):
            print(json.dumps({"error": f"unknown command {command!r}"}), flush=True)
            continue
        answer: dict = {}
        if command == "make":
            case = make(argument)
        elif command == "rewind":
            rewind_peak()
        elif command == "memory":
            answer = {"before_mb": before, "peak_mb": status_megabytes("VmHWM")}
        elif case is None:
            answer = {"error": f"{command} comes after make"}
        elif command == "compare":
            answer = {"losses": case.compare()}
        elif command == "check":
            answer = case.check()
        else:
            count, losses = int(argument or 1), []
            start = time.perf_counter()
            for _ in range(count):
                losses = case.step(None)
            answer = {"ms": (time.perf_counter() - start) * 1e3 / count, "losses": losses}
        print(json.dumps(answer), flush=True)
