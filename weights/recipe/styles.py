"""Speaking styles of the synthetic corpus: what a style changes in a teacher's speech.

A style moves pitch, pitch range, tempo and spectral tilt, and mixes breath noise into the excitation; the spectral
envelope, which tells whose vocal tract it is, stays. Every change grows with the intensity, 0..1. Signals are
float `[n]` at SAMPLE_RATE_HZ.
"""

from dataclasses import dataclass

import numpy as np

from config import SAMPLE_RATE_HZ
from metrics import HOP, as_float, track_f0

FRAME, STEP = 512, 128  # of the short-time spectra
WINDOW = np.sin(np.pi * (np.arange(FRAME) + 0.5) / FRAME)  # squares overlap to a constant
ENVELOPE_QUEFRENCY = 32  # 2 ms: under the shortest pitch period, over the detail of formants
MOST_GAIN = np.log(6.0)
BREATH_CORNER_HZ = 300.0  # under it, breath is weaker than voice
FORMANT_REGIONS_HZ = 600.0, 2200.0
OVERSAMPLING = 4
TEACHER_BAND = 0.95  # of the spectrum; the teacher has little above
PITCH_SMOOTHING = 15  # frames of 10 ms


@dataclass(frozen=True)
class Style:
    """Factors of mean pitch, pitch range and durations; tilt in dB per octave; share of the excitation that is breath."""

    pitch: float = 1.0
    spread: float = 1.0
    stretch: float = 1.0
    tilt: float = 0.0
    breath: float = 0.0

    def at(self, intensity):
        """The style at an intensity of 0 (neutral) to 1."""
        factors = (value**intensity for value in (self.pitch, self.spread, self.stretch))
        return Style(*factors, self.tilt * intensity, min(1.0, self.breath * intensity))

    def over(self, manner):
        """This style spoken by somebody who has a manner of his own."""
        factors = self.pitch * manner.pitch, self.spread * manner.spread, self.stretch * manner.stretch
        return Style(*factors, self.tilt + manner.tilt, 1 - (1 - self.breath) * (1 - manner.breath))


NEUTRAL = Style()
STYLES = {
    "whisper": Style(stretch=1.1, tilt=1.0, breath=1.6),
    "shout": Style(pitch=1.38, spread=1.4, stretch=1.08, tilt=3.5),
    "weary": Style(pitch=0.84, spread=0.5, stretch=1.35, tilt=-2.5, breath=0.3),
    "excited": Style(pitch=1.2, spread=1.7, stretch=0.8, tilt=1.0),
    "calm": Style(pitch=0.95, spread=0.65, stretch=1.15, tilt=-1.5),
}


def breath_of(style, intensity):
    """Share of the excitation that a decoder makes of noise when a model speaks: all of it for a whisper. Other styles' breath is learned."""
    return STYLES[style].at(intensity).breath if style == "whisper" else 0.0


def is_whispered(utterance):
    """Whether all of the excitation is breath, so that nothing in it is voiced."""
    style = utterance.get("style")
    return style is not None and STYLES[style].at(utterance["intensity"]).breath == 1


def spectra(samples):
    """[frames, FRAME / 2 + 1] complex: windows STEP apart, the first centred on sample 0."""
    frames = -(-len(samples) // STEP) + 1
    padded = np.pad(samples, (FRAME // 2, frames * STEP + FRAME - len(samples)))
    cut = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[: frames * STEP : STEP]
    return np.fft.rfft(cut * WINDOW)


def signal_of(spectrum, length):
    """The samples of `spectra`, by overlap-add; the first and last STEP fade, as fewer windows meet there."""
    frames = np.fft.irfft(spectrum, FRAME) * WINDOW
    made = np.zeros((len(frames) + FRAME // STEP) * STEP)
    for part in range(FRAME // STEP):
        block = frames[:, part * STEP : (part + 1) * STEP]
        made[part * STEP : part * STEP + block.size] += block.ravel()
    return made[FRAME // 2 :][:length] * STEP / (FRAME / 2)


def log_envelopes(spectrum):
    """[frames, bins]: log magnitude smoothed over frequency so that single harmonics are gone."""
    cepstra = np.fft.irfft(np.log(np.abs(spectrum) + 1e-5))
    cepstra[:, ENVELOPE_QUEFRENCY : FRAME - ENVELOPE_QUEFRENCY + 1] = 0
    return np.fft.rfft(cepstra).real


def tilt_of(samples):
    """Slope of the long-term spectrum in dB per octave, 200 Hz to 7 kHz."""
    power = (np.abs(spectra(as_float(samples))) ** 2).mean(0)
    hertz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ)
    heard = (hertz >= 200) & (hertz <= 7000)
    return np.polyfit(np.log2(hertz[heard]), 10 * np.log10(power[heard] + 1e-12), 1)[0]


def white_noise(length, rng):
    """Noise whose `spectra` have unit power."""
    return rng.standard_normal(length) / np.sqrt(FRAME / 2)


def breathe(samples, share, rng):
    """Replaces `share` of the excitation by noise: 1 is a whisper, with the envelope of the voice but no pitch."""
    noise = spectra(white_noise(len(samples), rng))
    hertz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ)
    shaped = noise * np.exp(log_envelopes(spectra(samples))) * hertz / np.hypot(hertz, BREATH_CORNER_HZ)
    return (1 - share) * samples + share * signal_of(shaped, len(samples))


def move_formants(samples, low, high):
    """Moves the spectral envelope by the factor `low` at FORMANT_REGIONS_HZ[0] (first formants) and `high` at the second
    (the others), linearly between; harmonics stay."""
    spectrum = spectra(samples)
    envelopes = log_envelopes(spectrum)
    hertz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ)
    first, others = FORMANT_REGIONS_HZ
    origin = np.interp(hertz, [0, first * low, others * high, hertz[-1]], [0, first, others, hertz[-1]])
    moved = np.stack([np.interp(origin, hertz, envelope) for envelope in envelopes])
    return signal_of(spectrum * np.exp(np.clip(moved - envelopes, -MOST_GAIN, MOST_GAIN)), len(samples))


def pitch_course(samples):
    """[frames of 10 ms] natural logarithm of F0 over its mean, smooth, carried over unvoiced sounds."""
    f0 = track_f0(samples)
    voiced = np.flatnonzero(f0)
    if not len(voiced):
        return np.zeros(len(f0))
    logs = np.log(f0[voiced])
    logs = np.clip(logs - np.median(logs), -0.5, 0.5)
    course = np.interp(np.arange(len(f0)), voiced, logs)
    smooth = np.hanning(PITCH_SMOOTHING + 2)
    padded = np.pad(course, len(smooth) // 2, mode="edge")
    return np.convolve(padded, smooth / smooth.sum(), "valid")[: len(f0)]


def play(samples, rate):
    """The samples played at the speed `rate` [n] (pitch and formants move with it), and the moments [n] in output
    samples at which each input sample now is."""
    moments = np.concatenate([[0.0], np.cumsum(1 / rate)[:-1]])
    spectrum = np.fft.rfft(samples)
    kept = int(len(spectrum) / max(1.0, np.median(rate)))  # most of the rest would fold back
    fine = np.zeros(OVERSAMPLING * len(samples) // 2 + 1, complex)
    fine[:kept] = spectrum[:kept]
    fine = np.fft.irfft(fine, OVERSAMPLING * len(samples)) * OVERSAMPLING
    places = np.interp(np.arange(int(moments[-1])), moments, np.arange(len(samples)))
    return np.interp(places * OVERSAMPLING, np.arange(len(fine)), fine), moments


def bend_pitch(samples, pitch, spread, rng):
    """Multiplies mean pitch and pitch range, vocal tract unchanged; durations shrink by `pitch` (ask the teacher for
    as much more). The band that a lower pitch leaves empty is filled with noise. Returns the samples and a function
    from old to new times in seconds."""
    course = (spread - 1) * pitch_course(samples)
    rate = pitch * np.exp(np.interp(np.arange(len(samples)) / HOP, np.arange(len(course)), course))
    played, moments = play(samples, rate)
    envelopes, made = log_envelopes(spectra(samples)), spectra(played)
    places = np.interp(np.arange(len(made)) * STEP, moments, np.arange(len(samples)))
    rows, rates = np.round(places / STEP).astype(int), rate[places.astype(int)]
    bins = np.arange(made.shape[1])
    noise = spectra(white_noise(len(played), rng))
    for frame, hiss, row, speed in zip(made, noise, rows, rates):
        envelope, empty = envelopes[row], int(speed * TEACHER_BAND * len(bins))
        gain = envelope - np.interp(bins / speed, bins, envelope)
        frame *= np.exp(np.clip(gain, -MOST_GAIN, MOST_GAIN))
        frame[empty:] = hiss[empty:] * np.exp(envelope[empty:])
    seconds = np.arange(len(moments)) / SAMPLE_RATE_HZ
    return signal_of(made, len(played)), lambda time: float(np.interp(time, seconds, moments / SAMPLE_RATE_HZ))
