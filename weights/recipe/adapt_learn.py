"""Learning a voice as the runtime does it (runtime/adapt/): the speaker latent is fitted, then an adapter is trained."""

import copy
from dataclasses import dataclass, replace

import numpy as np
import torch

from adapter_loss import TrainingLine, line_gradient, line_losses
from language_model import ADAPTED
from train_lm import shifted
from utterances import ages_of


@dataclass(frozen=True)
class Settings:
    """As LEARN_SETTINGS in runtime/adapt/learn-settings.ts."""

    rank: int = 8
    speaker_rate: float = 0.02
    rate: float = 5e-4
    weight_decay: float = 0.01
    betas: tuple = (0.9, 0.99)
    lines_a_step: int = 2
    average_decay: float = 0.95
    deviation: float = 0.3
    dropped: float = 0.5
    rehearsal: float = 0.5
    steps: int = 60
    steps_between_checks: int = 5
    patience: int = 4
    least_gain: float = 0.02
    most_forgotten: float = 0.1
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


@torch.no_grad()
def total_kl(lm, lesson, adapter):
    """Sum over the frames of a lesson."""
    return line_losses(lm, lesson.line(lm.config.pointer, lesson.mean), adapter)[0].item() * len(lesson.path)


def kl_from(lm, last, first, adapter):
    """Mean over the frames of the last lesson from `first` on."""
    known = total_kl(lm, last.beginning(first), adapter) if first else 0.0  # frames do not see later ones
    return (total_kl(lm, last, adapter) - known) / (len(last.path) - first)


def held_out_kl(lm, lessons, settings):
    """Of what is held out, by the model as it is."""
    _, last, first = hold_out(lessons, settings)
    return kl_from(lm, last, first, start_adapter(lm, 1))


def step_average(average, values, step, settings):
    kept = min(settings.average_decay, step / (step + 9))
    for mean, value in zip(average, values):
        mean.mul_(kept).add_(value.detach(), alpha=1 - kept)


def fit_speaker(lm, latent, lessons, settings):
    """The speaker latent [S] by which the model, unchanged, says the lessons best: as runtime/adapt/fit-speaker.ts."""
    torch.manual_seed(1)
    value, average = latent.clone().requires_grad_(), latent.clone()
    optimiser = torch.optim.Adam([value], settings.speaker_rate, settings.betas)
    own, last, first = hold_out(lessons, settings)
    unchanged = start_adapter(lm, 1)

    def spoken(lesson, by):
        return replace(lesson, conditioning=lm.condition(by)[None])

    before = best = kl_from(lm, spoken(last, latent), first, unchanged)
    kept, kept_step = latent, 0
    for step in range(1, settings.steps + 1):
        gradient = torch.zeros_like(latent)
        for draw in range((step - 1) * settings.lines_a_step, step * settings.lines_a_step):
            line = spoken(own[draw % len(own)], value.detach()).draw(lm.config.pointer, settings)
            gradient += line_gradient(lm, line, unchanged)[2][0, : len(latent)] / settings.lines_a_step
        value.grad = gradient
        optimiser.step()
        step_average([average], [value], step, settings)
        if step % settings.steps_between_checks == 0 or step == settings.steps:
            kl = kl_from(lm, spoken(last, average), first, unchanged)
            if kl < best:
                best, kept, kept_step = kl, average.clone(), step
        if step - kept_step >= settings.patience * settings.steps_between_checks:
            break
    return kept if best <= (1 - settings.least_gain) * before else latent


class StopRule:
    """Which of the averaged adapters is kept: the best on the held-out frames before the rehearsed lines are forgotten, None when
    none is better than chance. before: KL on the held-out frames zero-shot."""

    def __init__(self, lm, before, last, first, rehearsals, settings):
        self.lm, self.last, self.first, self.rehearsals, self.settings = lm, last, first, rehearsals, settings
        self.adapter, self.step, self.is_over = None, 0, False
        self.before, self.best = before, self.held_out_kl(start_adapter(lm, 1))
        self.rehearsed_before = self.rehearsed_kl(start_adapter(lm, 1))

    def held_out_kl(self, adapter):
        return kl_from(self.lm, self.last, self.first, adapter)

    def rehearsed_kl(self, adapter):
        frames = sum(len(lesson.path) for lesson in self.rehearsals)
        return sum(total_kl(self.lm, lesson, adapter) for lesson in self.rehearsals) / max(frames, 1)

    def look(self, step, average):
        settings = self.settings
        if self.is_over or (step % settings.steps_between_checks and step != settings.steps):
            return
        self.is_over = self.rehearsed_kl(average) > (1 + settings.most_forgotten) * self.rehearsed_before
        if self.is_over:
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


def learn(voice, before, rehearsals, settings, counts):
    """(the averaged adapter after each number of drawn sequences in `counts`, ascending; the stop rule)."""
    torch.manual_seed(0)
    values = [tensor.requires_grad_() for tensor in start_adapter(voice.lm, settings.rank)]
    average = [value.detach().clone() for value in values]
    optimiser = torch.optim.AdamW(values, settings.rate, settings.betas, weight_decay=settings.weight_decay)
    own, *held_out = hold_out(voice.lessons, settings)
    rule = StopRule(voice.lm, before, *held_out, rehearsals, settings)
    pointer, made, draws, step = voice.lm.config.pointer, {}, 0, 0
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
        step_average(average, values, step, settings)
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
