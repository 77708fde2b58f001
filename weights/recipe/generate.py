"""Speaks in PyTorch by the same rule as the runtime (weights/FORMAT.md, "One step of speech")."""

import math

import torch

from language_model import gaussian_kl
from symbols import SYMBOL_ID

STOP = {"klThreshold": 0.5, "targetMean": 1.0, "targetLogScale": 1.0, "restFrames": 6, "maxAge": 11}


def window_of(ids, pointer, config):
    """Symbol ids round the pointer, 0 (`<pad>`) beyond the ends."""
    places = range(pointer - config.window_before, pointer + config.window_after + 1)
    return [ids[place] if 0 <= place < len(ids) else 0 for place in places]


def is_end(mean, log_scale, stop=STOP):
    """True when the prediction is near enough to the preset end distribution."""
    target = torch.full_like(mean, stop["targetMean"]), torch.full_like(mean, stop["targetLogScale"])
    return gaussian_kl(mean, log_scale, *target).mean().item() < stop["klThreshold"]


def move_pointer(advance, pointer, age, last, stop=STOP):
    """advance [1 + max_advance] probabilities -> new pointer and age."""
    moved = int(advance.argmax())
    if moved == 0 and age >= stop["maxAge"] and pointer < last:
        moved = 1
    moved = min(moved, last - pointer)
    return pointer + moved, 0 if moved else age + 1


@torch.no_grad()
def speak(model, symbols, speaker, noise=None, temperature=0.0, stop=STOP, style=None, intensity=1.0):
    """symbols (strings), speaker [S], noise(frame) -> [D] -> latents [T, D] (normalised), pointer of every frame,
    "stopped" or "rested"."""
    config = model.config
    ids = [SYMBOL_ID[symbol] for symbol in symbols]
    last, pointer, age, rest = len(ids) - 1, 0, 0, 0
    x = model.embed_prefix(model.condition(speaker[None], style, intensity), torch.tensor([ids]))
    _, caches = model.run_layers(x, model.rotation(torch.arange(x.shape[1])[None]))
    latent = torch.zeros(1, 1, model.latent.in_features)
    latents, path = [], []
    while True:
        window = torch.tensor([[window_of(ids, pointer, config.pointer)]])
        x = model.embed_latents(latent, window, torch.tensor([[min(age, config.pointer.ages - 1)]]))
        position = torch.tensor([[1 + len(ids) + len(latents)]])
        hidden, caches = model.run_layers(x, model.rotation(position), None, caches)
        mean, log_scale, advance = (value[0, 0] for value in model.predict(hidden))
        if pointer == last and is_end(mean, log_scale, stop):
            return torch.stack(latents) if latents else mean.new_zeros(0, len(mean)), path, "stopped"
        latent = mean
        if temperature > 0:
            latent = mean + math.sqrt(temperature) * log_scale.exp() * noise(len(latents))
        latents.append(latent)
        path.append(pointer)
        latent = latent[None, None]
        pointer, age = move_pointer(advance, pointer, age, last, stop)
        rest += pointer == last
        if rest > stop["restFrames"]:
            return torch.stack(latents), path, "rested"


@torch.no_grad()
def decode(decoder, latents, latent_mean, latent_std, breath=0.0):
    """Normalised latents [T, D] -> samples [(T - delay) * 1280]; breath: the share of the excitation that is noise."""
    samples, _ = decoder((latents * latent_std + latent_mean)[None], decoder.initial_state(1, breath))
    return samples[0, decoder.config.delay_latents * 1280 :]
