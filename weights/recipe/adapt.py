"""Learns held-out voices by test-time training as the runtime does (runtime/adapt/) and measures what it brings.

    python3 adapt.py --data ../../checkpoints/data --vae ../../checkpoints/vae-polished.pt --lm ../../checkpoints/lm3.pt \
        --judge ../../checkpoints/judge.pt --results ../../checkpoints/adapt [--out table.md]

Of every speaker about 5 s are learned (two sentences, read as one recording), less the end that is held out; other lines
are spoken by the adapted model. Similarity is the cosine of the judge's embeddings to the mean of those of the speaker's own
other lines; N is the number of latent sequences drawn (Eq. 11), and "kept" the adapter that the stop rule takes. Speakers:
some held out from all training, and some outside the range of its settings. A run that was stopped goes on with the
speakers that `--results` lacks.
"""

import argparse
import copy
import json
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

HELD_OUT_INSIDE = 4
OUTSIDE = (  # beyond exp(+-0.16) of vocal tract, exp(+-0.28) of pitch, 1.5 dB of tilt in training
    {"voice": "slt", "vocal_tract": 1.25, "pitch": 1.45, "stretch": 0.9, "tilt": 1.0},
    {"voice": "rms", "vocal_tract": 0.8, "pitch": 0.8, "stretch": 1.1, "tilt": -1.0},
    {"voice": "awb", "vocal_tract": 0.82, "pitch": 0.68, "stretch": 1.15, "tilt": -2.5},
    {"voice": "kal16", "vocal_tract": 1.22, "pitch": 1.4, "stretch": 0.95, "tilt": 2.5},
    {"voice": "slt", "vocal_tract": 0.82, "pitch": 0.7, "stretch": 1.1, "tilt": -2.0},
    {"voice": "awb", "vocal_tract": 1.22, "pitch": 1.45, "stretch": 0.9, "tilt": 2.0},
    {"voice": "kal16", "vocal_tract": 0.82, "pitch": 0.7, "stretch": 1.2, "tilt": -2.0},
    {"voice": "rms", "vocal_tract": 1.25, "pitch": 1.25, "stretch": 0.9, "tilt": 2.0},
)
SECONDS = (4.0, 6.0)  # what is learned lasts so long
REHEARSED = slice(200, 204)  # of the held-out sentences
READ_LINES = 4  # of every speaker, by pocketsphinx, which is slow
KEPT = "kept"


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
    dropped: float = 0.5
    rehearsal: float = 0.3
    steps: int = 60
    steps_between_checks: int = 5
    patience: int = 4
    least_gain: float = 0.02
    held_out: float = 0.5
    fewest_frames: int = 6


@dataclass
class Lesson:
    """A line whose frames are known by their posterior; `draw` gives a teacher-forced line of it."""

    conditioning: torch.Tensor  # [1, S + K]
    ids: np.ndarray
    path: np.ndarray
    mean: torch.Tensor  # [1, T, D]
    log_scale: torch.Tensor

    def beginning(self, frames):
        """The same text, of which the end is not spoken."""
        return replace(self, path=self.path[:frames], mean=self.mean[:, :frames], log_scale=self.log_scale[:, :frames])

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
    def lesson_of(self, samples, symbols, ends=None, path=None):
        mean, log_scale = self.vae.encoder(samples[None])
        path = pointer_path(ends, mean.shape[1]) if path is None else np.array(path)
        conditioning = self.lm.condition(self.latent)[None]
        ids = np.array([SYMBOL_ID[symbol] for symbol in symbols])
        normalised = (mean - self.latent_mean) / self.latent_std, log_scale - torch.log(self.latent_std)
        return Lesson(conditioning, ids, path, *normalised)

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


def start_adapter(lm, rank):
    """A parts Gaussian of variance 1 / dim, B parts 0: nothing is changed yet."""
    config, generator = lm.config, torch.Generator().manual_seed(1)
    a = torch.randn(config.layers, ADAPTED, rank, config.dim, generator=generator) * config.dim**-0.5
    head_a = torch.randn(rank, config.dim, generator=generator) * config.dim**-0.5
    return [a, torch.zeros(config.layers, ADAPTED, config.dim, rank), head_a, torch.zeros(lm.head.out_features, rank)]


def hold_out(lessons, settings):
    """(lessons to train on, the last one as a whole, its first frame that is held out), as in runtime/adapt/lessons.ts."""
    *before, last = lessons
    kept = len(last.path) - round(settings.held_out * sum(len(lesson.path) for lesson in lessons))
    if kept < settings.fewest_frames and before:
        return before, last, 0
    return [*before, last.beginning(kept)], last, kept


class StopRule:
    """Which of the averaged adapters is kept: the best on the held-out frames, None when none is better than chance."""

    def __init__(self, lm, last, first, settings):
        self.lm, self.last, self.first, self.settings = lm, last, first, settings
        self.adapter, self.step, self.is_over = None, 0, False
        self.before = self.best = self.held_out_kl(start_adapter(lm, 1))

    @torch.no_grad()
    def held_out_kl(self, adapter):
        def total(lesson):
            return line_losses(self.lm, lesson.line(self.lm.config.pointer, lesson.mean), adapter)[0].item() * len(lesson.path)

        known = total(self.last.beginning(self.first)) if self.first else 0.0  # frames do not see later ones
        return (total(self.last) - known) / (len(self.last.path) - self.first)

    def look(self, step, average):
        settings = self.settings
        if self.is_over or (step % settings.steps_between_checks and step != settings.steps):
            return
        kl = self.held_out_kl(average)
        if kl < min(self.best, (1 - settings.least_gain) * self.before):
            self.adapter, self.best, self.step = [mean.clone() for mean in average], kl, step
        stale = step - self.step >= settings.patience * settings.steps_between_checks
        self.is_over = stale or step >= settings.steps


def lesson_of_draw(draws, own, rehearsals, share):
    """Lessons of each kind take turns, and the two kinds mix evenly."""
    share = share if rehearsals else 0
    rehearsed = int(draws * share)
    is_own = int((draws + 1) * share) == rehearsed
    lessons, turn = (own, draws - rehearsed) if is_own else (rehearsals, rehearsed)
    return lessons[turn % len(lessons)]


def learn(voice, rehearsals, settings, counts):
    """(the averaged adapter after each number of drawn sequences in `counts`, ascending, None = none; the stop rule)."""
    torch.manual_seed(0)
    values = [tensor.requires_grad_() for tensor in start_adapter(voice.lm, settings.rank)]
    average = [value.detach().clone() for value in values]
    optimiser = torch.optim.AdamW(values, settings.rate, settings.betas, weight_decay=settings.weight_decay)
    own, *held_out = hold_out(voice.lessons, settings)
    rule = StopRule(voice.lm, *held_out, settings)
    pointer, made, draws, step = voice.lm.config.pointer, {0: None}, 0, 0
    while draws < counts[-1] or not rule.is_over:
        gradients = [torch.zeros_like(value) for value in values]
        for _ in range(settings.lines_a_step):
            lesson = lesson_of_draw(draws, own, rehearsals, settings.rehearsal)
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
        rule.look(step, average)
        for count in counts:
            if count not in made and draws >= count:
                made[count] = [mean.clone() for mean in average]
    return made, rule


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


def resynthesised(voice, samples):
    """The speaker's own speech through encoder and decoder: what no language model can better much."""
    mean, _ = voice.vae.encoder(torch.nn.functional.pad(to_tensor(samples), (0, SAMPLES_PER_LATENT))[None])
    return voice.vae.decoder(mean)[0][0, voice.vae.decoder.config.delay_latents * SAMPLES_PER_LATENT :].numpy()


class Speaker:
    """What is measured of one speaker, and the lines to be read."""

    def __init__(self, voice, judge):
        self.voice, self.judge = voice, judge
        self.own = np.stack([unit(embed(judge, samples)) for samples, _ in voice.others])

    def similarities(self, signals):
        """Mean cosine of the lines to the speaker's own others."""
        others = [np.delete(self.own, i, 0).mean(0) for i in range(len(signals))]
        return float(np.mean([speaker_similarity(embed(self.judge, signal), other) for signal, other in zip(signals, others)]))

    @torch.no_grad()
    def bounds(self):
        """Similarity of the speaker's own lines, and of the same resynthesised."""
        samples = [samples for samples, _ in self.voice.others]
        again = [resynthesised(self.voice, each) for each in samples]
        return {"same": self.similarities(samples), "resynthesis": self.similarities(again)}

    @torch.no_grad()
    def of(self, adapter):
        """({similarity, kl, pointer}, signals of the first READ_LINES lines) with the adapter."""
        voice = self.voice
        model, nothing = adapted_model(voice.lm, adapter), adapter or start_adapter(voice.lm, 1)
        signals = [voice.say(model, utterance["symbols"])[0].numpy() for _, utterance in voice.others]
        losses = []
        for samples, utterance in voice.others[:READ_LINES]:
            lesson = voice.lesson_of(to_tensor(samples), utterance["symbols"], np.array(utterance["ends"]))
            kl, pointer = line_losses(voice.lm, lesson.line(voice.lm.config.pointer, lesson.mean), nothing)
            losses.append((kl.item(), pointer.item()))
        kl, pointer = np.mean(losses, 0).tolist()
        return {"similarity": self.similarities(signals), "kl": kl, "pointer": pointer}, signals[:READ_LINES]


def measure_speaker(voice, judge, rehearsals, settings, counts):
    """What --results keeps of a speaker: figures as plain values, and what is to be read."""
    speaker = Speaker(voice, judge)
    made, rule = learn(voice, rehearsals, settings, counts)
    figures, signals = {}, {}
    for count, adapter in made.items():
        figures[str(count)], signals[str(count)] = speaker.of(adapter)
    is_kept = rule.adapter is not None
    figures[KEPT], signals[KEPT] = speaker.of(rule.adapter) if is_kept else (figures["0"], signals["0"])
    told = {"speaker": voice.speaker, **speaker.bounds(), "kept_step": rule.step, "held_out_kl": [rule.before, rule.best]}
    return {**told, "figures": figures, "texts": [told["text"] for _, told in voice.others[:READ_LINES]]}, signals


def saved(path, make):
    """The result in the file, made and written first where it is not there."""
    if not path.exists():
        figures, signals = make()
        arrays = {f"{count} {i}": signal for count, lines in signals.items() for i, signal in enumerate(lines)}
        np.savez(path.with_suffix(".npz"), **arrays)
        path.write_text(json.dumps(figures))
    return json.loads(path.read_text())


def read_words(result, path, read, args):
    """{count: (errors, words)} of the lines of one speaker as pocketsphinx hears them."""
    signals = np.load(path.with_suffix(".npz"))
    items = [{"text": text} for text in result["texts"]]
    heard = {}
    for count in read:
        errors, words, _ = word_row(items, [signals[f"{count} {i}"] for i in range(len(items))], args)
        heard[count] = errors, words
    return heard


def table_of(results, words, columns):
    """Rows as in the paper's figure 6: means over the speakers for every N."""
    inside = [result["speaker"]["id"] < SPEAKERS for result in results]
    names = ["N", "similarity", "inside the range", "outside", "lowest of a speaker", "KL of unseen lines", "pointer", "WER %"]
    rows = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]

    def means(values):
        values = np.array(values)
        groups = values, values[np.array(inside)], values[~np.array(inside)]
        return " | ".join(f"{group.mean():.3f}" if len(group) else "-" for group in groups) + f" | {values.min():.3f}"

    for count in columns:
        figures = [result["figures"][count] for result in results]
        heard = "-"
        if words and count in words[0]:
            errors, total = (np.concatenate([each[count][part] for each in words]) for part in (0, 1))
            rate, low, high = (100 * value for value in bootstrap_interval(errors, total))
            heard = f"{rate:.1f} ({low:.1f}-{high:.1f})"
        kl, pointer = (np.mean([each[name] for each in figures]) for name in ("kl", "pointer"))
        rows.append(f"| {count} | {means([each['similarity'] for each in figures])} | {kl:.3f} | {pointer:.3f} | {heard} |")
    for name, label in (("resynthesis", "resynthesis of the speaker's own lines"), ("same", "the speaker's own lines")):
        rows.append(f"| {label} | {means([result[name] for result in results])} | - | - | - |")
    return rows


def speakers_table(results, columns):
    """One row a speaker."""
    names = [*columns, "resynthesis", "same"]
    rows = ["| speaker | " + " | ".join(names) + " | kept step | held-out KL |", "|---" * (len(names) + 3) + "|"]
    for result in results:
        speaker, (before, after) = result["speaker"], result["held_out_kl"]
        place = "outside" if speaker["id"] >= SPEAKERS else "inside"
        cells = [result["figures"][count]["similarity"] for count in columns] + [result["resynthesis"], result["same"]]
        told = " | ".join(f"{value:.3f}" for value in cells)
        rows.append(f"| {speaker['voice']} {speaker['id']}, {place} | {told} | {result['kept_step']} | {before:.3f} -> {after:.3f} |")
    return rows


def measure(args, settings):
    torch.set_num_threads(1)
    folder, counts = Path(args.results), sorted(args.counts)
    folder.mkdir(exist_ok=True)
    cmudict, models = read_cmudict(CMUDICT), load_models(args, load_vae(args.vae))
    flatten_embeddings(models[1].language_model)
    for module in models[:2]:
        module.requires_grad_(False)
    speakers, judge = speakers_measured(args.held_out, args.outside), load_judge(args.judge)

    def make(speaker):
        voice = Voice(models, speaker, *lines_of(speaker, cmudict, args.lines))
        texts = held_out_sentences()[REHEARSED] if settings.rehearsal else []
        rehearsals = voice.rehearsals([synthesise(text, speaker, cmudict)[1]["symbols"] for text in texts])
        return measure_speaker(voice, judge, rehearsals, settings, counts)

    paths, results = [folder / f"{speaker['id']}.json" for speaker in speakers], []
    for speaker, path in zip(speakers, paths):
        results.append(saved(path, lambda: make(speaker)))
        told = {count: round(each["similarity"], 3) for count, each in results[-1]["figures"].items()}
        print(f"{speaker['voice']} {speaker['id']}: similarity {told}", flush=True)
    args.cache = str(folder / "heard.json")
    words = [read_words(result, path, args.read, args) for result, path in zip(results, paths)] if args.read else []
    columns = [str(count) for count in counts] + [KEPT]
    title = f"{len(speakers)} speakers, {args.lines} lines each; {settings}."
    lines = [title, "", *table_of(results, words, columns), "", *speakers_table(results, columns)]
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
    parser.add_argument("--read", nargs="*", default=["0", "200", KEPT], help="numbers of draws whose words are read")
    parser.add_argument("--results", required=True, help="folder; one file a speaker")
    parser.add_argument("--held-out", type=int, default=HELD_OUT_INSIDE)
    parser.add_argument("--outside", type=int, default=len(OUTSIDE))
    parser.add_argument("--lines", type=int, default=5, help="spoken by every voice")
    parser.add_argument("--set", nargs="*", default=[], help="other settings, as rate=0.001")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out")
    arguments = parser.parse_args()
    measure(arguments, changed(Settings(), arguments.set))
