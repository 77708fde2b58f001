"""Random seeds speak, many together; so do their twins: the teacher as a speaker of the same voice and settings."""

import math
import random
from dataclasses import dataclass, field

import numpy as np
import torch

import noise
from generate import STOP, decode, is_end, move_pointer, window_of
from prepare import FIXED_PITCH, VOICE_SHARE, synthesise
from symbols import SYMBOL_ID
from voices import CALIBRATION_UTTERANCES, embed_corpus, fit_trait

VOICES_OF_SEEDS = tuple(VOICE_SHARE)  # of the teacher, in the order of the components
SETTINGS = ("vocal_tract", "pitch", "stretch", "tilt")  # of prepare.make_speaker, all but the last as factors


@dataclass(frozen=True, eq=False)
class Seed:
    """The voice of a 64-bit number: its latent [S], and the number of the component it was drawn from."""

    number: int
    latent: np.ndarray
    component: int

    @property
    def voice(self):
        """The voice of the teacher that it is near."""
        return VOICES_OF_SEEDS[self.component]


def draw_seeds(numbers, speaker):
    """The seeds of a manifest's `speaker`."""
    return [Seed(number, noise.speaker_latent(number, speaker), noise.component_of(number, speaker["components"])) for number in numbers]


def random_numbers(count):
    """The same 64-bit numbers each time, so that measurements can be repeated; the first ones stay when there are more."""
    rng = random.Random(2026)
    return [rng.getrandbits(64) for _ in range(count)]


@dataclass
class SpokenLine:
    """How far one of several voices has come with the line they all say."""

    pointer: int = 0
    age: int = 0
    rest: int = 0
    has_ended: bool = False
    latents: list = field(default_factory=list)

    def step(self, mean, log_scale, advance, last):
        """One frame at temperature 0, as in generate.speak."""
        if self.pointer == last and is_end(mean, log_scale):
            self.has_ended = True
        if self.has_ended:
            return
        self.latents.append(mean)
        self.pointer, self.age = move_pointer(advance, self.pointer, self.age, last)
        self.rest += self.pointer == last
        self.has_ended = self.rest > STOP["restFrames"]


@torch.no_grad()
def speak_together(model, symbols, speakers):
    """One line by many voices `speakers [N, S]` at temperature 0: the latents [T, D] of each."""
    ids, pointer = [SYMBOL_ID[symbol] for symbol in symbols], model.config.pointer
    x = model.embed_prefix(model.condition(speakers), torch.tensor([ids]).expand(len(speakers), -1))
    prefix = x.shape[1]
    _, caches = model.run_layers(x, model.rotation(torch.arange(prefix)[None]))
    lines = [SpokenLine() for _ in speakers]
    latent, frame = torch.zeros(len(speakers), 1, model.latent.in_features), 0
    while not all(line.has_ended for line in lines):
        window = torch.tensor([[window_of(ids, line.pointer, pointer)] for line in lines])
        age = torch.tensor([[min(line.age, pointer.ages - 1)] for line in lines])
        x = model.embed_latents(latent, window, age)
        hidden, caches = model.run_layers(x, model.rotation(torch.tensor([[prefix + frame]])), None, caches)
        latent, log_scale, advance = model.predict(hidden)
        for line, *prediction in zip(lines, latent[:, 0], log_scale[:, 0], advance[:, 0]):
            line.step(*prediction, len(ids) - 1)
        frame += 1
    return [torch.stack(line.latents) for line in lines]


def say_together(symbols, seeds, models):
    """The samples of each seed saying one line; models as listening.load gives them. Lines are decoded one by one, since the decoder gains
    nothing by a batch on a core."""
    vae, speech, mean, std = models
    spoken = speak_together(speech.language_model, symbols, torch.from_numpy(np.stack([seed.latent for seed in seeds])))
    return [decode(vae.decoder, latents, mean, std).double().numpy() for latents in spoken]


def read_traits(latents, traits):
    """{name: [N]} what fits tell of latents [N, S]."""
    return {name: latents @ np.asarray(trait["weights"]) + trait["bias"] for name, trait in traits.items()}


def fit_twins(speaker_encoder, corpus):
    """{voice: {setting: fit}} by which a latent of a voice tells the SETTINGS."""
    means, _, speakers = embed_corpus(speaker_encoder, corpus, CALIBRATION_UTTERANCES)
    made = [corpus.speakers[speaker] for speaker in speakers]
    values = np.array([[speaker[name] if name == "tilt" else math.log(speaker[name]) for name in SETTINGS] for speaker in made])
    voices = np.array([speaker["voice"] for speaker in made])
    return {
        voice: {name: fit_trait(means[voices == voice], values[voices == voice, i]) for i, name in enumerate(SETTINGS)}
        for voice in VOICES_OF_SEEDS
    }


def twin_of(seed, twins):
    """The teacher's speaker that a seed sounds like: its voice and settings."""
    read = {name: float(values[0]) for name, values in read_traits(seed.latent[None], twins[seed.voice]).items()}
    settings = {name: read[name] if name == "tilt" else math.exp(read[name]) for name in SETTINGS}
    if seed.voice in FIXED_PITCH:
        settings["pitch"] = settings["vocal_tract"]
    return {"id": seed.number, "voice": seed.voice, **settings}


def say_twin(text, seed, twins, cmudict):
    """int16 samples of the seed's twin, or None when it does not say the words as the dictionary has them."""
    made = synthesise(text, twin_of(seed, twins), cmudict)
    return made and made[0]
