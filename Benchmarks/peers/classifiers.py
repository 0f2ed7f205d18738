"""Classifiers in PyTorch as people write them: those of Sources/Models/Classifiers."""

import torch
from torch import nn
from torch.nn import functional as F

from torch_case import TorchCase


def vgg16() -> nn.Sequential:
    """VGG16-BN for CIFAR; convolutions before a batch norm have no bias, and one dense layer follows."""
    layers: list[nn.Module] = []
    inputs = 3
    for entry in [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]:
        if entry == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(inputs, entry, 3, padding=1, bias=False), nn.BatchNorm2d(entry), nn.ReLU(inplace=True)]
            inputs = entry
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class BasicBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        y += self.shortcut(x)
        return F.relu(y, inplace=True)


def resnet18() -> nn.Sequential:
    """ResNet-18 for CIFAR: a 3x3 stem, no max pool."""
    layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)]
    inputs = 64
    for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        layers += [BasicBlock(inputs, outputs, stride), BasicBlock(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def small_cnn() -> nn.Sequential:
    """For MNIST: two 3x3 convolutions with padding 1, a max pool, two dense layers."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 14 * 14, 128),
        nn.ReLU(inplace=True),
        nn.Linear(128, 10),
    )


def mlp() -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 512),
        nn.ReLU(inplace=True),
        nn.Linear(512, 512),
        nn.ReLU(inplace=True),
        nn.Linear(512, 10),
    )


def sgd(case: TorchCase, parameters) -> torch.optim.Optimizer:
    return case.optimizer(torch.optim.SGD, parameters, lr=1e-3, momentum=0.9, weight_decay=5e-4)


def adam(case: TorchCase, parameters) -> torch.optim.Optimizer:
    return case.optimizer(torch.optim.Adam, parameters, lr=1e-4)


class TrainingStep(TorchCase):
    """One update on a batch: cross-entropy, and the optimizer that `rule` makes."""

    def __init__(self, mode: str, file: str, network, rule, flattened: tuple[int, int, int] | None = None):
        super().__init__(mode, file)
        self.inputs, self.targets = self.images("images"), self.labels("labels")
        model = network()
        self.load(model, "model", flattened)
        self.model = self.prepared(model.train())
        self.rule = rule(self, self.model.parameters())

    def step(self, turn: int | None) -> list[float]:
        self.rule.zero_grad()
        loss = F.cross_entropy(self.model(self.inputs), self.targets)
        loss.backward()
        self.rule.step()
        return [loss.item()]


class Inference(TorchCase):
    """The logits of a batch in eval() and inference_mode()."""

    def __init__(self, mode: str, file: str, network):
        super().__init__(mode, file)
        self.inputs, self.targets = self.images("images"), self.labels("labels")
        model = network()
        self.load(model, "model")
        self.model = self.prepared(model.eval())

    def step(self, turn: int | None) -> list[float]:
        with torch.inference_mode():
            logits = self.model(self.inputs)
            if turn is None:
                return []
            return [F.cross_entropy(logits, self.targets).item(), logits.square().mean().sqrt().item()]

    def compare(self) -> list[float]:
        return self.step(0)
