"""DCGANs in PyTorch as people write them, and GAAL's query synthesis through one.

The generator and the discriminator are those of Sources/Models/DCGAN, biases included.
"""

import torch
from torch import nn

from torch_case import TorchCase

LATENT = 100


def generator(size: int, channels: int, width: int = 64) -> nn.Sequential:
    outputs = width * size // 8
    layers = [nn.ConvTranspose2d(LATENT, outputs, 4, 1, 0, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    while outputs > width:
        layers += [
            nn.ConvTranspose2d(outputs, outputs // 2, 4, 2, 1, bias=False),
            nn.BatchNorm2d(outputs // 2),
            nn.ReLU(inplace=True),
        ]
        outputs //= 2
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh())


def discriminator(size: int, channels: int, width: int = 64) -> nn.Sequential:
    layers = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
    inputs = width
    while inputs < width * size // 8:
        layers += [
            nn.Conv2d(inputs, inputs * 2, 4, 2, 1, bias=False),
            nn.BatchNorm2d(inputs * 2),
            nn.LeakyReLU(0.2, inplace=True),
        ]
        inputs *= 2
    return nn.Sequential(*layers, nn.Conv2d(inputs, 1, 4, 1, 0), nn.Flatten(0))


class TrainingStep(TorchCase):
    """One D and G step on a batch of images; the usual loop, where G's images are made once."""

    def __init__(self, mode: str, file: str):
        super().__init__(mode, file)
        self.real = self.images("images")
        self.batch, channels, size, _ = self.real.shape
        self.g, self.d = generator(size, channels), discriminator(size, channels)
        self.load(self.g, "generator")
        self.load(self.d, "discriminator")
        self.g, self.d = self.prepared(self.g), self.prepared(self.d)
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        self.g_optimizer = self.optimizer(torch.optim.Adam, self.g.parameters(), **adam)
        self.d_optimizer = self.optimizer(torch.optim.Adam, self.d.parameters(), **adam)
        self.loss = nn.BCEWithLogitsLoss()
        self.ones, self.zeros = torch.ones(self.batch), torch.zeros(self.batch)

    def step(self, turn: int | None) -> list[float]:
        if turn is None:
            noise = torch.randn(self.batch, LATENT, 1, 1)
        else:
            noise = self["noise"][turn].reshape(self.batch, LATENT, 1, 1)
        self.d_optimizer.zero_grad()
        fake_images = self.g(noise)
        real = self.loss(self.d(self.real), self.ones)
        real.backward()
        fake = self.loss(self.d(fake_images.detach()), self.zeros)
        fake.backward()
        self.d_optimizer.step()

        self.g_optimizer.zero_grad()
        fooled = self.loss(self.d(fake_images), self.ones)
        fooled.backward()
        self.g_optimizer.step()
        return [real.item() + fake.item(), fooled.item()]


class Synthesis(TorchCase):
    """GAAL's inner problem: ten latent codes at once, a hundred steps of Adam on |w . x + b|, G frozen.

    x is the image in [0, 1]. Of each code the best place on its way counts, as on our side.
    """

    def __init__(self, mode: str, file: str):
        super().__init__(mode, file)
        self.g = generator(32, 1)
        self.load(self.g, "generator")
        self.g = self.prepared(self.g.eval().requires_grad_(False))
        self.w, self.b = self["w"].flatten(), self["b"].item()
        self.queries = self["noise"].shape[1]

    def distances(self, z: torch.Tensor) -> torch.Tensor:
        return ((self.g(z) * 0.5 + 0.5).flatten(1) @ self.w + self.b).abs()

    def step(self, turn: int | None) -> list[float]:
        if turn is None:
            z = torch.randn(self.queries, LATENT, 1, 1)
        else:
            z = self["noise"][turn].reshape(self.queries, LATENT, 1, 1).clone()
        z.requires_grad_(True)
        optimizer = self.optimizer(torch.optim.Adam, [z], lr=0.01)
        best_distances, best = torch.full([self.queries], torch.inf), z.detach().clone()
        first = None
        for _ in range(100 if turn is None else turn + 1):
            optimizer.zero_grad()
            distances = self.distances(z)
            distances.sum().backward()
            best_distances, best = keep(distances.detach(), z.detach(), best_distances, best)
            first = distances.sum().item() if first is None else first
            optimizer.step()
        with torch.no_grad():
            best_distances, best = keep(self.distances(z), z.detach(), best_distances, best)
            return [first, self.distances(best).sum().item()]


def keep(distances, z, best_distances, best):
    better = distances < best_distances
    return torch.where(better, distances, best_distances), torch.where(better[:, None, None, None], z, best)
