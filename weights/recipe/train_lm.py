"""Trains the language model, its pointer and the speaker encoder on encoded speech.

    python3 train_lm.py --data ../../checkpoints/data --out ../../checkpoints/lm.pt --minutes 60

The loss is the KL of Eq. 10 between the posterior of the next latent and the prediction (--objective reverse gives the
released code's direction), the same to a preset end distribution N(1, e) after the last latent, the cross-entropy of
the pointer's advance, the KL of the speaker latent to N(0, I), and a regression of the known speaker settings from the
speaker latent, which keeps it complete and smooth. Styled utterances are conditioned on their style and its intensity;
what they sound like as neutral speech, the speaker encoder hears from others of the same speaker. With --freeze-speaker
the averaged speaker encoder stays as it is, so that seeds keep their voices. With --guide the model learns what that one, trained with
--drop-text, says under guidance (classifier-free), so that guided speech needs no second pass at run time.
"""

import argparse
from dataclasses import dataclass, replace

import torch
import torch.nn as nn
import torch.nn.functional as F

from config import GEOMETRIES
from encode import LatentCorpus
from language_model import LanguageModel, gaussian_kl, widen_conditioning
from muon import Muon
from prepare import VOICE_SHARE, Corpus
from restore import restore_speech
from speaker import SpeakerEncoder
from training import (
    Ema,
    Log,
    add_clock_options,
    agree_on_end,
    average_gradients,
    bfloat16_layers,
    fresh_seed,
    load_average,
    load_checkpoint,
    save_checkpoint,
    set_rate,
    start_clock,
    start_processes,
)
from utterances import TRAITS, UtteranceSampler
from vae import sample

END_WEIGHT, POINTER_WEIGHT, TRAIT_WEIGHT = 0.1, 0.1, 0.1
SPEAKER_KL_WEIGHT, SPEAKER_KL_RAMP, SPEAKER_FREE_NATS = 0.05, 2000, 0.02
INPUT_NOISE, INPUT_DROPOUT, FORGETFUL_SHARE = 0.3, 0.1, 0.3


class SpeechModel(nn.Module):
    """What this stage trains: language model, speaker encoder, and the trait head that only training needs."""

    def __init__(self, config):
        super().__init__()
        self.language_model = LanguageModel(config.language_model, config.latent_dim, config.speaker.dim, config.styles)
        self.speaker_encoder = SpeakerEncoder(config.speaker)
        self.trait_head = nn.Linear(config.speaker.dim, len(VOICE_SHARE) + len(TRAITS))


def attention_mask(batch, prefix_attention):
    """[B, 1, S, S] additive: symbols see the prefix, latents see the prefix and the latents before them."""
    symbols, frames = batch["symbols"].shape[1], batch["mean"].shape[1]
    prefix, index = 1 + symbols, torch.arange(1 + symbols + frames)
    allowed = index[None, :] <= index[:, None]
    if prefix_attention == "bidirectional":
        allowed = allowed | ((index[None, :] < prefix) & (index[:, None] < prefix))
    present = (index[None] <= batch["symbol_count"][:, None]) | (index[None] >= prefix)
    allowed = (allowed[None] & present[:, None]) | torch.eye(len(index), dtype=torch.bool)
    return torch.where(allowed, 0.0, -1e9)[:, None]


def sequence_positions(batch):
    """[B, S]: latents follow the last real symbol of their own item, whatever the padding."""
    prefix = torch.arange(1 + batch["symbols"].shape[1])
    frames = torch.arange(batch["mean"].shape[1])
    first = 1 + batch["symbol_count"][:, None]
    return torch.cat([prefix.expand(len(first), -1), first + frames], 1)


def corrupt(latents):
    """Input noise of a random size per utterance and dropped frames, against exposure bias. Some utterances lose most of
    their frames: what was said before also tells the style, and the conditioning would not be learned."""
    rows = latents.shape[0], 1, 1
    noise = torch.rand(rows, device=latents.device) * INPUT_NOISE
    is_forgetful = torch.rand(rows, device=latents.device) < FORGETFUL_SHARE
    dropout = torch.where(is_forgetful, 0.5 + 0.5 * torch.rand(rows, device=latents.device), INPUT_DROPOUT)
    kept = torch.rand(*latents.shape[:2], 1, device=latents.device) > dropout
    return (latents + noise * torch.randn_like(latents)) * kept


def drop_text(batch, share):
    """The batch with padding for the text of so large a share of the items, by which a model learns to guide itself."""
    kept = torch.rand(len(batch["symbols"])) >= share
    return batch | {"symbols": batch["symbols"] * kept[:, None], "window": batch["window"] * kept[:, None, None]}


def masked_mean(values, mask):
    return (values * mask).sum() / mask.sum().clamp(min=1)


def frame_masks(batch):
    """Float masks [B, T]: frames of speech, and the one end frame of each item."""
    frames = torch.arange(batch["mean"].shape[1], device=batch["mean"].device)[None]
    last = batch["frame_count"][:, None]
    return (frames < last).float(), (frames == last).float()


def trait_loss(head, speaker, batch):
    voice, settings = head(speaker).split([len(VOICE_SHARE), len(TRAITS)], -1)
    return F.cross_entropy(voice, batch["voice"]) + ((settings - batch["settings"]) ** 2).mean()


def run_model(model, batch, layout, speaker, inputs):
    """Teacher-forced pass: mean, log-scale [B, T, D] and advance logits of every frame. layout = (mask, rotation)."""
    lm, (mask, rotation) = model.language_model, layout
    prefix = lm.embed_prefix(torch.cat([speaker, batch["styles"]], -1), batch["symbols"])
    x = torch.cat([prefix, lm.embed_latents(inputs, batch["window"], batch["age"])], 1)
    with bfloat16_layers(x.device):
        hidden, _ = lm.run_layers(x, rotation, mask)
    return lm.predict(hidden[:, prefix.shape[1] :].float())


def speaker_posterior(model, batch):
    with bfloat16_layers(batch["reference"].device):
        return model.speaker_encoder(batch["reference"])


def shifted(latents):
    """The latent before each frame, zeros before the first."""
    return F.pad(latents[:, :-1], (0, 0, 1, 0))


def layout_of(model, batch, config, device):
    """(mask, rotation) of a batch on the device."""
    mask = attention_mask(batch, config.language_model.prefix_attention).to(device)
    return mask, model.language_model.rotation(sequence_positions(batch).to(device))


def predict_batch(model, batch, config, device):
    """Mean and log-scale [B, T, D] predicted from the true latents before (for the decoder's polish)."""
    layout = layout_of(model, batch, config, device)
    batch = {name: value.to(device) for name, value in batch.items()}
    inputs = shifted(sample(batch["mean"], batch["log_scale"]))
    mean, log_scale, _ = run_model(model, batch, layout, speaker_posterior(model, batch)[0], inputs)
    return mean.cpu(), log_scale.cpu()


def prediction_loss(batch, mean, log_scale, objective):
    """[B, T] mean over the dims of what the prediction costs: `forward` is Eq. 10, `reverse` the other direction of the KL, and
    `regression` the squared error of the mean, as at a scale of 1; the scale, which the stop rule reads, is then fitted beside it."""
    target, target_scale = batch["mean"], batch["log_scale"]
    if objective == "forward":
        return gaussian_kl(target, target_scale, mean, log_scale).mean(-1)
    if objective == "reverse":
        return gaussian_kl(mean, log_scale, target, target_scale.clamp(min=-2)).mean(-1)
    squared = (target - mean) ** 2 / 2
    return (squared + gaussian_kl(target, target_scale, mean.detach(), log_scale)).mean(-1)


def pointer_loss(advance, batch, speech):
    """Mean cross-entropy of the pointer's advance, 0 for a model without a pointer."""
    if advance is None:
        return torch.zeros((), device=speech.device)
    return masked_mean(F.cross_entropy(advance.transpose(1, 2), batch["advance"], reduction="none"), speech)


@dataclass
class Guide:
    """A frozen model that has learned with some texts dropped, and how strongly its text moves the mean away from what it predicts
    without (1 = not at all)."""

    model: SpeechModel
    guidance: float

    @torch.no_grad()
    def targets(self, batch, layout, speaker, inputs):
        """Mean and log-scale [B, T, D] that it predicts for the frames of speech under guidance; end frames keep theirs."""
        textless = batch | {"symbols": torch.zeros_like(batch["symbols"]), "window": torch.zeros_like(batch["window"])}
        mean, log_scale, _ = run_model(self.model, batch, layout, speaker, inputs)
        without, _, _ = run_model(self.model, textless, layout, speaker, inputs)
        speech = frame_masks(batch)[0][..., None].bool()
        guided = {"mean": without + self.guidance * (mean - without), "log_scale": log_scale}
        return {name: torch.where(speech, value, batch[name]) for name, value in guided.items()}


def compute_losses(model, batch, layout, objective="forward", guide=None):
    """The figures of the loss, each a mean. With a Guide its prediction is learned in place of the posterior."""
    speaker_mean, speaker_scale = speaker_posterior(model, batch)
    speaker = sample(speaker_mean, speaker_scale)
    inputs = corrupt(shifted(sample(batch["mean"], batch["log_scale"])))
    mean, log_scale, advance = run_model(model, batch, layout, speaker, inputs)
    wanted = batch | guide.targets(batch, layout, speaker, inputs) if guide else batch
    kl = prediction_loss(wanted, mean, log_scale, objective)
    speech, end = frame_masks(batch)
    zero = torch.zeros((), device=kl.device)
    speaker_kl = gaussian_kl(speaker_mean, speaker_scale, zero, zero).mean(0)
    return {
        "kl": masked_mean(kl, speech),
        "end": masked_mean(kl, end),
        "pointer": pointer_loss(advance, batch, speech),
        "speaker": speaker_kl.clamp(min=SPEAKER_FREE_NATS).mean(),
        "traits": trait_loss(model.trait_head, speaker, batch),
    }


def total_loss(losses, step):
    speaker_weight = SPEAKER_KL_WEIGHT * min(1.0, step / SPEAKER_KL_RAMP)
    return (
        losses["kl"]
        + END_WEIGHT * losses["end"]
        + POINTER_WEIGHT * losses["pointer"]
        + speaker_weight * losses["speaker"]
        + TRAIT_WEIGHT * losses["traits"]
    )


def make_optimisers(model, args):
    """Muon for the hidden matrices of the language model, AdamW for all the rest (or AdamW for all)."""
    hidden = [p for p in model.language_model.layers.parameters() if p.ndim == 2] if args.muon else []
    chosen = {id(p) for p in hidden}
    others = [p for p in model.parameters() if id(p) not in chosen]
    adam = torch.optim.AdamW(others, args.rate, betas=(0.9, 0.95), weight_decay=0.1 if not args.muon else 0.01)
    return [(adam, args.rate)] + ([(Muon(hidden, args.muon, weight_decay=0.02), args.muon)] if hidden else [])


def widen_moments(optimiser):
    """Zeros for the new columns of parameters that have grown since the optimiser's state was saved."""
    for parameter, state in optimiser.state.items():
        for name, value in state.items():
            if torch.is_tensor(value) and value.ndim == 2 and value.shape != parameter.shape:
                state[name] = F.pad(value, (0, parameter.shape[1] - value.shape[1]))


def freeze_speaker_encoder(model, ema):
    """Makes the averaged speaker encoder the one in use and keeps it."""
    prefix = "speaker_encoder."
    averaged = {name[len(prefix) :]: value for name, value in ema.state.items() if name.startswith(prefix)}
    model.speaker_encoder.load_state_dict(averaged)
    model.speaker_encoder.requires_grad_(False)


def trapezoid(progress, step, decay_share, warm_up=300):
    """Factor of the learning rate: warm-up, constant, linear to 0.02 over the last `decay_share` of the run."""
    return min(1.0, (step + 1) / warm_up, (1 - min(1.0, progress)) / decay_share + 0.02)


def train(args):
    rank, world, device = start_processes()
    saved = load_checkpoint(args.out, device)
    seed = fresh_seed(args.seed, rank, saved)
    torch.manual_seed(seed)
    config = GEOMETRIES[args.geometry]
    latents = LatentCorpus(Corpus(args.data), args.data)
    sampler = UtteranceSampler(latents, seed, args.styled_share)
    model = SpeechModel(config).to(device)
    if not saved and args.start:
        restore_speech(model, args.start)
    optimisers, ema, step = make_optimisers(model, args), Ema(model, 0.999), 0
    if saved:
        known = saved.get("styles", ())
        model.load_state_dict(widen_conditioning(saved["model"], config.styles, known))
        ema.state, step = widen_conditioning(saved["ema"], config.styles, known), saved["step"]
        for (optimiser, _), state in zip(optimisers, saved["optimisers"]):
            optimiser.load_state_dict(state)
            widen_moments(optimiser)
    if args.freeze_speaker:
        freeze_speaker_encoder(model, ema)
    guide = Guide(load_speech_model(args.guide, device)[1].requires_grad_(False), args.guidance) if args.guide else None
    parameters = list(model.parameters())
    log, (clock, first_step) = Log(rank, args.log_every), start_clock(args, step)

    def save():
        if rank == 0:
            states = [optimiser.state_dict() for optimiser, _ in optimisers]
            kept = {"model": model.state_dict(), "ema": ema.state, "optimisers": states, "step": step}
            save_checkpoint(args.out, **kept, geometry=args.geometry, styles=config.styles)

    while not agree_on_end(progress := clock.progress(step - first_step), world, device):
        step += 1
        factor = trapezoid(progress, step - first_step, args.decay_share)
        batch = drop_text(sampler.batch(sampler.pick(args.tokens), config), args.drop_text)
        layout = layout_of(model, batch, config, device)
        batch = {name: value.to(device) for name, value in batch.items()}
        losses = compute_losses(model, batch, layout, args.objective, guide)
        for optimiser, rate in optimisers:
            set_rate(optimiser, rate * factor)
            optimiser.zero_grad()
        total_loss(losses, step).backward()
        average_gradients(parameters, world)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimiser, _ in optimisers:
            optimiser.step()
        ema.update(model, step)
        log.add(step, {name: value.detach() for name, value in losses.items()})
        if step % args.save_every == 0:
            save()
    save()


def load_speech_model(path, device="cpu"):
    """(config, model) of the EMA weights of a checkpoint, in evaluation mode, with the styles it was trained on."""

    def config_of(saved):
        return replace(GEOMETRIES[saved["geometry"]], styles=tuple(saved.get("styles", ())))

    saved, model = load_average(path, lambda saved: SpeechModel(config_of(saved)), "train_lm.py", device)
    return config_of(saved), model


def options():
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="weights folder to start from when --out does not exist")
    parser.add_argument("--freeze-speaker", action="store_true", help="keep the speaker encoder, and so all voices")
    parser.add_argument("--styled-share", type=float, default=0.0, help="batches of styled utterances only")
    parser.add_argument("--geometry", default="small", choices=GEOMETRIES)
    add_clock_options(parser)
    parser.add_argument("--tokens", type=int, default=2600, help="positions a process and step")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate of AdamW")
    parser.add_argument("--muon", type=float, default=0.02, help="peak learning rate of Muon; 0 = AdamW for all")
    parser.add_argument("--decay-share", type=float, default=0.5)
    parser.add_argument("--objective", default="forward", choices=("forward", "reverse", "regression"))
    parser.add_argument("--drop-text", type=float, default=0.0, help="share of utterances without their text, for guidance")
    parser.add_argument("--guide", help="checkpoint trained with --drop-text, whose guided predictions are learned")
    parser.add_argument("--guidance", type=float, default=1.3, help="of the --guide")
    parser.add_argument("--save-every", type=int, default=250)
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    train(options().parse_args())
