"""Learns held-out voices by test-time training as the runtime does (runtime/adapt/) and measures what it brings.

    python3 adapt.py --data ../../checkpoints/data --vae ../../checkpoints/vae-polished.pt --lm ../../checkpoints/lm2.pt \
        --judge ../../checkpoints/judge.pt --cache ../../checkpoints/adapt-heard.json [--out table.md]

Of every speaker about 5 s are learned (two sentences, read as one recording); other lines are spoken by the adapted
model. Similarity is the cosine of the judge's embeddings to the mean of those of the speaker's own other lines; N is the
number of latent sequences drawn (Eq. 11). Speakers: some held out from all training, and some outside the range of its
settings.
"""

import argparse
import copy
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from adapter_loss import TrainingLine, line_gradient, line_losses
from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT
from evaluate import load_models, speaker_of, to_tensor, word_row
from encode import load_vae
from export import flatten_embeddings
from generate import decode, speak
from judge import embed, load_judge
from language_model import ADAPTED
from metrics import bootstrap_interval, speaker_similarity
from phonemes import read_cmudict
from prepare import CMUDICT, HELD_OUT_SPEAKERS, SPEAKERS, held_out_sentences, make_speaker, synthesise
from symbols import SYMBOL_ID
from train_lm import ages_of, pointer_path, shifted

HELD_OUT = 8
OUTSIDE = (  # beyond exp(+-0.16) of vocal tract, exp(+-0.28) of pitch, 1.5 dB of tilt in training
    {"voice": "slt", "vocal_tract": 1.25, "pitch": 1.45, "stretch": 0.9, "tilt": 1.0},
    {"voice": "rms", "vocal_tract": 0.8, "pitch": 0.8, "stretch": 1.1, "tilt": -1.0},
    {"voice": "awb", "vocal_tract": 0.82, "pitch": 0.68, "stretch": 1.15, "tilt": -2.5},
    {"voice": "kal16", "vocal_tract": 1.22, "pitch": 1.4, "stretch": 0.95, "tilt": 2.5},
)
SECONDS = (4.0, 6.0)  # what is learned lasts so long
REHEARSED_LINES = 6


@dataclass(frozen=True)
class Settings:
    """As LEARN_SETTINGS in runtime/adapt/learn-settings.ts."""

    rank: int = 8
    rate: float = 5e-4
    weight_decay: float = 0.01
    betas: tuple = (0.9, 0.99)
    lines_a_step: int = 2
    average_decay: float = 0.95
    deviation: float = 0.3
    dropped: float = 0.1
    rehearsal: float = 0.3
    rehearsed_voices: str = "own"  # or "others": spoken by random voices


@dataclass
class Lesson:
    """A line whose frames are known by their posterior; `draw` gives a teacher-forced line of it."""

    conditioning: torch.Tensor  # [1, S + K]
    ids: np.ndarray
    path: np.ndarray
    mean: torch.Tensor  # [1, T, D]
    log_scale: torch.Tensor

    def line(self, pointer, latents):
        padded = np.pad(self.ids, (pointer.window_before, pointer.window))
        advance = np.append(np.clip(np.diff(self.path), 0, pointer.max_advance), -1)
        return TrainingLine(
            speaker=self.conditioning,
            symbols=torch.from_numpy(self.ids)[None],
            window=torch.from_numpy(padded[self.path[:, None] + np.arange(pointer.window)])[None],
            age=torch.from_numpy(np.minimum(ages_of(self.path), pointer.ages - 1))[None],
            latents_before=shifted(latents),
            target_mean=self.mean,
            target_log_scale=self.log_scale,
            advance_target=torch.from_numpy(advance)[None],
        )

    def draw(self, pointer, settings):
        size = torch.rand(()) * settings.deviation
        latents = self.mean + self.log_scale.exp() * torch.randn_like(self.mean) + size * torch.randn_like(self.mean)
        return self.line(pointer, latents * (torch.rand(1, latents.shape[1], 1) >= settings.dropped))


class Voice:
    """The model, and what is known of one speaker: the sentences to learn and other lines, each as synthesise gives it."""

    def __init__(self, models, speaker, taught, others):
        self.vae, speech, self.latent_mean, self.latent_std = models
        self.lm, self.speaker, self.others = speech.language_model, speaker, others
        self.latent = speaker_of(speech, np.concatenate([samples for samples, _ in taught]))
        self.lessons = [self.lesson_of(to_tensor(samples), told["symbols"], np.array(told["ends"])) for samples, told in taught]

    @torch.no_grad()
    def lesson_of(self, samples, symbols, ends=None, path=None, latent=None):
        mean, log_scale = self.vae.encoder(samples[None])
        path = pointer_path(ends, mean.shape[1]) if path is None else np.array(path)
        conditioning = self.lm.condition(self.latent if latent is None else latent)[None]
        ids = np.array([SYMBOL_ID[symbol] for symbol in symbols])
        normalised = (mean - self.latent_mean) / self.latent_std, log_scale - torch.log(self.latent_std)
        return Lesson(conditioning, ids, path, *normalised)

    def say(self, lm, symbols, latent=None):
        latents, path, _ = speak(lm, symbols, self.latent if latent is None else latent)
        return decode(self.vae.decoder, latents, self.latent_mean, self.latent_std), path

    def rehearsals(self, texts, settings):
        """Lines as the model speaks them now, encoded."""
        made = []
        for number, symbols in enumerate(texts):
            other = torch.randn(len(self.latent), generator=torch.Generator().manual_seed(number))
            latent = other if settings.rehearsed_voices == "others" else self.latent
            samples, path = self.say(self.lm, symbols, latent)
            samples = torch.nn.functional.pad(samples, (0, len(path) * SAMPLES_PER_LATENT - len(samples)))
            made.append(self.lesson_of(samples, symbols, path=path, latent=latent))
        return made


def start_adapter(lm, rank):
    """A parts Gaussian of variance 1 / dim, B parts 0: nothing is changed yet."""
    config, generator = lm.config, torch.Generator().manual_seed(1)
    a = torch.randn(config.layers, ADAPTED, rank, config.dim, generator=generator) * config.dim**-0.5
    head_a = torch.randn(rank, config.dim, generator=generator) * config.dim**-0.5
    return [a, torch.zeros(config.layers, ADAPTED, config.dim, rank), head_a, torch.zeros(lm.head.out_features, rank)]


def learn(voice, rehearsals, settings, counts):
    """The averaged adapter after each number of drawn sequences in `counts`, ascending; 0 draws = None."""
    torch.manual_seed(0)
    values = [tensor.requires_grad_() for tensor in start_adapter(voice.lm, settings.rank)]
    average = [value.detach().clone() for value in values]
    optimiser = torch.optim.AdamW(values, settings.rate, settings.betas, weight_decay=settings.weight_decay)
    pointer, made, draws, step = voice.lm.config.pointer, {0: None}, 0, 0
    while draws < counts[-1]:
        gradients = [torch.zeros_like(value) for value in values]
        for _ in range(settings.lines_a_step):
            rehearsed = int(draws * settings.rehearsal)
            is_own = int((draws + 1) * settings.rehearsal) == rehearsed or not rehearsals
            own, turn = (voice.lessons, draws - rehearsed) if is_own else (rehearsals, rehearsed)
            lesson = own[turn % len(own)]
            *_, a, b, head_a, head_b = line_gradient(voice.lm, lesson.draw(pointer, settings), values)
            for total, part in zip(gradients, (a, b, head_a, head_b)):
                total += part / settings.lines_a_step
            draws += 1
        for value, gradient in zip(values, gradients):
            value.grad = gradient
        optimiser.step()
        step += 1
        kept = min(settings.average_decay, step / (step + 9))
        for mean, value in zip(average, values):
            mean.mul_(kept).add_(value.detach(), alpha=1 - kept)
        for count in counts:
            if count not in made and draws >= count:
                made[count] = [mean.clone() for mean in average]
    return made


def adapted_model(lm, adapter):
    """A copy with the adapter's changes in its weights, which speaks the same."""
    if adapter is None:
        return lm
    a, b, head_a, head_b = adapter
    changed = copy.deepcopy(lm)
    for index, layer in enumerate(changed.layers):
        for part, linear in enumerate((layer.query, layer.key, layer.value, layer.output)):
            linear.weight.data += b[index, part, : linear.out_features] @ a[index, part]
    changed.head.weight.data += head_b @ head_a
    return changed


def lines_of(speaker, cmudict, count):
    """(sentences of SECONDS together, `count` others), each as synthesise gives it."""
    made = filter(None, (synthesise(line, speaker, cmudict) for line in held_out_sentences()))
    taught, samples = [], 0
    for each in made:
        if samples + len(each[0]) <= SECONDS[1] * SAMPLE_RATE_HZ:
            taught.append(each)
            samples += len(each[0])
        if samples >= SECONDS[0] * SAMPLE_RATE_HZ:
            return taught, [other for other, _ in zip(made, range(count))]
    raise ValueError(f"no sentences of {SECONDS} s together by {speaker}")


def speakers_measured(held_out, outside):
    """Held-out speakers with settings of their own, the voices in turn, then those outside the training range."""
    own = [make_speaker(index) for index in range(SPEAKERS - HELD_OUT_SPEAKERS, SPEAKERS)]
    by_voice = {}
    for speaker in own:
        if speaker["vocal_tract"] != 1.0:
            by_voice.setdefault(speaker["voice"], []).append(speaker)
    turns = [group[turn] for turn in range(len(own)) for group in by_voice.values() if turn < len(group)]
    return turns[:held_out] + [{"id": SPEAKERS + index, **settings} for index, settings in enumerate(OUTSIDE[:outside])]


def unit(vector):
    return vector / np.linalg.norm(vector)


class Measured:
    """Collects the figures of every speaker for every N."""

    def __init__(self, judge):
        self.judge, self.similarity, self.kl, self.ceiling = judge, {}, {}, []
        self.items, self.signals = [], {}

    @torch.no_grad()
    def add(self, voice, count, adapter, reading):
        model = adapted_model(voice.lm, adapter)
        own = np.stack([unit(embed(self.judge, samples)) for samples, _ in voice.others])
        if adapter is None:
            self.ceiling += [speaker_similarity(own[i], np.delete(own, i, 0).mean(0)) for i in range(len(own))]
            self.items += [utterance for _, utterance in voice.others]
        for i, (_, utterance) in enumerate(voice.others):
            signal = voice.say(model, utterance["symbols"])[0].numpy()
            alike = speaker_similarity(embed(self.judge, signal), np.delete(own, i, 0).mean(0))
            self.similarity.setdefault(count, []).append(alike)
            if count in reading:
                self.signals.setdefault(count, []).append(signal)
        for samples, utterance in voice.others[:4]:
            lesson = voice.lesson_of(to_tensor(samples), utterance["symbols"], np.array(utterance["ends"]))
            nothing = adapter or start_adapter(voice.lm, 1)
            kl, pointer = line_losses(voice.lm, lesson.line(voice.lm.config.pointer, lesson.mean), nothing)
            self.kl.setdefault(count, []).append((kl.item(), pointer.item()))

    def table(self, counts, speakers, args):
        rows = ["| N | similarity | lowest of a speaker | KL of unseen lines | pointer | WER % |", "|---|---|---|---|---|---|"]
        for count in counts:
            by_speaker = np.array(self.similarity[count]).reshape(speakers, -1).mean(1)
            kl, pointer = np.mean(self.kl[count], 0)
            heard = "-"
            if count in self.signals:
                errors, words, _ = word_row(self.items, self.signals[count], args)
                rate, low, high = (100 * value for value in bootstrap_interval(errors, words))
                heard = f"{rate:.1f} ({low:.1f}-{high:.1f})"
            rows.append(f"| {count} | {by_speaker.mean():.3f} | {by_speaker.min():.3f} | {kl:.3f} | {pointer:.3f} | {heard} |")
        return [*rows, "", f"Same speaker: {np.mean(self.ceiling):.3f}."]


def measure(args, settings):
    torch.set_num_threads(1)
    cmudict, models = read_cmudict(CMUDICT), load_models(args, load_vae(args.vae))
    flatten_embeddings(models[1].language_model)
    for module in models[:2]:
        module.requires_grad_(False)
    counts = sorted(args.counts)
    speakers = speakers_measured(args.held_out, args.outside)
    rehearsed = [synthesise(line, speakers[0], cmudict)[1]["symbols"] for line in held_out_sentences()[200 : 200 + REHEARSED_LINES]]
    measured = Measured(load_judge(args.judge))
    for speaker in speakers:
        voice = Voice(models, speaker, *lines_of(speaker, cmudict, args.lines))
        rehearsals = voice.rehearsals(rehearsed, settings) if settings.rehearsal else []
        for count, adapter in learn(voice, rehearsals, settings, counts).items():
            measured.add(voice, count, adapter, args.read)
        figures = {count: round(float(np.mean(measured.similarity[count][-args.lines :])), 3) for count in counts}
        print(f"{speaker['voice']} {speaker['id']}: similarity {figures}", flush=True)
    lines = [f"{len(speakers)} speakers, {args.lines} lines each; {settings}.", "", *measured.table(counts, len(speakers), args)]
    print("\n".join(lines))
    if args.out:
        Path(args.out).write_text("\n".join(lines) + "\n")


def changed(settings, pairs):
    """Settings with NAME=VALUE pairs."""
    values = dict(pair.split("=") for pair in pairs)
    return replace(settings, **{name: type(getattr(settings, name))(value) for name, value in values.items()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--vae", required=True)
    parser.add_argument("--lm", required=True)
    parser.add_argument("--judge", required=True)
    parser.add_argument("--counts", type=int, nargs="*", default=[0, 25, 50, 100, 200, 400])
    parser.add_argument("--read", type=int, nargs="*", default=[0, 200], help="numbers of draws whose words are read")
    parser.add_argument("--held-out", type=int, default=HELD_OUT)
    parser.add_argument("--outside", type=int, default=len(OUTSIDE))
    parser.add_argument("--lines", type=int, default=10, help="spoken by every voice")
    parser.add_argument("--set", nargs="*", default=[], help="other settings, as rate=0.001")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--cache", help="file in which recognised signals are remembered")
    parser.add_argument("--out")
    arguments = parser.parse_args()
    measure(arguments, changed(Settings(), arguments.set))
