"""Measures the voices of random seeds (`evaluate.py --seeds N`): how clearly they speak, whether what the manifest tells of
them is what is heard, and whether a seed is one voice and two seeds are two.

Every seed says LINES of a pool of held-out sentences. Phones are counted by recogniser.py, likeness by judge.py; what
counts is the comparison with the twins of the seeds: the teacher as a speaker of the same voice and settings, who says the
same lines. Pitch and pace are measured in the speech itself,
size and brightness by what the judge's embeddings tell of them on the corpus.
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np
import torch

import noise
from config import SAMPLE_RATE_HZ
from generate import STOP, decode, is_end, move_pointer, window_of
from judge import embed
from metrics import sounding, speaker_similarity, track_f0
from prepare import FIXED_PITCH, VOICE_SHARE, synthesise
from recogniser import phone_errors, phones_of
from symbols import SYMBOL_ID
from voices import CALIBRATION_UTTERANCES, calibration_utterances, embed_corpus, fit_trait, known_traits, speech_rates

VOICES_OF_SEEDS = tuple(VOICE_SHARE)  # of the teacher, in the order of the components
LINES, POOL = 4, 20
VOICES_TOGETHER = 40
JUDGED_UTTERANCES = 600  # of the corpus, from which the judge's embeddings learn to tell size and brightness
NEAR_POINTS = 10  # a seed whose error rate is so near to the mean counts as intelligible
PITCH_WITHIN, LEAST_RANK = 8, 0.8  # what is asked: % that a pitch may be off, rank correlations of size and pace


@dataclass
class SpokenSeed:
    """A seed's latent [S], the number of its component, its lines (numbers in the pool) and how they sound."""

    seed: int
    latent: np.ndarray
    component: int
    lines: list
    signals: list


def lines_of(seed):
    """LINES of the pool; over the seeds every line is said equally often, each time among others."""
    return [(seed * LINES + turn * (1 + 2 * (seed // POOL % 4))) % POOL for turn in range(LINES)]


@dataclass
class SpokenLine:
    """How far one of several voices has come with the line they all say."""

    pointer: int = 0
    age: int = 0
    rest: int = 0
    has_ended: bool = False
    latents: list = field(default_factory=list)

    def step(self, mean, log_scale, advance, last):
        """One frame at temperature 0, as in generate.speak."""
        if self.pointer == last and is_end(mean, log_scale):
            self.has_ended = True
        if self.has_ended:
            return
        self.latents.append(mean)
        self.pointer, self.age = move_pointer(advance, self.pointer, self.age, last)
        self.rest += self.pointer == last
        self.has_ended = self.rest > STOP["restFrames"]


@torch.no_grad()
def speak_together(model, symbols, speakers):
    """One line by many voices `speakers [N, S]` at temperature 0: the latents [T, D] of each."""
    ids, pointer = [SYMBOL_ID[symbol] for symbol in symbols], model.config.pointer
    x = model.embed_prefix(model.condition(speakers), torch.tensor([ids]).expand(len(speakers), -1))
    prefix = x.shape[1]
    _, caches = model.run_layers(x, model.rotation(torch.arange(prefix)[None]))
    lines = [SpokenLine() for _ in speakers]
    latent, frame = torch.zeros(len(speakers), 1, model.latent.in_features), 0
    while not all(line.has_ended for line in lines):
        window = torch.tensor([[window_of(ids, line.pointer, pointer)] for line in lines])
        age = torch.tensor([[min(line.age, pointer.ages - 1)] for line in lines])
        x = model.embed_latents(latent, window, age)
        hidden, caches = model.run_layers(x, model.rotation(torch.tensor([[prefix + frame]])), None, caches)
        latent, log_scale, advance = model.predict(hidden)
        for line, *prediction in zip(lines, latent[:, 0], log_scale[:, 0], advance[:, 0]):
            line.step(*prediction, len(ids) - 1)
        frame += 1
    return [torch.stack(line.latents) for line in lines]


def speak_pool(latents, pool, models, says=lambda seed, line: True):
    """{(seed, line): samples} of the lines of the pool that each seed `says`, by voices `latents [N, S]`, at temperature 0;
    models as evaluate.load_models gives them."""
    vae, speech, mean, std = models
    signals = {}
    for line, item in enumerate(pool):
        speaking = [seed for seed in range(len(latents)) if says(seed, line)]
        for first in range(0, len(speaking), VOICES_TOGETHER):
            seeds = speaking[first : first + VOICES_TOGETHER]
            made = speak_together(speech.language_model, item["symbols"], torch.from_numpy(latents[seeds]))
            for seed, spoken in zip(seeds, made):
                signals[seed, line] = decode(vae.decoder, spoken, mean, std).double().numpy()
        print(f"line {line + 1} of {len(pool)} said by {len(speaking)} seeds", flush=True)
    return signals


def speak_seeds(count, speaker, pool, models):
    """The first `count` seeds with their lines."""
    latents = np.stack([noise.speaker_latent(seed, speaker) for seed in range(count)])
    signals = speak_pool(latents, pool, models, lambda seed, line: line in lines_of(seed))
    return [
        SpokenSeed(seed, latents[seed], noise.component_of(seed, speaker["components"]), lines_of(seed), [signals[seed, line] for line in lines_of(seed)])
        for seed in range(count)
    ]


def error_rates(recogniser, spoken, pool):
    """[N] phone error rate in % of every seed."""
    counts = [[phone_errors(recogniser, pool[line]["symbols"], signal) for line, signal in zip(s.lines, s.signals)] for s in spoken]
    return np.array([100 * sum(e for e, _ in seed) / sum(n for _, n in seed) for seed in counts])


def fit_twins(speaker_encoder, corpus):
    """{voice: {setting: fit}} by which a latent of a voice tells the settings of prepare.make_speaker."""
    means, _, speakers = embed_corpus(speaker_encoder, corpus, CALIBRATION_UTTERANCES)
    made = [corpus.speakers[speaker] for speaker in speakers]
    values = np.array([[math.log(s["vocal_tract"]), math.log(s["pitch"]), math.log(s["stretch"]), s["tilt"]] for s in made])
    voices = np.array([s["voice"] for s in made])
    settings = ("vocal_tract", "pitch", "stretch", "tilt")
    return {
        voice: {name: fit_trait(means[voices == voice], values[voices == voice, i]) for i, name in enumerate(settings)} for voice in VOICES_OF_SEEDS
    }


def twin_of(seed, twins):
    """The teacher's speaker that a SpokenSeed sounds like: its voice and settings."""
    voice = VOICES_OF_SEEDS[seed.component]
    read = {name: float(values[0]) for name, values in read_traits(seed.latent[None], twins[voice]).items()}
    factors = {name: math.exp(read[name]) for name in ("vocal_tract", "pitch", "stretch")}
    if voice in FIXED_PITCH:
        factors["pitch"] = factors["vocal_tract"]
    return {"id": seed.seed, "voice": voice, "tilt": read["tilt"], **factors}


def speak_twins(spoken, twins, pool, cmudict):
    """What the twins of seeds say of the same lines; without those that cannot say one as the dictionary has it."""
    made = []
    for seed in spoken:
        lines = [synthesise(pool[line]["text"], twin_of(seed, twins), cmudict) for line in seed.lines]
        if all(lines):
            made.append(replace(seed, signals=[samples / 32768 for samples, _ in lines]))
    return made


def read_traits(latents, traits):
    """{name: [N]} what the manifest tells of latents [N, S]."""
    return {name: latents @ np.asarray(trait["weights"]) + trait["bias"] for name, trait in traits.items()}


def mean_pitch(signals):
    """ln of the mean F0 in Hz over voiced frames."""
    f0 = np.concatenate([track_f0(signal) for signal in signals])
    return math.log(f0[f0 > 0].mean()) if (f0 > 0).any() else math.nan


def spoken_pace(spoken, pool):
    """[N] ln of phones a second of every seed, over what all seeds make of the same lines."""
    rates = [[math.log(len(phones_of(pool[line]["symbols"])) / seconds(signal)) for line, signal in zip(s.lines, s.signals)] for s in spoken]
    usual = {line: np.mean([r for s, own in zip(spoken, rates) for l, r in zip(s.lines, own) if l == line]) for line in range(len(pool))}
    return np.array([np.mean([rate - usual[line] for line, rate in zip(s.lines, own)]) for s, own in zip(spoken, rates)])


def seconds(signal):
    """From the first to the last frame that sounds."""
    heard = np.flatnonzero(sounding(signal))
    return (heard[-1] - heard[0] + 1) / 100 if len(heard) else len(signal) / SAMPLE_RATE_HZ


def told_by_judge(judge, corpus, embeddings):
    """{"size", "brightness": [N]} of embeddings [N, E], by a linear fit on corpus utterances."""
    chosen = np.random.default_rng(1).choice(calibration_utterances(corpus), JUDGED_UTTERANCES, replace=False)
    known_embeddings = np.stack([embed(judge, corpus.samples(int(index))) for index in chosen])
    rates = speech_rates(corpus)
    speakers = [corpus.utterances[int(index)]["speaker"] for index in chosen]
    known = [known_traits(corpus.speakers[speaker], rates[speaker], 1.0) for speaker in speakers]
    fits = {name: fit_trait(known_embeddings, np.array([traits[name] for traits in known])) for name in ("size", "brightness")}
    return read_traits(embeddings, fits)


def rank_correlation(a, b):
    """Spearman's."""
    ranks = [np.argsort(np.argsort(values)) for values in (a, b)]
    return np.corrcoef(*ranks)[0, 1]


def seed_similarities(embeddings):
    """(cosines of all pairs of lines of one seed, cosines of pairs of lines of two) of embeddings [N, LINES, E]."""
    count, lines, _ = embeddings.shape
    flat = embeddings.reshape(count * lines, -1)
    left, right = np.triu_indices(len(flat), 1)
    cosines = speaker_similarity(flat[left], flat[right])
    alike = left // lines == right // lines
    return cosines[alike], cosines[~alike]


def trait_rows(spoken, pool, traits, embeddings, judge, corpus):
    """Lines of the table on what the manifest tells of the seeds."""
    told = read_traits(np.stack([s.latent for s in spoken]), traits)
    heard = told_by_judge(judge, corpus, embeddings.mean(1)) | {
        "pitch": np.array([mean_pitch(s.signals) for s in spoken]),
        "pace": spoken_pace(spoken, pool),
    }
    off = 100 * np.abs(np.exp(told["pitch"] - heard["pitch"]) - 1)
    yield "pitch is off by, mean (largest)", f"{np.nanmean(off):.1f} % ({np.nanmax(off):.0f} %)", f"{PITCH_WITHIN} %"
    for name in ("pitch", "size", "pace", "brightness"):
        rank = rank_correlation(told[name], heard[name])
        yield f"{name}: rank correlation", f"{rank:.2f}", f"{LEAST_RANK}" if name in ("size", "pace") else ""


def seed_rows(spoken, taught, pool, calibration, judge, recogniser, corpus):
    """(measure, seeds, what it is against) of what is measured without words; `taught` are the twins of some of them."""
    rates = error_rates(recogniser, spoken, pool)
    near = 100 * np.mean(rates <= rates.mean() + NEAR_POINTS)
    worst = spoken[int(rates.argmax())]
    embeddings, twins = (np.stack([[embed(judge, signal) for signal in s.signals] for s in seeds]) for seeds in (spoken, taught))
    same, different = seed_similarities(embeddings)
    same_speaker, other_speakers = seed_similarities(twins)
    twin_rates = error_rates(recogniser, taught, pool)
    return [
        ("phone error rate, mean (median)", f"{rates.mean():.1f} % ({np.median(rates):.1f} %)", f"twins {twin_rates.mean():.1f} % ({np.median(twin_rates):.1f} %)"),
        (f"seeds at most {NEAR_POINTS} points above the mean", f"{near:.1f} %", "99 %"),
        ("worst seed", f"{rates.max():.1f} % (seed {worst.seed}, {VOICES_OF_SEEDS[worst.component]})", f"twins {twin_rates.max():.1f} %"),
        *trait_rows(spoken, pool, calibration["traits"], embeddings, judge, corpus),
        ("similarity of a seed's lines, mean", f"{same.mean():.3f}", f"twins {same_speaker.mean():.3f}"),
        ("similarity of two seeds, mean", f"{different.mean():.3f}", f"twins {other_speakers.mean():.3f}"),
    ]


def seed_table(count, rows):
    """Markdown."""
    lines = [f"{count} random seeds, {LINES} held-out lines each.", "", "| measure | seeds | against |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"
