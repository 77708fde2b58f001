"""The autoencoder parts in the geometry of the official release: waveform encoder and BigVGAN-style decoder.

Shapes and maths follow KALL-E section 3 and its released configuration; only whole sequences are run here, in
channels-first [B, C, T]. The first decoder convolution sees three latents ahead, everything after it is causal.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from layers import Snake


def kaiser_low_pass(taps, cutoff, half_width):
    """[taps] windowed-sinc low-pass of unit gain; cutoff in cycles a sample (at most 0.5)."""
    attenuation = 2.285 * (taps / 2 - 1) * math.pi * 4 * half_width + 7.95
    beta = 0.1102 * (attenuation - 8.7) if attenuation > 50 else 0.5842 * max(attenuation - 21, 0) ** 0.4
    beta += 0.07886 * (attenuation - 21) if 21 < attenuation <= 50 else 0.0
    time = torch.arange(taps) - (taps - 1) / 2
    kernel = 2 * cutoff * torch.sinc(2 * cutoff * time) * torch.kaiser_window(taps, False, beta)
    return kernel / kernel.sum()


class AliasFreeSnake(nn.Module):
    """Doubles the rate, applies SnakeBeta, low-passes and halves the rate again."""

    def __init__(self, channels, taps):
        super().__init__()
        self.snake, self.taps = Snake(channels), taps
        self.register_buffer("kernel", kaiser_low_pass(taps, 0.25, 0.3), persistent=False)

    def forward(self, x):  # [B, C, T]
        channels, length = x.shape[1], x.shape[2]
        kernel = self.kernel.expand(channels, 1, -1)
        side = self.taps // 2
        x = F.pad(x, (side, side), "replicate")
        x = 2 * F.conv_transpose1d(x, kernel, stride=2, groups=channels)
        first = 2 * side + (self.taps - 2) // 2
        x = x[..., first : first + 2 * length]
        x = self.snake(x.transpose(1, 2)).transpose(1, 2)
        x = F.pad(x, (side - 1, side), "replicate")
        return F.conv1d(x, kernel, stride=2, groups=channels)[..., :length]


class CausalConv1d(nn.Module):
    def __init__(self, channels_in, channels_out, kernel, dilation=1):
        super().__init__()
        self.left = (kernel - 1) * dilation
        self.conv = nn.Conv1d(channels_in, channels_out, kernel, dilation=dilation)

    def forward(self, x):
        return self.conv(F.pad(x, (self.left, 0)))


class AmpBlock(nn.Module):
    """Residual pairs of alias-free Snake and causal convolutions of growing dilation."""

    def __init__(self, channels, kernel, dilations, taps):
        super().__init__()
        self.pairs = nn.ModuleList(
            nn.Sequential(
                AliasFreeSnake(channels, taps),
                CausalConv1d(channels, channels, kernel, dilation),
                AliasFreeSnake(channels, taps),
                CausalConv1d(channels, channels, kernel),
            )
            for dilation in dilations
        )

    def forward(self, x):
        for pair in self.pairs:
            x = x + pair(x)
        return x


class BigVganDecoder(nn.Module):
    """Latents [B, T, D] -> samples [B, T * product of rates] in -1..1."""

    def __init__(self, config, latent_dim):
        super().__init__()
        self.config = config
        self.input = nn.Conv1d(latent_dim, config.channels, config.input_kernel, padding=config.input_kernel // 2)
        widths = [config.channels // 2**stage for stage in range(len(config.rates) + 1)]
        self.up = nn.ModuleList(
            nn.ConvTranspose1d(a, b, 2 * rate, rate) for a, b, rate in zip(widths, widths[1:], config.rates)
        )
        self.blocks = nn.ModuleList(
            nn.ModuleList(AmpBlock(width, kernel, config.block_dilations, config.filter_taps) for kernel in config.block_kernels)
            for width in widths[1:]
        )
        self.activation = AliasFreeSnake(widths[-1], config.filter_taps)
        self.output = CausalConv1d(widths[-1], 1, 7)

    def forward(self, latents):
        x = self.input(latents.transpose(1, 2))
        for up, rate, blocks in zip(self.up, self.config.rates, self.blocks):
            x = up(x)[..., :-rate]
            x = sum(block(x) for block in blocks) / len(blocks)
        return torch.tanh(self.output(self.activation(x)))[:, 0]


class WaveEncoder(nn.Module):
    """Samples [B, n * 1280] -> mean and log-scale [B, n, D]: strided convolutions and dilated residual stacks."""

    def __init__(self, config, latent_dim):
        super().__init__()
        self.config = config
        self.input = nn.Conv1d(1, config.channels[0], 3, padding=1)
        pairs = zip(config.channels, config.channels[1:], config.rates)
        self.down = nn.ModuleList(nn.Conv1d(a, b, 2 * rate, rate) for a, b, rate in pairs)
        self.stacks = nn.ModuleList(
            nn.ModuleList(
                nn.Sequential(
                    nn.LeakyReLU(),
                    nn.Conv1d(width, width, 3, dilation=2**layer, padding=2**layer),
                    nn.LeakyReLU(),
                    nn.Conv1d(width, width, 3, padding=1),
                )
                for layer in range(config.layers)
            )
            for width in config.channels[1:]
        )
        self.output = nn.Conv1d(config.channels[-1], 2 * latent_dim, 3, padding=1)

    def forward(self, samples):
        x = F.leaky_relu(self.input(samples[:, None]), 0.2)
        for down, rate, stack in zip(self.down, self.config.rates, self.stacks):
            x = down(F.pad(x, (rate // 2, rate - rate // 2)))
            for layer in stack:
                x = x + layer(x)
            x = F.leaky_relu(x, 0.2)
        mean, log_scale = self.output(x).transpose(1, 2).chunk(2, -1)
        return mean, log_scale.clamp(self.config.log_scale_min, self.config.log_scale_max)
