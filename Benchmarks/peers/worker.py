"""`python worker.py CASE`: the peer's side of one benchmark, spoken to by scripts/bench-peers."""

import os
import platform
import sys

from protocol import serve

THREADS = int(os.environ.get("LADLE_THREADS") or os.cpu_count() or 1)


def torch_case(make):
    import torch

    torch.set_num_threads(THREADS)
    case = make()
    for _ in range(2):
        case.run()
    serve({"peer": f"PyTorch {torch.__version__} eager", "threads": torch.get_num_threads()}, case.run)


def sklearn_case(make):
    import sklearn

    case = make()
    serve({"peer": f"scikit-learn {sklearn.__version__}", "samples": len(case.y)}, case.run, case.check)


def training_step(batch):
    def make():
        import dcgan

        return dcgan.TrainingStep(batch)

    return lambda: torch_case(make)


def synthesis():
    def make():
        import dcgan

        return dcgan.Synthesis()

    torch_case(make)


def kernel():
    import svm

    sklearn_case(lambda: svm.Kernel(cache_megabytes=1000))


def linear(loss):
    def case():
        import svm

        sklearn_case(lambda: svm.Linear(loss))

    return case


CASES = {
    "dcgan32-b64": training_step(64),
    "dcgan32-b128": training_step(128),
    "synthesis": synthesis,
    "svm-rbf": kernel,
    "svm-linear-hinge": linear("hinge"),
    "svm-linear-squared": linear("squared_hinge"),
}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in CASES:
        raise SystemExit(f"usage: {platform.python_implementation().lower()} worker.py {' | '.join(CASES)}")
    CASES[sys.argv[1]]()
