"""Fits the same machines with scikit-learn and with Ladle in turns, and prints medians, objectives and agreement.

Usage: compare.py SVM-BENCHMARK DATA-FOLDER TURNS   (scripts/bench-svm calls it)
"""
import gzip
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC, LinearSVC

program, data, turns = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
warnings.filterwarnings("ignore")
if not (data / "mnist").is_dir():
    sys.exit(f"bench-svm: there is no MNIST in {data}; set LADLE_DATA to the folder that holds mnist/")


def digits(part):
    def unpack(name, header):
        return np.frombuffer(gzip.open(data / "mnist" / f"{part}-{name}-ubyte.gz").read()[header:], np.uint8)

    x, y = unpack("images-idx3", 16).reshape(-1, 784), unpack("labels-idx1", 8)
    keep = (y == 5) | (y == 7)
    return (x[keep] / 255).astype(np.float32), (y[keep] == 7).astype(np.int32)


def small():
    random = np.random.default_rng(0)
    y = np.arange(700, dtype=np.int32) % 2
    x = (random.normal(size=(700, 1024)) + 0.12 * (2 * y[:, None] - 1)).astype(np.float32)
    return (x[:350], y[:350]), (x[350:], y[350:])


class Ours:
    def __init__(self, folder):
        self.folder = folder
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def fit(self, train, test, name, **settings):
        files = {}
        for key, array in (("inputs", train[0]), ("labels", train[1]), ("test", test[0])):
            path = self.folder / f"{name}-{key}"
            if not path.exists():
                array.tofile(path)
            files[key] = str(path)
        request = dict(dict(files, features=train[0].shape[1], classes=2, solver="auto", loss="hinge", cost=1), **settings)
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def objective(machine, x):
    beta = machine.dual_coef_[0]
    vectors = x[machine.support_].astype(np.float64)
    k = rbf_kernel(vectors, gamma=machine._gamma) if machine.kernel == "rbf" else vectors @ vectors.T
    return 0.5 * beta @ k @ beta - np.abs(beta).sum()


mnist = digits("train"), digits("t10k")
tiny = small()
cases = [
    ("MNIST 5/7, SVC rbf, 200 MB", "mnist", mnist, lambda: SVC(), dict(kernel="rbf", tolerance=1e-3)),
    ("MNIST 5/7, SVC rbf, 1000 MB", "mnist", mnist, lambda: SVC(cache_size=1000), dict(kernel="rbf", tolerance=1e-3)),
    ("MNIST 5/7, LinearSVC default", "mnist", mnist, lambda: LinearSVC(),
     dict(kernel="linear", loss="squared_hinge", tolerance=1e-4, maximumIterations=100_000)),
    ("MNIST 5/7, LinearSVC dual", "mnist", mnist, lambda: LinearSVC(dual=True, max_iter=100_000),
     dict(kernel="linear", loss="squared_hinge", tolerance=1e-4, maximumIterations=100_000)),
    ("350 x 1024, SVC rbf", "small", tiny, lambda: SVC(), dict(kernel="rbf", tolerance=1e-3)),
    ("350 x 1024, SVC linear", "small", tiny, lambda: SVC(kernel="linear"),
     dict(kernel="linear", solver="smo", tolerance=1e-3)),
    ("350 x 1024, LinearSVC", "small", tiny, lambda: LinearSVC(),
     dict(kernel="linear", loss="squared_hinge", tolerance=1e-4)),
]
with tempfile.TemporaryDirectory() as folder:
    ours = Ours(pathlib.Path(folder))
    print(f"{'wall (processor) ms, medians':32s} {'scikit-learn':>18s} {'Ladle':>18s}  ratio  objective  agreement")
    for title, name, (train, test), make, settings in cases:
        theirs, own, theirs_cpu, own_cpu = [], [], [], []
        for _ in range(turns):
            machine = make()
            start, cpu = time.perf_counter(), time.process_time()
            machine.fit(*train)
            theirs.append(time.perf_counter() - start)
            theirs_cpu.append(time.process_time() - cpu)
            answer = ours.fit(train, test, name, **settings)
            own.append(answer["seconds"])
            own_cpu.append(answer["processorSeconds"])
        agreement = np.mean(machine.predict(test[0]) == np.array(answer["predictions"]))
        gap = ""
        if isinstance(machine, SVC):
            exact = objective(machine, train[0])
            gap = f"{abs(answer['dualObjective'][0] - exact) / abs(exact):.1e}"
        a, b, c, d = (1000 * statistics.median(v) for v in (theirs, own, theirs_cpu, own_cpu))
        print(f"{title:32s} {a:8.1f} ({c:7.1f}) {b:8.1f} ({d:7.1f}) {a / b:6.1f}  {gap:>9s}  {100 * agreement:.2f} %"
              f"{'' if answer['converged'] else '  (not converged)'}", flush=True)
