"""The networks as they are exported: one module per ONNX graph, batch 1, latents normalised (weights/FORMAT.md).

The modules use only operations ONNX has: spectra are matrix products with a DFT basis that the graph computes from
integer phases, so that no table is stored.
"""

import torch
import torch.nn as nn

from dft import DftBasis
from streaming import initial_state, stream


def magnitudes(samples, size, hop, window, basis):
    """|STFT| [1, frames, bins] of samples [1, N] by matrix product; N is cut to whole hops."""
    count = samples.shape[1] // hop
    hops = samples[:, : count * hop].reshape(1, -1, hop)
    parts = size // hop
    frames = torch.cat([hops[:, part : count - parts + 1 + part] for part in range(parts)], -1)
    real, imaginary = ((frames * window) @ basis).chunk(2, -1)
    return torch.sqrt(real * real + imaginary * imaginary)


class PrefillGraph(nn.Module):
    inputs = ("speaker", "symbols", "lora_attention_a", "lora_attention_b")  # without a speaker token no speaker
    outputs = ("cache",)
    dynamic = {"symbols": {1: "symbols"}, "lora_attention_a": {2: "rank"}, "lora_attention_b": {3: "rank"}, "cache": {3: "positions"}}

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.inputs = self.inputs if hasattr(model, "speaker") else self.inputs[1:]

    def forward(self, *tensors):
        given = dict(zip(self.inputs, tensors))
        x = self.model.embed_prefix(given.get("speaker"), given["symbols"].long())
        positions = torch.arange(x.shape[1], dtype=torch.float32)[None]
        causal = self.model.config.prefix_attention == "causal"
        mask = torch.full((x.shape[1], x.shape[1]), -1e9).triu(1)[None, None] if causal else None
        lora = given["lora_attention_a"], given["lora_attention_b"]
        _, kept = self.model.run_layers(x, self.model.rotation(positions), mask, None, lora)
        return torch.stack([torch.cat([key, value], 0) for key, value in kept])


class StepGraph(nn.Module):
    inputs = ("latent", "window", "age", "cache", "lora_attention_a", "lora_attention_b", "lora_head_a", "lora_head_b")
    outputs = ("mean", "log_scale", "advance", "next_cache")
    dynamic = {
        "cache": {3: "positions"},
        "next_cache": {3: "next_positions"},
        "lora_attention_a": {2: "rank"},
        "lora_attention_b": {3: "rank"},
        "lora_head_a": {0: "rank"},
        "lora_head_b": {1: "rank"},
    }

    def __init__(self, model):
        super().__init__()
        self.model = model
        if not model.config.pointer:
            self.inputs = tuple(name for name in self.inputs if name not in ("window", "age"))
            self.outputs = tuple(name for name in self.outputs if name != "advance")

    def forward(self, *tensors):
        given = dict(zip(self.inputs, tensors))
        side = (given[name].long()[:, None] if name in given else None for name in ("window", "age"))
        x = self.model.embed_latents(given["latent"][:, None], *side)
        position = torch.arange(given["cache"].shape[3] + 1, dtype=torch.float32)[None, -1:]
        caches = [(layer[0][None], layer[1][None]) for layer in given["cache"]]
        lora = given["lora_attention_a"], given["lora_attention_b"]
        hidden, kept = self.model.run_layers(x, self.model.rotation(position), None, caches, lora)
        mean, log_scale, advance = self.model.predict(hidden, (given["lora_head_a"], given["lora_head_b"]))
        next_cache = torch.stack([torch.cat([key, value], 0) for key, value in kept])
        predicted = [mean[:, 0], log_scale[:, 0]]
        if advance is not None:
            predicted.append(advance[:, 0].softmax(-1))
        return *predicted, next_cache


class DecoderGraph(nn.Module):
    inputs, outputs = ("latents", "state"), ("samples", "next_state")
    dynamic = {"latents": {1: "frames"}, "samples": {1: "samples"}}

    def __init__(self, model, latent_mean, latent_std):
        super().__init__()
        self.model = model
        self.latent_mean, self.latent_std = nn.Parameter(latent_mean), nn.Parameter(latent_std)

    def initial_state(self):
        return self.model.initial_state(1)

    def forward(self, latents, state):
        return self.model(latents * self.latent_std + self.latent_mean, state)


class OfficialDecoderGraph(DecoderGraph):
    inputs = ("latents", "count", "state")

    def initial_state(self):
        return initial_state(self.model)

    def forward(self, latents, count, state):
        return stream(self.model, latents * self.latent_std + self.latent_mean, count[0].long(), state)


class EncoderGraph(nn.Module):
    inputs, outputs = ("samples",), ("mean", "log_scale")
    dynamic = {"samples": {1: "samples"}, "mean": {1: "frames"}, "log_scale": {1: "frames"}}

    def __init__(self, model, latent_mean, latent_std):
        super().__init__()
        self.model = model
        self.dft = DftBasis(model.config.fft_size)
        self.latent_mean, self.latent_std = nn.Parameter(latent_mean), nn.Parameter(latent_std)

    def forward(self, samples):
        config = self.model.config
        side = (config.fft_size - config.hop_size) // 2
        padded = nn.functional.pad(samples, (side, side))
        bins = magnitudes(padded, config.fft_size, config.hop_size, self.model.window, self.dft())
        mean, log_scale = self.model.encode_spectrum(torch.log(bins + 1e-3))
        return (mean - self.latent_mean) / self.latent_std, log_scale - torch.log(self.latent_std)


class OfficialEncoderGraph(nn.Module):
    inputs, outputs, dynamic = EncoderGraph.inputs, EncoderGraph.outputs, EncoderGraph.dynamic

    def __init__(self, model, latent_mean, latent_std):
        super().__init__()
        self.model = model
        self.latent_mean, self.latent_std = nn.Parameter(latent_mean), nn.Parameter(latent_std)

    def forward(self, samples):
        mean, log_scale = self.model(samples)
        return (mean - self.latent_mean) / self.latent_std, log_scale - torch.log(self.latent_std)


class SpeakerGraph(nn.Module):
    inputs, outputs = ("samples",), ("mean", "log_scale")
    dynamic = {"samples": {1: "samples"}}

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.dft = DftBasis(model.config.fft_size)

    def forward(self, samples):
        config = self.model.config
        bins = magnitudes(samples, config.fft_size, config.hop_size, self.model.window, self.dft())
        mel = bins @ self.model.mel_filters.transpose(0, 1)
        return self.model.embed_mel(self.model.normalise(torch.log(mel.clamp(min=1e-4))))
