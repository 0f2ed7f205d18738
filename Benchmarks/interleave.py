"""Runs our worker and the peer's in turns (A B, B A, A B, ...) and reports medians and ratios.

Only ratios measured this way mean anything on a shared machine: both sides see the same weather. Called by
scripts/bench-peers; the protocol is described in peers/protocol.py.
"""

import argparse
import json
import math
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# name: (what is timed, rounds, runs to throw away first, seconds between runs so that spinning threads fall asleep)
CASES = {
    "dcgan32-b64": ("DCGAN-32, one D and G step, batch 64", 25, 2, 0.05),
    "dcgan32-b128": ("DCGAN-32, one D and G step, batch 128", 15, 2, 0.05),
    "synthesis": ("GAAL, 10 queries x 100 Adam steps through DCGAN-32", 15, 1, 0.05),
    "svm-rbf": ("SVM, RBF kernel, MNIST 5 vs 7, 11 686 x 784", 5, 0, 0.05),
    "svm-linear-hinge": ("SVM, linear, hinge loss, same data", 9, 1, 0.05),
    "svm-linear-squared": ("SVM, linear, squared hinge loss, same data", 9, 1, 0.05),
}


class WorkerFailed(Exception):
    pass


class Skipped(Exception):
    pass


class Worker:
    def __init__(self, command: list[str]):
        self.command = command
        # A file and not a pipe: a worker that warns a lot would fill a pipe nobody reads, and stop.
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True
        )
        line = self.process.stdout.readline()
        if not line.startswith("READY "):
            self.process.communicate()
            complaint = (line + self.said()).strip()
            if "skipped:" in complaint:
                raise Skipped(complaint[complaint.index("skipped:") :].splitlines()[0])
            raise WorkerFailed(f"{' '.join(command)} did not get ready: {complaint or 'it ended without a word'}")
        self.about = json.loads(line.removeprefix("READY "))

    def said(self) -> str:
        self.errors.seek(0)
        return self.errors.read().strip()

    def ask(self, command: str) -> dict:
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise WorkerFailed(f"{' '.join(self.command)} ended: {self.said()}")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(f"{' '.join(self.command)}: {answer['error']}")
        return answer

    def stop(self) -> None:
        try:
            self.process.communicate("quit\n", timeout=10)
        except (subprocess.TimeoutExpired, BrokenPipeError, ValueError):
            self.process.kill()
            self.process.wait()


def measure(name: str, rounds: int | None, our_command: list[str]) -> dict:
    title, usual_rounds, warm_up, pause = CASES[name]
    rounds = rounds or usual_rounds
    ours = Worker(our_command + [name])
    try:
        theirs = Worker([sys.executable, str(HERE / "peers" / "worker.py"), name])
    except Exception:
        ours.stop()
        raise
    try:
        pair = {"ours": ours, "theirs": theirs}
        runs: dict[str, list[dict]] = {"ours": [], "theirs": []}
        for turn in range(-warm_up, rounds):
            for side in ("ours", "theirs") if turn % 2 == 0 else ("theirs", "ours"):
                time.sleep(pause)
                answer = pair[side].ask("run")
                if turn >= 0:
                    runs[side].append(answer)
            if sys.stderr.isatty():
                print(f"\r{name}: {max(turn + 1, 0)}/{rounds}", end="", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        checks = {side: worker.ask("check") for side, worker in pair.items()}
    finally:
        ours.stop()
        theirs.stop()
    times = {side: [run["ms"] for run in answers] for side, answers in runs.items()}
    paired = [b / a for a, b in zip(times["ours"], times["theirs"])]
    return {
        "name": name,
        "title": title,
        "rounds": rounds,
        "about": {side: worker.about for side, worker in pair.items()},
        "milliseconds": times,
        "median": {side: statistics.median(values) for side, values in times.items()},
        "minimum": {side: min(values) for side, values in times.items()},
        # Above 1: we are faster. The median of the ratios of neighbouring runs is the figure to quote.
        "ratio": statistics.median(paired),
        "ratio_quartiles": quartiles(paired),
        "ratio_of_minima": min(times["theirs"]) / min(times["ours"]),
        "last_run": {side: {k: v for k, v in answers[-1].items() if k != "ms"} for side, answers in runs.items()},
        "agreement": agreement(checks["ours"], checks["theirs"]),
    }


def quartiles(values: list[float]) -> list[float]:
    if len(values) < 2:
        return [values[0], values[0]]
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return [lower, upper]


def agreement(ours: dict, theirs: dict) -> dict:
    """How far two solutions of the same problem agree, for the cases whose workers can say."""
    result = {}
    if "objective" in ours and "objective" in theirs:
        a, b = ours["objective"], theirs["objective"]
        result["objective"] = {"ours": a, "theirs": b, "relative_difference": abs(a - b) / max(abs(b), 1e-300)}
    if "accuracy" in ours and "accuracy" in theirs:
        result["accuracy"] = {"ours": ours["accuracy"], "theirs": theirs["accuracy"]}
    if "predictions" in ours and "predictions" in theirs:
        a, b = ours["predictions"], theirs["predictions"]
        if len(a) != len(b):
            raise WorkerFailed(f"{len(a)} predictions of ours against {len(b)} of theirs: not the same test set")
        result["equal_predictions"] = sum(x == y for x, y in zip(a, b)) / len(a)
    return result


def cpu_name() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def show(row: dict) -> None:
    ours, theirs = row["median"]["ours"], row["median"]["theirs"]
    low, high = row["ratio_quartiles"]
    print(
        f"{row['name']:<20} {ours:>10.1f} {theirs:>10.1f} {row['ratio']:>8.2f}x  [{low:.2f}, {high:.2f}]"
        f"  {row['about']['theirs'].get('peer', '')}",
        flush=True,
    )
    for side in ("ours", "theirs"):
        if row["last_run"][side]:
            print(f"    {side + ':':<8}{json.dumps(row['last_run'][side])}")
    for key, value in row["agreement"].items():
        shown = f"{value:.5f}" if isinstance(value, float) and math.isfinite(value) else json.dumps(value)
        print(f"    {key.replace('_', ' ')}: {shown}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", metavar="NAME", help="one case; may be repeated")
    parser.add_argument("--rounds", type=int, metavar="N", help="runs of each side instead of the case's own number")
    parser.add_argument("--json", metavar="FILE", help="write every measured time there")
    parser.add_argument("--list", action="store_true", help="name the cases and stop")
    parser.add_argument("--worker", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.list:
        for name, (title, *_) in CASES.items():
            print(f"{name:<20} {title}")
        return 0
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds takes a positive number")
    chosen = options.only or list(CASES)
    for name in chosen:
        if name not in CASES:
            parser.error(f"there is no case {name!r}; known: {', '.join(CASES)}")

    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"note: the load average is {load:.1f}; the machine is not quiet", file=sys.stderr)
    print(f"{cpu_name()}, {os.cpu_count()} processors")
    print(f"{'':<20} {'ours ms':>10} {'theirs ms':>10} {'ratio':>9}  [quartiles]")
    rows, failed = [], False
    for name in chosen:
        try:
            rows.append(measure(name, options.rounds, [options.worker]))
            show(rows[-1])
        except Skipped as reason:
            print(f"{name:<20} {reason}")
        except WorkerFailed as reason:
            failed = True
            print(f"{name:<20} failed: {reason}", file=sys.stderr)
        if options.json:
            report = {"cpu": cpu_name(), "processors": os.cpu_count(), "cases": rows}
            pathlib.Path(options.json).write_text(json.dumps(report, indent=2) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
