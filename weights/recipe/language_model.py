"""KALL-E language model: conditioning | symbols | latents -> mean and log-scale of the next latent.

A Llama-style decoder (RMSNorm, RoPE, grouped-query attention, SwiGLU). The small model also reads, at every latent,
the symbols round a pointer into the text and predicts how far the pointer advances. The conditioning [S + K] is the
speaker latent and the intensity of every style, all 0 for neutral speech.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from layers import RmsNorm
from symbols import SYMBOLS, split_symbol

ADAPTED = 4  # projections of a layer a LoRA adapter may change: query, key, value, output


def rope_frequencies(config):
    """[head_dim / 2] angles per position, with llama3 scaling where the config asks for it."""
    half = config.head_dim // 2
    frequencies = config.rope_theta ** (-torch.arange(half, dtype=torch.double) / half)
    scaling = config.rope_scaling
    if scaling is None:
        return frequencies.float()
    turns = scaling.original_max_position * frequencies / (2 * math.pi)
    low, high = scaling.low_frequency_factor, scaling.high_frequency_factor
    smooth = ((turns - low) / (high - low)).clamp(0, 1)
    return (frequencies * ((1 - smooth) / scaling.factor + smooth)).float()


def rotate(x, cosine, sine):
    """RoPE on [B, H, T, K] with halves paired; cosine and sine [B, 1, T, K / 2]."""
    first, second = x.chunk(2, -1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)


class SymbolEmbedding(nn.Module):
    """Symbol id -> vector: the sum of a phone, a stress and a word-start embedding, so that rare variants share."""

    def __init__(self, dim):
        super().__init__()
        parts = [split_symbol(symbol) for symbol in SYMBOLS]
        phones = sorted({phone for phone, _, _ in parts})
        index = torch.tensor([[phones.index(phone), stress, int(start)] for phone, stress, start in parts])
        self.register_buffer("index", index, persistent=False)
        self.tables = nn.ModuleList(nn.Embedding(count, dim) for count in (len(phones), 3, 2))
        for table in self.tables:
            nn.init.normal_(table.weight, 0, 0.02)

    def flat(self):
        """The whole table [symbols, dim], as exported."""
        return sum(table(self.index[:, column]) for column, table in enumerate(self.tables))

    @torch.no_grad()
    def restore(self, table):
        """Sets the three embeddings so that flat() is `table` again (least squares; exact for an exported table)."""
        design = torch.cat([F.one_hot(self.index[:, i], len(t.weight)) for i, t in enumerate(self.tables)], 1).double()
        parts = (torch.linalg.pinv(design) @ table.double()).float()
        for embedding, part in zip(self.tables, parts.split([len(t.weight) for t in self.tables])):
            embedding.weight.copy_(part)

    def forward(self, ids):
        return F.embedding(ids, self.flat())


def adapted(linear, x, lora_a, lora_b):
    """linear(x) plus the low-rank change (x A^T) B^T; lora_a None = no adapter."""
    y = linear(x)
    if lora_a is None:
        return y
    return y + (x @ lora_a.transpose(-1, -2)) @ lora_b[: y.shape[-1]].transpose(-1, -2)


def shared(x, repeat):
    """Keys or values [B, H, T, K] of every head that shares them [B, H * repeat, T, K]; repeat_interleave is not exported well."""
    return x[:, :, None].expand(-1, -1, repeat, -1, -1).flatten(1, 2)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        dim, kv_dim = config.dim, config.kv_heads * config.head_dim
        self.attention_norm, self.ffn_norm = RmsNorm(dim, config.norm_eps), RmsNorm(dim, config.norm_eps)
        self.query = nn.Linear(dim, dim, bias=False)
        self.key = nn.Linear(dim, kv_dim, bias=False)
        self.value = nn.Linear(dim, kv_dim, bias=False)
        self.output = nn.Linear(dim, dim, bias=False)
        self.gate = nn.Linear(dim, config.ffn_dim, bias=False)
        self.up = nn.Linear(dim, config.ffn_dim, bias=False)
        self.down = nn.Linear(config.ffn_dim, dim, bias=False)

    def heads(self, x, count):
        return x.reshape(x.shape[0], x.shape[1], count, self.config.head_dim).transpose(1, 2)

    def forward(self, x, rotation, mask=None, cache=None, lora=None):
        """x [B, T, dim]; cache (keys, values) [B, Hkv, Tpast, K]; lora (a [4, R, dim], b [4, dim, R])."""
        config = self.config
        a, b = lora if lora is not None else ([None] * ADAPTED, [None] * ADAPTED)
        h = self.attention_norm(x)
        query = rotate(self.heads(adapted(self.query, h, a[0], b[0]), config.heads), *rotation)
        key = rotate(self.heads(adapted(self.key, h, a[1], b[1]), config.kv_heads), *rotation)
        value = self.heads(adapted(self.value, h, a[2], b[2]), config.kv_heads)
        if cache is not None:
            key, value = torch.cat([cache[0], key], 2), torch.cat([cache[1], value], 2)
        kept = (key, value)
        if config.kv_heads != config.heads:
            key, value = (shared(x, config.heads // config.kv_heads) for x in kept)
        scores = query @ key.transpose(-1, -2) * config.head_dim**-0.5
        if mask is not None:
            scores = scores + mask.to(scores.dtype)
        mixed = (scores.softmax(-1).to(value.dtype) @ value).transpose(1, 2).reshape(x.shape)
        x = x + adapted(self.output, mixed, a[3], b[3])
        h = self.ffn_norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h)), kept


def widen_conditioning(state, styles, known):
    """The state of a model that knew the styles `known`, for one that knows `styles`: each keeps its column, new ones have zeros.
    Raises ValueError for a style that would be lost."""
    lost = [name for name in known if name not in styles]
    if lost:
        raise ValueError(f"the weights know the style {lost[0]!r}, the model only {', '.join(styles) or 'neutral speech'}")

    def widened(weight):
        speaker, *columns = weight.split([weight.shape[1] - len(known)] + [1] * len(known), 1)
        kept = dict(zip(known, columns))
        return torch.cat([speaker, *(kept.get(name, torch.zeros_like(weight[:, :1])) for name in styles)], 1)

    return {name: widened(value) if name.endswith("speaker.0.weight") else value for name, value in state.items()}


def flatten_embeddings(model):
    """Replaces a LanguageModel's factored symbol embeddings by plain tables [symbols, dim], as they are exported."""
    if isinstance(model.symbols, nn.Embedding):
        return
    model.symbols = nn.Embedding.from_pretrained(model.symbols.flat().detach(), freeze=False)
    if model.config.pointer:
        tables = [nn.Embedding.from_pretrained(part.flat().detach(), freeze=False) for part in model.window]
        model.window = nn.ModuleList(tables)


class LanguageModel(nn.Module):
    def __init__(self, config, latent_dim, speaker_dim, styles=()):
        super().__init__()
        self.config, self.styles = config, styles
        self.symbols = SymbolEmbedding(config.dim)
        if speaker_dim:
            hidden = nn.Linear(speaker_dim + len(styles), config.dim), nn.SiLU(), nn.Linear(config.dim, config.dim)
            self.speaker = nn.Sequential(*hidden)
            nn.init.zeros_(hidden[0].weight[:, speaker_dim:])
        self.latent = nn.Linear(latent_dim, config.dim)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = RmsNorm(config.dim, config.norm_eps)
        self.head = nn.Linear(config.dim, 2 * latent_dim)
        if config.pointer:
            self.window = nn.ModuleList(SymbolEmbedding(config.dim) for _ in range(config.pointer.window))
            self.age = nn.Embedding(config.pointer.ages, config.dim)
            self.advance = nn.Linear(config.dim, config.pointer.max_advance + 1)
            nn.init.normal_(self.age.weight, 0, 0.02)
        nn.init.normal_(self.head.weight, 0, 0.02)
        nn.init.zeros_(self.head.bias)
        self.register_buffer("frequencies", rope_frequencies(config), persistent=False)

    def rotation(self, positions):
        """positions [B, T] -> cosine, sine [B, 1, T, K / 2]."""
        angle = positions[:, None, :, None].float() * self.frequencies
        return torch.cos(angle), torch.sin(angle)

    def condition(self, speaker, style=None, intensity=1.0):
        """speaker [..., S] -> conditioning [..., S + K]; style None = neutral."""
        if style is not None and style not in self.styles:
            raise ValueError(f"this model knows no style {style!r}, only {', '.join(self.styles) or 'neutral speech'}")
        values = speaker.new_tensor([intensity if name == style else 0.0 for name in self.styles])
        return torch.cat([speaker, values.expand(*speaker.shape[:-1], -1)], -1)

    @torch.no_grad()
    def keep_styles(self, names):
        """Forgets all other styles; the conditioning is then [S + len(names)], in the order of the names."""
        unknown = [name for name in names if name not in self.styles]
        if unknown:
            raise ValueError(f"this model knows no style {unknown[0]!r}, only {', '.join(self.styles) or 'neutral speech'}")
        first = self.speaker[0]
        speaker_dim = first.in_features - len(self.styles)
        columns = [*range(speaker_dim), *(speaker_dim + self.styles.index(name) for name in names)]
        kept = nn.Linear(len(columns), first.out_features)
        kept.weight.copy_(first.weight[:, columns])
        kept.bias.copy_(first.bias)
        self.speaker[0], self.styles = kept, tuple(names)

    def embed_prefix(self, conditioning, symbols):
        """conditioning [B, S + K] (None without a speaker token), symbols [B, P] -> [B, 1 + P, dim]."""
        if conditioning is None:
            return self.symbols(symbols)
        return torch.cat([self.speaker(conditioning)[:, None], self.symbols(symbols)], 1)

    def embed_latents(self, latents, window, age):
        """latents [B, T, D] of the frames before, window [B, T, W] symbol ids, age [B, T] -> [B, T, dim]."""
        x = self.latent(latents)
        if self.config.pointer:
            x = x + self.age(age)
            for place, embedding in enumerate(self.window):
                x = x + embedding(window[..., place])
        return x

    def run_layers(self, x, rotation, mask=None, caches=None, lora=None):
        """Returns the hidden states [B, T, dim] and each layer's (keys, values)."""
        kept = []
        for index, layer in enumerate(self.layers):
            cache = None if caches is None else caches[index]
            adapter = None if lora is None else (lora[0][index], lora[1][index])
            x, state = layer(x, rotation, mask, cache, adapter)
            kept.append(state)
        return x, kept

    def predict(self, hidden, lora=None):
        """hidden [B, T, dim] -> mean, log-scale [B, T, D], advance logits [B, T, 1 + max_advance]."""
        h = self.norm(hidden)
        a, b = lora if lora is not None else (None, None)
        mean, log_scale = adapted(self.head, h, a, b).chunk(2, -1)
        log_scale = log_scale.clamp(self.config.log_scale_min, self.config.log_scale_max)
        return mean, log_scale, self.advance(h) if self.config.pointer else None


def gaussian_kl(mean, log_scale, other_mean, other_log_scale):
    """KL(N(mean, e^log_scale) || N(other...)) per element."""
    difference = (mean - other_mean) ** 2
    return (
        other_log_scale - log_scale + (torch.exp(2 * log_scale) + difference) / (2 * torch.exp(2 * other_log_scale)) - 0.5
    )
