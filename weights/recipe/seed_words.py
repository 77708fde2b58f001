"""Measures how well words of a few random seeds are understood, and calls each seed intelligible or not.

    python3 seed_words.py --weights ../small [--seeds 20] [--lines 20] [--data ../../checkpoints/data] [--results ../../checkpoints/seed-words.jsonl] [--out table.md]

The seeds are 64-bit numbers drawn at random once for all (seed_speech.random_numbers). Each says the same held-out sentences, about 200 words, and
so does its twin, the teacher as a speaker of the same voice and settings. Words are read by pocketsphinx. The rule: a seed is intelligible when its word
error rate is at most NEAR_TWIN points above its twin's, or at most CLEAR. Over 200 words chance moves the difference by an estimated
4 points (one deviation), so that a seed as clear as its twin passes the first part nearly always. The second part is for seeds whose twins are
exceptionally clear; 25 % is 8 points above the mean of the teacher's held-out speakers, and stricter than the 15 points that speech may be above the teacher.
Both are counted. Measures are kept in --results: a run that was stopped goes on.
"""

import argparse

import numpy as np
import torch

from evaluate import make_items, publish
from instruments import RECOGNISER
from kept_lines import KeptLines, cpu_seconds, identity_of
from markdown_table import table
from measured import load_weights
from metrics import bootstrap_interval, normalised_words, recognise, word_errors
from noise import read_trait
from phonemes import read_cmudict
from prepare import CMUDICT, Corpus
from recogniser import load_recogniser, phone_errors
from seed_speech import draw_seeds, fit_twins, random_numbers, say_together, say_twin

POOL = 20
NEAR_TWIN, CLEAR = 10, 25  # points and % of word errors
HEAD = ("seed", "voice", "size", "WER % (95 %)", "its twin", "difference (95 %)", "phone errors %", "its twin", "intelligible")


def measure_line(item, signal, recogniser):
    errors, phones = phone_errors(recogniser, item["symbols"], signal)
    words = len(normalised_words(item["text"]))
    return {"errors": sum(word_errors(item["text"], recognise(signal))), "words": words, "phone_errors": errors, "phones": phones}


def column(said, name):
    """[lines] of one measure."""
    return np.array([measures[name] for measures in said.values()], float)


def rate(said, errors="errors", words="words"):
    """%"""
    return 100 * column(said, errors).sum() / column(said, words).sum()


def verdict(own, twin):
    """Why a seed with a word error rate of `own` % is intelligible when its twin has one of `twin` %, or "no"."""
    if own - twin <= NEAR_TWIN:
        return "as its twin"
    return f"at most {CLEAR} %" if own <= CLEAR else "no"


def interval(errors, words):
    _, low, high = bootstrap_interval(errors, words)
    return f"({100 * low:.0f}-{100 * high:.0f})" if low >= 0 else f"({100 * low:.0f} to {100 * high:.0f})"


def cells_of(seed, said, twin, traits):
    """A row of the table from {line: measures} of the same lines."""
    words = column(said, "words")
    difference = column(said, "errors") - column(twin, "errors")
    own, taught = rate(said), rate(twin)
    return (
        f"{seed.number}",
        seed.voice,
        f"{read_trait(traits['size'], seed.latent):.2f}",
        f"{own:.1f} {interval(column(said, 'errors'), words)}",
        f"{taught:.1f}",
        f"{own - taught:+.1f} {interval(difference, words)}",
        f"{rate(said, 'phone_errors', 'phones'):.1f}",
        f"{rate(twin, 'phone_errors', 'phones'):.1f}",
        verdict(own, taught),
    )


def summary(seeds, said, twins):
    """What the table comes to."""
    rates = np.array([(rate(own), rate(twin)) for own, twin in zip(said, twins)])
    verdicts = [verdict(*pair) for pair in rates]
    worst = seeds[int(rates[:, 0].argmax())]
    passed = f"{sum(v != 'no' for v in verdicts)} of {len(verdicts)}; within {NEAR_TWIN} points of their twins {verdicts.count('as its twin')}"
    means = f"mean {rates[:, 0].mean():.1f} %, twins {rates[:, 1].mean():.1f} %; worst {rates[:, 0].max():.1f} % (seed {worst.number}, {worst.voice})"
    return f"Intelligible: {passed}, at most {CLEAR} % {(rates[:, 0] <= CLEAR).sum()}. WER: {means}."


def measure_words(args):
    """The table, as text."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    manifest, models = load_weights(args.weights)
    pool, cmudict, recogniser = make_items(POOL), read_cmudict(CMUDICT), load_recogniser(args.recogniser)
    kept = KeptLines(args.results, identity_of([f"{args.weights}/manifest.json", args.recogniser], [item["text"] for item in pool]))
    seeds = draw_seeds(random_numbers(args.seeds), manifest["speaker"])
    twins = fit_twins(models[1].speaker_encoder, Corpus(args.data))
    say = {
        "twin": lambda line, seeds: (say_twin(pool[line]["text"], seed, twins, cmudict) for seed in seeds),
        "seed": lambda line, seeds: say_together(pool[line]["symbols"], seeds, models),
    }
    for line in range(args.lines):
        for who in say:
            kept.ask(who, {line: seeds}, say[who], lambda line, signal: measure_line(pool[line], signal, recogniser))
    taught = [kept.of("twin", seed, range(args.lines)) for seed in seeds]
    said = [kept.of("seed", seed, twin) for seed, twin in zip(seeds, taught)]
    rows = [cells_of(*each, manifest["speaker"]["traits"]) for each in zip(seeds, said, taught)]
    words = np.mean([column(twin, "words").sum() for twin in taught])
    spent = f"{cpu_seconds() / len(seeds):.0f} s of CPU time a seed in this run."
    notes = f"{len(seeds)} random seeds, {np.mean([*map(len, taught)]):.1f} held-out lines with {words:.0f} words each. {spent}"
    return "\n".join([notes, summary(seeds, said, taught), "", table(HEAD, rows)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default="../small")
    parser.add_argument("--recogniser", default=RECOGNISER)
    parser.add_argument("--data", default="../../checkpoints/data", help="corpus, by which twins are fitted")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--lines", type=int, default=POOL, help=f"of the pool of {POOL}; 10 at least, or chance decides")
    parser.add_argument("--results", default="../../checkpoints/seed-words.jsonl", help="file in which measures are kept")
    parser.add_argument("--out")
    args = parser.parse_args()
    publish(measure_words(args), args)
