"""What the evaluation measures: word errors, spectral distance, pitch, duration, speaker similarity.

Numpy and the standard library only. Audio is one channel, `[n]`, int16 or float in -1..1, at SAMPLE_RATE_HZ.
Words are read by pocketsphinx (Debian: pocketsphinx, pocketsphinx-en-us), which shares nothing with the
teacher or the model. Where two signals are compared, `reference` is the teacher's and `other` the one judged.
"""

import re
import subprocess
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from config import SAMPLE_RATE_HZ

HOP = SAMPLE_RATE_HZ // 100  # 10 ms
WINDOW = SAMPLE_RATE_HZ // 40  # 25 ms
FFT_SIZE = 512
MEL_BANDS, CEPSTRA = 80, 25
MEL_RANGE_DB = 80.0  # log-mel values are kept within this distance of the loudest one
SILENCE_DB = 40.0  # a frame this far under the loud ones is silent
LOWEST_F0_HZ, HIGHEST_F0_HZ = 50, 500
YIN_THRESHOLD = 0.2  # share of a frame's energy that may be aperiodic when it is voiced
WARP_BAND = 0.2  # how far a DTW path may leave the diagonal, as a share of the length
RECOGNISER_PAD_SECONDS = 0.3
BOOTSTRAP_ROUNDS = 2000


# Words


def normalised_words(text):
    """Lower-case words; marks and hyphens separate, an apostrophe inside a word is part of it (`o'clock`)."""
    return re.findall(r"[a-z0-9]+(?:'[a-z0-9]+)*", text.lower().replace("\u2019", "'"))


def word_errors(reference, hypothesis):
    """(substitutions, deletions, insertions) of the cheapest edit from reference to hypothesis, in words."""
    wanted, heard = normalised_words(reference), normalised_words(hypothesis)
    row = [(j, 0, 0, j) for j in range(len(heard) + 1)]  # (errors, substitutions, deletions, insertions)
    for i, word in enumerate(wanted, 1):
        above, row = row, [(i, 0, i, 0)]
        for j, other in enumerate(heard, 1):
            errors, s, d, n = above[j - 1]
            same_or_substituted = (errors, s, d, n) if word == other else (errors + 1, s + 1, d, n)
            errors, s, d, n = above[j]
            deleted = (errors + 1, s, d + 1, n)
            errors, s, d, n = row[j - 1]
            inserted = (errors + 1, s, d, n + 1)
            row.append(min(same_or_substituted, deleted, inserted, key=lambda edit: edit[0]))
    return row[-1][1:]


def bootstrap_interval(errors_per_item, words_per_item, seed=1):
    """(rate, low, high): errors per word, or any values over the sum of their weights, and the 95 % interval when whole items
    `[n]` are drawn again."""
    errors, words = np.asarray(errors_per_item, float), np.asarray(words_per_item, float)
    draws = np.random.default_rng(seed).integers(len(errors), size=(BOOTSTRAP_ROUNDS, len(errors)))
    rates = errors[draws].sum(1) / words[draws].sum(1)
    low, high = np.percentile(rates, [2.5, 97.5])
    return errors.sum() / words.sum(), low, high


def write_wav(samples, path):
    """Float samples [n] -> WAV of 16 bits at SAMPLE_RATE_HZ."""
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
        sound.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def read_wav(path):
    """int16 [n] of a WAV of 16 bits at SAMPLE_RATE_HZ. Raises ValueError for another format."""
    with wave.open(str(path)) as sound:
        found = sound.getnchannels(), 8 * sound.getsampwidth(), sound.getframerate()
        if found != (1, 16, SAMPLE_RATE_HZ):
            raise ValueError(f"{path} has {found[0]} channels of {found[1]} bits at {found[2]} Hz; 1 of 16 bits at {SAMPLE_RATE_HZ} Hz is needed")
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def recognise(samples, rate=SAMPLE_RATE_HZ):
    """The words pocketsphinx hears in `samples`, lower case, separated by blanks."""
    if rate != SAMPLE_RATE_HZ:
        raise ValueError(f"the recogniser's model is for {SAMPLE_RATE_HZ} Hz, got {rate} Hz")
    padded = np.pad(as_float(samples), round(RECOGNISER_PAD_SECONDS * rate))
    with tempfile.NamedTemporaryFile(suffix=".wav", dir="/dev/shm") as file:
        write_wav(padded, file.name)
        command = ["pocketsphinx_continuous", "-infile", file.name, "-logfn", "/dev/null"]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return " ".join(printed.split())


def recognise_all(signals, workers=1):
    """`recognise` for a list of signals, in order, by `workers` processes at a time."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(recognise, signals))


# Spectrum


def as_float(samples):
    """`[n]` float64 in -1..1."""
    samples = np.asarray(samples)
    return samples / 32768 if samples.dtype == np.int16 else samples.astype(np.float64)


def cut_frames(samples, size):
    """`[frames, size]`: windows HOP apart, each centred on its multiple of HOP."""
    padded = np.pad(as_float(samples), (size // 2, size))
    count = len(samples) // HOP + 1
    return np.lib.stride_tricks.sliding_window_view(padded, size)[: count * HOP : HOP]


@lru_cache(maxsize=None)
def mel_filters(bands=MEL_BANDS, lowest_hz=0.0, highest_hz=SAMPLE_RATE_HZ / 2):
    """`[bands, FFT_SIZE/2 + 1]` triangles, evenly spaced in mel; each sums to one."""
    to_mel, to_hertz = lambda hertz: np.log1p(hertz / 700), lambda mel: 700 * np.expm1(mel)
    corners = to_hertz(np.linspace(to_mel(lowest_hz), to_mel(highest_hz), bands + 2))[:, None]
    hertz = np.arange(FFT_SIZE // 2 + 1) * SAMPLE_RATE_HZ / FFT_SIZE
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    filters = np.maximum(0, np.minimum((hertz - left) / (centre - left), (right - hertz) / (right - centre)))
    nearest = np.abs(hertz - centre).argmin(1)
    filters[np.arange(bands), nearest] += 1e-6  # the narrowest triangles may fall between two bins
    return filters / filters.sum(1, keepdims=True)


def log_mel(samples):
    """`[frames, MEL_BANDS]`: natural logarithm of the magnitude in each band."""
    power = np.abs(np.fft.rfft(cut_frames(samples, WINDOW) * np.hanning(WINDOW), FFT_SIZE)) ** 2
    logs = 0.5 * np.log(power @ mel_filters().T + 1e-12)
    return np.maximum(logs, logs.max() - MEL_RANGE_DB * np.log(10) / 20)


def mel_cepstra(samples):
    """`[frames, CEPSTRA]`: c with log-mel spectrum = c0 + sum of c_k cos(k w), w = 0..pi over the bands."""
    angles = np.outer(np.arange(CEPSTRA), np.arange(MEL_BANDS) + 0.5) * np.pi / MEL_BANDS
    cosines = np.cos(angles) * np.where(np.arange(CEPSTRA) == 0, 1, 2)[:, None] / MEL_BANDS
    return log_mel(samples) @ cosines.T


def sounding(samples):
    """`[frames]` bool: the frames that are not silent, against the signal's own loud frames."""
    level = 10 * np.log10(np.mean(cut_frames(samples, WINDOW) ** 2, axis=1) + 1e-12)
    return level > max(np.percentile(level, 95) - SILENCE_DB, -80.0)


def distances(a, b):
    """[n, m] between the rows of a [n, k] and b [m, k]."""
    return np.sqrt(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0))


def warp_path(cost):
    """(rows, columns) of the cheapest monotonic path through `cost [n, m]` near the diagonal, end to end.

    The cells of one anti-diagonal depend only on the two before and are computed together.
    """
    n, m = cost.shape
    off_diagonal = np.abs(np.arange(n)[:, None] / n - np.arange(m) / m)
    cost = np.where(off_diagonal <= max(WARP_BAND, 2 / min(n, m)), cost, np.inf)
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    for diagonal in range(2, n + m + 1):
        i = np.arange(max(1, diagonal - m), min(n, diagonal - 1) + 1)
        j = diagonal - i
        before = np.minimum(total[i - 1, j - 1], np.minimum(total[i - 1, j], total[i, j - 1]))
        total[i, j] = cost[i - 1, j - 1] + before
    i, j, path = n, m, []
    while i and j:
        path.append((i - 1, j - 1))
        i, j = min((i - 1, j - 1), (i - 1, j), (i, j - 1), key=lambda cell: total[cell])
    return tuple(np.array(path[::-1]).T)


def mel_cepstral_distortion(reference, other, align):
    """Mean distance in dB of the cepstra without c0 over sounding frames: on a DTW path or frame by frame."""
    a, b = mel_cepstra(reference)[:, 1:], mel_cepstra(other)[:, 1:]
    if align:
        a, b = a[sounding(reference)], b[sounding(other)]
        rows, columns = warp_path(distances(a, b))
        a, b = a[rows], b[columns]
    else:
        shared = min(len(a), len(b))
        heard = sounding(reference)[:shared]
        a, b = a[:shared][heard], b[:shared][heard]
    return 10 / np.log(10) * np.mean(np.sqrt(2 * ((a - b) ** 2).sum(1)))


# Pitch, duration, speaker


def track_f0(samples):
    """`[frames]` Hz every 10 ms by YIN; 0 where unvoiced."""
    longest, shortest = SAMPLE_RATE_HZ // LOWEST_F0_HZ, SAMPLE_RATE_HZ // HIGHEST_F0_HZ
    frames = cut_frames(samples, WINDOW + longest + 1)
    size = 2 * FFT_SIZE  # > WINDOW + longest
    lags = np.arange(longest + 2)
    head = np.fft.rfft(frames[:, :WINDOW], size).conj()
    products = np.fft.irfft(head * np.fft.rfft(frames, size))[:, : len(lags)]
    energy = np.pad(np.cumsum(frames**2, axis=1), ((0, 0), (1, 0)))
    shifted = energy[:, np.minimum(lags + WINDOW, frames.shape[1])] - energy[:, lags]
    difference = np.maximum(shifted[:, :1] + shifted - 2 * products, 0)
    running_mean = np.cumsum(difference[:, 1:], axis=1) / lags[1:]
    aperiodic = np.pad(difference[:, 1:] / (running_mean + 1e-12), ((0, 0), (1, 0)), constant_values=1)
    inner = aperiodic[:, shortest : longest + 1]
    lowest = (inner <= aperiodic[:, shortest - 1 : longest]) & (inner < aperiodic[:, shortest + 1 :])
    dips = lowest & (inner < YIN_THRESHOLD)
    lag = shortest + dips.argmax(axis=1)
    row = np.arange(len(lag))
    left, middle, right = (aperiodic[row, lag + step] for step in (-1, 0, 1))
    offset = 0.5 * (left - right) / (left - 2 * middle + right + 1e-12)  # of the parabola through the dip
    f0 = SAMPLE_RATE_HZ / (lag + np.clip(offset, -0.5, 0.5))
    return np.where(dips.any(axis=1) & sounding(samples), f0, 0.0)


def f0_error(reference, other):
    """(error of the mean F0 in %, ratio of the deviations of log F0: other / reference), voiced frames."""
    a, b = (f0[f0 > 0] for f0 in (track_f0(reference), track_f0(other)))
    if not len(a) or not len(b):
        return float("nan"), float("nan")
    return 100 * abs(b.mean() / a.mean() - 1), np.log(b).std() / np.log(a).std()


def duration_ratio(reference, other):
    """Length of the other signal in reference lengths; 1 is right, under 0.8 or over 1.25 is a stop error."""
    return len(other) / len(reference)


def speaker_similarity(a, b):
    """Cosine of speaker embeddings `[..., d]`, pair by pair: `[...]` in -1..1."""
    return np.sum(a * b, axis=-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
