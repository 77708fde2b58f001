"""Trains the Flow-VAE.

    python3 train_vae.py --data ../../checkpoints/data --out ../../checkpoints/vae.pt --minutes 60 \
        [--gan-from 0.6] [--freeze-encoder]

Stage A has no discriminator; from the share `--gan-from` of the run on, multi-period and multi-resolution
discriminators and feature matching join. The run resumes from --out when it exists. With --freeze-encoder only the
decoder (and the discriminators) move, so that a language model trained on the latents stays valid. With --listener a
recogniser has to hear the same in what is made as in the recording, with --likeness a judge of voices. Several processes
share a run under torchrun.
"""

import argparse
import math

import numpy as np
import torch

from adversary import Adversary
from config import GEOMETRIES, SAMPLES_PER_LATENT
from judge import load_judge, voice_difference
from metrics import track_f0
from prepare import Corpus
from recogniser import heard_difference, load_recogniser
from restore import restore_vae
from spectral import MelLoss
from styles import is_whispered
from training import (
    Ema,
    Log,
    add_clock_options,
    agree_on_end,
    average_gradients,
    bfloat16_layers,
    cosine_rate,
    fresh_seed,
    load_checkpoint,
    save_checkpoint,
    set_rate,
    start_clock,
    start_processes,
)
from vae import FlowVae, align_to_decoder, sample

MEL_WEIGHT, PITCH_WEIGHT, VOICING_WEIGHT = 15.0, 5.0, 3.0
HEARD_WEIGHT, NAMED_WEIGHT = 40.0, 16.0  # of recogniser.heard_difference
VOICE_WEIGHT, LIKENESS_WEIGHT = 10.0, 20.0  # of judge.voice_difference
WHISPERED = -1.0  # in place of a pitch
PITCH_DELAY = 4  # decoder frames between a sound and its pitch, less the overlap
EDGE_SAMPLES = 2 * SAMPLES_PER_LATENT  # crops may begin before or end after the utterance


class CropSampler:
    """Random crops [B, n] of the corpus, utterances weighted by their length, zero beyond their ends; and which of them are
    whispered [B]."""

    def __init__(self, corpus, seed):
        self.corpus, self.rng = corpus, np.random.default_rng(seed)
        lengths = np.array([utterance["length"] for utterance in corpus.utterances], float)
        self.cumulative = np.cumsum(lengths / lengths.sum())

    def batch(self, count, samples):
        crops, whispered = np.zeros((count, samples), np.float32), []
        for row in crops:
            index = int(min(np.searchsorted(self.cumulative, self.rng.random()), len(self.cumulative) - 1))
            length = self.corpus.utterances[index]["length"]
            latest = max(length - samples + EDGE_SAMPLES, 1 - EDGE_SAMPLES)
            start = int(self.rng.integers(-EDGE_SAMPLES, latest))
            first, last = max(start, 0), min(start + samples, length)
            row[first - start : last - start] = self.corpus.samples(index, first, last)
            whispered.append(is_whispered(self.corpus.utterances[index]))
        return torch.from_numpy(crops / 32768), whispered


class RateController:
    """Holds the KL at `target` nats a latent by moving its weight."""

    def __init__(self, target, weight, hold_steps):
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


def pitch_labels(samples, frames, whispered):
    """Pitch in Hz [B, frames] of every decoder frame, 0 where none was found, WHISPERED in signals that are. Frame t of the
    decoder makes the sound of time (t - PITCH_DELAY) * 10 ms (see SourceFilterHead: half a window of overlap less than
    the delay)."""
    labels = np.zeros((len(samples), frames), np.float32)
    for row, signal, is_whisper in zip(labels, samples.cpu().numpy(), whispered):
        if is_whisper:
            row[:] = WHISPERED
            continue
        found = track_f0(signal.astype(np.float64))[: frames - PITCH_DELAY]
        row[PITCH_DELAY : PITCH_DELAY + len(found)] = found
    return torch.from_numpy(labels)


def pitch_errors(predicted, labels):
    """Errors [n] of the predicted log pitch in the frames that have one."""
    return (predicted - labels.clamp(min=1).log()).abs()[labels > 0]


def decode_with_pitch(decoder, latents, labels):
    """Samples made with the true pitch where there is one, the error of the predicted log pitch there, and the share of
    harmonics in whispers. The noise begins anywhere: gains that fit one stretch of it would sound wrong with the others."""
    place = torch.randint(decoder.config.noise_hops, latents.shape[:1], device=latents.device)
    with bfloat16_layers(latents.device):
        tails, head = decoder.unpack(decoder.initial_state(latents.shape[0], place=place))
        features, _ = decoder.features(latents, tails)
        predicted = decoder.head.pitch(features)
        hertz = torch.where(labels > 0, labels, predicted.detach().exp())
        made, _ = decoder.head(features, head, hertz)
    errors = pitch_errors(predicted, labels)
    whispered = (labels == WHISPERED).float()
    share = (decoder.head.harmonic_share(features) * whispered).sum() / whispered.sum().clamp(min=1)
    return made, errors.sum() / max(len(errors), 1), share


def reconstruct(model, samples, whispered, train_encoder):
    """samples [B, N], whispered [B] -> made and target samples [B, N - delay], error of the sources, KL per latent element,
    figures."""
    with bfloat16_layers(samples.device):
        with torch.set_grad_enabled(train_encoder):
            mean, log_scale = model.encoder(samples)
    latents = sample(mean, log_scale)
    frames = samples.shape[1] // model.decoder.config.hop_size
    labels = pitch_labels(samples, frames, whispered).to(samples.device)
    made, pitch_error, voicing_error = decode_with_pitch(model.decoder, latents, labels)
    with torch.set_grad_enabled(train_encoder):
        rate = model.rate(latents, log_scale)
    target, first = align_to_decoder(samples, model.decoder.config.delay_latents)
    figures = posterior_figures(mean, log_scale, rate.detach())
    figures |= {"pitch": pitch_error.detach(), "voicing": voicing_error.detach()}
    return made[:, first:], target, PITCH_WEIGHT * pitch_error + VOICING_WEIGHT * voicing_error, rate, figures


class Listeners:
    """Networks that have to hear in what a decoder makes what they hear in the recording: a recogniser the phones, a judge the
    voice. Either may be missing."""

    def __init__(self, args, device):
        self.recogniser = load_recogniser(args.listener, device) if args.listener else None
        self.judge = load_judge(args.likeness, device) if args.likeness else None

    def listen(self, target, made):
        """Loss for sound [B, N] that is heard otherwise than the target, and its figures."""
        loss, figures = made.new_zeros(()), {}
        if self.recogniser:
            heard, named = heard_difference(self.recogniser, target, made)
            loss = loss + HEARD_WEIGHT * heard + NAMED_WEIGHT * named
            figures |= {"heard": heard.detach(), "named": named.detach()}
        if self.judge:
            voice, unlike = voice_difference(self.judge, target, made)
            loss = loss + VOICE_WEIGHT * voice + LIKENESS_WEIGHT * unlike
            figures |= {"voice": voice.detach(), "unlike": unlike.detach()}
        return loss, figures


def add_listener_options(parser):
    parser.add_argument("--listener", help="a recogniser that has to hear the same phones (recogniser.py); not the one of the evaluation")
    parser.add_argument("--likeness", help="a judge that has to hear the same voice (judge.py --seed 2); not the one of the evaluation")


class Run:
    """Everything a training run holds: model, optimiser, EMA, adversary, rate controller, step."""

    def __init__(self, args, saved, device, world):
        self.args, self.device, self.world = args, device, world
        self.model = FlowVae(GEOMETRIES[args.geometry]).to(device)
        self.controller, self.adversary, self.step = RateController(args.nats, args.rate_weight, args.hold_steps), Adversary(device, world), 0
        self.mel_loss = MelLoss().to(device)
        self.listeners = Listeners(args, device)
        if saved:
            self.model.load_state_dict(saved["model"])
        elif args.start:
            restore_vae(self.model, args.start)
        self.ema = Ema(self.model, 0.999)
        self.trained = list((self.model.decoder if args.freeze_encoder else self.model).parameters())
        self.optimiser = torch.optim.AdamW(self.trained, args.rate, betas=(0.8, 0.99), weight_decay=1e-3)
        if saved:
            self.resume(saved)

    def resume(self, saved):
        self.ema.state, self.step = saved["ema"], saved["step"]
        self.controller.weight = saved["rate_weight"]
        self.adversary.restore(saved["adversary"])
        if saved["frozen"] == self.args.freeze_encoder and saved["optimiser"]:
            self.optimiser.load_state_dict(saved["optimiser"])
        elif self.args.freeze_encoder:
            self.model.load_state_dict(self.ema.state)  # latents are made by the EMA encoder

    def save(self):
        save_checkpoint(
            self.args.out,
            model=self.model.state_dict(),
            ema=self.ema.state,
            adversary=self.adversary.state(),
            optimiser=self.optimiser.state_dict(),
            rate_weight=self.controller.weight,
            step=self.step,
            frozen=self.args.freeze_encoder,
            geometry=self.args.geometry,
        )

    def advance(self, samples, whispered, rng, with_adversary):
        """One step on samples [B, N]; returns its figures."""
        self.step += 1
        made, target, source_loss, rate, figures = reconstruct(self.model, samples, whispered, not self.args.freeze_encoder)
        mel, nats = self.mel_loss(made, target), rate.sum(-1).mean()
        loss = MEL_WEIGHT * mel + source_loss + self.controller.weight * nats
        figures |= {"mel": mel.detach(), "beta": self.controller.weight}
        misheard, heard_figures = self.listeners.listen(target, made)
        loss, figures = loss + misheard, figures | heard_figures
        if with_adversary:
            judged, judge_figures = self.adversary.generator_loss(target, made, rng)
            loss, figures = loss + judged, figures | judge_figures
        self.optimiser.zero_grad()
        loss.backward()
        average_gradients(self.trained, self.world)
        torch.nn.utils.clip_grad_norm_(self.trained, 5.0)
        self.optimiser.step()
        self.ema.update(self.model, self.step)
        if not self.args.freeze_encoder:
            self.controller.update(self.step, float(nats))
        return figures


def train(args):
    rank, world, device = start_processes()
    saved = load_checkpoint(args.out, device)
    seed = fresh_seed(args.seed, rank, saved)
    torch.manual_seed(seed)
    run, sampler = Run(args, saved, device, world), CropSampler(Corpus(args.data), seed)
    crop = (args.crop_latents + run.model.decoder.config.delay_latents) * SAMPLES_PER_LATENT
    log, (clock, first_step) = Log(rank, args.log_every), start_clock(args, run.step)
    while not agree_on_end(progress := clock.progress(run.step - first_step), world, device):
        set_rate(run.optimiser, cosine_rate(progress, run.step - first_step, args.rate, floor=args.rate_floor))
        samples, whispered = sampler.batch(args.batch, crop)
        log.add(run.step + 1, run.advance(samples.to(device), whispered, sampler.rng, progress >= args.gan_from))
        if rank == 0 and run.step % args.save_every == 0:
            run.save()
    if rank == 0:
        run.save()


def options():
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="weights folder to start from when --out does not exist")
    parser.add_argument("--geometry", default="small", choices=GEOMETRIES)
    add_clock_options(parser)
    parser.add_argument("--batch", type=int, default=5, help="crops a process and step")
    parser.add_argument("--crop-latents", type=int, default=16, help="about as far as the decoder hears back")
    parser.add_argument("--rate", type=float, default=8e-4, help="peak learning rate")
    parser.add_argument("--rate-floor", type=float, default=0.03, help="last learning rate, as a share of the peak")
    parser.add_argument("--nats", type=float, default=80, help="KL the rate controller holds, per latent")
    parser.add_argument("--rate-weight", type=float, default=0.005, help="of the KL at first")
    parser.add_argument("--hold-steps", type=int, default=500, help="of the run, in which that weight stays")
    parser.add_argument("--gan-from", type=float, default=2.0, help="share of the run; 2 = never")
    parser.add_argument("--freeze-encoder", action="store_true")
    add_listener_options(parser)
    parser.add_argument("--save-every", type=int, default=250)
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    train(options().parse_args())
