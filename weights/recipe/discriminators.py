"""Multi-period and multi-resolution discriminators, and the losses round them (HiFi-GAN, UnivNet, BigVGAN)."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils import weight_norm

PERIODS = (2, 3, 5, 7, 11)
RESOLUTIONS = (256, 512, 1024)  # STFT sizes; the hop is a quarter


class PeriodDiscriminator(nn.Module):
    """Convolutions over every period-th sample."""

    def __init__(self, period, width):
        super().__init__()
        self.period = period
        widths = [1, width, 2 * width, 4 * width, 8 * width]
        self.convs = nn.ModuleList(
            weight_norm(nn.Conv2d(a, b, (5, 1), (3, 1), (2, 0))) for a, b in zip(widths, widths[1:])
        )
        self.output = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), 1, (1, 0)))

    def forward(self, samples):  # [B, N] -> scores, features
        x = F.pad(samples[:, None], (0, -samples.shape[1] % self.period), "reflect")
        x = x.reshape(x.shape[0], 1, -1, self.period)
        return run_with_features(self.convs, self.output, x)


class ResolutionDiscriminator(nn.Module):
    """Convolutions over the complex spectrogram."""

    def __init__(self, size, width):
        super().__init__()
        self.size = size
        self.register_buffer("window", torch.hann_window(size), persistent=False)
        strides = [(2, 1), (2, 1), (2, 1), (2, 1)]
        inputs = [2, width, width, width]
        self.convs = nn.ModuleList(
            weight_norm(nn.Conv2d(a, width, (5, 3), stride, (2, 1))) for a, stride in zip(inputs, strides)
        )
        self.output = weight_norm(nn.Conv2d(width, 1, 3, 1, 1))

    def forward(self, samples):
        bins = torch.stft(samples, self.size, self.size // 4, self.size, self.window, return_complex=True)
        x = torch.stack([bins.real, bins.imag], 1) * (2 / self.size**0.5)
        return run_with_features(self.convs, self.output, x)


def run_with_features(convs, output, x):
    features = []
    for conv in convs:
        x = F.leaky_relu(conv(x), 0.1)
        features.append(x)
    return output(x), features


class Discriminators(nn.Module):
    def __init__(self, period_width=8, resolution_width=16):
        super().__init__()
        self.parts = nn.ModuleList(
            [PeriodDiscriminator(period, period_width) for period in PERIODS]
            + [ResolutionDiscriminator(size, resolution_width) for size in RESOLUTIONS]
        )

    def forward(self, samples):
        return [part(samples) for part in self.parts]


def discriminator_loss(real, fake):
    """Least-squares GAN loss of the discriminators, mean over them."""
    losses = [((1 - r) ** 2).mean() + (f**2).mean() for (r, _), (f, _) in zip(real, fake)]
    return sum(losses) / len(losses)


def generator_losses(real, fake):
    """(adversarial, feature matching), each a mean over the discriminators."""
    adversarial = [((1 - score) ** 2).mean() for score, _ in fake]
    matching = [
        sum((a - b.detach()).abs().mean() / (b.detach().abs().mean() + 1e-3) for a, b in zip(f, r)) / len(f)
        for (_, r), (_, f) in zip(real, fake)
    ]
    return sum(adversarial) / len(adversarial), sum(matching) / len(matching)
