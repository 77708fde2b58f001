"""Speaking with the variants of the language model that generate.speak does not know."""

import torch

from adapter_loss import sequence_mask
from generate import is_end, speak
from symbols import SYMBOL_ID

FRAMES_A_SYMBOL = 4  # after so many a line without a pointer is a run-away; speech has about one


class SpokenModel:
    """A language model as generate.speak asks it, with the prefix masked as it was in training, and with guidance: the same line
    without its text runs beside, and the mean is moved away from what is predicted for that one (1 = not at all)."""

    def __init__(self, model, guidance=1.0):
        self.model, self.guidance = model, guidance
        self.config, self.latent, self.condition, self.rotation = model.config, model.latent, model.condition, model.rotation

    def with_textless(self, ids):
        return ids if self.guidance == 1 else torch.cat([ids, torch.zeros_like(ids)])

    def embed_prefix(self, conditioning, symbols):
        symbols = self.with_textless(symbols)
        return self.model.embed_prefix(conditioning.expand(len(symbols), -1), symbols)

    def embed_latents(self, latents, window, age):
        window = self.with_textless(window)
        return self.model.embed_latents(latents.expand(len(window), -1, -1), window, age)

    def run_layers(self, x, rotation, mask=None, caches=None):
        if caches is None:
            mask = sequence_mask(0, x.shape[1], self.config.prefix_attention)
        return self.model.run_layers(x, rotation, mask, caches)

    def predict(self, hidden):
        """hidden [1 or 2, 1, dim] -> mean, log-scale, advance of the line with text."""
        mean, log_scale, advance = self.model.predict(hidden)
        guided = mean[-1:] + self.guidance * (mean[:1] - mean[-1:])
        return guided, log_scale[:1], advance[:1]


@torch.no_grad()
def speak_without_pointer(model, symbols, speaker):
    """As generate.speak at temperature 0, for a model without a pointer: latents [T, D], T > 0, and "stopped", or "cut" where it had
    to be ended."""
    ids = torch.tensor([[SYMBOL_ID[symbol] for symbol in symbols]])
    x = model.embed_prefix(model.condition(speaker[None]), ids)
    mask = sequence_mask(0, x.shape[1], model.config.prefix_attention)
    _, caches = model.run_layers(x, model.rotation(torch.arange(x.shape[1])[None]), mask)
    latents = [torch.zeros(model.latent.in_features)]
    while len(latents) <= FRAMES_A_SYMBOL * len(symbols):
        x = model.embed_latents(latents[-1][None, None], None, None)
        position = torch.tensor([[len(symbols) + len(latents)]])
        hidden, caches = model.run_layers(x, model.rotation(position), None, caches)
        mean, log_scale, _ = model.predict(hidden)
        if len(latents) > 1 and is_end(mean, log_scale):
            return torch.stack(latents[1:]), "stopped"
        latents.append(mean[0, 0])
    return torch.stack(latents[1:]), "cut"


def speak_variant(model, symbols, speaker, variant, noise):
    """(latents [T, D], how the line ended) of a LanguageModelVariant; noise() -> [D]."""
    if not model.config.pointer:
        return speak_without_pointer(model, symbols, speaker)
    spoken = SpokenModel(model, variant.guidance)
    latents, _, ending = speak(spoken, symbols, speaker, lambda _: noise(), variant.temperature)
    return latents, ending
