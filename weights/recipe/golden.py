"""Inputs and outputs that every engine must reproduce, in f32, made from the rounded weights."""

import numpy as np
import torch

import noise
from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT
from generate import decode, speak
from safetensors_io import write_safetensors
from symbols import SYMBOLS

GOLDEN_SYMBOLS = "<s> |HH AH0 L OW1 , |T R AE1 V AH0 L ER0 !".split()
GOLDEN_TEXT, GOLDEN_SEED, GOLDEN_TEMPERATURE = "Hello, traveler!", 42, 0.3


def example_inputs(config, seed=0):
    """Inputs of every graph, odd sizes, with a live LoRA adapter. The decoder's state is left to `warm_state`."""
    generator = torch.Generator().manual_seed(seed)

    def gaussian(*shape, scale=1.0):
        return torch.randn(*shape, generator=generator) * scale

    lm, rank, prefix, positions = config.language_model, 3, len(GOLDEN_SYMBOLS), 17
    ids = torch.tensor([[SYMBOLS.index(symbol) for symbol in GOLDEN_SYMBOLS]], dtype=torch.int32)
    lora = {
        "lora_attention_a": gaussian(lm.layers, 4, rank, lm.dim, scale=0.05),
        "lora_attention_b": gaussian(lm.layers, 4, lm.dim, rank, scale=0.05),
        "lora_head_a": gaussian(rank, lm.dim, scale=0.05),
        "lora_head_b": gaussian(2 * config.latent_dim, rank, scale=0.05),
    }
    speech = torch.cumsum(gaussian(1, 7 * SAMPLES_PER_LATENT * 2, scale=0.01), 1)
    speech = 0.1 * torch.sin(speech + torch.arange(speech.shape[1]) * 0.05) + gaussian(*speech.shape, scale=0.01)
    return {
        "lm-prefill": {"speaker": gaussian(1, config.speaker.dim), "symbols": ids, **lora},
        "lm-step": {
            "latent": gaussian(1, config.latent_dim),
            "window": ids[:, : lm.pointer.window],
            "age": torch.tensor([3], dtype=torch.int32),
            "cache": gaussian(lm.layers, 2, lm.kv_heads, positions + prefix, lm.head_dim),
            **lora,
        },
        "decoder": {"latents": gaussian(1, 5, config.latent_dim), "state": None},
        "encoder": {"samples": speech[:, : 7 * SAMPLES_PER_LATENT]},
        "speaker-encoder": {"samples": speech[:, : SAMPLE_RATE_HZ + 777]},
    }


def warm_state(graph, decoder, latent_dim):
    """A state of the decoder in the middle of a sentence [1, S]."""
    latents = torch.randn(1, 4, latent_dim, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return graph(latents, decoder.initial_state(1))[1]


def make_golden(path, graph, example):
    with torch.no_grad():
        made = graph(*(example[name] for name in graph.inputs))
    made = made if isinstance(made, tuple) else (made,)
    arrays = {f"input.{name}": example[name].numpy() for name in graph.inputs}
    arrays |= {f"output.{name}": value.numpy() for name, value in zip(graph.outputs, made)}
    write_safetensors(path, arrays)


def make_sentence_golden(path, lm, decoder, manifest, latent_mean, latent_std):
    """A whole sentence from a seed: what every engine must reproduce."""
    dim = manifest["latentDim"]
    stream = noise.line_stream(GOLDEN_TEXT, 0)

    def frame_noise(frame):
        values = noise.gaussian(GOLDEN_SEED, stream, np.arange(frame * dim, (frame + 1) * dim))
        return torch.from_numpy(values.astype(np.float32))

    speaker = noise.speaker_latent(GOLDEN_SEED, manifest["speaker"]["mean"], manifest["speaker"]["cholesky"]).astype(np.float32)
    latents, path_of, _ = speak(lm, GOLDEN_SYMBOLS, torch.from_numpy(speaker), frame_noise, GOLDEN_TEMPERATURE)
    samples = decode(decoder, latents, latent_mean, latent_std)
    arrays = {"speaker": speaker, "latents": latents.numpy(), "samples": samples.numpy()}
    write_safetensors(path, arrays | {"pointer": np.array(path_of, np.int32)})
