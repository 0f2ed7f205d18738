"""The rows of the benchmark: one line each. How to add one is written at the top of protocol.py.

This file is read by the driver too, so it imports nothing heavy.
"""

import importlib
from dataclasses import dataclass, field
from typing import Callable

IMAGES = ("channels_last", "tuned", "tuned channels_last", "compile")
VECTORS = ("tuned", "compile")
#: Of a row's modes, those that --quick tries: what usually wins.
QUICK = ("tuned channels_last", "tuned")


@dataclass
class Row:
    title: str
    #: Samples of one unit of work.
    batch: int
    #: Imports the case's module and makes the case; called in a worker with the mode and the exchanged file.
    make: Callable
    #: Modes beside eager that may be the best.
    modes: tuple[str, ...] = IMAGES
    rounds: int = 15
    #: Units of work of one timed run: more than one where a unit is too short to be timed alone.
    units: int = 1
    #: Losses that differ by more than this, relatively, make the row fail.
    tolerance: float = 1e-3
    #: Whether --growth times the row at one thread and at two.
    convolutional: bool = True
    #: What "eager" is called if there are no modes.
    plain: str = field(default="eager")


def case(place: str, *names: str, **settings) -> Callable:
    """`place` is "module.Class"; `names` are attributes of the module that the class is given after mode and file."""
    module_name, class_name = place.split(".")

    def make(mode: str, file: str):
        module = importlib.import_module(module_name)
        extra = [getattr(module, name) for name in names]
        return getattr(module, class_name)(mode, file, *extra, **settings)

    make.module = module_name
    return make


def machine(title: str, batch: int, make: Callable, rounds: int, units: int = 1) -> Row:
    return Row(title, batch, make, modes=(), rounds=rounds, units=units, convolutional=False, plain="scikit-learn")


RBF = {"kernel": "rbf", "C": 1.0, "gamma": 0.0144, "tol": 1e-3}
LINEAR = {"C": 0.01, "tol": 1e-4}

ROWS = {
    "dcgan32-b64": Row("DCGAN 32x32 grey, one D and G step", 64, case("dcgan.TrainingStep"), rounds=25),
    "dcgan32-b128": Row("DCGAN 32x32 grey, one D and G step", 128, case("dcgan.TrainingStep")),
    "dcgan64-b64": Row("DCGAN 64x64 colour, one D and G step", 64, case("dcgan.TrainingStep"), rounds=9),
    "vgg16-train-b128": Row(
        "VGG16-BN 32x32, one SGD step", 128, case("classifiers.TrainingStep", "vgg16", "sgd"), rounds=9
    ),
    "vgg16-infer-b256": Row("VGG16-BN 32x32, inference", 256, case("classifiers.Inference", "vgg16"), rounds=9),
    "resnet18-b128": Row(
        "ResNet-18 32x32, one SGD step", 128, case("classifiers.TrainingStep", "resnet18", "sgd"), rounds=7
    ),
    "cnn-mnist-b64": Row(
        "CNN 28x28, one Adam step",
        64,
        case("classifiers.TrainingStep", "small_cnn", "adam", flattened=(64, 14, 14)),
        units=5,
    ),
    "mlp-b64": Row(
        "MLP 784-512-512-10, one Adam step",
        64,
        case("classifiers.TrainingStep", "mlp", "adam"),
        modes=VECTORS,
        rounds=25,
        units=50,
        convolutional=False,
    ),
    "vaal-step": Row(
        "VAAL 32x32, one VAE and one D step, 64 + 64 images", 128, case("vaal.TrainingStep"), rounds=7
    ),
    "aral-cifar": Row(
        "ARAL for CIFAR-10, one step of four networks, 100 + 100 images", 200, case("aral.TrainingStep"), rounds=7
    ),
    "synthesis": Row("GAAL, 10 queries x 100 Adam steps through DCGAN-32", 10, case("dcgan.Synthesis")),
    "svm-rbf": machine("SVM, RBF kernel, MNIST 5 vs 7, 784 features", 11686, case("svm.Kernel", **RBF), rounds=5),
    "svm-linear-hinge": machine(
        "SVM, linear, hinge loss, same data", 11686, case("svm.Linear", loss="hinge", **LINEAR), rounds=9
    ),
    "svm-linear-squared": machine(
        "SVM, linear, squared hinge, same data", 11686, case("svm.Linear", loss="squared_hinge", **LINEAR), rounds=9
    ),
    "svc-linear-350": machine(
        "SVM, linear kernel, free bias, CIFAR grey automobile vs horse, 1024 features",
        350,
        case("svm.Kernel", kernel="linear", C=1.0, tol=1e-3),
        rounds=25,
        units=10,
    ),
}

#: What --growth prints: series of names, ours only. The last number of a name is what grows.
GROWTH = {
    "DCGAN 32x32, one D and G step, by batch": [f"dcgan32-b{n}" for n in (16, 32, 64, 128, 256)],
    "VGG16-BN, one SGD step, batch 8, by pixels on a side": [f"vgg16-train-b8-s{n}" for n in (32, 64, 128)],
}
