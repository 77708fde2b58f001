"""PESQ-like score: how good wideband speech sounds against its clean reference, from 1.0 (bad) to 4.64 (the same).

An implementation of its own after the published description of ITU-T P.862 and P.862.2 (Rix, Beerends, Hollier and Hekstra,
"Perceptual evaluation of speech quality (PESQ)", ICASSP 2001; Beerends et al., "PESQ, Part II: Psychoacoustic model", JAES
50(10), 2002). It is not PESQ and its figures are none of PESQ's: signals have to be in step, for nothing is aligned in time, and
where the description gives tables or nothing, this was chosen: bands of equal width on Zwicker's Bark scale from 50 Hz, which
take the place of the input filter; Terhardt's hearing threshold; one exponent of loudness in all bands; loudness calibrated by
a tone of 40 dB that has one sone; every frame counts for the transfer function, in the bands where it is well audible; all
split seconds weigh the same.

Powers are intensities over that of 0 dB SPL. R and O are those of the reference and of the other signal, `[frames, BANDS]`.
"""

from functools import lru_cache

import numpy as np

from config import SAMPLE_RATE_HZ

WINDOW, HOP = SAMPLE_RATE_HZ * 32 // 1000, SAMPLE_RATE_HZ * 16 // 1000
BANDS, LOWEST_HZ = 49, 50.0
SPEECH_HZ = 350.0, 3250.0  # where the level is measured
LISTENING_DB = 79.0  # SPL
SILENT_POWER = 1e-10  # of full scale; what is under it is not brought to the listening level
WELL_AUDIBLE, TRANSFER_OFFSET, TRANSFER_LIMIT = 1e3, 1e3, 100.0  # times the threshold; powers; a power ratio of 20 dB
GAIN_OFFSET, GAIN_MEMORY, GAIN_RANGE = 5e3, 0.2, (3e-4, 5.0)
LOUDNESS_EXPONENT = 0.23
MASKING = 0.25  # of the softer loudness, differences within which are not heard
ASYMMETRY_OFFSET, ASYMMETRY_EXPONENT, ASYMMETRY_RANGE = 50.0, 1.2, (3.0, 12.0)
FRAME_OFFSET, FRAME_POWER, FRAME_EXPONENT = 1e5, 1e7, 0.04  # what disturbs soft frames counts for more
MOST_DISTURBED = 45.0
SPLIT_SECOND, SPLIT_HOP = 20, 10  # frames


def bark(hertz):
    """Zwicker's critical-band rate."""
    return 13 * np.arctan(7.6e-4 * hertz) + 3.5 * np.arctan((hertz / 7500) ** 2)


BARK_RANGE = bark(LOWEST_HZ), bark(SAMPLE_RATE_HZ / 2)


@lru_cache(maxsize=None)
def band_shares():
    """`[BANDS, WINDOW / 2 + 1]`: the share of every bin of the spectrum that lies in a band."""
    edges = np.linspace(*BARK_RANGE, BANDS + 1)[:, None]
    bins = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE_HZ)
    low, high = (bark(np.clip(bins + half * SAMPLE_RATE_HZ / WINDOW, 0, SAMPLE_RATE_HZ / 2)) for half in (-0.5, 0.5))
    return np.maximum(0, np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1])) / (high - low)


@lru_cache(maxsize=None)
def threshold():
    """`[BANDS]` powers of the softest tones that are heard (Terhardt 1979)."""
    hertz = np.linspace(LOWEST_HZ, SAMPLE_RATE_HZ / 2, 8000)
    centres = np.linspace(*BARK_RANGE, 2 * BANDS + 1)[1::2]
    kilohertz = np.interp(centres, bark(hertz), hertz) / 1000
    return 10 ** ((3.64 * kilohertz**-0.8 - 6.5 * np.exp(-0.6 * (kilohertz - 3.3) ** 2) + 1e-3 * kilohertz**4) / 10)


def at_listening_level(samples):
    """`[n]` whose power of SPEECH_HZ is that of LISTENING_DB."""
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)
    power = 2 * spectrum[(hertz >= SPEECH_HZ[0]) & (hertz <= SPEECH_HZ[1])].sum() / len(samples) ** 2
    return samples * np.sqrt(10 ** (LISTENING_DB / 10) / max(power, SILENT_POWER))


def band_powers(samples):
    """`[frames, BANDS]` of `[n]`, n >= WINDOW."""
    window = np.hanning(WINDOW + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP] * window
    return 2 / (WINDOW * (window**2).sum()) * np.abs(np.fft.rfft(frames)) ** 2 @ band_shares().T


def audible(powers, times=1.0):
    """Powers, 0 where they are not so many times over the threshold."""
    return np.where(powers > times * threshold(), powers, 0.0)


def through_transfer(reference, other):
    """R as it would be through the transfer function from R to O, as far as that is taken not to disturb."""
    before, after = (audible(powers, WELL_AUDIBLE).mean(0) + TRANSFER_OFFSET for powers in (reference, other))
    return reference * np.clip(after / before, 1 / TRANSFER_LIMIT, TRANSFER_LIMIT)


def without_gain(reference, other):
    """O without the slow changes of its gain against R."""
    wanted, given = (audible(powers).sum(1) + GAIN_OFFSET for powers in (reference, other))
    gains = wanted / given
    for frame in range(1, len(gains)):
        gains[frame] = GAIN_MEMORY * gains[frame - 1] + (1 - GAIN_MEMORY) * gains[frame]
    return other * np.clip(gains, *GAIN_RANGE)[:, None]


def relative_loudness(powers):
    """Zwicker's law, in no unit. `[..., BANDS]`"""
    quiet = threshold()
    return np.maximum(0, (quiet / 0.5) ** LOUDNESS_EXPONENT * ((0.5 + 0.5 * powers / quiet) ** LOUDNESS_EXPONENT - 1))


@lru_cache(maxsize=None)
def sones():
    """Sones a Bark of one unit of relative_loudness."""
    tone = np.sqrt(2e4) * np.sin(2 * np.pi * 1000 / SAMPLE_RATE_HZ * np.arange(WINDOW))
    return 1 / (relative_loudness(band_powers(tone)).mean() * np.ptp(BARK_RANGE))


def frame_disturbances(reference, other):
    """(symmetric, asymmetric) `[frames]` of R and O."""
    reference = through_transfer(reference, other)
    other = without_gain(reference, other)
    wanted, heard = (sones() * relative_loudness(powers) for powers in (reference, other))
    added = np.sign(heard - wanted) * np.maximum(0, np.abs(heard - wanted) - MASKING * np.minimum(heard, wanted))
    ratios = ((other + ASYMMETRY_OFFSET) / (reference + ASYMMETRY_OFFSET)) ** ASYMMETRY_EXPONENT
    asymmetry = np.where(ratios < ASYMMETRY_RANGE[0], 0.0, np.minimum(ratios, ASYMMETRY_RANGE[1]))
    softness = ((audible(reference).sum(1) + FRAME_OFFSET) / FRAME_POWER) ** -FRAME_EXPONENT
    norms = np.sqrt((added**2).mean(1)), (np.abs(added) * asymmetry).mean(1)
    return tuple(np.minimum(np.ptp(BARK_RANGE) * norm * softness, MOST_DISTURBED) for norm in norms)


def power_mean(values, exponent):
    return np.mean(values**exponent) ** (1 / exponent)


def over_time(disturbances):
    """One figure of `[frames]`: loud moments rule within a split second, and less so over all of them."""
    starts = range(0, max(1, len(disturbances) - SPLIT_HOP), SPLIT_HOP)
    return power_mean(np.array([power_mean(disturbances[start : start + SPLIT_SECOND], 6) for start in starts]), 2)


def pesq_like(reference, other):
    """The score of two float signals [n], [m] at SAMPLE_RATE_HZ that are in step; the longer is cut. NaN when they are shorter
    than a frame."""
    shared = min(len(reference), len(other))
    if shared < WINDOW:
        return float("nan")
    powers = (band_powers(at_listening_level(np.asarray(signal[:shared], float))) for signal in (reference, other))
    symmetric, asymmetric = map(over_time, frame_disturbances(*powers))
    score = 4.5 - 0.1 * symmetric - 0.0309 * asymmetric
    return float(0.999 + 4 / (1 + np.exp(-1.3669 * score + 3.8224)))
