"""scikit-learn's support vector machines on MNIST 5 against 7, with what is needed to compare the solutions."""

import numpy as np
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC, LinearSVC

import mnist

# Both sides use these; 1 / (784 * variance of the pixels), rounded, as gamma="scale" chooses.
RBF = {"C": 1.0, "gamma": 0.0144, "tol": 1e-3}
LINEAR = {"C": 0.01, "tol": 1e-4}


class Kernel:
    """SVC with an RBF kernel, a cache as large as ours."""

    def __init__(self, cache_megabytes: int):
        self.x, self.y = mnist.five_against_seven("train")
        self.test, self.truth = mnist.five_against_seven("t10k")
        self.model = SVC(kernel="rbf", cache_size=cache_megabytes, **RBF)

    def run(self) -> dict:
        self.model.fit(self.x, self.y)
        return {"support_vectors": int(self.model.n_support_.sum())}

    def check(self) -> dict:
        signed = self.model.dual_coef_[0]  # y_i * alpha_i
        gram = rbf_kernel(self.model.support_vectors_, gamma=RBF["gamma"])
        predictions = self.model.predict(self.test)
        return {
            "objective": float(0.5 * signed @ gram @ signed - np.abs(signed).sum()),
            "accuracy": float((predictions == self.truth).mean()),
            "predictions": "".join(map(str, predictions)),
        }


class Linear:
    """LinearSVC: LIBLINEAR's dual coordinate descent, hinge or squared hinge, bias as a constant feature."""

    def __init__(self, loss: str):
        self.x, self.y = mnist.five_against_seven("train")
        self.test, self.truth = mnist.five_against_seven("t10k")
        self.model = LinearSVC(loss=loss, dual=True, random_state=0, max_iter=10000, **LINEAR)
        self.loss = loss

    def run(self) -> dict:
        self.model.fit(self.x, self.y)
        return {"iterations": int(self.model.n_iter_)}

    def check(self) -> dict:
        w, b = self.model.coef_[0], self.model.intercept_[0]
        slack = np.maximum(0, 1 - (2 * self.y - 1) * (self.x @ w + b))
        hinge = slack.sum() if self.loss == "hinge" else (slack**2).sum()
        predictions = self.model.predict(self.test)
        return {
            "objective": float(0.5 * (w @ w + b * b) + LINEAR["C"] * hinge),
            "accuracy": float((predictions == self.truth).mean()),
            "predictions": "".join(map(str, predictions)),
        }
