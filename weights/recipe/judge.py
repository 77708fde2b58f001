"""The evaluation's own speaker network: says how alike two voices are. The language model never sees it.

    python3 judge.py --data ../../checkpoints/data --minutes 8
    python3 judge.py --data ../../checkpoints/data --out instruments/training-judge.safetensors --seed 2

A small ECAPA-TDNN trained with the additive angular margin softmax over the training speakers. Afterwards the
speakers held out from training are synthesised (kept in --heldout as a corpus of one shard) and the equal
error rate is printed.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from config import SAMPLE_RATE_HZ
from instruments import JUDGE, read_instrument, write_instrument
from metrics import FFT_SIZE, HOP, MEL_BANDS, WINDOW, as_float, mel_filters, speaker_similarity
from phonemes import read_cmudict
from prepare import CMUDICT, HELD_OUT_SPEAKERS, SPEAKERS, Corpus, held_out_sentences, make_speaker, synthesise
from training import bfloat16_layers, cosine_rate, set_rate

CHANNELS, POOLED_CHANNELS, EMBEDDING = 128, 384, 96
HIGHEST_HZ = 6800.0  # the longest vocal tract leaves nothing above: not a mark to know a speaker by
CROP = SAMPLE_RATE_HZ * 3 // 2
BATCH, PEAK_RATE, WEIGHT_DECAY = 48, 2e-3, 2e-4
MARGIN, SCALE = 0.2, 30.0
MARGIN_FROM = 0.3  # share of the training after which the margin is there in full
NOISE_DB = (-75.0, -50.0)  # under full scale, so that nothing is learned from digital silence
UTTERANCES_PER_HELD_OUT_SPEAKER = 6


class LogMel(nn.Module):
    """`[batch, n]` samples -> `[batch, MEL_BANDS, frames]`, the level of the whole signal taken out."""

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)
        filters = mel_filters(MEL_BANDS, 20.0, HIGHEST_HZ)
        self.register_buffer("filters", torch.tensor(filters, dtype=torch.float32), persistent=False)

    def forward(self, samples):
        frames = samples.unfold(1, WINDOW, HOP) * self.window
        power = torch.fft.rfft(frames, FFT_SIZE).abs() ** 2
        logs = torch.log(power @ self.filters.T + 1e-6)
        return (logs - logs.mean((1, 2), keepdim=True)).transpose(1, 2)


class ConvNorm(nn.Sequential):
    """Convolution over time, ReLU, batch norm; the length stays."""

    def __init__(self, inputs, outputs, size=1, dilation=1):
        padding = dilation * (size - 1) // 2
        conv = nn.Conv1d(inputs, outputs, size, dilation=dilation, padding=padding)
        super().__init__(conv, nn.ReLU(), nn.BatchNorm1d(outputs))


class Res2Block(nn.Module):
    """`[batch, CHANNELS, frames]` -> the same: dilated convolutions chained over channel groups, a gate."""

    GROUPS = 4

    def __init__(self, dilation):
        super().__init__()
        width = CHANNELS // self.GROUPS
        self.enter, self.leave = ConvNorm(CHANNELS, CHANNELS), ConvNorm(CHANNELS, CHANNELS)
        self.chain = nn.ModuleList(ConvNorm(width, width, 3, dilation) for _ in range(self.GROUPS - 1))
        self.gate = nn.Sequential(nn.Linear(CHANNELS, 64), nn.ReLU(), nn.Linear(64, CHANNELS), nn.Sigmoid())

    def forward(self, x):
        first, *others = self.enter(x).chunk(self.GROUPS, dim=1)
        done = [first]
        for conv, group in zip(self.chain, others):
            done.append(conv(group + done[-1] if len(done) > 1 else group))
        y = self.leave(torch.cat(done, dim=1))
        return x + y * self.gate(y.mean(2)).unsqueeze(2)


class StatisticsPool(nn.Module):
    """`[batch, POOLED_CHANNELS, frames]` -> `[batch, 2 * POOLED_CHANNELS]`: attentive mean and deviation."""

    def __init__(self):
        super().__init__()
        enter, leave = nn.Conv1d(POOLED_CHANNELS, 64, 1), nn.Conv1d(64, POOLED_CHANNELS, 1)
        self.attend = nn.Sequential(enter, nn.Tanh(), leave)

    def forward(self, x):
        weights = torch.softmax(self.attend(x), dim=2)
        mean = (weights * x).sum(2)
        variance = (weights * x**2).sum(2) - mean**2
        return torch.cat([mean, variance.clamp(min=1e-5).sqrt()], dim=1)


class Judge(nn.Module):
    """`[batch, n]` samples in -1..1 -> `[batch, EMBEDDING]`; compare by cosine."""

    def __init__(self):
        super().__init__()
        self.mel = LogMel()
        self.enter = ConvNorm(MEL_BANDS, CHANNELS, 5)
        self.blocks = nn.ModuleList(Res2Block(dilation) for dilation in (2, 3, 4))
        self.join = nn.Sequential(nn.Conv1d(3 * CHANNELS, POOLED_CHANNELS, 1), nn.ReLU())
        self.pool = nn.Sequential(StatisticsPool(), nn.BatchNorm1d(2 * POOLED_CHANNELS))
        self.leave = nn.Sequential(nn.Linear(2 * POOLED_CHANNELS, EMBEDDING), nn.BatchNorm1d(EMBEDDING))

    def forward(self, samples):
        return self.embed_mel(self.mel(samples))

    def hear(self, mel):
        """What every block makes of a mel spectrum, `[batch, CHANNELS, frames]` each."""
        x, outputs = self.enter(mel), []
        for block in self.blocks:
            x = block(x)
            outputs.append(x)
        return outputs

    def embed_heard(self, outputs):
        return self.leave(self.pool(self.join(torch.cat(outputs, dim=1))))

    def embed_mel(self, mel):
        return self.embed_heard(self.hear(mel))


def margin_loss(embeddings, centres, speakers, margin):
    """Cross entropy of the scaled cosines to the centres `[speakers, EMBEDDING]`, the true angle + margin."""
    cosine = (F.normalize(embeddings) @ F.normalize(centres).T).clamp(-1 + 1e-6, 1 - 1e-6)
    true = F.one_hot(speakers, len(centres)).bool()
    harder = torch.cos((torch.acos(cosine) + margin).clamp(max=math.pi))
    return F.cross_entropy(SCALE * torch.where(true, harder, cosine), speakers)


def repeat_to(samples, length):
    """`[>= length]`: a short signal is repeated until it is long enough."""
    return np.tile(samples, -(-length // len(samples))) if len(samples) < length else samples


def draw_batch(corpus, usable, rng):
    """(`[BATCH, CROP]` float32 crops of the usable utterances with a little noise, `[BATCH]` speaker numbers)."""
    crops, speakers = np.empty((BATCH, CROP), np.float32), np.empty(BATCH, np.int64)
    for row, index in enumerate(rng.choice(usable, BATCH)):
        samples = repeat_to(corpus.samples(index), CROP)
        start = rng.integers(len(samples) - CROP + 1)
        noise = 10 ** (rng.uniform(*NOISE_DB) / 20) * rng.standard_normal(CROP)
        crops[row] = as_float(samples[start : start + CROP]) + noise
        speakers[row] = corpus.utterances[index]["speaker"]
    return torch.from_numpy(crops), torch.from_numpy(speakers)


def train_judge(corpus, minutes, seed=1):
    """A Judge trained for `minutes` of wall-clock time, the learning rate falling from its peak to zero."""
    torch.manual_seed(seed)
    rng, usable = np.random.default_rng(seed), corpus.neutral()
    judge = Judge().train()
    centres = nn.Parameter(0.1 * torch.randn(len(corpus.speakers), EMBEDDING))
    optimiser = torch.optim.AdamW([*judge.parameters(), centres], weight_decay=WEIGHT_DECAY)
    begin, step, recent = time.monotonic(), 0, []
    while (progress := (time.monotonic() - begin) / (60 * minutes)) < 1:
        set_rate(optimiser, cosine_rate(progress, step, PEAK_RATE, warm_up=50, floor=0.0))
        samples, speakers = draw_batch(corpus, usable, rng)
        mel = judge.mel(samples)
        with bfloat16_layers(mel.device):
            embeddings = judge.embed_mel(mel)
        loss = margin_loss(embeddings.float(), centres, speakers, MARGIN * min(1.0, progress / MARGIN_FROM))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step, recent = step + 1, [*recent[-49:], loss.item()]
        if step % 50 == 0:
            print(f"step {step}: {progress:.0%}, loss {np.mean(recent):.3f}", flush=True)
    return judge.eval()


def load_judge(path, device="cpu"):
    return read_instrument(Judge(), path, device)


def voice_difference(judge, target, made):
    """How differently two signals `[batch, n]` in step sound as voices: the mean distance of what the blocks make of them, in
    deviations of the target's, and 1 - cosine of the embeddings. A loss for the decoder; what is trained by it has to be
    judged by another judge."""
    with torch.no_grad():
        wanted = judge.hear(judge.mel(target))
    heard = judge.hear(judge.mel(made))
    distance = sum((a - b).abs().mean() / a.std() for a, b in zip(wanted, heard)) / len(heard)
    cosine = F.cosine_similarity(judge.embed_heard(wanted), judge.embed_heard(heard), dim=1)
    return distance, (1 - cosine).mean()


@torch.no_grad()
def embed(judge, samples):
    """`[EMBEDDING]` float64 of one signal `[n]`, int16 or float in -1..1, SAMPLE_RATE_HZ."""
    samples = repeat_to(as_float(samples), CROP).astype(np.float32)
    return judge(torch.from_numpy(samples)[None])[0].double().numpy()


def make_held_out(folder, seed=1):
    """Writes the held-out speakers saying held-out lines, as a corpus of one shard."""
    cmudict, lines = read_cmudict(CMUDICT), iter(held_out_sentences())
    audio, utterances, offset = [], [], 0
    speakers = [make_speaker(index, seed) for index in range(SPEAKERS)]
    for speaker in speakers[-HELD_OUT_SPEAKERS:]:
        for _ in range(UTTERANCES_PER_HELD_OUT_SPEAKER):
            samples, utterance = next(filter(None, (synthesise(line, speaker, cmudict) for line in lines)))
            audio.append(samples)
            utterances.append({**utterance, "offset": offset})
            offset += len(samples)
    Path(folder).mkdir(parents=True, exist_ok=True)
    np.save(Path(folder) / "0000.npy", np.concatenate(audio))
    (Path(folder) / "speakers.json").write_text(json.dumps(speakers))
    (Path(folder) / "0000.json").write_text(json.dumps(utterances))


def equal_error_rate(same, different):
    """Share of errors at the threshold that refuses as many same-speaker pairs as it accepts others."""
    thresholds = np.sort(np.concatenate([same, different]))
    refused = np.searchsorted(np.sort(same), thresholds) / len(same)
    accepted = 1 - np.searchsorted(np.sort(different), thresholds) / len(different)
    best = np.abs(refused - accepted).argmin()
    return (refused[best] + accepted[best]) / 2


def voice_of(speaker):
    """What a speaker sounds like: speakers without own settings share their flite voice's sound."""
    return tuple(value for name, value in speaker.items() if name != "id")


def pair_similarities(judge, corpus):
    """(cosines of all pairs of utterances by one voice, cosines of all pairs by two voices)."""
    embeddings = np.stack([embed(judge, corpus.samples(i)) for i in range(len(corpus.utterances))])
    voices = [voice_of(corpus.speakers[utterance["speaker"]]) for utterance in corpus.utterances]
    left, right = np.triu_indices(len(voices), 1)
    cosines = speaker_similarity(embeddings[left], embeddings[right])
    alike = np.array([voices[i] == voices[j] for i, j in zip(left, right)])
    return cosines[alike], cosines[~alike]


if __name__ == "__main__":
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", default=JUDGE)
    parser.add_argument("--heldout", default="../../checkpoints/heldout")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    judge = train_judge(Corpus(args.data), args.minutes, args.seed)
    write_instrument(judge, args.out)
    judge = load_judge(args.out)
    if not (Path(args.heldout) / "0000.json").exists():
        make_held_out(args.heldout)
    same, different = pair_similarities(judge, Corpus(args.heldout))
    low, high = np.percentile(different, [5, 95])
    error = equal_error_rate(same, different)
    print(f"equal error rate {error:.2%} over {len(same)} same-speaker and {len(different)} other pairs")
    print(f"same speaker: mean cosine {same.mean():.3f}")
    print(f"other speakers: mean cosine {different.mean():.3f}, 5-95 % {low:.3f}..{high:.3f}")
