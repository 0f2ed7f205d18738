"""DCGAN-32 in eager PyTorch as people write it: NCHW, default Adam, the usual loop.

The generator and the discriminator are those of Sources/Models/DCGAN at 32 x 32, biases included.
"""

import torch
from torch import nn

LATENT = 100


def generator(channels: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(LATENT, 256, 4, 1, 0, bias=False),  # 4 x 4
        nn.BatchNorm2d(256),
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(256, 128, 4, 2, 1, bias=False),  # 8 x 8
        nn.BatchNorm2d(128),
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False),  # 16 x 16
        nn.BatchNorm2d(64),
        nn.ReLU(inplace=True),
        nn.ConvTranspose2d(64, channels, 4, 2, 1),  # 32 x 32
        nn.Tanh(),
    )


def discriminator(channels: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, 64, 4, 2, 1),  # 16 x 16
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(64, 128, 4, 2, 1, bias=False),  # 8 x 8
        nn.BatchNorm2d(128),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(128, 256, 4, 2, 1, bias=False),  # 4 x 4
        nn.BatchNorm2d(256),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(256, 1, 4, 1, 0),  # 1 x 1
        nn.Flatten(0),
    )


def initialise(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


class TrainingStep:
    """One G and D step on a batch of images, fresh noise each time."""

    def __init__(self, batch: int):
        torch.manual_seed(1)
        self.batch = batch
        self.g = generator().apply(initialise)
        self.d = discriminator().apply(initialise)
        self.g_optimizer = torch.optim.Adam(self.g.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.d_optimizer = torch.optim.Adam(self.d.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.loss = nn.BCEWithLogitsLoss()
        self.images = torch.rand(batch, 1, 32, 32) * 2 - 1
        self.ones, self.zeros = torch.ones(batch), torch.zeros(batch)

    def run(self) -> dict:
        noise = torch.randn(self.batch, LATENT, 1, 1)
        self.d_optimizer.zero_grad()
        real = self.loss(self.d(self.images), self.ones)
        real.backward()
        fake_images = self.g(noise)
        fake = self.loss(self.d(fake_images.detach()), self.zeros)
        fake.backward()
        self.d_optimizer.step()

        self.g_optimizer.zero_grad()
        fooled = self.loss(self.d(fake_images), self.ones)
        fooled.backward()
        self.g_optimizer.step()
        return {"losses": {"discriminator": real.item() + fake.item(), "generator": fooled.item()}}


class Synthesis:
    """GAAL's inner problem: `queries` latent codes at once, `steps` of Adam on |w . G(z) + b|, G frozen."""

    def __init__(self, queries: int = 10, steps: int = 100):
        torch.manual_seed(2)
        self.queries, self.steps = queries, steps
        self.g = generator().apply(initialise)
        self.g.train()
        with torch.no_grad():  # running statistics as after training, so that inference mode has sane activations
            for _ in range(20):
                self.g(torch.randn(64, LATENT, 1, 1))
        self.g.eval().requires_grad_(False)
        self.w = torch.randn(32 * 32) * 0.1
        self.b = 0.5

    def run(self) -> dict:
        z = torch.randn(self.queries, LATENT, 1, 1, requires_grad=True)
        optimizer = torch.optim.Adam([z], lr=0.01)
        first = last = 0.0
        for step in range(self.steps):
            optimizer.zero_grad()
            objective = (self.g(z).flatten(1) @ self.w + self.b).abs().sum()
            objective.backward()
            optimizer.step()
            if step == 0:
                first = objective.item()
        last = objective.item()
        return {"objective": {"first": first, "last": last}}
