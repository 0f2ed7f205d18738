"""Margin, k-centre greedy and BADGE on a pool of features, in NumPy: the peer of Benchmarks/Sources/pool-strategies.

    python pool_strategies.py make FOLDER [--count N]       features.npy, labels.npy: made before either side runs
    python pool_strategies.py run FOLDER [--only NAME]      after our side, which leaves the weights and its choices

Each query is timed from opening the file to the list of samples, as on our side. Distances are norms and products with
the one new centre, and one running vector of smallest distances: what NumPy does best.
"""

import argparse
import pathlib
import time

import numpy as np

LABELLED = 1000
CLASSES = 10


def make(folder: pathlib.Path, count: int, width: int) -> None:
    """Overlapping clouds, one per class, with long axes of their own."""
    rng = np.random.default_rng(1)
    centres = rng.normal(0, 1, (CLASSES, width))
    shapes = rng.normal(0, 0.25, (CLASSES, width, width))
    features = np.lib.format.open_memmap(
        folder / "features.npy", mode="w+", dtype="<f4", shape=(count, width), version=(1, 0))
    for first in range(0, count, 100_000):
        size = min(100_000, count - first)
        owners = rng.integers(0, CLASSES, size)
        noise = rng.normal(0, 1, (size, width))
        for owner in range(CLASSES):
            rows = np.flatnonzero(owners == owner)
            features[first + rows] = centres[owner] + noise[rows] @ shapes[owner]
        if first == 0:
            np.save(folder / "labels.npy", owners[:LABELLED].astype(np.float32))
    features.flush()


def outputs(features, folder):
    return features @ np.load(folder / "weights.npy") + np.load(folder / "bias.npy")


def margin(folder, queries, rng):
    features = np.load(folder / "features.npy")[LABELLED:]
    top = np.partition(outputs(features, folder), -2, axis=1)
    gaps = top[:, -1] - top[:, -2]
    nearest = np.argpartition(gaps, queries)[:queries]
    return nearest[np.argsort(gaps[nearest])]


def core_set(folder, queries, rng):
    everything = np.load(folder / "features.npy")
    centres, features = everything[:LABELLED], everything[LABELLED:]
    norms = np.einsum("ij,ij->i", features, features)
    nearest = np.empty(len(features), np.float32)
    centre_norms = np.einsum("ij,ij->i", centres, centres)
    for first in range(0, len(features), 8192):
        block = features[first:first + 8192]
        nearest[first:first + 8192] = (centre_norms - 2 * (block @ centres.T)).min(axis=1)
    nearest += norms
    chosen = []
    for _ in range(queries):
        row = int(nearest.argmax())
        chosen.append(row)
        distances = features @ features[row]
        distances *= -2
        distances += norms
        distances += norms[row]
        np.minimum(nearest, distances, out=nearest)
    return np.array(chosen)


def badge(folder, queries, rng):
    features = np.load(folder / "features.npy")[LABELLED:]
    logits = outputs(features, folder)
    errors = np.exp(logits - logits.max(axis=1, keepdims=True))
    errors /= errors.sum(axis=1, keepdims=True)
    errors[np.arange(len(errors)), errors.argmax(axis=1)] -= 1
    norms = np.einsum("ij,ij->i", errors, errors) * np.einsum("ij,ij->i", features, features)
    row = int(rng.integers(len(features)))
    chosen, nearest = [row], None
    while True:
        distances = errors @ errors[row]
        distances *= features @ features[row]
        distances *= -2
        distances += norms
        distances += norms[row]
        np.maximum(distances, 0, out=distances)
        nearest = distances if nearest is None else np.minimum(nearest, distances, out=nearest)
        nearest[chosen] = 0
        if len(chosen) == queries:
            return np.array(chosen)
        cumulative = np.cumsum(nearest, dtype=np.float64)
        row = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
        chosen.append(row)


def covering_radius(features, centres):
    norms = np.einsum("ij,ij->i", centres, centres)
    largest = 0.0
    for first in range(0, len(features), 8192):
        block = features[first:first + 8192]
        squared = np.einsum("ij,ij->i", block, block) + (norms - 2 * (block @ centres.T)).min(axis=1)
        largest = max(largest, float(squared.max()))
    return largest ** 0.5


def compare(name, folder, chosen):
    """Says how our side's choice, if there is one, compares with this one."""
    path = folder / f"{name}.npy"
    if not path.exists():
        return "no choice of the other side to compare with"
    everything = np.load(folder / "features.npy")
    ours, theirs = np.load(path), chosen + LABELLED
    if name == "margin":
        return f"{len(set(ours) & set(theirs))} of {len(theirs)} samples in common"
    if name == "core-set":
        radii = [covering_radius(everything, everything[np.r_[:LABELLED, rows]]) for rows in (theirs, ours)]
        return f"{len(set(ours) & set(theirs))} samples in common, largest distance {radii[0]:.5f}, Ladle {radii[1]:.5f}"
    logits = outputs(everything, folder)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    doubt = 1 - shares.max(axis=1) / shares.sum(axis=1)
    return f"mean 1 - max p: {doubt[theirs].mean():.3f}, Ladle {doubt[ours].mean():.3f}, pool {doubt.mean():.3f}"


def peak_megabytes():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["make", "run"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--only")
    settings = parser.parse_args()
    if settings.command == "make":
        settings.folder.mkdir(parents=True, exist_ok=True)
        make(settings.folder, settings.count, settings.width)
        return
    for name, query in (("margin", margin), ("core-set", core_set), ("badge", badge)):
        if settings.only not in (None, name):
            continue
        # The peak counts from here on.
        open("/proc/self/clear_refs", "w").write("5")
        start, processor = time.perf_counter(), time.process_time()
        chosen = query(settings.folder, settings.queries, np.random.default_rng(1))
        seconds, processor, peak = time.perf_counter() - start, time.process_time() - processor, peak_megabytes()
        print(f"{name}: {len(chosen)} samples, {seconds:.2f} s, {processor:.2f} s of processor, peak {peak:.0f} MB; "
              f"{compare(name, settings.folder, chosen)}", flush=True)


if __name__ == "__main__":
    main()
