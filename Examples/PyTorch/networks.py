"""Ladle's networks in torch.nn, with the names under which Ladle writes their tensors for PyTorch.

    model = networks.load("model.safetensors")      # what `ladle export torch` wrote
    logits = model(images)                          # [N, C, H, W]

`load` builds the network from the file's metadata and fills it; `build` makes one with PyTorch's own first weights. What
`safetensors.torch.save_file(model.state_dict(), path)` writes, Ladle's `loadTorch(from:)` reads.
"""

import json

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm, weight_norm


def load(path):
    """The network that a file describes, with its tensors, in evaluation mode."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
    if "architecture" not in metadata:
        raise ValueError(f"{path} does not say what it holds")
    model = build(metadata["architecture"], **json.loads(metadata["configuration"]), **extras(metadata))
    model.load_state_dict(load_file(path), strict=True)
    return model.eval()


def build(name, /, **configuration):
    return ARCHITECTURES[name](**configuration)


def extras(metadata):
    return {"imageChannels": int(metadata["channels"])} if metadata["architecture"] == "rica" else {}


def pooled():
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


# Classifiers


class Classifier(nn.Module):
    """Features and a last layer."""

    def __init__(self, body, head):
        super().__init__()
        self.body, self.head = nn.Sequential(*body), head

    def forward(self, x):
        return self.head(self.body(x))


def mlp(inputs, hidden, classes, dropout):
    widths = [inputs, *hidden]
    body = [nn.Flatten()]
    for before, after in zip(widths, widths[1:]):
        body += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(dropout)]
    return Classifier(body, nn.Linear(widths[-1], classes))


def cnn(imageSize, channels, classes, width, hidden, poolDropout, hiddenDropout):
    side = imageSize // 2
    body = [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
    body += [nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(poolDropout)]
    body += [nn.Flatten(), nn.Linear(2 * width * side * side, hidden), nn.ReLU(), nn.Dropout(hiddenDropout)]
    return Classifier(body, nn.Linear(hidden, classes))


def vgg16(channels, classes, width, head):
    body, inputs = [], channels
    for outputs, count in [(width, 2), (2 * width, 2), (4 * width, 3), (8 * width, 3), (8 * width, 3)]:
        for _ in range(count):
            body += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        body.append(nn.MaxPool2d(2))
    if "linear" in head:
        return Classifier([*body, pooled()], nn.Linear(inputs, classes))
    units, dropout = head["hidden"]["units"], head["hidden"]["dropout"]
    body += [nn.AdaptiveAvgPool2d(7), nn.Flatten()]
    for before in (49 * inputs, units):
        body += [nn.Linear(before, units), nn.ReLU(), nn.Dropout(dropout)]
    return Classifier(body, nn.Linear(units, classes))


class Block(nn.Module):
    """Two convolutions around a shortcut."""

    def __init__(self, inputs, outputs, stride=1, dilation=1):
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, dilation, dilation, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.branch(x) + self.shortcut(x))


def resnet(channels, classes, width, blocks):
    body = [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    inputs = width
    for stage, count in enumerate(blocks):
        for index in range(count):
            outputs = width << stage
            body.append(Block(inputs, outputs, 2 if stage and index == 0 else 1))
            inputs = outputs
    return Classifier([*body, pooled()], nn.Linear(inputs, classes))


class Segmentation(Classifier):
    def forward(self, x):
        return F.interpolate(super().forward(x), scale_factor=4, mode="bilinear", align_corners=False)


def dilated_resnet(channels, classes, width):
    w = width
    body = [nn.Conv2d(channels, w, 3, padding=1, bias=False), nn.BatchNorm2d(w), nn.ReLU()]
    body += [Block(w, w, 2), Block(w, 2 * w, 2), Block(2 * w, 4 * w, dilation=2), Block(4 * w, 4 * w, dilation=4)]
    for dilation in (2, 1):
        body += [nn.Conv2d(4 * w, 4 * w, 3, 1, dilation, dilation, bias=False), nn.BatchNorm2d(4 * w), nn.ReLU()]
    return Segmentation(body, nn.Conv2d(4 * w, classes, 1))


def convolutional_classifier(imageSize, channels, classes, width, blocks, hidden, dropout):
    def convolution(inputs, outputs):
        return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    layers = [*convolution(channels, width), nn.MaxPool2d(2)]
    for block in range(blocks):
        outputs = width << (block + 1)
        layers += [*convolution(width << block, outputs), *convolution(outputs, outputs), nn.MaxPool2d(2)]
    side = imageSize >> (blocks + 1)
    layers += [nn.Flatten(), nn.Linear(side * side * (width << blocks), hidden), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(hidden, classes))


# Generative models


def doublings(imageSize):
    base, count = (7 if imageSize % 7 == 0 else 4), 0
    while base << count < imageSize:
        count += 1
    return base, count


def dcgan_generator(imageSize, channels, latentSize, width, discriminatorNormalization="batch"):
    base, count = doublings(imageSize)
    outputs = width << (count - 1)
    layers = [nn.Unflatten(1, (latentSize, 1, 1)), nn.ConvTranspose2d(latentSize, outputs, base, bias=False)]
    layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
    for level in reversed(range(1, count)):
        outputs = width << (level - 1)
        layers += [nn.ConvTranspose2d(width << level, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh())


def dcgan_discriminator(imageSize, channels, latentSize, width, discriminatorNormalization):
    base, count = doublings(imageSize)
    spectral = discriminatorNormalization == "spectral"
    wrapped = spectral_norm if spectral else (lambda layer: layer)
    layers = [wrapped(nn.Conv2d(channels, width, 4, 2, 1)), nn.LeakyReLU(0.2)]
    for level in range(1, count):
        outputs = width << level
        layers.append(wrapped(nn.Conv2d(width << (level - 1), outputs, 4, 2, 1, bias=spectral)))
        layers += [nn.LeakyReLU(0.2)] if spectral else [nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, wrapped(nn.Conv2d(width << (count - 1), 1, base)), nn.Flatten())


def latent_discriminator(latentSize, hidden):
    widths, layers = [latentSize, *hidden], []
    for before, after in zip(widths, widths[1:]):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-1], 1))


class VAEEncoder(nn.Module):
    """Images to the mean and the logarithm of the variance."""

    def __init__(self, imageSize, channels, latentSize, width, initialization=None):
        super().__init__()
        levels = vae_levels(imageSize)
        layers, inputs = [], channels
        for level in range(levels):
            outputs = width << level
            layers += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        units = inputs * (imageSize >> levels) ** 2
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.mean, self.logVariance = nn.Linear(units, latentSize), nn.Linear(units, latentSize)

    def forward(self, x):
        units = self.features(x)
        return self.mean(units), self.logVariance(units)


def vae_levels(imageSize):
    return 4 if imageSize % 8 == 0 and imageSize >= 16 else 3


def vae_decoder(imageSize, channels, latentSize, width, initialization=None):
    levels = vae_levels(imageSize)
    side, depth = imageSize >> (levels - 1), width << (levels - 1)
    layers = [nn.Linear(latentSize, side * side * depth), nn.Unflatten(1, (depth, side, side))]
    for level in reversed(range(1, levels)):
        outputs = width << (level - 1)
        layers += [nn.ConvTranspose2d(width << level, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 1))


class VAE(nn.Module):
    """Images to reconstructions from the means, the means, and the logarithms of the variances."""

    def __init__(self, **configuration):
        super().__init__()
        self.encoder, self.decoder = VAEEncoder(**configuration), vae_decoder(**configuration)

    def forward(self, x):
        mean, log_variance = self.encoder(x)
        return self.decoder(mean), mean, log_variance


# ARAL


class ARALClassifier(nn.Module):
    """The noise and dropout of training are left out: identities keep the numbers."""

    def __init__(self, architecture, imageSize, channels, classes, classifierWidths, **others):
        super().__init__()
        if architecture == "dense":
            widths, layers = [imageSize * imageSize * channels, *classifierWidths], [nn.Flatten()]
            for before, after in zip(widths, widths[1:]):
                layers += [nn.Identity(), weight_norm(nn.Linear(before, after)), nn.ReLU()]
            output = [nn.Identity(), weight_norm(nn.Linear(widths[-1], classes))]
        else:
            v, w = classifierWidths
            layers = [nn.Identity(), nn.Identity()]

            def convolution(*arguments):
                layers.extend([weight_norm(nn.Conv2d(*arguments)), nn.LeakyReLU(0.2)])

            convolution(channels, v, 3, 1, 1)
            convolution(v, v, 3, 1, 1)
            convolution(v, v, 3, 2, 1)
            layers.append(nn.Identity())
            convolution(v, w, 3, 1, 1)
            convolution(w, w, 3, 1, 1)
            convolution(w, w, 3, 2, 1)
            layers.append(nn.Identity())
            convolution(w, w, 3)
            convolution(w, w, 1)
            convolution(w, w, 1)
            layers.append(pooled())
            output = [weight_norm(nn.Linear(w, classes))]
        self.features, self.output = nn.Sequential(*layers), nn.Sequential(*output)

    def forward(self, x):
        return self.output(self.features(x))


class ARALGenerator(nn.Sequential):
    """Latent codes and one-hot classes to images."""

    def __init__(self, architecture, imageSize, channels, classes, latentSize, autoencoderWidth, **others):
        w, side, inputs = autoencoderWidth, imageSize // 8, latentSize + classes
        if architecture == "dense":
            layers = []
            for before in (inputs, w):
                layers += [nn.Linear(before, w, bias=False), nn.BatchNorm1d(w), nn.Softplus()]
            layers += [weight_norm(nn.Linear(w, imageSize * imageSize * channels)), nn.Sigmoid()]
            layers.append(nn.Unflatten(1, (channels, imageSize, imageSize)))
        else:
            units = side * side * 4 * w
            layers = [nn.Linear(inputs, units, bias=False), nn.BatchNorm1d(units), nn.ReLU()]
            layers.append(nn.Unflatten(1, (4 * w, side, side)))
            for before in (4 * w, 2 * w):
                layers.append(nn.ConvTranspose2d(before, before // 2, 5, 2, 2, 1, bias=False))
                layers += [nn.BatchNorm2d(before // 2), nn.ReLU()]
            layers += [weight_norm(nn.ConvTranspose2d(w, channels, 5, 2, 2, 1), dim=1), nn.Tanh()]
        super().__init__(*layers)

    def forward(self, latents, classes):
        return super().forward(torch.cat((latents, classes), 1))


class ARALEncoder(nn.Sequential):
    """Images and one-hot classes to the mean and the logarithm of the variance."""

    def __init__(self, architecture, imageSize, channels, classes, latentSize, autoencoderWidth, **others):
        w, side, layers = autoencoderWidth, imageSize // 8, []
        if architecture == "dense":
            for before in (imageSize * imageSize * channels + classes, w):
                layers += [nn.Linear(before, w, bias=False), nn.BatchNorm1d(w), nn.Softplus()]
            layers.append(weight_norm(nn.Linear(w, 2 * latentSize)))
        else:
            for before, after in ((channels + 1, w), (w, 2 * w), (2 * w, 4 * w)):
                layers += [nn.Conv2d(before, after, 5, 2, 2, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            layers += [nn.Flatten(), weight_norm(nn.Linear(side * side * 4 * w, 2 * latentSize))]
        super().__init__(*layers)
        self.dense = architecture == "dense"

    def forward(self, x, classes):
        if self.dense:
            x = torch.cat((x.flatten(1), classes), 1)
        else:
            plane = classes.argmax(1).to(x.dtype) / classes.shape[1]
            x = torch.cat((x, plane.reshape(-1, 1, 1, 1).expand(-1, 1, *x.shape[2:])), 1)
        return super().forward(x).chunk(2, 1)


# Features learnt without labels


class RICA(nn.Module):
    """Images to rectified responses, averaged over regions: [N, filters, regions, regions]."""

    def __init__(self, imageChannels, patchSide, filters, poolingRegions, rectification, smoothing, **others):
        super().__init__()
        size = patchSide * patchSide * imageChannels
        self.shape = (filters, imageChannels, patchSide, patchSide)
        self.regions, self.rectification, self.smoothing = poolingRegions, rectification, smoothing
        self.register_buffer("filters", torch.zeros(filters, size))
        self.whitening = nn.Module()
        self.whitening.register_buffer("mean", torch.zeros(size))
        self.whitening.register_buffer("matrix", torch.zeros(size, size))
        self.whitening.register_buffer("variances", torch.zeros(size))

    def forward(self, x):
        whitened = self.filters @ self.whitening.matrix
        kernel = whitened - whitened.mean(1, keepdim=True)
        responses = F.conv2d(x, kernel.reshape(self.shape), -whitened @ self.whitening.mean)
        if self.rectification == "absolute":
            rectified = responses.abs()
        else:
            rectified = (responses.square() + self.smoothing).sqrt() - self.smoothing**0.5
        return F.adaptive_avg_pool2d(rectified, self.regions)


ARCHITECTURES = {
    "mlp": mlp,
    "cnn": cnn,
    "vgg16": vgg16,
    "resnet": resnet,
    "dilated-resnet": dilated_resnet,
    "convolutional-classifier": convolutional_classifier,
    "dcgan-generator": dcgan_generator,
    "dcgan-discriminator": dcgan_discriminator,
    "latent-discriminator": latent_discriminator,
    "beta-vae": VAE,
    "beta-vae-encoder": VAEEncoder,
    "beta-vae-decoder": vae_decoder,
    "aral-classifier": ARALClassifier,
    "aral-generator": ARALGenerator,
    "aral-encoder": ARALEncoder,
    "rica": RICA,
}
