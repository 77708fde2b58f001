"""Where voices lie among the speaker latents, and what a latent says of its voice: the `speaker` part of the manifest."""

import math

import numpy as np
import torch

import noise
from config import SAMPLE_RATE_HZ
from prepare import FIRST_STYLED, VOICE_PITCH_HZ, VOICE_SHARE
from symbols import SILENCES

CALIBRATION_UTTERANCES = 1500
SPEAKER_SPREAD = 0.7  # of the corpus, in which seeds draw: the edges are spoken less clearly (MODEL_CARD.md)
# ln of the length of the vocal tract. Beyond, words are lost: of 40 seeds the 31 within had a WER of 5 to 27 %, the others one of
# 31 to 67 %.
CLEAR = [{"trait": "size", "low": -0.23, "high": 0.06}]
SEEDS_DRAWN = 20_000  # for the mean and the covariance of all that seeds draw
RIDGE = 0.1
LEAST_DEVIATION = 0.05  # of seeds in directions no speaker uses, so that latents can be whitened
LEAST_RATIO = 1.3  # of total to within-speaker variance, for a direction to count as heard
TRACT_OF_VOICE = {"slt": 1 / 1.17}  # length of the vocal tract against a grown man's; a woman's is shorter


def calibration_utterances(corpus):
    """Numbers of the utterances that tell what speakers are like. Those among the styled shards are left out, so that seeds
    keep their voices when the corpus grows by styles."""
    return corpus.neutral()[:FIRST_STYLED]


def speech_rates(corpus):
    """Phones a second of every speaker of the corpus, pauses included. {speaker id: rate}"""
    phones, seconds = {}, {}
    for utterance in map(corpus.utterances.__getitem__, calibration_utterances(corpus)):
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
    neutral = calibration_utterances(corpus)
    chosen = np.random.default_rng(0).choice(neutral, min(count, len(neutral)), replace=False)
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


def fit_component(latents, share):
    """A Gaussian from which the seeds of one teacher voice draw: narrower than the corpus, and wide enough to be inverted."""
    own = np.cov(latents.T) if len(latents) > 1 else 0
    covariance = own + LEAST_DEVIATION**2 * np.eye(latents.shape[1])
    return {"weight": share, "mean": latents.mean(0), "cholesky": SPEAKER_SPREAD * np.linalg.cholesky(covariance)}


def moments(components):
    """Mean [S] and covariance [S, S] of a mixture."""
    weights, means = (np.array([component[name] for component in components]) for name in ("weight", "mean"))
    factors = np.array([component["cholesky"] for component in components])
    mean = weights @ means
    within = np.einsum("c,cij,ckj->ik", weights, factors, factors)
    return mean, within + np.einsum("c,ci,cj->ij", weights, means - mean, means - mean)


def calibrate(speaker_encoder, corpus, count=CALIBRATION_UTTERANCES):
    """The mixture that seeds draw from (a component for each voice of the teacher), its mean [S] and Cholesky factor [S, S],
    which directions of latents are heard, the fit of every trait and the readings spoken clearly. Seeds draw among the means
    of posteriors, as references give them: what the posterior adds is noise."""
    means, variances, speakers = embed_corpus(speaker_encoder, corpus, count)
    voices = np.array([corpus.speakers[speaker]["voice"] for speaker in speakers])
    rates = speech_rates(corpus)
    usual_rate = np.mean(list(rates.values()))
    known = [known_traits(corpus.speakers[speaker], rates[speaker], usual_rate) for speaker in speakers]
    seeded = {
        "components": [fit_component(means[voices == voice], np.mean(voices == voice)) for voice in VOICE_SHARE if voice in voices],
        "traits": {name: fit_trait(means, np.array([traits[name] for traits in known])) for name in known[0]},
        "clear": CLEAR,
    }
    drawn = np.array([noise.speaker_latent(seed, seeded) for seed in range(SEEDS_DRAWN)])
    return {
        "mean": drawn.mean(0),
        "cholesky": np.linalg.cholesky(np.cov(drawn.T)),
        "audible": audible_directions(means, variances, speakers),
        **seeded,
    }


def rounded(value):
    """The calibration as JSON, with 6 decimals."""
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return [rounded(item) for item in value]
    if isinstance(value, str):
        return value
    return np.round(np.asarray(value, float), 6).tolist()
