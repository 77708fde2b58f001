"""Extended short-time objective intelligibility (ESTOI) of a signal against its clean reference.

Source: Jensen and Taal, "An Algorithm for Predicting the Intelligibility of Speech Masked by Modulated Noise Maskers",
IEEE/ACM TASLP 24(11), 2016. From 0 to 1; it wants both signals in step, so it is for resynthesis and not for speech
from text.
"""

import numpy as np

from config import SAMPLE_RATE_HZ

RATE_HZ = 10_000  # the measure's own rate
WINDOW, HOP, FFT_SIZE = 256, 128, 512
BANDS, LOWEST_HZ = 15, 150  # one-third octaves
SEGMENT = 30  # frames, 384 ms
SILENT_DB = 40  # frames this far under the loudest one of the reference are left out


def resampled(samples):
    """[n] at SAMPLE_RATE_HZ -> [m] at RATE_HZ, through the spectrum."""
    padded = np.pad(samples, (0, -len(samples) % (SAMPLE_RATE_HZ // 1000)))
    count = len(padded) * RATE_HZ // SAMPLE_RATE_HZ
    return np.fft.irfft(np.fft.rfft(padded)[: count // 2 + 1], count) * count / len(padded)


def frames_of(samples):
    """[frames, WINDOW], windowed."""
    window = np.hanning(WINDOW + 2)[1:-1]
    return np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP] * window


def third_octaves():
    """[BANDS, FFT_SIZE / 2 + 1] of 0 and 1."""
    hertz = np.fft.rfftfreq(FFT_SIZE, 1 / RATE_HZ)
    centres = LOWEST_HZ * 2 ** (np.arange(BANDS)[:, None] / 3)
    return ((hertz >= centres * 2 ** (-1 / 6)) & (hertz < centres * 2 ** (1 / 6))).astype(float)


def envelopes(frames):
    """[BANDS, frames] magnitudes of the bands."""
    return np.sqrt(third_octaves() @ (np.abs(np.fft.rfft(frames, FFT_SIZE)) ** 2).T)


def standardised(values, axis):
    values = values - values.mean(axis, keepdims=True)
    return values / (np.linalg.norm(values, axis=axis, keepdims=True) + 1e-12)


def estoi(reference, other):
    """ESTOI of two float signals [n], [m] that are in step; the longer is cut. NaN below a segment of speech."""
    shared = min(len(reference), len(other))
    reference, other = (frames_of(resampled(np.asarray(each[:shared], float))) for each in (reference, other))
    level = 20 * np.log10(np.linalg.norm(reference, axis=1) + 1e-12)
    heard = level > level.max() - SILENT_DB
    a, b = envelopes(reference[heard]), envelopes(other[heard])
    if a.shape[1] < SEGMENT:
        return float("nan")
    cut = lambda bands: np.lib.stride_tricks.sliding_window_view(bands, SEGMENT, axis=1).transpose(1, 0, 2)
    a, b = (standardised(standardised(cut(each), 2), 1) for each in (a, b))  # [segments, BANDS, SEGMENT]
    return float(np.mean(np.sum(a * b, axis=(1, 2)) / SEGMENT))
