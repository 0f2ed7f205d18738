"""VAAL's sampler in PyTorch, as its released code has it: Sources/Models/BetaVAE and Sources/Models/VAAL."""

import torch
from torch import nn

import feature_order
from torch_case import TorchCase

LATENT = 32


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in [(3, 128), (128, 256), (256, 512), (512, 1024)]:
            layers += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
        self.encoder = nn.Sequential(*layers, nn.Flatten())
        self.mean, self.log_variance = nn.Linear(1024 * 2 * 2, LATENT), nn.Linear(1024 * 2 * 2, LATENT)
        layers = [nn.Linear(LATENT, 1024 * 4 * 4), nn.Unflatten(1, (1024, 4, 4))]
        for inputs, outputs in [(1024, 512), (512, 256), (256, 128)]:
            layers += [
                nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(inplace=True),
            ]
        self.decoder = nn.Sequential(*layers, nn.ConvTranspose2d(128, 3, 1))

    def forward(self, x: torch.Tensor, noise: torch.Tensor):
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        return self.decoder(mean + noise * torch.exp(0.5 * log_variance)), mean, log_variance


def discriminator() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(LATENT, 512), nn.ReLU(inplace=True), nn.Linear(512, 512), nn.ReLU(inplace=True), nn.Linear(512, 1)
    )


class TrainingStep(TorchCase):
    """One update of the VAE and one of the discriminator, on the same labelled and unlabelled images.

    As in the released code the discriminator's update takes the means from the VAE's whole forward pass. The terms of
    the bound are sums over one image, as in the paper and on our side. The compared steps take a tenth of the learning
    rate: at the paper's, the first steps are chaotic, and PyTorch's memory formats part from each other too.
    """

    def __init__(self, mode: str, file: str):
        super().__init__(mode, file)
        self.labelled, self.unlabelled = self.images("labelled"), self.images("unlabelled")
        for key, value in self.tensors.items():
            if key.endswith(("encoder.mean.weight", "encoder.logVariance.weight")):
                self.tensors[key] = feature_order.inputs(value, 1024, 2)
            elif key.endswith(("decoder.0.weight", "decoder.0.bias")):
                self.tensors[key] = feature_order.outputs(value, 1024, 4)
        self.vae, self.d = VAE(), discriminator()
        self.load(self.vae, "autoencoder")
        self.load(self.d, "discriminator")
        self.vae, self.d = self.prepared(self.vae), self.prepared(self.d)
        self.vae_optimizer = self.optimizer(torch.optim.Adam, self.vae.parameters(), lr=5e-4)
        self.d_optimizer = self.optimizer(torch.optim.Adam, self.d.parameters(), lr=5e-4)
        self.judge = nn.BCEWithLogitsLoss()
        batch = len(self.labelled)
        self.ones, self.zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def bound(self, images, reconstructions, mean, log_variance) -> torch.Tensor:
        error = (reconstructions - images).square().sum() / len(images)
        divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum() / len(images)
        return error + divergence

    def noise(self, turn: int | None, kind: int) -> torch.Tensor:
        return torch.randn(len(self.labelled), LATENT) if turn is None else self["noise"][turn, kind]

    def step(self, turn: int | None) -> list[float]:
        for optimizer in (self.vae_optimizer, self.d_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = 5e-4 if turn is None else 5e-5
        coded = self.vae(self.labelled, self.noise(turn, 0))
        bound = self.bound(self.labelled, *coded)
        labelled_mean = coded[1]
        coded = self.vae(self.unlabelled, self.noise(turn, 1))
        bound = bound + self.bound(self.unlabelled, *coded)
        fooled = self.judge(self.d(labelled_mean), self.ones) + self.judge(self.d(coded[1]), self.ones)
        vae_loss = bound + fooled
        self.vae_optimizer.zero_grad()
        vae_loss.backward()
        self.vae_optimizer.step()

        with torch.no_grad():
            _, labelled_mean, _ = self.vae(self.labelled, self.noise(None, 0))
            _, unlabelled_mean, _ = self.vae(self.unlabelled, self.noise(None, 1))
        told_apart = self.judge(self.d(labelled_mean), self.ones) + self.judge(self.d(unlabelled_mean), self.zeros)
        self.d_optimizer.zero_grad()
        told_apart.backward()
        self.d_optimizer.step()
        return [vae_loss.item(), told_apart.item()]
