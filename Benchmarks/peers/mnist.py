"""MNIST 5 against 7 from the IDX files: LADLE_DATA/mnist, pixels in [0, 1]."""

import gzip
import os
import pathlib

import numpy as np


def folder() -> pathlib.Path:
    asked = os.environ.get("LADLE_DATA")
    above = pathlib.Path(__file__).resolve().parents
    places = [pathlib.Path(asked)] if asked else [parent / "shared" / "data" for parent in above]
    for place in places:
        if (place / "mnist").is_dir():
            return place / "mnist"
    raise SystemExit("skipped: no data (set LADLE_DATA to a folder that has mnist/*-ubyte.gz in it)")


def read(name: str) -> np.ndarray:
    with gzip.open(folder() / name) as file:
        data = file.read()
    axes = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


def five_against_seven(part: str) -> tuple[np.ndarray, np.ndarray]:
    """`part` is train (11 686 images) or t10k (1920). Class 0 is the 5, class 1 the 7; file order."""
    images, digits = read(f"{part}-images-idx3-ubyte.gz"), read(f"{part}-labels-idx1-ubyte.gz")
    chosen = (digits == 5) | (digits == 7)
    inputs = images[chosen].reshape(-1, 28 * 28).astype(np.float64) / 255.0
    return inputs, (digits[chosen] == 7).astype(np.int64)
