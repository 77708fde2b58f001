"""Measures a voice model against its teacher on held-out sentences and speakers and prints one table.

    python3 evaluate.py --vae ../../checkpoints/vae.pt [--lm ../../checkpoints/lm.pt] --data ../../checkpoints/data \
        [--judge ../../checkpoints/judge.pt] [--sentences 200] [--temperature 0.3] [--out table.md]

Systems: teacher (flite), resynthesis (Flow-VAE from sampled latents), speech (text to speech with the speaker latent of
another utterance of the same held-out speaker). Held-out speakers of the voices slt and rms speak, in turn. WER is
by pocketsphinx, which knows nothing of the teacher or the model; its difference to the teacher's WER is what counts.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch

from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT
from encode import load_vae
from generate import decode, speak
from metrics import (
    bootstrap_interval,
    duration_ratio,
    f0_error,
    mel_cepstral_distortion,
    recognise_all,
    speaker_similarity,
    word_errors,
)
from prepare import CMUDICT, HELD_OUT_SPEAKERS, SPEAKERS, held_out_sentences, make_speaker, synthesise
from phonemes import read_cmudict
from train_lm import load_speech_model
from vae import sample

VOICES = ("slt", "rms")
BARKS = 50  # the last lines of heldout.txt


def held_out_speakers(seed=1):
    """Held-out speakers of the voices measured."""
    speakers = [make_speaker(index, seed) for index in range(SPEAKERS - HELD_OUT_SPEAKERS, SPEAKERS)]
    return [speaker for speaker in speakers if speaker["voice"] in VOICES]


def make_items(count, barks=False):
    """[(text, speaker, teacher samples int16, symbols, reference samples)], the voices in turn."""
    cmudict = read_cmudict(CMUDICT)
    lines = held_out_sentences()
    lines = lines[-BARKS:] if barks else lines[:-BARKS][:count]
    by_voice = {voice: [s for s in held_out_speakers() if s["voice"] == voice] for voice in VOICES}
    rng, items = random.Random(0), []
    for number, text in enumerate(lines):
        speaker = rng.choice(by_voice[VOICES[number % len(VOICES)]])
        made = synthesise(text, speaker, cmudict)
        other = synthesise(rng.choice(held_out_sentences()[:250]), speaker, cmudict)
        if made and other:
            items.append({"text": text, "speaker": speaker, "teacher": made[0], "symbols": made[1]["symbols"], "reference": other[0]})
    return items


def to_tensor(samples):
    return torch.from_numpy(samples.astype(np.float32) / 32768)


@torch.no_grad()
def resynthesise(vae, samples):
    """int16 -> float samples through sampled latents; one extra latent flushes the decoder's delay."""
    padded = torch.nn.functional.pad(to_tensor(samples), (0, SAMPLES_PER_LATENT))[None]
    mean, log_scale = vae.encoder(padded)
    made, _ = vae.decoder(sample(mean, log_scale))
    return made[0, vae.decoder.config.delay_latents * SAMPLES_PER_LATENT :].numpy()


@torch.no_grad()
def speaker_of(speech, samples):
    samples = np.resize(samples, max(len(samples), SAMPLE_RATE_HZ))
    return speech.speaker_encoder(to_tensor(samples)[None])[0][0]


def speak_item(models, item, temperature, generator, speaker=None):
    """(samples, pointer path, how it ended) of the item's text in its speaker's voice."""
    vae, speech, mean, std = models
    lm = speech.language_model
    speaker = speaker_of(speech, item["reference"]) if speaker is None else speaker

    def noise(_):
        return torch.randn(lm.latent.in_features, generator=generator)

    latents, path, ending = speak(lm, item["symbols"], speaker, noise, temperature)
    return decode(vae.decoder, latents, mean, std).numpy(), path, ending


def word_row(items, signals, workers):
    """Errors and words of every item, as pocketsphinx hears it."""
    heard = recognise_all([np.asarray(signal) for signal in signals], workers)
    errors = [sum(word_errors(item["text"], text)) for item, text in zip(items, heard)]
    return np.array(errors), np.array([len(item["text"].split()) for item in items]), heard


def format_rate(errors, words):
    rate, low, high = (100 * value for value in bootstrap_interval(errors, words))
    return f"{rate:.1f} ({low:.1f}-{high:.1f})"


def by_voice_cells(items, errors, words):
    cells = [format_rate(errors, words)]
    for voice in VOICES:
        chosen = np.array([item["speaker"]["voice"] == voice for item in items])
        cells.append(format_rate(errors[chosen], words[chosen]))
    return cells


def signal_cells(items, signals, align):
    """Mel-cepstral distortion, F0 error and spread, duration ratio, stop errors against the teacher."""
    pairs = [(item["teacher"] / 32768, np.asarray(signal, float)) for item, signal in zip(items, signals)]
    distortion = np.mean([mel_cepstral_distortion(a, b, align) for a, b in pairs])
    f0 = np.array([f0_error(a, b) for a, b in pairs])
    ratios = np.array([duration_ratio(a, b) for a, b in pairs])
    off = np.mean((ratios < 0.8) | (ratios > 1.25))
    return [f"{distortion:.2f}", f"{np.nanmean(f0[:, 0]):.1f}", f"{np.nanmean(f0[:, 1]):.2f}", f"{ratios.mean():.2f}", f"{100 * off:.1f}"]


def similarity_cell(judge, items, signals):
    if judge is None:
        return "-"
    from judge import embed

    return f"{np.mean([speaker_similarity(embed(judge, item['reference']), embed(judge, s)) for item, s in zip(items, signals)]):.2f}"


def skipped_or_repeated(path, symbols):
    """Symbols of speech the pointer passed over without resting, in runs of more than two (a lost syllable)."""
    gaps = np.diff(np.array([0, *path, len(symbols) - 1]))
    return int((gaps > 3).sum())


def evaluate(args):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    items = make_items(args.sentences)
    vae = load_vae(args.vae)
    systems = {"teacher": [item["teacher"] / 32768 for item in items]}
    systems["resynthesis"] = [resynthesise(vae, item["teacher"]) for item in items]
    paths = None
    if args.lm:
        statistics = json.loads((Path(args.data) / "latents.json").read_text())
        mean, std = (torch.tensor(statistics[name]) for name in ("mean", "std"))
        models = (vae, load_speech_model(args.lm)[1], mean, std)
        for temperature in args.temperature:
            generator = torch.Generator().manual_seed(1)
            made = [speak_item(models, item, temperature, generator) for item in items]
            systems[f"speech, temperature {temperature}"] = [samples for samples, _, _ in made]
            paths = [path for _, path, _ in made]
            endings = [ending for _, _, ending in made]
            print(f"temperature {temperature}: {endings.count('stopped')} stopped, {endings.count('rested')} rested", flush=True)
    judge = None
    if args.judge:
        from judge import load_judge

        judge = load_judge(args.judge)
    columns = ["system", "WER %", *(f"WER {voice}" for voice in VOICES), "MCD dB", "F0 error %", "F0 spread", "duration", "stop errors %", "similarity"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for name, signals in systems.items():
        errors, words, heard = word_row(items, signals, args.workers)
        cells = by_voice_cells(items, errors, words)
        cells += signal_cells(items, signals, name.startswith("speech")) if name != "teacher" else ["-"] * 5
        lines.append("| " + " | ".join([name, *cells, similarity_cell(judge, items, signals)]) + " |")
        print(lines[-1], flush=True)
        if args.show:
            for item, text, count in list(zip(items, heard, errors))[: args.show]:
                print(f"    {count} {item['speaker']['voice']}: {item['text']} -> {text}")
    if paths:
        jumps = sum(skipped_or_repeated(path, item["symbols"]) for path, item in zip(paths, items))
        lines.append(f"\nPointer jumps over more than two symbols: {jumps} in {len(items)} sentences.")
    text = "\n".join(lines) + "\n"
    print(text)
    if args.out:
        Path(args.out).write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vae", required=True)
    parser.add_argument("--lm")
    parser.add_argument("--data", default="../../checkpoints/data")
    parser.add_argument("--judge")
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--temperature", type=float, nargs="*", default=[0.3])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print what was heard of the first so many lines")
    parser.add_argument("--out")
    evaluate(parser.parse_args())
