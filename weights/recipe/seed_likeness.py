"""Measures whether a seed is one voice and two seeds are two: over many lines, drawn anew by the runtime, and on another backend.

    python3 seed_likeness.py --weights ../small [--seeds 20] [--gpu-seeds 2] [--gpu-lines 4] \
        [--data ../../checkpoints/data] [--results ../../checkpoints/seed-likeness.jsonl] [--sound ../../checkpoints/seed-likeness] [--out table.md]

Random seeds say the same POOL of held-out sentences: in PyTorch; by `npm run say`, which draws each seed anew from its number in a process of its own (onnx
backend); and, a few seeds and short lines only, by `npm run say -- --backend webgpu` (SwiftShader where VK_ICD_FILENAMES names no other driver). The
likeness of two lines is the cosine of judge.py. The judge hears short lines worse, so everything is compared with twins on the same lines: the teacher
as speakers of the same voices and settings, as it is, and resynthesised by the autoencoder, which tells what of a loss is the decoder's. Pairs are always of two
different lines. Measures are kept in --results, the runtime's WAVs in --sound: a run that was stopped goes on.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch

from evaluate import make_items, publish, resynthesise
from instruments import JUDGE
from judge import embed, load_judge, pair_similarities
from kept_lines import KeptLines, cpu_seconds, identity_of
from markdown_table import table
from measured import load_weights
from metrics import read_wav
from phonemes import read_cmudict
from prepare import CMUDICT, Corpus
from seed_speech import draw_seeds, fit_twins, random_numbers, say_together, say_twin

POOL = 20
PROJECT = Path(__file__).resolve().parents[2]
SOFTWARE_GPU = "/usr/lib/chromium/vk_swiftshader_icd.json"
LOW, HIGH = 5, 95  # percentiles of pairs
HEAD = ("lines of one voice against", "seeds x lines", "same voice: mean", f"{LOW} %", f"share above the teacher's {LOW} %", "other voices: mean", f"{HIGH} %")


def say_by_runtime(texts, number, backend, weights, folder):
    """Samples of each text, by a seed that a fresh process of the runtime draws from its number."""
    folder = Path(folder) / f"{backend}-{number}-{len(texts)}"
    if len([*folder.glob("*.wav")]) < len(texts):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as lines:
            lines.write("\n".join(texts) + "\n")
            lines.flush()
            voice = ["--seed", str(number), "--backend", backend, "--weights", str(Path(weights).resolve()), "--temperature", "0"]
            command = ["npm", "run", "--silent", "say", "--", "--file", lines.name, "--out-dir", str(folder.resolve()), *voice]
            environment = {"VK_ICD_FILENAMES": SOFTWARE_GPU, **os.environ}
            subprocess.run(command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return [read_wav(folder / f"{place:03d}.wav") for place in range(1, len(texts) + 1)]


def cosines(left, right):
    """(same voice, other voices): cosines of all pairs of two different lines, one by a seed of `left` and one by a seed of `right`, each
    {(seed, line): embedding}."""
    keys = [*left], [*right]
    units = [np.array([side[key] / np.linalg.norm(side[key]) for key in names]) for side, names in zip((left, right), keys)]
    (seeds, lines), (others, other_lines) = (np.array(names, dtype=object).T for names in keys)
    products, differ = units[0] @ units[1].T, lines[:, None] != other_lines
    same = seeds[:, None] == others
    return products[differ & same], products[differ & ~same]


def on(keys, embeddings):
    """Those embeddings that have one of the keys."""
    return {key: embeddings[key] for key in embeddings if key in keys}


def row(name, left, right, least):
    """A row of the table; least: the teacher's 5th percentile on the same seeds and lines."""
    same, other = cosines(left, right)
    seeds, lines = len({seed for seed, _ in left}), len({line for _, line in left})
    above = 100 * np.mean(same >= least)
    others = (f"{other.mean():.3f}", f"{np.percentile(other, HIGH):.3f}") if len(other) else ("-", "-")
    return name, f"{seeds} x {lines}", f"{same.mean():.3f}", f"{np.percentile(same, LOW):.3f}", f"{above:.1f} %", *others


def table_rows(heard):
    """Rows of {system: {(seed, line): embedding}}, over what all of a row's systems have said."""
    everyone = heard["teacher"].keys() & heard["seeds"].keys() & heard["reloaded"].keys()
    teacher = on(everyone, heard["teacher"])
    least = np.percentile(cosines(teacher, teacher)[0], LOW)
    seeds, reloaded = on(everyone, heard["seeds"]), on(everyone, heard["reloaded"])
    resynthesis = on(everyone, heard["resynthesis"])
    yield row("teacher (twins): its own lines", teacher, teacher, least)
    yield row("teacher resynthesised: its own lines", resynthesis, resynthesis, least)
    yield row("seeds: their own lines", seeds, seeds, least)
    yield row("seeds: the same seeds by the runtime, drawn anew", seeds, reloaded, least)
    few = on(everyone, heard["webgpu"])
    if few:
        teacher, seeds, reloaded, resynthesis = (on(few.keys(), side) for side in (teacher, seeds, reloaded, resynthesis))
        least = np.percentile(cosines(teacher, teacher)[0], LOW)
        yield row("teacher (twins), fewer and shorter", teacher, teacher, least)
        yield row("teacher resynthesised, fewer and shorter", resynthesis, resynthesis, least)
        yield row("seeds, fewer and shorter", seeds, seeds, least)
        yield row("seeds by the runtime: the same seeds on WebGPU", reloaded, few, least)


def seed_rows(seeds, heard):
    """For every seed, the mean likeness of its lines: those of the teacher, of the teacher resynthesised, of the seed, of the seed drawn anew."""
    for seed in seeds:
        own = {name: {key: value for key, value in lines.items() if key[0] == seed.number} for name, lines in heard.items()}
        means = [cosines(own[left], own[right])[0].mean() for left, right in (("teacher",) * 2, ("resynthesis",) * 2, ("seeds",) * 2, ("seeds", "reloaded"))]
        yield str(seed.number), seed.voice, *(f"{mean:.3f}" for mean in means)


def measure_likeness(args):
    """The tables, as text."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    manifest, models = load_weights(args.weights)
    pool, cmudict, judge = make_items(POOL), read_cmudict(CMUDICT), load_judge(args.judge)
    texts = [item["text"] for item in pool]
    identity = identity_of([f"{args.weights}/manifest.json", args.judge], texts)
    kept, sound = KeptLines(args.results, identity), Path(args.sound) / "-".join(identity.values())
    seeds = draw_seeds(random_numbers(args.seeds), manifest["speaker"])
    twins = fit_twins(models[1].speaker_encoder, Corpus(args.data))
    short = sorted(range(POOL), key=lambda line: len(pool[line]["symbols"]))[: args.gpu_lines]

    def twin(line, seeds):
        return [say_twin(texts[line], seed, twins, cmudict) for seed in seeds]

    def by_runtime(backend, chosen):
        said = lambda seed: say_by_runtime([texts[line] for line in chosen], seed.number, backend, args.weights, sound)
        return lambda line, seeds: (said(seed)[chosen.index(line)] for seed in seeds)

    systems = {
        "teacher": (range(POOL), seeds, twin),
        "resynthesis": (range(POOL), seeds, lambda line, seeds: (None if said is None else resynthesise(models[0], said) for said in twin(line, seeds))),
        "seeds": (range(POOL), seeds, lambda line, seeds: say_together(pool[line]["symbols"], seeds, models)),
        "reloaded": (range(POOL), seeds, by_runtime("onnx", [*range(POOL)])),
        "webgpu": (short, seeds[: args.gpu_seeds], by_runtime("webgpu", short)),
    }
    heard = {}
    for name, (lines, speaking, say) in systems.items():
        kept.ask(name, dict.fromkeys(lines, speaking), say, lambda line, signal: np.round(embed(judge, signal), 4).tolist())
        heard[name] = {(seed.number, line): np.array(value) for seed in speaking for line, value in kept.of(name, seed, lines).items()}
    same, other = pair_similarities(judge, Corpus(args.heldout))
    levels = f"same speaker {same.mean():.3f} ({LOW} % {np.percentile(same, LOW):.3f}), other speakers {other.mean():.3f} ({HIGH} % {np.percentile(other, HIGH):.3f})"
    notes = f"{len(seeds)} random seeds, {POOL} held-out lines. {cpu_seconds():.0f} s of CPU time in this run."
    per_seed = table(("seed", "voice", "teacher", "teacher resynthesised", "seed", "seed, drawn anew"), seed_rows(seeds, heard))
    corpus = f"The corpus' held-out speakers, each with other lines: {levels}."
    return "\n".join([notes, corpus, "", table(HEAD, table_rows(heard)), "Same voice, mean:", "", per_seed])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default="../small")
    parser.add_argument("--judge", default=JUDGE)
    parser.add_argument("--data", default="../../checkpoints/data", help="corpus, by which twins are fitted")
    parser.add_argument("--heldout", default="../../checkpoints/heldout", help="made by judge.py")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--gpu-seeds", type=int, default=2)
    parser.add_argument("--gpu-lines", type=int, default=4)
    parser.add_argument("--results", default="../../checkpoints/seed-likeness.jsonl", help="file in which measures are kept")
    parser.add_argument("--sound", default="../../checkpoints/seed-likeness", help="folder for what the runtime says")
    parser.add_argument("--out")
    args = parser.parse_args()
    if args.gpu_lines == 1:
        parser.error("--gpu-lines 1: there must be two at least, since lines of a voice are compared, or 0 for no WebGPU")
    publish(measure_likeness(args), args)
