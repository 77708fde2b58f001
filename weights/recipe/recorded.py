"""A person's recordings, for adapt.py: WAV files of 16 bits at 16 kHz in a folder with their `transcription`, as the sphinx tools
have it (Debian's pocketsphinx-testdata brings five lines of a LibriVox reader, public domain)."""

import re
from pathlib import Path

import numpy as np

from adapt_speakers import SECONDS
from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT
from metrics import HOP, distances, log_mel, read_wav, warp_path
from prepare import synthesise

RECORDED = "recorded"
#: Whose voice says the lines for their phones and the order these come in.
READER = {"id": RECORDED, "voice": "slt", "vocal_tract": 1.0, "pitch": 1.0, "stretch": 1.0, "tilt": 0.0, "group": RECORDED}
LINE = re.compile(r"^(?:<s>)?\s*(.*?)\s*(?:</s>)?\s*\((\S+)\)$", re.M)


def read_samples(path):
    """int16 samples, cut to whole latents."""
    samples = read_wav(path)
    return samples[: len(samples) // SAMPLES_PER_LATENT * SAMPLES_PER_LATENT]


def plain_spectrum(samples):
    """Log-mel spectrum [frames, bands] without what voice and room do to every frame."""
    spectrum = log_mel(samples / 32768)
    return (spectrum - spectrum.mean(0)) / (spectrum.std(0) + 1e-6)


def moved_ends(ends, said, samples):
    """Ends (seconds) of the phones in `samples`, which says the same words as `said`, whose phones end at `ends`."""
    a, b = plain_spectrum(said), plain_spectrum(samples)
    rows, columns = warp_path(distances(a, b))
    last = np.searchsorted(rows, np.minimum(np.array(ends) * SAMPLE_RATE_HZ / HOP, rows[-1]), "right") - 1
    return [*(columns[last[:-1]] * HOP / SAMPLE_RATE_HZ), len(samples) / SAMPLE_RATE_HZ]


def recorded_lines(folder, cmudict):
    """(the first line of SECONDS, the others), each as synthesise gives it. Raises ValueError where no line lasts so long."""
    lines = []
    for text, name in LINE.findall((Path(folder) / "transcription").read_text()):
        samples, made = read_samples(Path(folder) / f"{name}.wav"), synthesise(text, READER, cmudict)
        if made:
            said, told = made
            lines.append((samples, told | {"ends": moved_ends(told["ends"], said, samples), "length": len(samples)}))
    for number, (samples, _) in enumerate(lines):
        if SECONDS[0] <= len(samples) / SAMPLE_RATE_HZ <= SECONDS[1]:
            return [lines.pop(number)], lines
    raise ValueError(f"{folder} has no line of {SECONDS} s")
