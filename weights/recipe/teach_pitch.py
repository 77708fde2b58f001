"""Teaches the encoder's second trunk and the decoder's reader the pitch, in latent dims that carry nothing yet.

    python3 teach_pitch.py --data ../../checkpoints/data --vae ../../checkpoints/vae.pt --out ../../checkpoints/vae-pitch.pt \
        --minutes 15

An encoder learns what the mel loss rewards, and that hardly hears the pitch contour: the decoder then reads it from the latents
with a median error of 3 %. Here the `--dims` emptiest dims are taken from the first trunk and given to the second, which learns
with the decoder's reader of the pitch, alone. All other dims and the decoder's gains stay what they were, to the bit; a language
model has to learn the new dims (train_lm.py).
"""

import argparse

import torch
import torch.nn as nn

from config import GEOMETRIES, SAMPLES_PER_LATENT
from language_model import gaussian_kl
from prepare import Corpus
from train_vae import CropSampler, pitch_errors, pitch_labels
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
from vae import FlowVae, sample, silence

RATE_WEIGHT = 0.0003  # of a nat, against the error of the log pitch
FIRST_LOG_SCALE = -3.0  # narrow enough to carry something


def emptiest(log_scale, count):
    """Dims [count] with the widest posteriors; log_scale [B, T, D]."""
    return log_scale.mean((0, 1)).topk(count).indices.sort().values


class PitchLesson:
    """The model, of which the encoder's second trunk and the decoder's reader learn, and the dims [n] between them."""

    def __init__(self, model, dims, rate):
        self.encoder, self.decoder, self.dims = model.encoder, model.decoder, dims
        self.hand_over()
        self.learners = nn.ModuleList([model.encoder.pitch, model.decoder.pitch])
        self.optimiser = torch.optim.AdamW(self.learners.parameters(), rate, betas=(0.8, 0.99), weight_decay=1e-3)
        self.ema = Ema(self.learners, 0.999)

    @torch.no_grad()
    def hand_over(self):
        """Silences the first trunk in the dims and starts the second there, at posteriors of FIRST_LOG_SCALE; silences the decoder's
        own pitch and blinds the reader to all other dims."""
        first, second = self.encoder.output, self.encoder.pitch.output
        for part, bias in ((self.dims, 0.0), (self.dims + first.out_features // 2, FIRST_LOG_SCALE)):
            silence(first, part)
            second.weight[part], second.bias[part] = 0.02 * torch.randn_like(second.weight[part]), bias
        silence(self.decoder.output, -1)
        reader = self.decoder.pitch
        reader.output.reset_parameters()
        seen = reader.input.linear.weight.new_zeros(self.decoder.latent_dim)
        seen[self.dims] = 1
        reader.input.linear.weight *= seen.repeat(reader.input.kernel)

    def read(self, latents):
        """Log pitch [B, T * 8] of the frames made of latents [B, T, n], those of the dims."""
        full = latents.new_zeros(*latents.shape[:2], self.decoder.latent_dim)
        full[..., self.dims] = latents
        before = full.new_zeros(len(full), self.decoder.config.input_kernel - 1, full.shape[-1])
        return self.decoder.head.pitch(self.decoder.pitch(full, before)[..., None])

    def advance(self, samples, labels, step):
        """One step on samples [B, N] with pitches [B, N / 160] in Hz (0: none); returns its figures."""
        with bfloat16_layers(samples.device):
            mean, log_scale = self.encoder.pitch.run(self.encoder.spectrum(samples)).chunk(2, -1)
        bounds = self.encoder.config.log_scale_min, self.encoder.config.log_scale_max
        mean, log_scale = mean[..., self.dims], log_scale[..., self.dims].clamp(*bounds)
        zero = torch.zeros_like(mean)
        rate = gaussian_kl(mean, log_scale, zero, zero).sum(-1).mean()
        errors = pitch_errors(self.read(sample(mean, log_scale)), labels)
        pitch = errors.sum() / max(len(errors), 1)
        self.optimiser.zero_grad()
        (pitch + RATE_WEIGHT * rate).backward()
        torch.nn.utils.clip_grad_norm_(self.learners.parameters(), 1.0)
        self.optimiser.step()
        self.ema.update(self.learners, step)
        return {"pitch": pitch.detach(), "median": errors.detach().median(), "rate": rate.detach(), "sigma": log_scale.exp().mean().detach()}


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
    print("dims", dims.tolist(), flush=True)
    lesson, log, (clock, _) = PitchLesson(model, dims, args.rate), Log(0, args.log_every), start_clock(args, 0)
    step = 0
    while (progress := clock.progress(step)) < 1:
        step += 1
        set_rate(lesson.optimiser, cosine_rate(progress, step, args.rate))
        samples, whispered = sampler.batch(args.batch, crop)
        labels = pitch_labels(samples, crop // model.decoder.config.hop_size, whispered)
        log.add(step, lesson.advance(samples.to(device), labels.to(device), step))
    lesson.learners.load_state_dict(lesson.ema.state)
    taught = model.state_dict()
    save_checkpoint(args.out, **saved | {"model": taught, "ema": taught, "optimiser": None})


def options():
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--vae", required=True, help="checkpoint of train_vae.py")
    parser.add_argument("--out", required=True, help="the same checkpoint with the taught encoder")
    parser.add_argument("--dims", type=int, default=6, help="latent dims for the pitch")
    add_clock_options(parser)
    parser.add_argument("--batch", type=int, default=16, help="crops a step")
    parser.add_argument("--crop-latents", type=int, default=10)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    train(options().parse_args())
