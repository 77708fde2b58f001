"""Polishes the decoder on latents as the language model predicts them.

    python3 polish.py --data ../../checkpoints/data --vae ../../checkpoints/vae.pt --lm ../../checkpoints/lm.pt \
        --out ../../checkpoints/vae-polished.pt --minutes 10

The language model predicts every latent from the true ones before it (so they stay in step with the recording); the
decoder learns, with the discriminators, to make the recording from them. A share of the crops keeps the encoder's own
latents. Only the decoder moves.
"""

import argparse

import numpy as np
import torch

from adversary import Adversary
from config import GEOMETRIES, SAMPLES_PER_LATENT
from encode import LatentCorpus
from prepare import Corpus
from spectral import MelLoss
from styles import is_whispered
from train_lm import load_speech_model, predict_batch
from train_vae import MEL_WEIGHT, PITCH_WEIGHT, VOICING_WEIGHT, Listeners, add_listener_options, decode_with_pitch, pitch_labels
from training import Clock, Ema, Log, cosine_rate, fresh_seed, load_checkpoint, save_checkpoint, set_rate, start_processes
from utterances import UtteranceSampler
from vae import FlowVae, sample

CROP_LATENTS = 10
ENCODER_SHARE = 0.4  # crops that keep the encoder's latents
TEMPERATURES = (0.0, 0.2)  # of the latents drawn from the prediction; each crop takes one


def pick_long(sampler, tokens):
    """A batch in which some utterance is longer than a crop."""
    while True:
        chosen = sampler.pick(tokens)
        if any(sampler.latents.corpus.utterances[index]["length"] > (CROP_LATENTS + 1) * SAMPLES_PER_LATENT for index in chosen):
            return chosen


def pick_crops(batch, chosen, predicted, sampler, rng):
    """Latents [B, CROP + 1, D] (normalised), the samples [B, CROP * 1280] they should sound like, and which of these are
    whispered [B]."""
    latents, targets, whispered = [], [], []
    mean, log_scale = predicted
    own = sample(batch["mean"], batch["log_scale"])
    temperature = torch.from_numpy(rng.choice(TEMPERATURES, (len(mean), 1, 1))).to(mean.dtype)
    spoken = mean + temperature.sqrt() * log_scale.exp() * torch.randn_like(mean)
    for row, index in enumerate(chosen):
        frames = int(batch["frame_count"][row])
        if frames <= CROP_LATENTS:
            continue
        start = int(rng.integers(frames - CROP_LATENTS))
        source = own if rng.random() < ENCODER_SHARE else spoken
        latents.append(source[row, start : start + CROP_LATENTS + 1])
        first = start * SAMPLES_PER_LATENT
        crop = sampler.latents.corpus.samples(index, first, first + CROP_LATENTS * SAMPLES_PER_LATENT)
        targets.append(torch.from_numpy(crop.astype(np.float32) / 32768))
        whispered.append(is_whispered(sampler.latents.corpus.utterances[index]))
    return torch.stack(latents), torch.stack(targets), whispered


def polish(args):
    rank, world, device = start_processes()
    saved = load_checkpoint(args.out, device) or load_checkpoint(args.vae, device)
    seed = fresh_seed(args.seed, rank, saved)
    torch.manual_seed(seed)
    vae = FlowVae(GEOMETRIES[saved["geometry"]]).to(device)
    vae.load_state_dict(saved["ema"])
    config, speech = load_speech_model(args.lm, device)
    latents = LatentCorpus(Corpus(args.data), args.data)
    mean, std = (torch.from_numpy(value).to(device) for value in (latents.mean, latents.std))
    sampler = UtteranceSampler(latents, seed, args.styled_share)
    listeners = Listeners(args, device)
    adversary, mel_loss, ema = Adversary(device, world), MelLoss().to(device), Ema(vae, 0.999)
    adversary.restore(saved["adversary"])
    optimiser = torch.optim.AdamW(vae.decoder.parameters(), args.rate, betas=(0.8, 0.99), weight_decay=1e-3)
    log, clock, step = Log(rank, args.log_every), Clock(args.minutes, args.steps), 0
    while (progress := clock.progress(step)) < 1:
        step += 1
        set_rate(optimiser, cosine_rate(progress, step, args.rate))
        chosen = pick_long(sampler, args.tokens)
        batch = sampler.batch(chosen, config)
        with torch.no_grad():
            predicted = predict_batch(speech, batch, config, device)
        z, target, whispered = pick_crops(batch, chosen, predicted, sampler, sampler.rng)
        labels = pitch_labels(target, z.shape[1] * SAMPLES_PER_LATENT // vae.decoder.config.hop_size, whispered).to(device)
        made, pitch_error, voicing_error = decode_with_pitch(vae.decoder, z.to(device) * std + mean, labels)
        made, target = made[:, SAMPLES_PER_LATENT:], target.to(device)
        mel = mel_loss(made, target)
        judged, figures = adversary.generator_loss(target, made, sampler.rng)
        misheard, heard_figures = listeners.listen(target, made)
        loss = MEL_WEIGHT * mel + PITCH_WEIGHT * pitch_error + VOICING_WEIGHT * voicing_error + judged + misheard
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.decoder.parameters(), 5.0)
        optimiser.step()
        ema.update(vae, step + 1000)
        log.add(step, {"mel": mel.detach(), "pitch": pitch_error.detach(), "voicing": voicing_error.detach(), **figures, **heard_figures})
        if step % args.save_every == 0:
            save(args.out, saved, step, vae, ema, adversary)
    save(args.out, saved, step, vae, ema, adversary)


def save(path, saved, steps, vae, ema, adversary):
    """The Flow-VAE checkpoint it came from, with the polished decoder; its step tells a resumed run from the one before."""
    save_checkpoint(path, **{**saved, "step": saved["step"] + steps, "model": vae.state_dict(), "ema": ema.state, "adversary": adversary.state(), "frozen": True})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--vae", required=True)
    parser.add_argument("--lm", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps instead of --minutes")
    add_listener_options(parser)
    parser.add_argument("--tokens", type=int, default=800, help="positions of the language model a step")
    parser.add_argument("--styled-share", type=float, default=0.0, help="batches of styled utterances only")
    parser.add_argument("--rate", type=float, default=2e-4, help="peak learning rate")
    parser.add_argument("--save-every", type=int, default=250)
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    polish(parser.parse_args())
