"""Measures a voice model against its teacher on held-out sentences and speakers and prints one table.

    python3 evaluate.py [--weights ../small] [--sentences 200] [--temperature 0.0] [--against instruments/small.json] [--out table.md]
    python3 evaluate.py --vae ../../checkpoints/vae.pt [--lm ../../checkpoints/lm.pt --data ../../checkpoints/data] ...
    python3 evaluate.py --styles --sentences 24      # styles only (style_table.py)

Systems: teacher (flite), resynthesis (Flow-VAE from sampled latents; mean of --draws of them, since one alone moves
the WER by half a point), speech (text to speech with the speaker latent of another utterance of the same held-out
speaker). Held-out speakers of the voices slt and rms speak, in turn. WER is by pocketsphinx, which knows nothing of
the teacher or the model; its difference to the teacher's WER is what counts.
Phones are heard by recogniser.py, which learned from the teacher and is less a matter of chance. Random seeds are
measured by seeds.py, seed_words.py and seed_likeness.py, skips, repeats and run-aways in many lines by lines.py.
"""

import argparse
import hashlib
import json
import random
from pathlib import Path

import numpy as np
import torch

from against import refusals
from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT
from generate import decode, speak
from intelligibility import estoi
from instruments import JUDGE, RECOGNISER
from judge import embed, load_judge
from markdown_table import table_lines, table_row
from measured import add_model_options, measured_models
from metrics import (
    bootstrap_interval,
    duration_ratio,
    f0_error,
    mel_cepstral_distortion,
    recognise_all,
    speaker_similarity,
    word_errors,
)
from perceptual import pesq_like
from phonemes import read_cmudict
from prepare import CMUDICT, HELD_OUT_SPEAKERS, SPEAKERS, held_out_sentences, make_speaker, synthesise
from recogniser import load_recogniser, phone_errors
from rounding import STORED, round_model
from style_table import INTENSITY, style_table, teach_style
from styles import STYLES, breath_of
from symbols import SILENCES
from vae import sample

VOICES = ("slt", "rms")
BARKS = 50  # the last lines of heldout.txt
SIGNALS = ("MCD dB", "ESTOI", "PESQ-like", "F0 error %", "F0 spread", "duration", "stop errors %")  # what signal_cells gives
COLUMNS = ["system", "WER %", *(f"WER {voice}" for voice in VOICES), "phone errors %", *SIGNALS, "similarity"]


def held_out_speakers(voices):
    """{voice: its held-out speakers}"""
    speakers = [make_speaker(index) for index in range(SPEAKERS - HELD_OUT_SPEAKERS, SPEAKERS)]
    return {voice: [speaker for speaker in speakers if speaker["voice"] == voice] for voice in voices}


def make_items(count, barks=False):
    """Dicts of text, speaker, teacher and reference samples (int16), symbols; the voices in turn."""
    cmudict = read_cmudict(CMUDICT)
    lines = held_out_sentences()
    lines = lines[-BARKS:] if barks else lines[:-BARKS][:count]
    by_voice, rng, items = held_out_speakers(VOICES), random.Random(0), []
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
def resynthesise(vae, samples, sampled=True):
    """int16 -> float samples through latents, sampled or the means; one extra latent flushes the decoder's delay."""
    padded = torch.nn.functional.pad(to_tensor(samples), (0, SAMPLES_PER_LATENT))[None]
    mean, log_scale = vae.encoder(padded)
    made, _ = vae.decoder(sample(mean, log_scale) if sampled else mean)
    return made[0, vae.decoder.config.delay_latents * SAMPLES_PER_LATENT :].numpy()


@torch.no_grad()
def speaker_of(speech, samples):
    samples = np.resize(samples, max(len(samples), SAMPLE_RATE_HZ))
    return speech.speaker_encoder(to_tensor(samples)[None])[0][0]


def speak_item(models, item, temperature, generator, speaker=None, style=None, intensity=1.0):
    """(samples, pointer path, how it ended) of the item's text in its speaker's voice. Any model whispers: the decoder does it, and the
    language model is told where it has learned to."""
    vae, speech, mean, std = models
    lm = speech.language_model
    speaker = speaker_of(speech, item["reference"]) if speaker is None else speaker

    def draw(_):
        return torch.randn(lm.latent.in_features, generator=generator)

    breath, told = breath_of(style, intensity), None if style == "whisper" and style not in lm.styles else style
    latents, path, ending = speak(lm, item["symbols"], speaker, draw, temperature, style=told, intensity=intensity)
    return decode(vae.decoder, latents, mean, std, breath).numpy(), path, ending


def hear_all(signals, args):
    """What pocketsphinx hears; signals it has heard before come from the cache file."""
    cache = Path(args.cache) if args.cache else None
    known = json.loads(cache.read_text()) if cache and cache.exists() else {}
    signals = [np.ascontiguousarray(signal, np.float32) for signal in signals]
    keys = [hashlib.sha1(signal.tobytes()).hexdigest() for signal in signals]
    new = {key: signal for key, signal in zip(keys, signals) if key not in known}
    known |= dict(zip(new, recognise_all(list(new.values()), args.workers)))
    if cache:
        cache.write_text(json.dumps(known))
    return [known[key] for key in keys]


def word_row(items, signals, args):
    """Errors and words of every item, as pocketsphinx hears it."""
    heard = hear_all(signals, args)
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


def against_teacher(items, signals, align):
    """Mel-cepstral distortion, F0 error and spread, duration ratio of every item [n] against the teacher; ESTOI and the PESQ-like
    score where both are in step and need not be aligned."""
    pairs = [(item["teacher"] / 32768, np.asarray(signal, float)) for item, signal in zip(items, signals)]
    f0 = np.array([f0_error(a, b) for a, b in pairs])
    compared = {} if align else {"estoi": estoi, "pesq_like": pesq_like}
    in_step = {name: np.array([compare(a, b) for a, b in pairs]) for name, compare in compared.items()}
    return in_step | {
        "distortion": np.array([mel_cepstral_distortion(a, b, align) for a, b in pairs]),
        "f0_error": f0[:, 0],
        "f0_spread": f0[:, 1],
        "duration": np.array([duration_ratio(a, b) for a, b in pairs]),
    }


def similarities(judge, items, signals):
    """[n] cosine to another utterance of the speaker."""
    return np.array([speaker_similarity(embed(judge, item["reference"]), embed(judge, s)) for item, s in zip(items, signals)])


def signal_cells(measures):
    if "distortion" not in measures:
        return ["-"] * len(SIGNALS)
    ratios = measures["duration"]
    off = np.mean((ratios < 0.8) | (ratios > 1.25))
    digits = {"distortion": 2, "estoi": 3, "pesq_like": 2, "f0_error": 1, "f0_spread": 2, "duration": 2}
    means = [f"{np.nanmean(measures[name]):.{count}f}" if name in measures else "-" for name, count in digits.items()]
    return [*means, f"{100 * off:.1f}"]


def word_spans(symbols):
    """[(first, end)] of every word in the symbols."""
    starts = [i for i, symbol in enumerate(symbols) if symbol.startswith("|")]
    ends = [place for place, symbol in enumerate(symbols) if symbol in SILENCES or symbol.startswith("|")] + [len(symbols)]
    return [(start, next(end for end in ends if end > start)) for start in starts]


def skipped_words(path, symbols):
    """Spans of the words on none of whose symbols the pointer rested. (It never goes back, so no word is repeated.)"""
    visited = set(path)
    return [span for span in word_spans(symbols) if not visited & set(range(*span))]


def evaluate_barks(models, temperature):
    """Skipped words, lengths out of bounds and endings over the barks of held-out speakers."""
    generator, items = torch.Generator().manual_seed(2), make_items(BARKS, barks=True)
    made = [speak_item(models, item, temperature, generator) for item in items]
    skipped = sum(len(skipped_words(path, item["symbols"])) for item, (_, path, _) in zip(items, made))
    ratios = [duration_ratio(item["teacher"], samples) for item, (samples, _, _) in zip(items, made)]
    endings = [ending for _, _, ending in made]
    return (
        f"Barks: {len(items)}; skipped words {skipped}; repeated words 0 (the pointer never goes back); length "
        f"{min(ratios):.2f}-{max(ratios):.2f} of the teacher's; stopped {endings.count('stopped')}, "
        f"rested {endings.count('rested')}."
    )


def evaluate_styles(models, args):
    """The table of `--styles`, of the styles the model has; without a language model of the teacher and its resynthesis only."""
    items, cmudict, judge = make_items(args.sentences), read_cmudict(CMUDICT), load_judge(args.judge)

    def rate_of(signals):
        errors, words, _ = word_row(items, signals, args)
        return format_rate(errors, words)

    def resynthesised(style):
        return [resynthesise(models[0], samples * 32768) for samples in teach_style(items, cmudict, style)]

    systems = {"teacher": lambda style: teach_style(items, cmudict, style), "resynthesis": resynthesised}
    styles = STYLES
    if models[1]:
        styles = [style for style in STYLES if style == "whisper" or style in models[1].language_model.styles]
        systems["speech"] = lambda style: [
            speak_item(models, item, 0.0, None, style=style, intensity=INTENSITY)[0] for item in items
        ]
    speakers = [item["speaker"]["id"] for item in items]
    return style_table(systems, styles, rate_of, lambda signal: embed(judge, signal), speakers)


def speech_systems(models, items, temperatures):
    """Name -> (signals, pointer paths, endings) for every temperature."""
    systems = {}
    for temperature in temperatures:
        generator = torch.Generator().manual_seed(1)
        made = [speak_item(models, item, temperature, generator) for item in items]
        systems[f"speech, temperature {temperature}"] = tuple(zip(*made))
    return systems


def phone_counts(recogniser, items, signals):
    """Phone errors and phones wanted, [n] over the items."""
    counts = [phone_errors(recogniser, item["symbols"], signal) for item, signal in zip(items, signals)]
    return dict(zip(("phone_errors", "phones"), np.array(counts).T))


def measure(name, items, signals, listeners, args):
    """Every measure of a system by name, [n] over the items. listeners: judge, recogniser."""
    judge, recogniser = listeners
    errors, words, heard = word_row(items, signals, args)
    for item, text, count in list(zip(items, heard, errors))[: args.show]:
        print(f"    {count} {item['speaker']['voice']}: {item['text']} -> {text}")
    measures = {"errors": errors, "words": words} | phone_counts(recogniser, items, signals)
    if name != "teacher":
        measures |= against_teacher(items, signals, name.startswith("speech"))
    return measures | {"similarity": similarities(judge, items, signals)}


def mean_measures(draws):
    """Means [n] over the measures of several draws of a system."""
    return {name: np.mean([measures[name] for measures in draws], axis=0) for name in draws[0]}


def row_of(name, items, measures):
    similarity = f"{measures['similarity'].mean():.2f}"
    words, phones = by_voice_cells(items, measures["errors"], measures["words"]), format_rate(measures["phone_errors"], measures["phones"])
    return table_row([name, *words, phones, *signal_cells(measures), similarity])


def as_json(items, systems):
    """The evaluation as `against` compares it."""
    plain = {name: {measure: np.round(values, 4).tolist() for measure, values in measures.items()} for name, measures in systems.items()}
    counts = {name: plain["teacher"][name] for name in ("words", "phones")}
    return {"lines": [item["text"] for item in items], **counts, "systems": plain}


def refuse_worse(evaluation, path):
    """Exits with the rows that are worse than in the evaluation of the weights in use."""
    worse = refusals(json.loads(Path(path).read_text()), evaluation)
    if worse:
        raise SystemExit("\n".join([f"Worse than {path}; keep the weights in use:", *worse]))
    print(f"Nothing is worse than in {path}.")


def publish(text, args):
    print(text)
    if args.out:
        Path(args.out).write_text(text)


def evaluate(args):
    torch.set_num_threads(1)
    models = measured_models(args)
    for model in filter(None, models[:2]):
        round_model(model, args.stored)
    torch.manual_seed(0)
    if args.styles:
        return publish(evaluate_styles(models, args), args)
    items, listeners = make_items(args.sentences), (load_judge(args.judge), load_recogniser(args.recogniser))
    systems = {"teacher": [[item["teacher"] / 32768 for item in items]]}
    systems["resynthesis"] = [[resynthesise(models[0], item["teacher"]) for item in items] for _ in range(args.draws)]
    notes = []
    if models[1]:
        spoken = speech_systems(models, items, args.temperature)
        systems |= {name: [signals] for name, (signals, _, _) in spoken.items()}
        for name, (_, paths, endings) in spoken.items():
            skipped = sum(len(skipped_words(path, item["symbols"])) for path, item in zip(paths, items))
            notes.append(f"{name}: skipped words {skipped}; stopped {endings.count('stopped')}, rested {endings.count('rested')}.")
    lines = table_lines(COLUMNS, [])
    measured = {}
    for name, draws in systems.items():
        measured[name] = mean_measures([measure(name, items, signals, listeners, args) for signals in draws])
        lines.append(row_of(name, items, measured[name]))
        print(lines[-1], flush=True)
    if models[1]:
        notes.append(evaluate_barks(models, args.temperature[0]))
    text = "\n".join([f"{len(items)} held-out sentences, held-out speakers of {' and '.join(VOICES)}.", "", *lines, "", *notes]) + "\n"
    publish(text, args)
    evaluation = as_json(items, measured)
    if args.json:
        Path(args.json).write_text(json.dumps(evaluation))
    if args.against:
        refuse_worse(evaluation, args.against)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_model_options(parser)
    parser.add_argument("--judge", default=JUDGE)
    parser.add_argument("--recogniser", default=RECOGNISER)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--draws", type=int, default=3, help="of the resynthesis' latents")
    parser.add_argument("--temperature", type=float, nargs="*", default=[0.0])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--stored", default="f32", choices=STORED, help="how the weights are stored: f16 as exported, int8 as shrunken")
    parser.add_argument("--cache", help="file in which recognised signals are remembered")
    parser.add_argument("--styles", action="store_true", help="measure the styles and nothing else")
    parser.add_argument("--show", type=int, default=0, help="print what was heard of the first so many lines")
    parser.add_argument("--out")
    parser.add_argument("--json", help="writes every item's measures")
    parser.add_argument("--against", help="--json of the weights in use: fails when a row is worse beyond chance")
    evaluate(parser.parse_args())
