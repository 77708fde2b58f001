"""Learns held-out voices by test-time training as the runtime does (runtime/adapt/) and measures what it brings.

    python3 adapt.py [--weights ../small] --results ../../checkpoints/adapt [--recordings /usr/share/pocketsphinx/test/data/librivox] [--out table.md]

Of every speaker about 5 s are learned (two sentences, read as one recording), less the end that is held out; other lines
are spoken by the adapted model. Similarity is the cosine of the judge's embeddings to the mean of those of the speaker's own
other lines. N is the number of latent sequences drawn to learn an adapter (Eq. 11): 0 is zero-shot, "fitted" has the speaker
latent fitted to the recording, as all that follow, and "kept" is the adapter that the stop rule takes. Speakers:
some held out from all training, some beyond the range of the first 800, some outside of all settings (adapt_speakers.py), and a
person (recorded.py). A run that was stopped goes on with the speakers that `--results` lacks.
"""

import argparse
from dataclasses import asdict, replace

import numpy as np
import torch

from adapt_learn import Lesson, Settings, adapted_model, fit_speaker, held_out_kl, learn, start_adapter
from adapt_speakers import BEYOND, HELD_OUT, OUTSIDE, lines_of, speakers_measured
from adapt_table import counts_table, speakers_table
from adapter_loss import line_losses
from config import SAMPLES_PER_LATENT
from evaluate import publish, resynthesise, speaker_of, to_tensor, word_row
from generate import decode, speak
from instruments import JUDGE, RECOGNISER
from judge import embed, load_judge
from kept_files import folder_of, kept
from kept_lines import identity_of
from measured import add_model_options, measured_files, measured_models
from metrics import speaker_similarity
from phonemes import read_cmudict
from prepare import CMUDICT, held_out_sentences, synthesise
from recogniser import load_recogniser, phone_errors
from recorded import READER, recorded_lines
from symbols import SYMBOL_ID
from utterances import pointer_path

REHEARSED = slice(200, 204)  # of the held-out sentences
READ_LINES = 4  # of every speaker, by pocketsphinx, which is slow
FITTED, KEPT = "fitted", "kept"


class Voice:
    """The model, and what is known of one speaker: the sentences to learn and other lines, each as synthesise gives it."""

    def __init__(self, models, speaker, taught, others):
        self.vae, speech, self.latent_mean, self.latent_std = models
        self.lm, self.speaker, self.others = speech.language_model, speaker, others
        self.latent = speaker_of(speech, np.concatenate([samples for samples, _ in taught]))
        self.lessons = [self.lesson_of(to_tensor(samples), told["symbols"], np.array(told["ends"])) for samples, told in taught]

    @torch.no_grad()
    def lesson_of(self, samples, symbols, ends=None, path=None):
        mean, log_scale = self.vae.encoder(samples[None])
        path = pointer_path(ends, mean.shape[1]) if path is None else np.array(path)
        conditioning = self.lm.condition(self.latent)[None]
        ids = np.array([SYMBOL_ID[symbol] for symbol in symbols])
        normalised = (mean - self.latent_mean) / self.latent_std, log_scale - torch.log(self.latent_std)
        return Lesson(conditioning, ids, path, *normalised)

    def fit(self, settings):
        """Takes the latent by which the model says the lessons best."""
        self.latent = fit_speaker(self.lm, self.latent, self.lessons, settings)
        conditioning = self.lm.condition(self.latent)[None]
        self.lessons = [replace(lesson, conditioning=conditioning) for lesson in self.lessons]

    def say(self, lm, symbols):
        latents, path, _ = speak(lm, symbols, self.latent)
        return decode(self.vae.decoder, latents, self.latent_mean, self.latent_std), path

    def rehearsals(self, texts):
        """Lines as the model speaks them now, encoded."""
        made = []
        for symbols in texts:
            samples, path = self.say(self.lm, symbols)
            samples = torch.nn.functional.pad(samples, (0, len(path) * SAMPLES_PER_LATENT - len(samples)))
            made.append(self.lesson_of(samples, symbols, path=path))
        return made


def unit(vector):
    return vector / np.linalg.norm(vector)


class Speaker:
    """What is measured of one speaker, and the lines to be read."""

    def __init__(self, voice, judge, recogniser):
        self.voice, self.judge, self.recogniser = voice, judge, recogniser
        self.own = np.stack([unit(embed(judge, samples)) for samples, _ in voice.others])

    def similarities(self, signals):
        """Mean cosine of the lines to the speaker's own others."""
        others = [np.delete(self.own, i, 0).mean(0) for i in range(len(signals))]
        return float(np.mean([speaker_similarity(embed(self.judge, signal), other) for signal, other in zip(signals, others)]))

    @torch.no_grad()
    def bounds(self):
        """Similarity of the speaker's own lines, and of the same through encoder and decoder: what no language model can better much."""
        samples = [samples for samples, _ in self.voice.others]
        again = [resynthesise(self.voice.vae, each, sampled=False) for each in samples]
        return {"same": self.similarities(samples), "resynthesis": self.similarities(again)}

    @torch.no_grad()
    def of(self, adapter):
        """({similarity, kl, pointer, phones: (errors, phones)}, signals of the first READ_LINES lines) with the adapter."""
        voice = self.voice
        model, nothing = adapted_model(voice.lm, adapter), adapter or start_adapter(voice.lm, 1)
        signals = [voice.say(model, utterance["symbols"])[0].numpy() for _, utterance in voice.others]
        losses = []
        for samples, utterance in voice.others[:READ_LINES]:
            lesson = voice.lesson_of(to_tensor(samples), utterance["symbols"], np.array(utterance["ends"]))
            kl, pointer = line_losses(voice.lm, lesson.line(voice.lm.config.pointer, lesson.mean), nothing)
            losses.append((kl.item(), pointer.item()))
        kl, pointer = np.mean(losses, 0).tolist()
        heard = [phone_errors(self.recogniser, told["symbols"], signal) for signal, (_, told) in zip(signals, voice.others)]
        phones = np.sum(heard, 0).tolist()
        return {"similarity": self.similarities(signals), "kl": kl, "pointer": pointer, "phones": phones}, signals[:READ_LINES]


def measure_speaker(voice, judge, recogniser, rehearsed, settings, counts):
    """What --results keeps of a speaker: figures as plain values, and what is to be read."""
    speaker, before = Speaker(voice, judge, recogniser), held_out_kl(voice.lm, voice.lessons, settings)
    zero_shot = speaker.of(None)
    voice.fit(settings)
    made, rule = learn(voice, before, voice.rehearsals(rehearsed), settings, counts)
    fitted = speaker.of(None)
    kept = fitted if rule.adapter is None else speaker.of(rule.adapter)
    learned = {str(count): speaker.of(adapter) for count, adapter in made.items()}
    named = {"0": zero_shot, FITTED: fitted, **learned, KEPT: kept}
    figures, signals = ({name: each[part] for name, each in named.items()} for part in (0, 1))
    told = {"speaker": voice.speaker, **speaker.bounds(), "kept_step": rule.step, "held_out_kl": [before, rule.best]}
    return {**told, "figures": figures, "texts": [told["text"] for _, told in voice.others[:READ_LINES]]}, signals


def read_words(result, path, read, args):
    """{count: (errors, words)} of the lines of one speaker as pocketsphinx hears them."""
    signals = np.load(path.with_suffix(".npz"))
    items = [{"text": text} for text in result["texts"]]
    heard = {}
    for count in read:
        errors, words, _ = word_row(items, [signals[f"{count} {i}"] for i in range(len(items))], args)
        heard[count] = errors, words
    return heard


def measure(args, settings):
    torch.set_num_threads(1)
    counts, files = sorted(args.counts), [*measured_files(args), args.judge, args.recogniser]
    folder = folder_of(args.results, identity_of(files, held_out_sentences()) | asdict(settings) | {"counts": counts, "spoken": args.lines})
    cmudict, models = read_cmudict(CMUDICT), measured_models(args)
    for module in models[:2]:
        module.requires_grad_(False)
    speakers = speakers_measured(args.held_out, args.beyond, args.outside) + [READER] * bool(args.recordings)
    judge, recogniser = load_judge(args.judge), load_recogniser(args.recogniser)

    def make(speaker, path):
        lines = recorded_lines(args.recordings, cmudict) if speaker is READER else lines_of(speaker, cmudict, args.lines)
        voice = Voice(models, speaker, *lines)
        texts = held_out_sentences()[REHEARSED] if settings.rehearsal else []
        rehearsed = [synthesise(text, speaker, cmudict)[1]["symbols"] for text in texts]
        figures, signals = measure_speaker(voice, judge, recogniser, rehearsed, settings, counts)
        np.savez(path.with_suffix(".npz"), **{f"{count} {i}": line for count, lines in signals.items() for i, line in enumerate(lines)})
        return figures

    paths, results = [folder / f"{speaker['id']}.json" for speaker in speakers], []
    for speaker, path in zip(speakers, paths):
        results.append(kept(path, lambda: make(speaker, path)))
        told = {count: round(each["similarity"], 3) for count, each in results[-1]["figures"].items()}
        print(f"{speaker['voice']} {speaker['id']}, {speaker['group']}: similarity {told}", flush=True)
    args.cache = str(folder / "heard.json")
    words = [read_words(result, path, args.read, args) for result, path in zip(results, paths)] if args.read else []
    columns = ["0", FITTED, *(str(count) for count in counts), KEPT]
    title = f"{len(speakers)} speakers, {args.lines} lines each; {settings}."
    publish("\n".join([title, "", *counts_table(results, words, columns), "", *speakers_table(results, columns)]) + "\n", args)


def changed(settings, pairs):
    """Settings with NAME=VALUE pairs."""
    values = dict(pair.split("=") for pair in pairs)
    return replace(settings, **{name: type(getattr(settings, name))(value) for name, value in values.items()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_model_options(parser)
    parser.add_argument("--judge", default=JUDGE)
    parser.add_argument("--recogniser", default=RECOGNISER, help="hears the phones; no one that took part in a training")
    parser.add_argument("--recordings", help="folder of a person's lines (recorded.py)")
    parser.add_argument("--counts", type=int, nargs="*", default=[25, 50, 100, 200, 400])
    parser.add_argument("--read", nargs="*", default=["0", FITTED, KEPT], help="numbers of draws whose words are read")
    parser.add_argument("--results", required=True, help="folder; one file a speaker")
    parser.add_argument("--held-out", type=int, default=HELD_OUT)
    parser.add_argument("--beyond", type=int, default=len(BEYOND))
    parser.add_argument("--outside", type=int, default=len(OUTSIDE))
    parser.add_argument("--lines", type=int, default=5, help="spoken by every voice")
    parser.add_argument("--set", nargs="*", default=[], help="other settings, as rate=0.001")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    measure(arguments, changed(Settings(), arguments.set))
