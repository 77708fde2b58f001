"""Mel filter banks and the multi-scale log-mel loss."""

import numpy as np
import torch
import torch.nn as nn

from config import SAMPLE_RATE_HZ

SCALES = ((128, 10), (256, 20), (512, 40), (1024, 80), (2048, 120))  # (FFT size, mel bands)


def mel_filters(fft_size, bands, top_hz=SAMPLE_RATE_HZ / 2):
    """[bands, fft / 2 + 1] triangular filters, HTK mel scale."""

    def to_mel(hertz):
        return 2595 * np.log10(1 + hertz / 700)

    edges = 700 * (10 ** (np.linspace(0, to_mel(top_hz), bands + 2) / 2595) - 1)
    bins = np.linspace(0, SAMPLE_RATE_HZ / 2, fft_size // 2 + 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    filters = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return torch.tensor(filters, dtype=torch.float32)


class MelLoss(nn.Module):
    """Mean L1 distance of log-mel spectra over five time-frequency resolutions."""

    def __init__(self):
        super().__init__()
        for size, bands in SCALES:
            self.register_buffer(f"window{size}", torch.hann_window(size), persistent=False)
            self.register_buffer(f"filters{size}", mel_filters(size, bands), persistent=False)

    def log_mel(self, samples, size):
        window, filters = getattr(self, f"window{size}"), getattr(self, f"filters{size}")
        bins = torch.stft(samples, size, size // 4, size, window, return_complex=True)
        return torch.log((filters @ bins.abs()).clamp(min=1e-4))

    def forward(self, samples, target):  # [B, N] each
        distances = [(self.log_mel(samples, s) - self.log_mel(target, s)).abs().mean() for s, _ in SCALES]
        return sum(distances) / len(distances)
