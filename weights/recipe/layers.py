"""Layers the models are made of. Sequences are channels-last [B, T, C]: matrix products do the work.

Causal layers take the tail of what came before and give back the new one, so that training on whole crops (zero
tails) and streaming in chunks are the same code.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def full_precision(x):
    """Context in which matrix products on x's device stay in f32 under autocast (spectra, KL terms)."""
    return torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=False)


class Snake(nn.Module):
    """x + sin^2(a x) / b with learned log-scale a, b per channel (SnakeBeta, BigVGAN)."""

    def __init__(self, channels):
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x):  # [B, T, C]
        return x + torch.exp(-self.beta) * torch.sin(x * torch.exp(self.alpha)) ** 2


class DepthwiseConv(nn.Module):
    """Depthwise convolution as a sum of shifted products (torch's own backward is slow on CPU)."""

    def __init__(self, channels, kernel):
        super().__init__()
        bound = 1 / math.sqrt(kernel)
        self.weight = nn.Parameter(torch.empty(kernel, channels).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):  # [B, T + kernel - 1, C] -> [B, T, C]
        length = x.shape[1] - self.weight.shape[0] + 1
        y = self.bias
        for tap in range(self.weight.shape[0]):
            y = y + x[:, tap : tap + length] * self.weight[tap]
        return y


class ResidualBlock(nn.Module):
    """Depthwise convolution, norm, expand, Snake, contract (ConvNeXt shape), scaled and added to the input.

    `padding` is (left, right) for a block that sees the future (encoder); a causal block is given its tail instead.
    """

    def __init__(self, channels, hidden, kernel):
        super().__init__()
        self.kernel = kernel
        self.conv = DepthwiseConv(channels, kernel)
        self.norm = nn.LayerNorm(channels)
        self.expand = nn.Linear(channels, hidden)
        self.snake = Snake(hidden)
        self.contract = nn.Linear(hidden, channels)
        self.scale = nn.Parameter(torch.full((channels,), 0.125))

    def mix(self, x):  # [B, T + kernel - 1, C] -> [B, T, C]
        return self.contract(self.snake(self.expand(self.norm(self.conv(x))))).float() * self.scale

    def forward(self, x):
        side = self.kernel // 2
        return x + self.mix(F.pad(x, (0, 0, side, side)))

    def causal(self, x, tail):
        """x [B, T, C], tail [B, kernel - 1, C] -> y [B, T, C], new tail."""
        joined = torch.cat([tail, x], 1)
        return x + self.mix(joined), joined[:, joined.shape[1] - self.kernel + 1 :]


class CausalConv(nn.Module):
    """Convolution over the tail and the chunk, written as one matrix product."""

    def __init__(self, channels_in, channels_out, kernel):
        super().__init__()
        self.kernel = kernel
        self.linear = nn.Linear(kernel * channels_in, channels_out)

    def forward(self, x, tail):  # [B, T, Cin], [B, kernel - 1, Cin]
        joined = torch.cat([tail, x], 1)
        length = x.shape[1]
        taps = torch.cat([joined[:, tap : tap + length] for tap in range(self.kernel)], -1)
        return self.linear(taps).float(), joined[:, joined.shape[1] - self.kernel + 1 :]


class CausalUpsample(nn.Module):
    """Transposed convolution of kernel 2 * stride without its future half, polyphase: two taps per output phase."""

    def __init__(self, channels_in, channels_out, stride):
        super().__init__()
        self.stride, self.channels_out = stride, channels_out
        self.linear = nn.Linear(2 * channels_in, stride * channels_out)

    def forward(self, x, tail):  # [B, T, Cin], [B, 1, Cin] -> [B, T * stride, Cout]
        joined = torch.cat([tail, x], 1)
        y = self.linear(torch.cat([joined[:, :-1], joined[:, 1:]], -1)).float()
        return y.reshape(x.shape[0], -1, self.channels_out), joined[:, -1:]


class StridedConv(nn.Module):
    """Downsampling convolution of kernel 2 * stride that sees half a stride to either side."""

    def __init__(self, channels_in, channels_out, stride):
        super().__init__()
        self.stride = stride
        self.linear = nn.Linear(2 * stride * channels_in, channels_out)

    def forward(self, x):  # [B, T, Cin] -> [B, T / stride, Cout]
        batch, length, channels = x.shape
        half = self.stride // 2
        padded = F.pad(x, (0, 0, half, self.stride - half))
        steps = padded.reshape(batch, length // self.stride + 1, self.stride * channels)
        return self.linear(torch.cat([steps[:, :-1], steps[:, 1:]], -1)).float()


class RmsNorm(nn.Module):
    def __init__(self, dim, eps):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight
