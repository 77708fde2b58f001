"""Trains and measures the ablations (variants.py), each the base with one thing changed, all in the same way.

    python3 ablate.py --data ../../checkpoints/data5 --vae ../../checkpoints/vae6-polished.pt \
        --results ../../checkpoints/ablation [--only base,reverse] [--out table.md]

Every training has the same number of steps from nothing: language models on the latents of --data, autoencoders with a recogniser
that listens and without discriminators. Then the variant says the same held-out sentences in the same held-out voices (evaluate.py): a
language model through the decoder of --vae, an autoencoder by resynthesis; what a language model would make of its latents is
not measured, which would need a training for each. So short a training ranks variants and says nothing of the quality of the
product. The deciding figure is the phone error rate (recogniser.py), far less noisy than words by pocketsphinx. A run that was
stopped goes on: rows are kept in --results, trainings in their checkpoints. Several runs, each with its --only, may share the
folder where none of them needs what another trains.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch

import train_lm
import train_vae
from ablation_table import markdown_tables
from config import SAMPLE_RATE_HZ
from encode import load_vae
from evaluate import against_teacher, make_items, phone_counts, publish, resynthesise, speaker_of, to_tensor, word_row
from generate import decode
from instruments import RECOGNISER, TRAINING_RECOGNISER
from kept_files import folder_of, kept
from kept_lines import identity_of
from measured import load_models
from metrics import log_mel, sounding
from recogniser import load_recogniser
from training import load_checkpoint
from vae import sample
from variant_speech import speak_variant
from variants import AUTOENCODERS, LANGUAGE_MODELS, geometry_of

SAVE_EVERY, LOG_EVERY = 100, 50
RATE_HELD_SHARE = 1 / 3  # of the steps, in which the weight of the KL stays: at first latents carry little whatever it is
SHORTEST = SAMPLE_RATE_HZ // 4  # what is shorter gets silence, so that it can be compared


def first_weight(nats):
    """About the KL's weight in long runs that held so many nats (0.005 at 40, 0.0018 at 60, 0.001 at 80): from the one that
    train_vae.py begins with, the controller would not reach them all in a short run."""
    return 0.005 * math.exp((40 - nats) / 25)


def train_variant(args, name, path):
    """train_lm.py, or train_vae.py with a listener, without which nobody understands an autoencoder after so few steps, to --steps of the
    run, resumed where it was stopped."""
    shared = {"--data": args.data, "--out": path, "--geometry": geometry_of(name, args.geometry), "--total-steps": args.steps}
    shared |= {"--save-every": SAVE_EVERY, "--log-every": LOG_EVERY}
    if name in LANGUAGE_MODELS:
        variant = LANGUAGE_MODELS[name]
        guide = {"--guide": train_kept(args, path.parent, variant.guide)[0]} if variant.guide else {}
        stage, own = train_lm, {"--tokens": args.tokens, **variant.options, **guide}
    else:
        nats, seed = AUTOENCODERS[name].nats, AUTOENCODERS[name].seed
        held = {"--nats": nats, "--rate-weight": first_weight(nats), "--hold-steps": int(RATE_HELD_SHARE * args.steps)}
        stage, own = train_vae, {"--batch": args.batch, "--seed": seed, "--listener": TRAINING_RECOGNISER, **held}
    stage.train(stage.options().parse_args([str(word) for pair in (shared | own).items() for word in pair]))


def train_kept(args, folder, name):
    """(checkpoint of a trained variant, CPU seconds a step of the last part of its training)."""
    path = folder / f"{name}.pt"

    def make():
        saved = load_checkpoint(path)
        missing, begun = args.steps - (saved["step"] if saved else 0), time.process_time()
        print(f"{name}: {missing} steps", flush=True)
        train_variant(args, name, path)
        return {"seconds": (time.process_time() - begun) / max(missing, 1)}

    return path, kept(path.with_suffix(".trained.json"), make)["seconds"]


def count_parameters(*modules):
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


def compare(item, signal):
    """evaluate.against_teacher of one line, after alignment; nan where nothing sounds."""
    if not sounding(signal).any():
        return dict.fromkeys(("distortion", "f0_error", "f0_spread"), np.nan)
    return {name: float(values[0]) for name, values in against_teacher([item], [signal], True).items()}


def measure(args, items, signals):
    """Every measure of the row by name, a list over the items."""
    signals = [np.pad(signal, (0, max(0, SHORTEST - len(signal)))) for signal in signals]
    heard = phone_counts(load_recogniser(args.recogniser), items, signals)
    errors, words, _ = word_row(items, signals, args)
    compared = [compare(item, signal) for item, signal in zip(items, signals)]
    counts = heard | {"word_errors": errors, "words": words}
    distances = {name: [each[name] for each in compared] for name in ("distortion", "f0_error", "f0_spread")}
    return {name: np.asarray(values).tolist() for name, values in (counts | distances).items()}


def measure_teacher(args, items):
    return measure(args, items, [item["teacher"] / 32768 for item in items])


def measure_language_model(args, items, folder, name):
    variant = LANGUAGE_MODELS[name]
    path, seconds = train_kept(args, folder, variant.weights or name)
    vae, speech, mean, std = load_models(args.vae, path, args.data)
    model, generator = speech.language_model, torch.Generator().manual_seed(1)
    parameters = count_parameters(model)
    signals, endings = [], []

    def noise():
        return torch.randn(model.latent.in_features, generator=generator)

    for item in items:
        latents, ending = speak_variant(model, item["symbols"], speaker_of(speech, item["reference"]), variant, noise)
        signals.append(decode(vae.decoder, latents, mean, std).numpy())
        endings.append(ending)
    stopped = [float(ending == "stopped") for ending in endings]
    return {**measure(args, items, signals), "stopped": stopped, "parameters": parameters, "seconds": seconds}


@torch.no_grad()
def nats_of(vae, samples):
    """KL of a line's posterior to the prior, nats a latent."""
    mean, log_scale = vae.encoder(to_tensor(samples)[None])
    return vae.rate(sample(mean, log_scale), log_scale).sum(-1).mean().item()


def spectral_distance(a, b):
    """Mean distance of log-mel spectra in step, dB."""
    spectra = [log_mel(each) for each in (a, b)]
    frames = min(map(len, spectra))
    return float(np.abs(spectra[0][:frames] - spectra[1][:frames]).mean() * 20 / np.log(10))


def measure_autoencoder(args, items, folder, name):
    path, seconds = train_kept(args, folder, name)
    vae = load_vae(path)
    signals = [resynthesise(vae, item["teacher"]) for item in items]
    own = {
        "nats": [nats_of(vae, item["teacher"]) for item in items],
        "spectral": [spectral_distance(item["teacher"], signal) for item, signal in zip(items, signals)],
    }
    parameters = count_parameters(vae.encoder, vae.decoder)
    return {**measure(args, items, signals), **own, "parameters": parameters, "seconds": seconds}


def ablate(args):
    """The tables, as text, of all rows that the folder holds when the chosen ones have been made."""
    torch.set_num_threads(1)
    items = make_items(args.sentences)
    files = [args.vae, args.recogniser, TRAINING_RECOGNISER, Path(args.data) / "latents.json"]
    sizes = {name: getattr(args, name) for name in ("geometry", "steps", "tokens", "batch")}
    folder = folder_of(args.results, identity_of(files, [item["text"] for item in items]) | sizes)
    names = args.only.split(",") if args.only else [*LANGUAGE_MODELS, *AUTOENCODERS]
    for name in LANGUAGE_MODELS | AUTOENCODERS:
        geometry_of(name, args.geometry)
    kept(folder / "teacher.row.json", lambda: measure_teacher(args, items))
    for name in names:
        torch.manual_seed(0)
        row = measure_language_model if name in LANGUAGE_MODELS else measure_autoencoder
        kept(folder / f"{name}.row.json", lambda: row(args, items, folder, name))
        print(f"{name}: done", flush=True)
    return markdown_tables(folder, args)


def variant_names(text):
    """Names of --only. Raises ArgumentTypeError for one that is none."""
    known = [*LANGUAGE_MODELS, *AUTOENCODERS]
    unknown = [name for name in text.split(",") if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"no variant {unknown[0]!r}; there are {', '.join(known)}")
    return text


def options():
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a corpus encoded by --vae")
    parser.add_argument("--vae", required=True, help="whose decoder speaks for every language model")
    parser.add_argument("--recogniser", default=RECOGNISER, help="no one that took part in a training")
    parser.add_argument("--results", required=True, help="folder of checkpoints and rows")
    parser.add_argument("--only", type=variant_names, help="names of variants, with commas between; without, all")
    parser.add_argument("--geometry", default="small", help="of the base")
    parser.add_argument("--steps", type=int, default=600, help="of every training")
    parser.add_argument("--tokens", type=int, default=2600, help="as train_lm.py")
    parser.add_argument("--batch", type=int, default=train_vae.options().get_default("batch"), help="as train_vae.py")
    parser.add_argument("--sentences", type=int, default=40)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out")
    parser.set_defaults(cache=None)
    return parser


if __name__ == "__main__":
    arguments = options().parse_args()
    publish(ablate(arguments), arguments)
