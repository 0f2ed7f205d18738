"""ARAL's four networks for CIFAR-10 in PyTorch, as its released code has them: Sources/Models/ARAL."""

import torch
from torch import nn
from torch.nn import functional as F

import feature_order
from torch_case import TorchCase

LATENT, CLASSES = 100, 10


class Noise(nn.Module):
    def __init__(self, deviation: float):
        super().__init__()
        self.deviation = deviation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.randn_like(x) * self.deviation if self.deviation > 0 else x


def normalised(weight: torch.Tensor, length: torch.Tensor, axes: tuple[int, ...]) -> torch.Tensor:
    return weight * (length / torch.sqrt(weight.square().sum(axes, keepdim=True) + 1e-6))


class NormalisedLinear(nn.Linear):
    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs)
        self.length = nn.Parameter(torch.ones(outputs, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, normalised(self.weight, self.length, (1,)), self.bias)


class NormalisedConvolution(nn.Conv2d):
    """Its lengths stay 1."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.register_buffer("length", torch.ones(self.out_channels, 1, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = normalised(self.weight, self.length, (1, 2, 3))
        return F.conv2d(x, weight, self.bias, self.stride, self.padding)


class NormalisedTransposedConvolution(nn.ConvTranspose2d):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.length = nn.Parameter(torch.ones(1, self.out_channels, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = normalised(self.weight, self.length, (0, 2, 3))
        return F.conv_transpose2d(x, weight, self.bias, self.stride, self.padding, self.output_padding)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = [Noise(0.05), nn.Dropout2d(0.2)]

        def convolution(*arguments):
            layers.extend([NormalisedConvolution(*arguments), nn.LeakyReLU(0.2)])

        convolution(3, 96, 3, 1, 1)
        convolution(96, 96, 3, 1, 1)
        convolution(96, 96, 3, 2, 1)
        layers.append(nn.Dropout(0.5))
        convolution(96, 192, 3, 1, 1)
        convolution(192, 192, 3, 1, 1)
        convolution(192, 192, 3, 2, 1)
        layers.append(nn.Dropout(0.5))
        convolution(192, 192, 3, 1, 0)
        convolution(192, 192, 1, 1, 0)
        convolution(192, 192, 1, 1, 0)
        self.features = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.output = NormalisedLinear(192, CLASSES)

    def forward(self, x: torch.Tensor, only_features: bool = False) -> torch.Tensor:
        features = self.features(x)
        return features if only_features else self.output(features)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [
            nn.Linear(LATENT + CLASSES, 512 * 4 * 4, bias=False),
            nn.BatchNorm1d(512 * 4 * 4),
            nn.ReLU(),
            nn.Unflatten(1, (512, 4, 4)),
        ]
        for inputs, outputs in [(512, 256), (256, 128)]:
            layers += [
                nn.ConvTranspose2d(inputs, outputs, 5, 2, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
            ]
        self.network = nn.Sequential(*layers, NormalisedTransposedConvolution(128, 3, 5, 2, 2, 1), nn.Tanh())

    def forward(self, latents: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        return self.network(torch.cat((latents, classes), 1))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in [(4, 128), (128, 256), (256, 512)]:
            layers += [nn.Conv2d(inputs, outputs, 5, 2, 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        self.network = nn.Sequential(*layers, nn.Flatten(), NormalisedLinear(512 * 4 * 4, 2 * LATENT))

    def forward(self, x: torch.Tensor, classes: torch.Tensor):
        plane = classes.argmax(1).float() / CLASSES
        plane = plane.reshape(-1, 1, 1, 1).repeat(1, 1, x.shape[2], x.shape[3])
        return self.network(torch.cat((x, plane), 1)).chunk(2, 1)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator, self.encoder = Generator(), Encoder()


def sampler() -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs in (LATENT, 512, 512, 512):
        layers += [nn.Linear(inputs, 512), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.Linear(512, 1))


class TrainingStep(TorchCase):
    """The three updates of a step: classifier, generator and encoder, sampler.

    As in the released code the unlabelled images go through the classifier once for their features and once for each of
    the two updates that need their classes. Its defects are left out, as on our side. Noise and dropout are left out of
    the compared steps.
    """

    def __init__(self, mode: str, file: str):
        super().__init__(mode, file)
        self.labelled, self.unlabelled = self.images("labelled"), self.images("unlabelled")
        self.targets = self.labels("labels")
        for key, value in list(self.tensors.items()):
            if key.endswith("magnitude"):
                # Lengths start at one on both sides.
                if not torch.equal(value, torch.ones_like(value)):
                    raise SystemExit(f"{key} is not one everywhere")
                del self.tensors[key]
            elif key.startswith("autoencoder/") and value.shape[-1] == 512 * 4 * 4:
                # The dense layer in front of the generator's first map, and its batch norm.
                self.tensors[key] = feature_order.outputs(value, 512, 4)
            elif key.startswith("autoencoder/") and value.shape[0] == 512 * 4 * 4:
                # The dense layer behind the encoder's last map.
                self.tensors[key] = feature_order.inputs(value, 512, 4)
        self.classifier, self.autoencoder, self.sampler = Classifier(), Autoencoder(), sampler()
        self.load(self.classifier, "classifier")
        self.load(self.autoencoder, "autoencoder")
        self.load(self.sampler, "sampler")
        self.noises = {
            layer: (name, getattr(layer, name))
            for layer in self.classifier.modules()
            for name in ("p", "deviation")
            if hasattr(layer, name)
        }
        self.set_noise(False)
        parts = [self.prepared(part) for part in (self.classifier, self.autoencoder, self.sampler)]
        self.classifier, self.autoencoder, self.sampler = parts
        self.classifier_optimizer, self.autoencoder_optimizer, self.sampler_optimizer = (
            self.optimizer(torch.optim.Adam, part.parameters(), lr=rate, betas=(beta1, 0.999))
            for part, rate, beta1 in zip(parts, (6e-4, 3e-4, 6e-4), (0.5, 0.0, 0.5))
        )
        self.judge = nn.BCEWithLogitsLoss()
        batch = len(self.labelled)
        self.ones, self.zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def set_noise(self, wanted: bool) -> None:
        for layer, (name, value) in self.noises.items():
            setattr(layer, name, value if wanted else 0.0)
        self.noisy = wanted

    def draw(self, turn: int | None, which: int) -> tuple[torch.Tensor, torch.Tensor]:
        if turn is None:
            batch = len(self.unlabelled)
            return torch.rand(batch, LATENT), F.one_hot(torch.randint(CLASSES, (batch,)), CLASSES).float()
        return self["latents"][turn, which], F.one_hot(self["classes"][turn, which].long(), CLASSES).float()

    def predicted(self) -> torch.Tensor:
        return F.one_hot(self.classifier(self.unlabelled).argmax(1), CLASSES).float()

    def step(self, turn: int | None) -> list[float]:
        if self.noisy != (turn is None):
            self.set_noise(turn is None)
        generator, encoder = self.autoencoder.generator, self.autoencoder.encoder
        labels = F.one_hot(self.targets, CLASSES).float()

        generated = generator(*self.draw(turn, 0))
        lab_loss = F.cross_entropy(self.classifier(self.labelled), self.targets)
        unl = torch.logsumexp(self.classifier(self.unlabelled), 1)
        gen = torch.logsumexp(self.classifier(generated.detach()), 1)
        classifier_loss = lab_loss - 0.5 * unl.mean() + 0.5 * F.softplus(unl).mean() + 0.5 * F.softplus(gen).mean()
        self.classifier_optimizer.zero_grad()
        classifier_loss.backward()
        self.classifier_optimizer.step()

        latents, classes = self.draw(turn, 1)
        generated = generator(latents, classes)
        mean, log_variance = encoder(generated, classes)
        likelihood = 0.5 * (log_variance + (latents - mean).square() / log_variance.exp()).sum(1).mean()
        unl_features = self.classifier(self.unlabelled, only_features=True)
        gen_features = self.classifier(generated, only_features=True)
        loss = (gen_features.mean(0) - unl_features.mean(0)).abs().mean() + 1e-3 * CLASSES * likelihood
        with torch.no_grad():
            predicted = self.predicted()
        labelled_mean, _ = encoder(self.labelled, labels)
        mean, log_variance = encoder(self.unlabelled, predicted)
        noise = torch.randn(mean.shape) if turn is None else self["noise"][turn]
        reconstructions = generator(mean + noise * torch.exp(0.5 * log_variance), predicted)
        count = len(self.unlabelled)
        error = (reconstructions - self.unlabelled).square().sum() / count
        divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum() / count
        fooled = self.judge(self.sampler(labelled_mean), self.ones) + self.judge(self.sampler(mean), self.ones)
        loss = loss + 1e-3 * (error + divergence) + 1e-3 * fooled
        self.autoencoder_optimizer.zero_grad()
        loss.backward()
        self.autoencoder_optimizer.step()

        with torch.no_grad():
            labelled_mean, _ = encoder(self.labelled, labels)
            mean, _ = encoder(self.unlabelled, self.predicted())
        told_apart = self.judge(self.sampler(labelled_mean), self.ones) + self.judge(self.sampler(mean), self.zeros)
        sampler_loss = 1e-3 * told_apart
        self.sampler_optimizer.zero_grad()
        sampler_loss.backward()
        self.sampler_optimizer.step()
        return [classifier_loss.item(), loss.item(), sampler_loss.item()]
