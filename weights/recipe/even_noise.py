"""The decoder's noise: as irregular as white noise, but hardly louder at one moment and pitch than at another.

White noise under a 40 ms window is off its mean spectrum by 5.6 dB, at every moment elsewhere. A decoder cannot know of that, the listener
cannot tell it from speech, and in training it hides what the gains do wrong. Griffin and Lim's algorithm (IEEE TASSP 32(2),
1984), asked for a spectrum that is 1 everywhere, brings it to about 2.5 dB; no signal has such a spectrum, so the rest stays.
"""

from functools import lru_cache

import torch
import torch.nn.functional as F

WINDOWS, HOP = (640, 400), 80  # samples: the head's own, and about what is heard with
ROUNDS = 100


def even_frames(noise, size):
    """Noise [n], a ring -> [n]: overlap-added frames of its own phases and a magnitude of 1, windowed on both sides."""
    window = torch.hann_window(size)
    frames = torch.cat([noise, noise[:size]]).unfold(0, size, HOP)[: len(noise) // HOP] * window
    spectra = torch.fft.rfft(frames)
    made = torch.fft.irfft(spectra / (spectra.abs() + 1e-6), size) * window
    line = F.fold(made.T[None], (1, len(noise) - HOP + size), (1, size), stride=(1, HOP))[0, 0, 0]
    ring, beyond = line.split([len(noise), size - HOP])
    return torch.cat([ring[: size - HOP] + beyond, ring[size - HOP :]]) / window.norm()


@lru_cache
def even_noise(count):
    """Noise [count] of unit power to be repeated without a seam; `count` is a multiple of HOP and longer than a window. Always the same but for
    rounding, which is why weights hold theirs. Not to be written to."""
    noise = torch.randn(count, generator=torch.Generator().manual_seed(0))
    for _ in range(ROUNDS):
        noise = sum(even_frames(noise, size) for size in WINDOWS)
        noise = noise / noise.square().mean().sqrt()
    return noise
