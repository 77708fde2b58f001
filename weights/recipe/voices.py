"""Where voices lie among the speaker latents, and what a latent says of its voice: the `speaker` part of the manifest."""

import math

import numpy as np
import torch

from config import SAMPLE_RATE_HZ
from prepare import VOICE_PITCH_HZ
from symbols import SILENCES

CALIBRATION_UTTERANCES = 1500
SPEAKER_SPREAD = 0.7  # of the corpus, in which seeds draw: the edges are spoken less clearly (MODEL_CARD.md)
RIDGE = 0.1
LEAST_DEVIATION = 0.05  # of seeds in directions no speaker uses, so that latents can be whitened
LEAST_RATIO = 1.3  # of total to within-speaker variance, for a direction to count as heard
TRACT_OF_VOICE = {"slt": 1 / 1.17}  # length of the vocal tract against a grown man's; a woman's is shorter


def speech_rates(corpus):
    """Phones a second of every speaker of the corpus, pauses included. {speaker id: rate}"""
    phones, seconds = {}, {}
    for utterance in corpus.utterances:
        speaker = utterance["speaker"]
        phones[speaker] = phones.get(speaker, 0) + sum(symbol not in SILENCES for symbol in utterance["symbols"])
        seconds[speaker] = seconds.get(speaker, 0.0) + utterance["length"] / SAMPLE_RATE_HZ
    return {speaker: phones[speaker] / seconds[speaker] for speaker in phones}


def known_traits(speaker, rate, usual_rate):
    """The traits of a corpus speaker, in the units of the manifest (FORMAT.md)."""
    voice = speaker["voice"]
    return {
        "pitch": math.log(VOICE_PITCH_HZ[voice] * speaker["pitch"]),
        "size": math.log(TRACT_OF_VOICE.get(voice, 1.0) / speaker["vocal_tract"]),
        "pace": math.log(rate / usual_rate),
        "brightness": speaker["tilt"],
    }


@torch.no_grad()
def embed_corpus(speaker_encoder, corpus, count):
    """Posterior means and variances [N, S] of random utterances, and the speaker id of each."""
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(corpus.utterances), min(count, len(corpus.utterances)), replace=False)
    means, variances = [], []
    for index in chosen:
        samples = corpus.samples(int(index)).astype(np.float32) / 32768
        samples = np.resize(samples, max(len(samples), SAMPLE_RATE_HZ))
        mean, log_scale = speaker_encoder(torch.from_numpy(samples)[None])
        means.append(mean[0].numpy().astype(np.float64))
        variances.append(np.exp(2 * log_scale[0].numpy().astype(np.float64)))
    return np.array(means), np.array(variances), [corpus.utterances[int(index)]["speaker"] for index in chosen]


def fit_trait(latents, values):
    """Ridge regression of a trait: {"weights" [S], "bias", "error" = root mean square on a third that is left out}."""
    design = np.c_[latents, np.ones(len(latents))]
    held_out = np.arange(len(latents)) % 3 == 0

    def solve(rows):
        part = design[rows]
        return np.linalg.solve(part.T @ part + RIDGE * np.eye(part.shape[1]), part.T @ values[rows])

    error = np.sqrt(np.mean((design[held_out] @ solve(~held_out) - values[held_out]) ** 2))
    weights = solve(np.full(len(latents), True))
    return {"weights": weights[:-1], "bias": weights[-1], "error": error}


def audible_directions(means, variances, speakers):
    """[K, S]: directions in which speakers differ by more than one speaker differs from himself, in deviations of that
    (linear discriminant analysis)."""
    noise, centred = np.diag(variances.mean(0)), means.copy()
    speakers = np.array(speakers)
    for speaker in set(speakers):
        centred[speakers == speaker] -= means[speakers == speaker].mean(0)
    within = centred.T @ centred / max(1, len(means) - len(set(speakers))) + noise
    unmix = np.linalg.inv(np.linalg.cholesky(within))
    ratios, axes = np.linalg.eigh(unmix @ (np.cov(means.T) + noise) @ unmix.T)
    return axes[:, ratios > LEAST_RATIO].T @ unmix


def calibrate(speaker_encoder, corpus, count=CALIBRATION_UTTERANCES):
    """Mean [S] and Cholesky factor [S, S] of the latents seeds draw from, what is heard of them, the fit of every trait.
    Seeds draw among the means of posteriors, as references give them: what the posterior adds is noise."""
    means, variances, speakers = embed_corpus(speaker_encoder, corpus, count)
    rates = speech_rates(corpus)
    usual_rate = np.mean(list(rates.values()))
    known = [known_traits(corpus.speakers[speaker], rates[speaker], usual_rate) for speaker in speakers]
    covariance = np.cov(means.T) + LEAST_DEVIATION**2 * np.eye(means.shape[1])
    return {
        "mean": means.mean(0),
        "cholesky": SPEAKER_SPREAD * np.linalg.cholesky(covariance),
        "audible": audible_directions(means, variances, speakers),
        "traits": {name: fit_trait(means, np.array([traits[name] for traits in known])) for name in known[0]},
    }


def rounded(value):
    """The calibration as JSON, with 6 decimals."""
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return np.round(np.asarray(value, float), 6).tolist()
