"""Trains the Flow-VAE.

    python3 train_vae.py --data ../../checkpoints/data --out ../../checkpoints/vae.pt --minutes 60 \
        [--gan-from 0.6] [--freeze-encoder] [--processes by torchrun]

Stage A has no discriminator; from the share `--gan-from` of the run on, multi-period and multi-resolution
discriminators and feature matching join. The run resumes from --out when it exists. With --freeze-encoder only the
decoder (and the discriminators) move, so that a language model trained on the latents stays valid.
"""

import argparse
import math

import numpy as np
import torch

from config import GEOMETRIES, SAMPLES_PER_LATENT
from discriminators import Discriminators, discriminator_loss, generator_losses
from prepare import Corpus
from spectral import MelLoss
from training import (
    Clock,
    Ema,
    Log,
    agree_on_end,
    average_gradients,
    bfloat16_layers,
    cosine_rate,
    load_checkpoint,
    save_checkpoint,
    set_rate,
    start_processes,
)
from vae import FlowVae, align_to_decoder, sample

MEL_WEIGHT, ADVERSARIAL_WEIGHT, MATCHING_WEIGHT = 15.0, 0.5, 1.0
GAN_RAMP_STEPS, GAN_SAMPLES = 300, 8192
EDGE_SAMPLES = 2 * SAMPLES_PER_LATENT  # crops may begin before or end after the utterance


class CropSampler:
    """Random crops [B, n] of the corpus, utterances weighted by their length, zero beyond their ends."""

    def __init__(self, corpus, seed):
        self.corpus, self.rng = corpus, np.random.default_rng(seed)
        lengths = np.array([utterance["length"] for utterance in corpus.utterances], float)
        self.cumulative = np.cumsum(lengths / lengths.sum())

    def batch(self, count, samples):
        crops = np.zeros((count, samples), np.float32)
        for row in crops:
            index = int(min(np.searchsorted(self.cumulative, self.rng.random()), len(self.cumulative) - 1))
            length = self.corpus.utterances[index]["length"]
            latest = max(length - samples + EDGE_SAMPLES, 1 - EDGE_SAMPLES)
            start = int(self.rng.integers(-EDGE_SAMPLES, latest))
            first, last = max(start, 0), min(start + samples, length)
            row[first - start : last - start] = self.corpus.samples(index, first, last)
        return torch.from_numpy(crops / 32768)


class RateController:
    """Holds the KL at `target` nats a latent by moving its weight."""

    def __init__(self, target, weight=0.005, hold_steps=500):
        self.target, self.weight, self.hold_steps = target, weight, hold_steps

    def update(self, step, nats):
        if step > self.hold_steps:
            self.weight *= math.exp(0.005 * math.copysign(1.0, nats - self.target))
            self.weight = min(max(self.weight, 1e-4), 1.0)


def posterior_figures(mean, log_scale, rate):
    """What tells a healthy latent space: nats a latent, median sigma, spread of the means, dims that carry less
    than 0.05 nat."""
    per_dim = rate.mean((0, 1))
    return {
        "nats": per_dim.sum(),
        "sigma": log_scale.exp().median(),
        "spread": mean.reshape(-1, mean.shape[-1]).std(0).mean(),
        "dead": (per_dim < 0.05).float().mean(),
    }


def train(args):
    rank, world, device = start_processes()
    torch.manual_seed(args.seed + rank)
    sampler = CropSampler(Corpus(args.data), [args.seed, rank, np.random.SeedSequence().entropy % 2**31])
    model = FlowVae(GEOMETRIES[args.geometry]).to(device)
    discriminators, mel_loss = Discriminators().to(device), MelLoss().to(device)
    controller, step = RateController(args.nats), 0
    saved = load_checkpoint(args.out, device)
    if saved:
        model.load_state_dict(saved["model"])
        discriminators.load_state_dict(saved["discriminators"])
        controller.weight, step = saved["rate_weight"], saved["step"]
    trained = list(model.decoder.parameters()) if args.freeze_encoder else list(model.parameters())
    optimiser = torch.optim.AdamW(trained, args.rate, betas=(0.8, 0.99), weight_decay=1e-3)
    judge_optimiser = torch.optim.AdamW(discriminators.parameters(), 4e-4, betas=(0.8, 0.99))
    if saved and saved["frozen"] == args.freeze_encoder:
        optimiser.load_state_dict(saved["optimiser"])
        judge_optimiser.load_state_dict(saved["judge_optimiser"])
    ema = Ema(model, 0.999)
    if saved:
        ema.state = saved["ema"]
    crop = (args.crop_latents + model.decoder.config.delay_latents) * SAMPLES_PER_LATENT
    log, clock, first_step, gan_steps = Log(rank), Clock(args.minutes, args.steps), step, 0

    def save():
        if rank == 0:
            save_checkpoint(
                args.out,
                model=model.state_dict(),
                ema=ema.state,
                discriminators=discriminators.state_dict(),
                optimiser=optimiser.state_dict(),
                judge_optimiser=judge_optimiser.state_dict(),
                rate_weight=controller.weight,
                step=step,
                frozen=args.freeze_encoder,
                geometry=args.geometry,
            )

    while not agree_on_end(progress := clock.progress(step - first_step), world, device):
        step += 1
        set_rate(optimiser, cosine_rate(progress, step - first_step, args.rate, floor=args.rate_floor))
        samples = sampler.batch(args.batch, crop).to(device)
        with bfloat16_layers(device):
            with torch.set_grad_enabled(not args.freeze_encoder):
                mean, log_scale = model.encoder(samples)
            latents = sample(mean, log_scale)
            made, _ = model.decoder(latents)
        with torch.set_grad_enabled(not args.freeze_encoder):
            rate = model.rate(latents, log_scale)
        target, first = align_to_decoder(samples, model.decoder.config.delay_latents)
        made = made[:, first:]
        mel = mel_loss(made, target)
        nats = rate.sum(-1).mean()
        loss = MEL_WEIGHT * mel + controller.weight * nats
        figures = {"mel": mel.detach(), "beta": controller.weight, **posterior_figures(mean, log_scale, rate.detach())}
        if progress >= args.gan_from:
            gan_steps += 1
            start = int(sampler.rng.integers(0, max(1, made.shape[1] - GAN_SAMPLES)))
            real, fake = target[:, start : start + GAN_SAMPLES], made[:, start : start + GAN_SAMPLES]
            judged = discriminator_loss(discriminators(real), discriminators(fake.detach()))
            judge_optimiser.zero_grad()
            judged.backward()
            average_gradients(list(discriminators.parameters()), world)
            judge_optimiser.step()
            discriminators.requires_grad_(False)
            adversarial, matching = generator_losses(discriminators(real), discriminators(fake))
            discriminators.requires_grad_(True)
            ramp = min(1.0, gan_steps / GAN_RAMP_STEPS)
            loss = loss + ramp * (ADVERSARIAL_WEIGHT * adversarial + MATCHING_WEIGHT * matching)
            figures |= {"judge": judged.detach(), "adv": adversarial.detach(), "match": matching.detach()}
        optimiser.zero_grad()
        loss.backward()
        average_gradients(trained, world)
        torch.nn.utils.clip_grad_norm_(trained, 5.0)
        optimiser.step()
        ema.update(model, step)
        if not args.freeze_encoder:
            controller.update(step, float(nats))
        log.add(step, figures)
        if step % args.save_every == 0:
            save()
    save()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--geometry", default="small", choices=GEOMETRIES)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps instead of --minutes")
    parser.add_argument("--batch", type=int, default=8, help="crops a process and step")
    parser.add_argument("--crop-latents", type=int, default=10)
    parser.add_argument("--rate", type=float, default=8e-4, help="peak learning rate")
    parser.add_argument("--rate-floor", type=float, default=0.03)
    parser.add_argument("--nats", type=float, default=90, help="KL the rate controller holds, per latent")
    parser.add_argument("--gan-from", type=float, default=2.0, help="share of the run; 2 = never")
    parser.add_argument("--freeze-encoder", action="store_true")
    parser.add_argument("--save-every", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())
