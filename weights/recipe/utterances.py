"""Batches of encoded utterances, as the language model learns them."""

import math

import numpy as np
import torch

from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT, PointerConfig
from prepare import VOICE_SHARE
from symbols import SYMBOL_ID

POINTER_JITTER_SECONDS = 0.02
END_MEAN, END_LOG_SCALE = 1.0, 1.0
REFERENCE_SAMPLES = 25600  # 1.6 s of another utterance of the speaker
TRAITS = ("vocal_tract", "pitch", "stretch", "tilt")
TRAIT_SCALE = np.array([0.09, 0.16, 0.10, 0.85], np.float32)  # about one standard deviation of each


def traits_of(speaker):
    """Voice one-hot and normalised settings: what the speaker latent must be able to tell."""
    settings = [math.log(speaker[name]) for name in TRAITS[:3]] + [speaker["tilt"]]
    return list(VOICE_SHARE).index(speaker["voice"]), np.array(settings, np.float32) / TRAIT_SCALE


def style_values(utterance, styles):
    """Intensity of each of the styles in the utterance: at most one is not 0."""
    return [utterance["intensity"] if utterance.get("style") == name else 0.0 for name in styles]


def pointer_path(ends, frames, rng=None):
    """Index of the symbol sounding at the centre of each 80 ms frame, never going back. ends in seconds."""
    centres = (np.arange(frames) + 0.5) * SAMPLES_PER_LATENT / SAMPLE_RATE_HZ
    if rng is not None:
        centres = centres + rng.normal(0, POINTER_JITTER_SECONDS, frames)
    path = np.minimum(np.searchsorted(ends, centres), len(ends) - 1)
    return np.maximum.accumulate(path)


def ages_of(path):
    """Frames since the pointer reached its symbol, for every frame."""
    index = np.arange(len(path))
    starts = np.where(np.diff(path, prepend=-1) != 0, index, 0)
    return index - np.maximum.accumulate(starts)


class UtteranceSampler:
    """Batches of utterances of similar length, about `tokens` positions each, padded. A share of the batches has styled
    utterances only."""

    def __init__(self, latents, seed, styled_share=0.0):
        self.latents, self.rng, self.styled_share = latents, np.random.default_rng(seed), styled_share
        utterances = latents.corpus.utterances
        self.size = np.array([len(u["symbols"]) + u["length"] // SAMPLES_PER_LATENT + 2 for u in utterances])
        self.order = np.argsort(self.size, kind="stable")
        self.styled = np.array([index for index in self.order if "style" in utterances[index]], int)
        self.neutral_of = {}
        for index in latents.corpus.neutral():
            self.neutral_of.setdefault(utterances[index]["speaker"], []).append(index)
        unheard = {utterance["speaker"] for utterance in utterances} - set(self.neutral_of)
        if unheard:
            raise ValueError(f"speakers {sorted(unheard)} have styled utterances only: prepare more hours")

    def pick(self, tokens):
        order = self.styled if len(self.styled) and self.rng.random() < self.styled_share else self.order
        start = int(self.rng.integers(len(order)))
        chosen, longest = [], 0
        for index in order[start:]:
            longest = max(longest, int(self.size[index]))
            if chosen and longest * (len(chosen) + 1) > tokens:
                break
            chosen.append(int(index))
        return chosen

    def reference(self, speaker):
        """Samples of a random neutral utterance of the speaker, tiled or cropped to REFERENCE_SAMPLES."""
        index = int(self.rng.choice(self.neutral_of[speaker]))
        samples = self.latents.corpus.samples(index).astype(np.float32) / 32768
        start = int(self.rng.integers(max(1, len(samples) - REFERENCE_SAMPLES)))
        return np.resize(samples[start:], REFERENCE_SAMPLES)

    def batch(self, chosen, config, jitter=True):
        """Arrays of a padded batch; frame T of an item is its end frame. config: the ModelConfig."""
        window = config.language_model.pointer or PointerConfig()  # unread by a model without
        corpus = self.latents.corpus
        items = [corpus.utterances[index] for index in chosen]
        posteriors = [self.latents.posterior(index) for index in chosen]
        count, dim = len(items), posteriors[0][0].shape[1]
        symbols_long = max(len(item["symbols"]) for item in items)
        frames_long = max(len(mean) for mean, _ in posteriors) + 1
        before, width = window.window_before, window.window
        batch = {
            "symbols": np.zeros((count, symbols_long), np.int64),
            "symbol_count": np.array([len(item["symbols"]) for item in items]),
            "frame_count": np.array([len(mean) for mean, _ in posteriors]),
            "window": np.zeros((count, frames_long, width), np.int64),
            "age": np.zeros((count, frames_long), np.int64),
            "advance": np.zeros((count, frames_long), np.int64),
            "mean": np.full((count, frames_long, dim), END_MEAN, np.float32),
            "log_scale": np.full((count, frames_long, dim), END_LOG_SCALE, np.float32),
            "reference": np.stack([self.reference(item["speaker"]) for item in items]),
            "styles": np.array([style_values(item, config.styles) for item in items], np.float32).reshape(count, -1),
        }
        for row, (item, (mean, log_scale)) in enumerate(zip(items, posteriors)):
            ids = np.array([SYMBOL_ID[symbol] for symbol in item["symbols"]])
            frames = len(mean)
            path = pointer_path(np.array(item["ends"]), frames, self.rng if jitter else None)
            path = np.append(path, len(ids) - 1)
            padded = np.pad(ids, (before, width))
            batch["symbols"][row, : len(ids)] = ids
            batch["window"][row, : frames + 1] = padded[path[:, None] + np.arange(width)]
            batch["age"][row, : frames + 1] = np.minimum(ages_of(path), window.ages - 1)
            batch["advance"][row, :frames] = np.clip(np.diff(path), 0, window.max_advance)
            batch["mean"][row, :frames], batch["log_scale"][row, :frames] = mean, log_scale
        voices, settings = zip(*(traits_of(corpus.speakers[item["speaker"]]) for item in items))
        batch |= {"voice": np.array(voices), "settings": np.stack(settings)}
        return {name: torch.from_numpy(value) for name, value in batch.items()}
