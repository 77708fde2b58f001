"""Teaches a trained encoder the pitch, in latent dims that carry nothing yet.

    python3 teach_pitch.py --data ../../checkpoints/data --vae ../../checkpoints/vae.pt --out ../../checkpoints/vae-pitch.pt \
        --minutes 20

An encoder learns what the mel loss rewards, and that hardly hears the pitch contour: a decoder then reads it from the latents
with an error of 5 %. Here the encoder alone goes on, with a small reader of the pitch, while every dim but the `--dims` emptiest
ones is held to the posterior it had, so that a language model trained on them stays nearly valid. The decoder has to be trained
again on what comes out (train_vae.py --freeze-encoder).
"""

import argparse
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F

from config import GEOMETRIES, SAMPLES_PER_LATENT
from language_model import gaussian_kl
from prepare import Corpus
from train_vae import CropSampler, pitch_labels
from training import (
    Ema,
    Log,
    add_clock_options,
    bfloat16_layers,
    cosine_rate,
    load_checkpoint,
    save_checkpoint,
    set_rate,
    start_clock,
    start_processes,
)
from vae import FlowVae, sample

FRAMES_PER_LATENT = 8
READ_LATENTS = 3  # the latest of them is the one the frames belong to, as in the decoder
MIDDLE_LOG_PITCH = 4.87
RATE_WEIGHT = 0.002  # of a nat in the free dims at the end of the run, against the error of the log pitch
KEPT_WEIGHT = 0.02  # of a nat by which the other dims have moved, at the end of the run
FULL_WEIGHT_FROM = 0.6  # share of the run from which they weigh so much: to find the pitch an encoder must be free at first
FIRST_LOG_SCALE = -3.0  # of the free dims, the width of those that carry something


class PitchReader(nn.Module):
    """Latents [B, T, dims] -> log pitch [B, T * 8] of the frames the decoder makes from them."""

    def __init__(self, dims, hidden=128):
        super().__init__()
        self.input = nn.Conv1d(dims, hidden, READ_LATENTS)
        self.middle, self.output = nn.Linear(hidden, hidden), nn.Linear(hidden, FRAMES_PER_LATENT)

    def forward(self, latents):
        x = self.input(F.pad(latents.transpose(1, 2), (READ_LATENTS - 1, 0))).transpose(1, 2)
        return MIDDLE_LOG_PITCH + self.output(F.gelu(self.middle(F.gelu(x)))).flatten(1)


def emptiest(log_scale, count):
    """Dims [count] with the widest posteriors; log_scale [B, T, D]."""
    return log_scale.mean((0, 1)).topk(count).indices.sort().values


class PitchLesson:
    """The encoder that learns, the one it came from, the reader, and the dims [n] that are free."""

    def __init__(self, encoder, dims, rate):
        self.encoder, self.before, self.dims = encoder, copy.deepcopy(encoder).eval(), dims
        latent_dim = encoder.output.out_features // 2
        self.reader = PitchReader(latent_dim)
        self.held = torch.ones(latent_dim)
        self.held[dims] = 0
        self.empty()
        self.optimiser = torch.optim.AdamW(self.parameters(), rate, betas=(0.8, 0.99), weight_decay=1e-3)
        self.ema = Ema(encoder, 0.999)

    @torch.no_grad()
    def empty(self):
        """Gives the free dims posteriors narrow enough to carry something, and nothing to carry yet."""
        latent_dim, output = len(self.held), self.encoder.output
        for part, bias in ((self.dims, 0.0), (self.dims + latent_dim, FIRST_LOG_SCALE)):
            output.weight[part] = torch.randn_like(output.weight[part]) * 0.02
            output.bias[part] = bias

    def parameters(self):
        return [*self.encoder.parameters(), *self.reader.parameters()]

    def advance(self, samples, labels, step, progress):
        """One step on samples [B, N] with pitches [B, N / 160] in Hz (0: none), at a share of the run; returns its figures."""
        with bfloat16_layers(samples.device):
            mean, log_scale = self.encoder(samples)
            with torch.no_grad():
                mean_before, log_scale_before = self.before(samples)
        kept = (gaussian_kl(mean, log_scale, mean_before, log_scale_before) * self.held).sum(-1).mean()
        free_mean, free_log_scale = mean[..., self.dims], log_scale[..., self.dims]
        zero = torch.zeros_like(free_mean)
        rate = gaussian_kl(free_mean, free_log_scale, zero, zero).sum(-1).mean()
        error = (self.reader(sample(mean, log_scale)) - labels.clamp(min=1).log()).abs()
        voiced = (labels > 0).float()
        pitch = (error * voiced).sum() / voiced.sum().clamp(min=1)
        weight = min(1.0, progress / FULL_WEIGHT_FROM) ** 3
        self.optimiser.zero_grad()
        (pitch + weight * (RATE_WEIGHT * rate + KEPT_WEIGHT * kept)).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        self.optimiser.step()
        self.ema.update(self.encoder, step)
        median = error.detach()[labels > 0].median()
        return {"pitch": pitch.detach(), "median": median, "rate": rate.detach(), "kept": kept.detach(), "sigma": free_log_scale.exp().mean().detach()}


def train(args):
    _, _, device = start_processes()
    saved = load_checkpoint(args.vae, device)
    torch.manual_seed(args.seed)
    model = FlowVae(GEOMETRIES[saved["geometry"]]).to(device)
    model.load_state_dict(saved["ema"])
    sampler = CropSampler(Corpus(args.data), args.seed)
    crop = args.crop_latents * SAMPLES_PER_LATENT
    with torch.no_grad():
        dims = emptiest(model.encoder(sampler.batch(64, crop)[0].to(device))[1], args.dims)
    lesson, log, (clock, _) = PitchLesson(model.encoder, dims, args.rate), Log(0, args.log_every), start_clock(args, 0)
    print("free dims", dims.tolist(), flush=True)
    step = 0
    while (progress := clock.progress(step)) < 1:
        step += 1
        set_rate(lesson.optimiser, cosine_rate(progress, step, args.rate))
        samples, whispered = sampler.batch(args.batch, crop)
        labels = pitch_labels(samples, args.crop_latents * FRAMES_PER_LATENT, whispered)
        log.add(step, lesson.advance(samples.to(device), labels.to(device), step, progress))
    taught = {f"encoder.{name}": value for name, value in lesson.ema.state.items()}
    save_checkpoint(args.out, **saved | {"model": saved["model"] | taught, "ema": saved["ema"] | taught})


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--vae", required=True, help="checkpoint of train_vae.py")
    parser.add_argument("--out", required=True, help="the same checkpoint with the taught encoder")
    parser.add_argument("--dims", type=int, default=6, help="latent dims that may change")
    add_clock_options(parser)
    parser.add_argument("--batch", type=int, default=16, help="crops a step")
    parser.add_argument("--crop-latents", type=int, default=10)
    parser.add_argument("--rate", type=float, default=5e-4, help="peak learning rate")
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    train(options().parse_args())
