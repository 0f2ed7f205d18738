"""scikit-learn's support vector machines on the images that our side writes, pixels in [0, 1].

scikit-learn computes in double precision whatever it is given, and takes doubles without a copy: so doubles it gets.
"""

import numpy as np
from safetensors.numpy import load_file
from sklearn.svm import SVC, LinearSVC

from protocol import Case


class Machine(Case):
    """A fit, and what is needed to compare the solutions."""

    def __init__(self, mode: str, file: str, model):
        tensors = load_file(file)
        self.x, self.test = tensors["training"].astype(np.float64), tensors["test"].astype(np.float64)
        self.y, self.truth = tensors["training labels"].astype(int), tensors["test labels"].astype(int)
        self.model = model

    def step(self, turn: int | None) -> list[float]:
        self.model.fit(self.x, self.y)
        return []

    def compare(self) -> list[float]:
        self.step(None)
        return [self.objective()]

    def objective(self) -> float:
        raise NotImplementedError

    def check(self) -> dict:
        predictions = self.model.predict(self.test)
        return {
            "objective": self.objective(),
            "accuracy": float((predictions == self.truth).mean()),
            "predictions": "".join(map(str, predictions)),
        }


class Kernel(Machine):
    """SVC: LIBSVM's sequential minimal optimisation, the bias free, a cache as large as ours.

    The objective is the dual one, a'Qa / 2 - sum(a).
    """

    def __init__(self, mode: str, file: str, **settings):
        super().__init__(mode, file, SVC(cache_size=1000, **settings))

    def objective(self) -> float:
        signed, x = self.model.dual_coef_[0], self.model.support_vectors_  # y_i * a_i
        # decision_function is K(x, support) . signed + b: no second implementation of the kernel is needed.
        products = self.model.decision_function(x) - self.model.intercept_[0]
        return float(0.5 * signed @ products - np.abs(signed).sum())


class Linear(Machine):
    """LinearSVC: LIBLINEAR's dual coordinate descent, the bias regularised as the weight of a constant feature.

    The objective is the primal one, (|w|^2 + b^2) / 2 + C * (sum of hinge losses or of their squares).
    """

    def __init__(self, mode: str, file: str, **settings):
        super().__init__(mode, file, LinearSVC(dual=True, random_state=0, max_iter=10000, **settings))

    def objective(self) -> float:
        w, b = self.model.coef_[0], self.model.intercept_[0]
        slack = np.maximum(0, 1 - (2 * self.y - 1) * (self.x @ w + b))
        errors = slack.sum() if self.model.loss == "hinge" else (slack**2).sum()
        return float(0.5 * (w @ w + b * b) + self.model.C * errors)
