"""Runs our worker and the peer's in turns and reports medians, ratios, memory, and how far the results agree.

Called by scripts/bench-peers; the workers and their protocol are described in peers/protocol.py.

Work. Both sides start from the same weights and inputs, take three steps, and their losses are compared; only if they
agree is anything timed. `loss_difference` is the largest relative difference of a loss, of ours to eager's.

Time. `ours`, `eager` (what a user of the peer runs) and the best of the peer's other modes are three processes that run
one after the other, A B C, C B A, and so on; the ones that wait sleep. Only ratios of neighbouring runs mean anything
on a shared machine: a ratio is the median over rounds of (peer's time ÷ our time in the same round), above 1 if we are
faster. Times are medians, of one unit of work. The other modes are tried beforehand, each next to eager; the best is
the one with the smallest median of (its time ÷ eager's), eager itself if that is above 1, in these tries or in the end.

Memory. Of each process, what its training steps (fits, ...) take: the peak of its resident size (VmHWM) from after the
compared steps to the end, minus its resident size (VmRSS) before the model was built: when its libraries were loaded
and nothing of the case existed. So the model, the optimizer, the inputs and all buffers count, and the runtime's code
does not. For a fit, which builds its model itself, that is when the data were read. The peak is rewound
(/proc/self/clear_refs) after the compared steps, so that reading the exchanged file does not count. `ours_mb` and
`peer_mb` (eager) are such differences in MB of 10^6 bytes; the raw figures are under `memory`.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))

from rows import GROWTH, QUICK, ROWS, Row  # noqa: E402

#: Seconds between runs, so that threads that spin for a while after their work fall asleep.
PAUSE = 0.05
#: Seconds that a mode beside eager may take for its first steps, which is where torch.compile compiles.
PATIENCE = 900
#: An allocator that gives nothing back to the system, and so takes no page faults in steady state.
TUNED_ALLOCATOR = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


class WorkerFailed(Exception):
    pass


class Skipped(Exception):
    pass


class Worker:
    def __init__(self, command: list[str], environment: dict[str, str] | None = None):
        self.command = command
        # A file and not a pipe: a worker that warns a lot would fill a pipe nobody reads, and stop.
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=os.environ | (environment or {}),
        )
        line = self.process.stdout.readline()
        if not line.startswith("READY "):
            self.fail("did not get ready", line)
        self.about = json.loads(line.removeprefix("READY "))

    def fail(self, what: str, line: str = ""):
        self.process.kill()
        self.process.wait()
        self.errors.seek(0)
        complaint = (line + self.errors.read()).strip()
        if "skipped:" in complaint:
            raise Skipped(complaint[complaint.index("skipped:") :].splitlines()[0])
        lines = complaint.splitlines()
        shown = "\n".join(lines[:2] + ["..."] + lines[-8:] if len(lines) > 11 else lines)
        raise WorkerFailed(f"{' '.join(map(str, self.command))} {what}: {shown or 'not a word'}")

    def ask(self, command: str, patience: float | None = None) -> dict:
        """The answer to `command`; a worker that takes longer than `patience` seconds is ended, and has failed."""
        overdue = threading.Event()

        def give_up():
            overdue.set()
            self.process.kill()

        timer = threading.Timer(patience, give_up) if patience else None
        if timer:
            timer.start()
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            if timer:
                timer.cancel()
        if overdue.is_set():
            self.process.wait()
            raise WorkerFailed(f"no answer to {command.split()[0]!r} within {patience:.0f} s")
        if not line:
            self.fail(f"ended at {command.split()[0]!r}")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(f"{' '.join(map(str, self.command))}: {answer['error']}")
        return answer

    def run(self, units: int, patience: float | None = None) -> float:
        time.sleep(PAUSE)
        return self.ask(f"run {units}", patience)["ms"]

    def memory(self) -> dict:
        raw = self.ask("memory")
        if raw["before_mb"] is None or raw["peak_mb"] is None:
            return raw | {"step_mb": None}
        return raw | {"step_mb": round(raw["peak_mb"] - raw["before_mb"], 1)}

    def stop(self) -> None:
        try:
            self.process.communicate("quit\n", timeout=10)
        except (subprocess.TimeoutExpired, BrokenPipeError, ValueError):
            self.process.kill()
            self.process.wait()
        self.errors.close()


class Comparison:
    """One row: the workers that are alive, and what was found about the others."""

    def __init__(self, name: str, row: Row, our_command: list[str], options: argparse.Namespace, folder: str):
        self.name, self.row, self.options = name, row, options
        self.units = row.units
        self.rounds = options.rounds or (3 if options.quick else row.rounds)
        self.file = os.path.join(folder, "exchanged.safetensors")
        self.alive: dict[str, Worker] = {}
        #: What is known of each of the peer's modes.
        self.modes: dict[str, dict] = {}
        self.our_command = our_command

    def stop(self) -> None:
        for worker in self.alive.values():
            worker.stop()

    def progress(self, text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K{self.name}: {text}", end="", file=sys.stderr, flush=True)

    def clear_progress(self) -> None:
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def start_ours(self) -> None:
        self.progress("ours")
        ours = self.alive["ours"] = Worker(self.our_command + [self.name])
        ours.ask(f"make {self.file}")
        self.losses = ours.ask("compare")["losses"]
        ours.ask("rewind")

    def start_peer(self, mode: str) -> Worker:
        """A worker of the peer's, whose losses agree with ours."""
        self.progress(mode)
        environment = TUNED_ALLOCATOR if mode.startswith("tuned") else {}
        peer = Worker([sys.executable, str(HERE / "peers" / "worker.py"), self.name, mode], environment)
        try:
            ours = self.alive["ours"].about["threads"]
            # The kernel machines of scikit-learn have one thread, whatever is asked for.
            if self.row.modes and peer.about["threads"] != ours:
                raise WorkerFailed(f"{peer.about['threads']} threads of the peer's against {ours} of ours")
            peer.ask(f"make {self.file}")
            started = time.monotonic()
            losses = peer.ask("compare", None if mode == "eager" else self.options.patience)["losses"]
            seconds = time.monotonic() - started
            difference = largest_difference(self.losses, losses)
            self.modes[mode] = {"loss_difference": difference, "losses": losses, "first_steps_s": round(seconds, 1)}
            if not difference <= self.row.tolerance:
                raise WorkerFailed(f"losses differ by {difference:.1e}: {self.losses} of ours, {losses} of the peer's")
            peer.ask("rewind")
        except Exception:
            peer.stop()
            raise
        return peer

    def find_best(self) -> str:
        """Tries the other modes next to eager, and leaves the best of them alive."""
        best, best_ratio = "eager", 1.0
        for mode in self.row.modes:
            if self.options.quick and mode != next(quick for quick in QUICK if quick in self.row.modes):
                self.modes[mode] = {"left_out": "--quick"}
                continue
            candidate = None
            try:
                candidate = self.start_peer(mode)
                if mode == "compile":
                    # The first timed step may differ from the compared ones, and be compiled again.
                    candidate.run(1, self.options.patience)
                ratios = []
                for _ in range(1 if self.options.quick else 3):
                    eager_ms = self.alive["eager"].run(self.units)
                    ratios.append(candidate.run(self.units) / eager_ms)
            except WorkerFailed as reason:
                if candidate:
                    candidate.stop()
                self.modes[mode] = self.modes.get(mode, {}) | {"failed": str(reason)}
                continue
            ratio = statistics.median(ratios)
            self.modes[mode]["time_to_eager"] = ratio
            if ratio < best_ratio:
                if best != "eager":
                    self.alive.pop(best).stop()
                best, best_ratio = mode, ratio
                self.alive[mode] = candidate
            else:
                candidate.stop()
        return best

    def measure(self) -> dict:
        self.start_ours()
        self.alive["eager"] = self.start_peer("eager")
        best = self.find_best()
        sides = list(self.alive)
        times: dict[str, list[float]] = {side: [] for side in sides}
        for turn in range(self.rounds):
            self.progress(f"{turn + 1}/{self.rounds}")
            for side in sides if turn % 2 == 0 else reversed(sides):
                times[side].append(self.alive[side].run(self.units))
        self.clear_progress()
        memory = {side: worker.memory() for side, worker in self.alive.items()}
        checks = {side: self.alive[side].ask("check") for side in ("ours", "eager")}
        ratios = {side: [b / a for a, b in zip(times["ours"], times[side])] for side in sides if side != "ours"}
        if statistics.median(ratios[best]) > statistics.median(ratios["eager"]):
            best = "eager"
        shown = {"eager": self.row.plain}
        return {
            "name": self.name,
            "batch": self.row.batch,
            "threads": int(self.alive["ours"].about["threads"]),
            "ours_ms": statistics.median(times["ours"]),
            "eager_ms": statistics.median(times["eager"]),
            "best_ms": statistics.median(times[best]),
            "best_mode": shown.get(best, best),
            "ratio_eager": statistics.median(ratios["eager"]),
            "ratio_best": statistics.median(ratios[best]),
            "ours_mb": memory["ours"]["step_mb"],
            "peer_mb": memory["eager"]["step_mb"],
            "loss_difference": self.modes["eager"]["loss_difference"],
            # The keys above are the contract; those below are for whoever asks how the figures came about.
            "title": self.row.title,
            "peer": self.alive["eager"].about["peer"],
            "best_mb": memory[best]["step_mb"],
            "ratio_eager_quartiles": quartiles(ratios["eager"]),
            "ratio_best_quartiles": quartiles(ratios[best]),
            "ratio_of_minima_eager": min(times["eager"]) / min(times["ours"]),
            "rounds": self.rounds,
            "units_per_run": self.units,
            "quick": self.options.quick,
            "modes": self.modes,
            "losses": self.losses,
            "milliseconds": times,
            "memory": memory,
            "agreement": agreement(checks["ours"], checks["eager"]),
            "machine": machine(),
        }


def largest_difference(ours: list[float], theirs: list[float]) -> float:
    if len(ours) != len(theirs) or not ours:
        raise WorkerFailed(f"{len(ours)} losses of ours against {len(theirs)} of the peer's: not the same steps")
    return max(abs(a - b) / max(abs(b), 1e-12) for a, b in zip(map(float, ours), map(float, theirs)))


def quartiles(values: list[float]) -> list[float]:
    if len(values) < 2:
        return [values[0], values[0]]
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return [lower, upper]


def agreement(ours: dict, theirs: dict) -> dict:
    """How far two solutions of the same problem agree, for the rows whose workers can say."""
    result = {}
    for key in ("objective", "accuracy"):
        if key in ours and key in theirs:
            result[key] = {"ours": ours[key], "theirs": theirs[key]}
    if "predictions" in ours and "predictions" in theirs:
        a, b = ours["predictions"], theirs["predictions"]
        if len(a) != len(b):
            raise WorkerFailed(f"{len(a)} predictions of ours against {len(b)} of theirs: not the same test set")
        result["equal_predictions"] = sum(x == y for x, y in zip(a, b)) / len(a)
    return result


def machine() -> dict:
    return {"cpu": cpu_name(), "processors": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}


def cpu_name() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def head() -> None:
    print(
        f"{'':<20} {'ours ms':>9} {'eager ms':>9} {'best ms':>9} {'÷ eager':>8} {'÷ best':>8} {'quartiles':>13}"
        f" {'ours MB':>8} {'peer MB':>8} {'losses':>8}  best mode"
    )


def show(row: dict) -> None:
    low, high = row["ratio_best_quartiles"]
    megabytes = ["-" if row[key] is None else f"{row[key]:.0f}" for key in ("ours_mb", "peer_mb")]
    print(
        f"{row['name']:<20} {row['ours_ms']:>9.2f} {row['eager_ms']:>9.2f} {row['best_ms']:>9.2f}"
        f" {row['ratio_eager']:>8.2f} {row['ratio_best']:>8.2f} {f'{low:.2f}-{high:.2f}':>13}"
        f" {megabytes[0]:>8} {megabytes[1]:>8} {row['loss_difference']:>8.0e}  {row['best_mode']}"
    )
    for mode, known in row["modes"].items():
        if "failed" in known:
            print(f"    {mode} failed: {known['failed'].splitlines()[0]}")
        elif "left_out" in known:
            print(f"    {mode} was left out ({known['left_out']})")
        elif mode == "compile":
            print(
                f"    compile: {known['time_to_eager']:.2f} of eager's time,"
                f" {known['first_steps_s']:.0f} s for its first three steps"
            )
    for key, value in row["agreement"].items():
        print(f"    {key.replace('_', ' ')}: {json.dumps(value)}")
    sys.stdout.flush()


def growth(our_command: list[str], rounds: int, chosen: list[str]) -> list[dict]:
    """How our time grows: with the batch, with the image, and how it falls with threads. No peer."""
    processors = int(os.environ.get("LADLE_THREADS") or os.cpu_count() or 1)
    series = [(title, [(name, processors) for name in names]) for title, names in GROWTH.items()]
    if processors > 1:
        series += [
            (f"{name}, by threads", [(name, 1), (name, processors)])
            for name, row in ROWS.items()
            if row.convolutional and name in chosen
        ]
    results = []
    for title, points in series:
        workers = []
        try:
            for name, threads in points:
                workers.append(Worker(our_command + [name], {"LADLE_THREADS": str(threads)}))
                workers[-1].ask("make")
                workers[-1].ask("compare")
                workers[-1].ask("rewind")
            times: list[list[float]] = [[] for _ in workers]
            for turn in range(rounds):
                order = range(len(workers)) if turn % 2 == 0 else reversed(range(len(workers)))
                for index in order:
                    times[index].append(workers[index].run(1))
            memory = [worker.memory()["step_mb"] for worker in workers]
        finally:
            for worker in workers:
                worker.stop()
        print(f"\n{title}\n{'':<24} {'threads':>8} {'ms':>10} {'÷ first':>8} {'÷ before':>9} {'MB':>8}")
        for index, ((name, threads), values) in enumerate(zip(points, times)):
            to_first = statistics.median([b / a for a, b in zip(times[0], values)])
            to_before = statistics.median([b / a for a, b in zip(times[max(0, index - 1)], values)])
            megabytes = "-" if memory[index] is None else f"{memory[index]:.0f}"
            print(
                f"{name:<24} {threads:>8} {statistics.median(values):>10.2f} {to_first:>8.2f} {to_before:>9.2f}"
                f" {megabytes:>8}",
                flush=True,
            )
            results.append(
                {
                    "name": name,
                    "threads": threads,
                    "series": title,
                    "ours_ms": statistics.median(values),
                    "time_to_first": to_first,
                    "time_to_before": to_before,
                    "ours_mb": memory[index],
                    "milliseconds": values,
                    "machine": machine(),
                }
            )
    return results


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="3 rounds, one mode beside eager, no torch.compile")
    parser.add_argument("--only", action="append", metavar="NAME", help="one row; may be repeated")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds instead of the row's own number")
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE,
        metavar="SECONDS",
        help="how long a mode beside eager may take for its first steps (torch.compile compiles there)",
    )
    parser.add_argument("--json", metavar="FILE", help="write one JSON object a row there, a line each")
    parser.add_argument("--growth", action="store_true", help="how our time grows with batch, image and threads")
    parser.add_argument("--list", action="store_true", help="name the rows and stop")
    parser.add_argument("--worker", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds takes a positive number")
    for name in options.only or []:
        if name not in ROWS:
            parser.error(f"there is no row {name!r}; known: {', '.join(ROWS)}")
    return options


def main() -> int:
    options = arguments()
    if options.list:
        for name, row in ROWS.items():
            print(f"{name:<20} {row.title}, batch {row.batch}")
        return 0
    chosen = options.only or list(ROWS)
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"note: the load average is {load:.1f}; the machine is not quiet", file=sys.stderr)
    print(f"{cpu_name()}, {os.cpu_count()} processors")

    results, failed = [], False

    def save() -> None:
        if options.json:
            pathlib.Path(options.json).write_text("".join(json.dumps(result) + "\n" for result in results))

    if options.growth:
        try:
            results = growth([options.worker], options.rounds or (3 if options.quick else 9), chosen)
        except (WorkerFailed, Skipped) as reason:
            failed = True
            print(f"failed: {reason}", file=sys.stderr)
        save()
        return 1 if failed else 0

    head()
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            comparison = Comparison(name, ROWS[name], [options.worker], options, folder)
            try:
                results.append(comparison.measure())
                show(results[-1])
            except Skipped as reason:
                print(f"{name:<20} {reason}", flush=True)
            except WorkerFailed as reason:
                failed = True
                comparison.clear_progress()
                print(f"{name:<20} failed: {reason}", file=sys.stderr, flush=True)
            finally:
                comparison.stop()
        save()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
