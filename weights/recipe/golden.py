"""Inputs and outputs that every engine must reproduce, in f32, made from the rounded weights."""

import numpy as np
import torch

import noise
from adapter_loss import TrainingLine, line_gradient, sequence_mask
from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT
from generate import decode, speak
from safetensors_io import write_safetensors
from symbols import SYMBOLS
from train_lm import shifted
from utterances import ages_of

GOLDEN_SYMBOLS = "<s> |HH AH0 L OW1 , |T R AE1 V AH0 L ER0 !".split()
GOLDEN_TEXT, GOLDEN_SEED, GOLDEN_TEMPERATURE = "Hello, traveler!", 42, 0.3
GOLDEN_BREATH = 0.75  # of the sentence when it is said with breath


def example_inputs(config, seed=0):
    """Inputs of every graph that the model has, odd sizes, with a live LoRA adapter. The decoder's state is left to `warm_state`."""
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
    speaker = {"speaker": example_conditioning(config, gaussian)} if config.speaker else {}
    pointer = {"window": ids[:, : lm.pointer.window], "age": torch.tensor([3], dtype=torch.int32)} if lm.pointer else {}
    examples = {
        "lm-prefill": {**speaker, "symbols": ids, **lora},
        "lm-step": {
            "latent": gaussian(1, config.latent_dim),
            **pointer,
            "cache": gaussian(lm.layers, 2, lm.kv_heads, positions + prefix, lm.head_dim),
            **lora,
        },
        "decoder": {"latents": gaussian(1, 5, config.latent_dim), "count": torch.tensor([3], dtype=torch.int32), "state": None},
        "encoder": {"samples": speech[:, : 7 * config.samples_per_latent]},
        "speaker-encoder": {"samples": speech[:, : SAMPLE_RATE_HZ + 777]},
    }
    if lm.pointer:
        # So strong a head that some log-scales reach their bounds, where the gradient is 0.
        head = lora["lora_head_b"] * 340 * lm.dim**-0.5
        examples["lm-train"] = {**example_line(config, ids, gaussian), **lora, "lora_head_b": head}
    return examples


def example_conditioning(config, gaussian):
    """A speaker latent and intensities of all styles at once [1, S + K]."""
    return torch.cat([gaussian(1, config.speaker.dim), torch.linspace(0.8, 0.4, len(config.styles))[None]], 1)


def example_line(config, ids, gaussian, frames=19):
    """A line to train on, whose pointer rests, moves and jumps, and the symbol of each of its frames."""
    pointer = config.language_model.pointer
    path = torch.tensor([0, 0, 1, 2, 2, 3, 4, 4, 4, 5, 6, 9, 9, 10, 11, 12, 12, 13, 14])[:frames].clamp(max=ids.shape[1] - 1)
    padded = torch.nn.functional.pad(ids[0], (pointer.window_before, pointer.window))
    advance = torch.diff(path, append=path[-1:]).clamp(max=pointer.max_advance)
    advance[-1] = -1
    return {
        "symbol_indices": path.int(),
        "speaker": example_conditioning(config, gaussian),
        "symbols": ids,
        "window": padded[path[:, None] + torch.arange(pointer.window)][None],
        "age": torch.from_numpy(ages_of(path.numpy())).clamp(max=pointer.ages - 1).int()[None],
        "latents_before": shifted(gaussian(1, frames, config.latent_dim)),
        "target_mean": gaussian(1, frames, config.latent_dim),
        "target_log_scale": gaussian(1, frames, config.latent_dim, scale=0.3) - 1,
        "advance_target": advance.int()[None],
    }


def warm_state(graph, config):
    """A state of the decoder's graph in the middle of a sentence [1, S]: after its first sound."""
    count = config.decoder.delay_latents + 3
    latents = torch.randn(1, count, config.latent_dim, generator=torch.Generator().manual_seed(1))
    given = {"latents": latents, "count": torch.tensor([count]), "state": graph.initial_state()}
    with torch.no_grad():
        return graph(*(given[name] for name in graph.inputs))[1]


def make_golden(path, graph, example):
    with torch.no_grad():
        made = graph(*(example[name] for name in graph.inputs))
    write_golden(path, graph, example, made if isinstance(made, tuple) else (made,))


def make_gradient_golden(path, graph, example):
    """The outputs come from autograd and not from the graph's own pullbacks."""
    line, adapter = ([example[name] for name in names] for names in (graph.line, graph.adapter))
    made = line_gradient(graph.model, TrainingLine(*line), adapter)
    write_golden(path, graph, example, made, symbol_indices=example["symbol_indices"].numpy())


def make_line_golden(path, lm, latent_dim, frames=11):
    """A line of a model that has neither speaker token nor pointer, teacher-forced: predictions of all its frames."""
    ids = torch.tensor([[SYMBOLS.index(symbol) for symbol in GOLDEN_SYMBOLS]])
    latents = torch.randn(1, frames, latent_dim, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        x = torch.cat([lm.embed_prefix(None, ids), lm.embed_latents(shifted(latents), None, None)], 1)
        mask = sequence_mask(frames, ids.shape[1], lm.config.prefix_attention)
        hidden, _ = lm.run_layers(x, lm.rotation(torch.arange(x.shape[1])[None]), mask)
        mean, log_scale, _ = lm.predict(hidden[:, ids.shape[1] :])
    made = {"latents": latents, "mean": mean, "log_scale": log_scale}
    arrays = {name: value[0].numpy() for name, value in made.items()}
    write_safetensors(path, {"symbols": ids[0].int().numpy(), **arrays})


def make_sound_golden(path, decoder, latent_mean, latent_std, frames=5):
    """Latents [T, D] and their sound, made at once."""
    latents = torch.randn(frames, len(latent_mean), generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        samples = decoder((latents * latent_std + latent_mean)[None])[0]
    write_safetensors(path, {"latents": latents.numpy(), "samples": samples.numpy()})


def write_golden(path, graph, example, made, **others):
    arrays = others | {f"input.{name}": example[name].numpy() for name in graph.inputs}
    arrays |= {f"output.{name}": value.numpy() for name, value in zip(graph.outputs, made)}
    write_safetensors(path, arrays)


def make_sentence_golden(path, lm, decoder, manifest, latent_mean, latent_std):
    """A whole sentence from a seed: what every engine must reproduce."""
    dim = manifest["latentDim"]
    stream = noise.line_stream(GOLDEN_TEXT, 0)

    def frame_noise(frame):
        values = noise.gaussian(GOLDEN_SEED, stream, np.arange(frame * dim, (frame + 1) * dim))
        return torch.from_numpy(values.astype(np.float32))

    speaker = noise.speaker_latent(GOLDEN_SEED, manifest["speaker"])
    latents, path_of, _ = speak(lm, GOLDEN_SYMBOLS, torch.from_numpy(speaker), frame_noise, GOLDEN_TEMPERATURE)
    samples, breathed = (decode(decoder, latents, latent_mean, latent_std, breath).numpy() for breath in (0.0, GOLDEN_BREATH))
    arrays = {"speaker": speaker, "latents": latents.numpy(), "samples": samples, "breathed": breathed}
    write_safetensors(path, arrays | {"pointer": np.array(path_of, np.int32)})
