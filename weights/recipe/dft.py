"""Discrete Fourier bases as matrices, computed from exact integer phases.

The index vectors are buffers, so that an exported graph holds them as initialisers and computes the basis when it is
loaded, rather than store a table of megabytes.
"""

import math

import torch
import torch.nn as nn


class DftBasis(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size
        bins = size // 2 + 1
        self.register_buffer("time", torch.arange(size, dtype=torch.float32), persistent=False)
        self.register_buffer("bin", torch.arange(bins, dtype=torch.float32), persistent=False)
        weight = torch.full((bins,), 2.0 / size)
        weight[0] = weight[-1] = 1.0 / size
        self.register_buffer("weight", torch.cat([weight, weight]), persistent=False)

    def forward(self):
        """[size, 2 * bins]: columns cos, then -sin, of a one-sided DFT."""
        period = torch.tensor(float(self.size), device=self.time.device)
        product = self.time[:, None] * self.bin[None]
        angle = (product - torch.floor(product / period) * period) * torch.tensor(2 * math.pi / self.size)
        return torch.cat([torch.cos(angle), -torch.sin(angle)], 1)

    def inverse(self):
        """[2 * bins, size]: the inverse, from the real parts, then the imaginary parts, of a one-sided spectrum."""
        return self.forward().transpose(0, 1) * self.weight[:, None]
