"""The ablations: the base with one thing changed each, by name."""

from dataclasses import dataclass, field, replace
from typing import Callable

from config import GEOMETRIES

NATS = 80  # a latent, of the base


def unchanged(config):
    return config


def language_model(**changes):
    """ModelConfig -> the same with these values in its language model."""
    return lambda config: replace(config, language_model=replace(config.language_model, **changes))


def wider(factor):
    """ModelConfig -> the same with so much wider a language model, of heads of the same size."""

    def change(config):
        sizes = {name: int(factor * getattr(config.language_model, name)) for name in ("dim", "heads", "kv_heads", "ffn_dim")}
        return replace(config, language_model=replace(config.language_model, **sizes))

    return change


def latents(factor):
    return lambda config: replace(config, latent_dim=int(factor * config.latent_dim))


def without_flow(config):
    return replace(config, flow=replace(config.flow, couplings=0))


@dataclass(frozen=True)
class LanguageModelVariant:
    """`change` gives its config, `options` are those of train_lm.py; with `weights`, it is no training of its own but another way
    to speak with the weights of that variant; with `guide`, it learns what that variant says under guidance."""

    told: str
    change: Callable = unchanged
    options: dict = field(default_factory=dict)
    weights: str | None = None
    guide: str | None = None
    temperature: float = 0.0
    guidance: float = 1.0


@dataclass(frozen=True)
class AutoencoderVariant:
    told: str
    change: Callable = unchanged
    nats: float = NATS
    seed: int = 1


LANGUAGE_MODELS = {
    "base": LanguageModelVariant("base"),
    "other-seed": LanguageModelVariant("base from other random numbers", options={"--seed": "2"}),
    "reverse": LanguageModelVariant("KL in the other direction (released code)", options={"--objective": "reverse"}),
    "regression": LanguageModelVariant("squared error of the mean, no distribution", options={"--objective": "regression"}),
    "no-pointer": LanguageModelVariant("no pointer", language_model(pointer=None)),
    "causal-prefix": LanguageModelVariant("causal prefix", language_model(prefix_attention="causal")),
    "10m": LanguageModelVariant("1.5 times as wide", wider(1.5)),
    "20m": LanguageModelVariant("2 times as wide", wider(2)),
    "temperature-0.2": LanguageModelVariant("base, temperature 0.2", weights="base", temperature=0.2),
    "temperature-0.5": LanguageModelVariant("base, temperature 0.5", weights="base", temperature=0.5),
    "temperature-1": LanguageModelVariant("base, temperature 1", weights="base", temperature=1.0),
    "text-dropped": LanguageModelVariant("10 % of the texts dropped in training", options={"--drop-text": "0.1"}),
    "guidance-1.3": LanguageModelVariant("... and guidance 1.3", weights="text-dropped", guidance=1.3),
    "guidance-1.5": LanguageModelVariant("... and guidance 1.5", weights="text-dropped", guidance=1.5),
    "guided": LanguageModelVariant("learns what that one says with guidance 1.3", options={"--guidance": "1.3"}, guide="text-dropped"),
}
AUTOENCODERS = {
    "autoencoder": AutoencoderVariant("base"),
    "other-crops": AutoencoderVariant("base from other random numbers", seed=2),
    "half-dims": AutoencoderVariant("half as many dims", latents(0.5)),
    "double-dims": AutoencoderVariant("twice as many dims", latents(2)),
    "40-nats": AutoencoderVariant("40 nats a latent", nats=40),
    "120-nats": AutoencoderVariant("120 nats a latent", nats=120),
    "no-flow": AutoencoderVariant("plain VAE, no flow", without_flow),
}


def geometry_of(name, base):
    """The name of a variant's geometry among GEOMETRIES, which is told of it; base: the name of the base's."""
    variant = (LANGUAGE_MODELS | AUTOENCODERS)[name]
    geometry = f"{base} {name}"
    GEOMETRIES[geometry] = variant.change(GEOMETRIES[base])
    return geometry
