"""A phone recogniser of the evaluation's own: says how clearly any of the corpus' voices is spoken, far cheaper than words.

    python3 recogniser.py --data ../../checkpoints/data --steps 2500
    python3 recogniser.py --data ../../checkpoints/data --out instruments/training-recogniser.safetensors --seed 2

Convolutions over log-mel frames that name the phone of every 20 ms, trained on flite's own alignments with all its warped
voices, and a Viterbi path with a price on every change. It learned from the teacher, so it is not independent:
compare its error rates with the teacher's on the same lines, which it prints for held-out speakers.
"""

import argparse

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from config import SAMPLE_RATE_HZ
from instruments import RECOGNISER, read_instrument, write_instrument
from judge import NOISE_DB, ConvNorm, LogMel, repeat_to
from metrics import HOP, MEL_BANDS, as_float
from prepare import Corpus
from symbols import CONSONANTS, SILENCES, VOWELS, split_symbol
from training import bfloat16_layers, cosine_rate, set_rate

CLASSES = ["silence", *VOWELS, *CONSONANTS]
CLASS_ID = {name: index for index, name in enumerate(CLASSES)}
CHANNELS, DILATIONS = 160, (1, 2, 4, 6)
FRAME = 2 * HOP
CROP = 2 * SAMPLE_RATE_HZ
BATCH, PEAK_RATE = 24, 2e-3
CHANGE_PRICE = 1.5  # nats that a change of phone costs the path


class Recogniser(nn.Module):
    """`[batch, n]` samples -> `[batch, frames, CLASSES]` logits, a frame every 20 ms."""

    def __init__(self):
        super().__init__()
        self.mel = LogMel()
        self.enter = nn.Sequential(nn.Conv1d(MEL_BANDS, CHANNELS, 5, stride=2, padding=2), nn.ReLU(), nn.BatchNorm1d(CHANNELS))
        self.blocks = nn.ModuleList(
            nn.Sequential(ConvNorm(CHANNELS, CHANNELS, 3, dilation), ConvNorm(CHANNELS, CHANNELS)) for dilation in DILATIONS
        )
        self.leave = nn.Conv1d(CHANNELS, len(CLASSES), 1)

    def forward(self, samples):
        return self.name_frames(self.mel(samples))

    def hear(self, mel):
        """What every block makes of a mel spectrum, `[batch, CHANNELS, frames]` each."""
        heard = [self.enter(mel)]
        for block in self.blocks:
            heard.append(heard[-1] + block(heard[-1]))
        return heard

    def name_frames(self, mel):
        return self.leave(self.hear(mel)[-1]).transpose(1, 2)


def class_of(symbol):
    return 0 if symbol in SILENCES else CLASS_ID[split_symbol(symbol)[0]]


def phones_of(symbols):
    """What is to be heard of symbols: their phones without stress, word marks and silences."""
    return [CLASSES[class_of(symbol)] for symbol in symbols if symbol not in SILENCES]


def frame_classes(utterance, first, count):
    """`[count]` class of every frame of an utterance, the first one at sample `first`; silence after its end."""
    middles = (first + FRAME * np.arange(count) + HOP) / SAMPLE_RATE_HZ
    places = np.searchsorted(utterance["ends"], middles)
    classes = np.array([*map(class_of, utterance["symbols"]), 0])
    return classes[np.minimum(places, len(classes) - 1)]


def evenly_by_voice(corpus, usable):
    """Probabilities of the utterances, with which every voice of the teacher is drawn equally often."""
    voices = np.array([corpus.speakers[corpus.utterances[index]["speaker"]]["voice"] for index in usable])
    names, counts = np.unique(voices, return_counts=True)
    return (1 / (len(names) * counts))[np.searchsorted(names, voices)]


def draw_batch(corpus, usable, chances, rng):
    """(`[BATCH, CROP]` float32 crops with a little noise, `[BATCH, frames]` classes)."""
    crops, classes = np.zeros((BATCH, CROP), np.float32), np.empty((BATCH, CROP // FRAME), np.int64)
    for row, index in enumerate(rng.choice(usable, BATCH, p=chances)):
        samples = as_float(corpus.samples(index))
        start = rng.integers(max(1, len(samples) - CROP + 1))
        crop = samples[start : start + CROP]
        crops[row, : len(crop)] = crop
        crops[row] += 10 ** (rng.uniform(*NOISE_DB) / 20) * rng.standard_normal(CROP)
        classes[row] = frame_classes(corpus.utterances[index], start, CROP // FRAME)
    return torch.from_numpy(crops), torch.from_numpy(classes)


def train_recogniser(corpus, steps, seed=1):
    torch.manual_seed(seed)
    rng, model = np.random.default_rng(seed), Recogniser().train()
    usable = corpus.neutral()
    chances = evenly_by_voice(corpus, usable)
    optimiser, recent = torch.optim.AdamW(model.parameters(), weight_decay=1e-3), []
    for step in range(steps):
        set_rate(optimiser, cosine_rate(step / steps, step, PEAK_RATE, warm_up=50, floor=0.0))
        samples, classes = draw_batch(corpus, usable, chances, rng)
        mel = model.mel(samples)
        with bfloat16_layers(mel.device):
            logits = model.name_frames(mel)
        count = min(logits.shape[1], classes.shape[1])
        loss = F.cross_entropy(logits[:, :count].float().transpose(1, 2), classes[:, :count])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        recent = [*recent[-99:], loss.item()]
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}: loss {np.mean(recent):.3f}", flush=True)
    return model.eval()


def load_recogniser(path, device="cpu"):
    return read_instrument(Recogniser(), path, device)


def heard_difference(model, target, made):
    """How differently two signals `[batch, n]` in step are heard: the mean distance of what the blocks make of them, in
    deviations of the target's, and the KL of the phones named, nats a frame. A loss for the decoder; what is trained by it
    has to be judged by another recogniser."""
    with torch.no_grad():
        wanted = model.hear(model.mel(target))
    heard = model.hear(model.mel(made))
    distance = sum(((a - b).abs().mean() / a.std()) for a, b in zip(wanted, heard)) / len(heard)
    names = [F.log_softmax(model.leave(x[-1]), dim=1) for x in (wanted, heard)]
    named = (names[0].exp() * (names[0] - names[1])).sum(1).mean()
    return distance, named


def cheapest_path(costs, price):
    """Classes `[frames]` of the cheapest way through `costs [frames, classes]` when every change costs `price`."""
    total, came = costs[0], np.zeros(costs.shape, int)
    own = np.arange(costs.shape[1])
    for frame in range(1, len(costs)):
        best = int(total.argmin())
        changes = total[best] + price < total
        came[frame] = np.where(changes, best, own)
        total = np.where(changes, total[best] + price, total) + costs[frame]
    path = [int(total.argmin())]
    for frame in range(len(costs) - 1, 0, -1):
        path.append(int(came[frame, path[-1]]))
    return path[::-1]


@torch.no_grad()
def frame_costs(model, samples):
    """`[frames, CLASSES]` nats that it costs to hear a class in a signal `[n]`, int16 or float in -1..1, SAMPLE_RATE_HZ."""
    samples = torch.from_numpy(repeat_to(as_float(samples), FRAME * 4).astype(np.float32))
    return -torch.log_softmax(model(samples[None])[0], dim=1).double().numpy()


def hear_phones(model, samples):
    """The phones heard in a signal as frame_costs takes it."""
    path = cheapest_path(frame_costs(model, samples), CHANGE_PRICE)
    changed = [name for name, before in zip(path, [0, *path]) if name != before]
    return [CLASSES[name] for name in changed if name != 0]


def edit_distance(wanted, heard):
    """Insertions, deletions and substitutions of the cheapest edit."""
    row = list(range(len(heard) + 1))
    for i, name in enumerate(wanted, 1):
        above, row = row, [i]
        for j, other in enumerate(heard, 1):
            row.append(min(above[j - 1] + (name != other), above[j] + 1, row[-1] + 1))
    return row[-1]


def phone_errors(model, symbols, samples):
    """(errors, phones wanted) of a signal that should say the symbols."""
    wanted = phones_of(symbols)
    return edit_distance(wanted, hear_phones(model, samples)), len(wanted)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", default=RECOGNISER)
    parser.add_argument("--heldout", default="../../checkpoints/heldout", help="made by judge.py")
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    recogniser = train_recogniser(Corpus(args.data), args.steps, args.seed)
    write_instrument(recogniser, args.out)
    recogniser = load_recogniser(args.out)
    held_out = Corpus(args.heldout)
    counts = np.array([phone_errors(recogniser, u["symbols"], held_out.samples(i)) for i, u in enumerate(held_out.utterances)])
    voices = np.array([held_out.speakers[u["speaker"]]["voice"] for u in held_out.utterances])
    for voice in sorted(set(voices)):
        errors, phones = counts[voices == voice].sum(0)
        print(f"phone error rate of held-out speakers of {voice}: {errors / phones:.2%} of {phones} phones")
