"""`python worker.py ROW MODE`: the peer's side of one row, spoken to by scripts/bench-peers."""

import sys

from protocol import serve
from rows import ROWS


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[1] not in ROWS:
        raise SystemExit(f"usage: python worker.py {' | '.join(ROWS)} MODE")
    row, mode = ROWS[sys.argv[1]], sys.argv[2]
    # Libraries are loaded before memory is first read: what they take is not the step's.
    if row.make.module == "svm":
        import sklearn
        import svm  # noqa: F401

        about = {"peer": f"scikit-learn {sklearn.__version__}", "threads": 1}
    else:
        import torch

        import torch_case

        torch.set_num_threads(torch_case.threads())
        about = {"peer": f"PyTorch {torch.__version__}", "threads": torch.get_num_threads()}
    serve(about, lambda file: row.make(mode, file))


if __name__ == "__main__":
    main()
