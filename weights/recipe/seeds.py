"""Measures the voices of many random seeds: how clearly they speak, and whether what the manifest tells of them is heard.

    python3 seeds.py --weights ../small [--seeds 1000] [--data ../../checkpoints/data] [--results ../../checkpoints/seeds.jsonl] [--out table.md]

It speaks with the weights folder itself, at temperature 0. Every seed says LINES of a pool of held-out sentences. Few lines leave much to
chance, so that seeds DOUBTFUL points above the mean say the whole pool before they are judged. Phones are heard by recogniser.py, words by
words.py; a seed's errors are compared with the mean error of all seeds on its lines, since lines are not equally hard. What the errors mean tells the comparison with
twins: the teacher as a speaker of the same voice and settings, who says the same lines. Pitch and pace are measured in the speech itself,
size and brightness by what the judge's embeddings tell of them on the corpus. Measures are kept in --results: a run that was
stopped goes on, and more --seeds add to it. What another recogniser, slow and independent, makes of their words is seed_words.py, how alike a seed's lines are seed_likeness.py.
"""

import argparse
import math

import numpy as np
import torch

from config import SAMPLE_RATE_HZ
from evaluate import make_items, publish
from instruments import JUDGE, RECOGNISER
from judge import embed, load_judge
from kept_lines import KeptLines, cpu_seconds, identity_of
from markdown_table import table
from measured import load_weights
from metrics import bootstrap_interval, sounding, speaker_similarity, track_f0
from phonemes import read_cmudict
from prepare import CMUDICT, WORD_LIST, Corpus
from recogniser import load_recogniser, phone_errors
from seed_speech import VOICES_OF_SEEDS, draw_seeds, fit_twins, read_traits, say_together, say_twin
from sentences import content_words
from voices import calibration_utterances, fit_trait, known_traits, speech_rates
from words import WordLoop, vocabulary_of, word_errors

LINES, POOL = 6, 20
STRIDES = (1, 3, 7, 9)  # through the pool, on which no seed meets a line twice
JUDGED_UTTERANCES = 600  # of the corpus, from which the judge's embeddings learn to tell size and brightness
NEAR_POINTS, NEAR_WANTED = 10, 99  # a seed whose errors are so near to the mean counts as intelligible; % of seeds
DOUBTFUL = 5  # points above the mean
UNITS = {"phone": ("errors", "phones"), "word": ("word_errors", "words")}  # what is counted of each
TAUGHT = 200  # seeds whose twins speak too: flite is slow
PITCH_WITHIN, LEAST_RANK = 8, 0.8  # what is asked: % that a pitch may be off, rank correlations of size and pace


def lines_of(number):
    """LINES of the pool; over the seeds every line is said equally often, each time among others."""
    return [(number * LINES + turn * STRIDES[number // POOL % len(STRIDES)]) % POOL for turn in range(LINES)]


def seconds(signal):
    """From the first to the last frame that sounds."""
    heard = np.flatnonzero(sounding(signal))
    return (heard[-1] - heard[0] + 1) / 100 if len(heard) else len(signal) / SAMPLE_RATE_HZ


def measure_line(item, signal, recogniser, loop, judge):
    """What is kept of a line: counts and sums, and the judge's embedding."""
    errors, phones = phone_errors(recogniser, item["symbols"], signal)
    missed, words = word_errors(loop, recogniser, item["text"], signal)
    f0 = track_f0(signal)
    return {
        "errors": errors,
        "phones": phones,
        "word_errors": missed,
        "words": words,
        "seconds": float(seconds(signal)),
        "voiced": int((f0 > 0).sum()),
        "hertz": float(f0.sum()),
        "embedding": np.round(embed(judge, signal), 3).tolist(),
    }


def add_up(said, name):
    return sum(measures[name] for measures in said.values())


def usual_errors(all_said, unit="phone"):
    """{line: errors a unit} over all who said it; all_said is a list of {line: measures}."""
    errors, units = UNITS[unit]
    lines = {line: [said[line] for said in all_said if line in said] for line in range(POOL)}
    return {line: sum(m[errors] for m in own) / sum(m[units] for m in own) for line, own in lines.items() if own}


def points_above(said, usual, unit="phone"):
    """By how many points of the error rate a voice is above what is usual on its lines."""
    expected = sum(usual[line] * measures[UNITS[unit][1]] for line, measures in said.items())
    return 100 * (add_up(said, UNITS[unit][0]) - expected) / add_up(said, UNITS[unit][1])


def error_rate(said, unit="phone"):
    """% of the units."""
    return 100 * add_up(said, UNITS[unit][0]) / add_up(said, UNITS[unit][1])


def is_above(said, usual, points):
    """Whether a voice is so many points above what is usual, by any unit; usual: {unit: usual_errors}."""
    return any(points_above(said, usual[unit], unit) > points for unit in UNITS)


def mean_pitch(said):
    """ln of the mean F0 in Hz over voiced frames."""
    voiced = add_up(said, "voiced")
    return math.log(add_up(said, "hertz") / voiced) if voiced else math.nan


def spoken_pace(all_said):
    """[N] ln of phones a second of every voice, over what all make of the same lines."""
    rates = [{line: math.log(m["phones"] / m["seconds"]) for line, m in said.items()} for said in all_said]
    usual = {line: np.mean([own[line] for own in rates if line in own]) for line in range(POOL) if any(line in own for own in rates)}
    return np.array([np.mean([rate - usual[line] for line, rate in own.items()]) for own in rates])


def embeddings_of(said):
    """[lines, E]"""
    return np.array([measures["embedding"] for measures in said.values()])


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


def clarity_rows(unit, seeds, first, final, twins, usual):
    """Rows on errors of a unit. first, final: {line: measures} of every seed before and after the doubtful ones said the whole pool; twins: those of
    the first seeds; usual: usual_errors of the unit."""
    rates, above = np.array([error_rate(said, unit) for said in first]), np.array([points_above(said, usual, unit) for said in final])
    twin_rates, twin_usual = np.array([error_rate(said, unit) for said in twins]), usual_errors(twins, unit)
    twin_above = np.array([points_above(said, twin_usual, unit) for said in twins])
    near, low, high = (100 * value for value in bootstrap_interval(above <= NEAR_POINTS, np.ones(len(above))))
    first_near = 100 * np.mean([points_above(said, usual, unit) <= NEAR_POINTS for said in first])
    yield f"{unit} error rate, mean (median)", f"{rates.mean():.1f} % ({np.median(rates):.1f} %)", f"twins {twin_rates.mean():.1f} % ({np.median(twin_rates):.1f} %)"
    twins_near = f"twins, by {LINES} lines {100 * np.mean(twin_above <= NEAR_POINTS):.1f} %"
    yield f"seeds at most {NEAR_POINTS} points above the mean, {unit}s", f"{near:.1f} % ({low:.1f}-{high:.1f})", f"{NEAR_WANTED} %; {twins_near}"
    yield f"... by {LINES} lines of each", f"{first_near:.1f} %", ""
    for component, voice in enumerate(VOICES_OF_SEEDS):
        own = np.array([seed.component == component for seed in seeds])
        if own.any():
            taught = own[: len(twins)]
            against = f"twins {twin_rates[taught].mean():.1f} %" if taught.any() else ""
            yield f"{own.sum()} seeds near {voice}", f"{rates[own].mean():.1f} %, {100 * np.mean(above[own] <= NEAR_POINTS):.1f} % near", against


def trait_rows(seeds, said, traits, judge, corpus):
    """Rows on what the manifest tells of the seeds."""
    told = read_traits(np.stack([seed.latent for seed in seeds]), traits)
    heard = told_by_judge(judge, corpus, np.stack([embeddings_of(lines).mean(0) for lines in said])) | {
        "pitch": np.array([mean_pitch(lines) for lines in said]),
        "pace": spoken_pace(said),
    }
    off = 100 * np.abs(np.exp(told["pitch"] - heard["pitch"]) - 1)
    yield "pitch is off by, mean (largest)", f"{np.nanmean(off):.1f} % ({np.nanmax(off):.0f} %)", f"{PITCH_WITHIN} %"
    yield f"pitch is off by at most {PITCH_WITHIN} %", f"{100 * np.mean(off <= PITCH_WITHIN):.1f} % of seeds", ""
    for name in ("pitch", "size", "pace", "brightness"):
        rank = rank_correlation(told[name], heard[name])
        yield f"{name}: rank correlation", f"{rank:.2f}", f"{LEAST_RANK}" if name in ("size", "pace") else ""


def likeness_rows(said, twins):
    """Rows on how alike lines are, of seeds whose twins could say all of theirs."""
    pairs = [pair for pair in zip(said, twins) if len(pair[1]) == LINES]
    seeds, taught = (seed_similarities(np.stack([embeddings_of(lines) for lines in side])) for side in zip(*pairs))
    for name, own, other in zip(("a seed's lines", "two seeds"), seeds, taught):
        yield f"similarity of {name}, mean (first {len(pairs)})", f"{own.mean():.3f}", f"twins {other.mean():.3f}"


def far_rows(seeds, final, usual, traits, kept):
    """Lines of a second table: the seeds that are too far above the mean, with their twins on the same lines."""
    for seed, said in zip(seeds, final):
        if is_above(said, usual, NEAR_POINTS):
            twin = kept.of("twin", seed, said)
            size = read_traits(seed.latent[None], traits)["size"][0]
            above = [f"{points_above(said, usual[unit], unit):.1f}" for unit in UNITS]
            rates = [", ".join(f"{error_rate(who, unit):.1f} %" for unit in UNITS) if who else "-" for who in (said, twin)]
            yield str(seed.number), seed.voice, f"{size:.2f}", rates[0], ", ".join(above), rates[1]


def measure_seeds(args):
    """The tables, as text."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    manifest, models = load_weights(args.weights)
    pool, corpus, cmudict = make_items(POOL), Corpus(args.data), read_cmudict(CMUDICT)
    judge, recogniser = load_judge(args.judge), load_recogniser(args.recogniser)
    vocabulary = vocabulary_of(content_words(cmudict, WORD_LIST))
    loop = WordLoop(vocabulary, cmudict)
    files = [f"{args.weights}/manifest.json", args.judge, args.recogniser]
    kept = KeptLines(args.results, identity_of(files, [item["text"] for item in pool] + vocabulary))
    seeds, twins = draw_seeds(range(args.seeds), manifest["speaker"]), fit_twins(models[1].speaker_encoder, corpus)
    speakers = {
        "seed": lambda line, seeds: say_together(pool[line]["symbols"], seeds, models),
        "twin": lambda line, seeds: (say_twin(pool[line]["text"], seed, twins, cmudict) for seed in seeds),
    }

    def ask(who, seeds, says):
        wanted = {line: [seed for seed in seeds if line in says(seed)] for line in range(POOL)}
        kept.ask(who, wanted, speakers[who], lambda line, signal: measure_line(pool[line], signal, recogniser, loop, judge))
        return [kept.of(who, seed, says(seed)) for seed in seeds]

    first = ask("seed", seeds, lambda seed: lines_of(seed.number))
    usual = {unit: usual_errors(first, unit) for unit in UNITS}
    doubtful = {seed.number for seed, said in zip(seeds, first) if is_above(said, usual, DOUBTFUL)}
    says = lambda seed: range(POOL) if seed.number in doubtful else lines_of(seed.number)
    final = ask("seed", seeds, says)
    taught = ask("twin", seeds[:TAUGHT], lambda seed: lines_of(seed.number))
    ask("twin", [seed for seed, said in zip(seeds, final) if is_above(said, usual, NEAR_POINTS)], says)
    traits = manifest["speaker"]["traits"]
    clarity = [row for unit in UNITS for row in clarity_rows(unit, seeds, first, final, taught, usual[unit])]
    rows = [*clarity, *trait_rows(seeds, first, traits, judge, corpus), *likeness_rows(first, taught)]
    spent = f"{cpu_seconds() / len(seeds):.2f} s of CPU time a seed in this run."
    notes = f"{len(seeds)} random seeds, {LINES} held-out lines each; {len(doubtful)} doubtful ones said all {POOL}. {spent}"
    far = table(["seed", "voice", "size", "phone, word errors", "points above the mean", "its twin"], far_rows(seeds, final, usual, traits, kept))
    return "\n".join([notes, "", table(["measure", "seeds", "against"], rows), f"Seeds more than {NEAR_POINTS} points above the mean:", "", far])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default="../small")
    parser.add_argument("--judge", default=JUDGE)
    parser.add_argument("--recogniser", default=RECOGNISER)
    parser.add_argument("--data", default="../../checkpoints/data", help="corpus, by which twins and the judge's readings are fitted")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--results", default="../../checkpoints/seeds.jsonl", help="file in which measures are kept")
    parser.add_argument("--out")
    args = parser.parse_args()
    publish(measure_seeds(args), args)
