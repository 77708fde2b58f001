"""One step of test-time training as an ONNX graph: the loss of a line and its gradient, without autograd.

Every part returns its value and its pullback, which takes the gradient of the loss by the value and gives those by the
inputs (the weights themselves stay frozen). `adapter_loss.py` is the same with autograd.
"""

from dataclasses import fields

import torch
import torch.nn as nn

from adapter_loss import ADAPTER, TrainingLine, sequence_mask
from language_model import gaussian_kl, rotate, shared
from train_lm import POINTER_WEIGHT


def norm_with_pullback(norm, x):
    scale = torch.rsqrt((x * x).mean(-1, keepdim=True) + norm.eps)
    unit = x * scale

    def pullback(d_y):
        d_unit = d_y * norm.weight
        return scale * (d_unit - unit * (d_unit * unit).mean(-1, keepdim=True))

    return unit * norm.weight, pullback


def adapted_with_pullback(linear, x, a, b):
    """linear(x) + (x a^T) b^T with x [1, T, in], a [R, in], b [at least out, R], whose spare rows have no part in it."""
    y, low = linear(x), x @ a.transpose(0, 1)
    used, spare = b[: linear.out_features], b[linear.out_features :]

    def pullback(d_y):
        d_low = d_y @ used
        d_a, d_used = d_low[0].transpose(0, 1) @ x[0], d_y[0].transpose(0, 1) @ low[0]
        return d_y @ linear.weight + d_low @ a, d_a, torch.cat([d_used, torch.zeros_like(spare)], 0)

    return y + low @ used.transpose(0, 1), pullback


def attention_with_pullback(query, key, value, mask, repeat):
    """query [1, H, T, K], key and value [1, H / repeat, T, K] -> [1, H, T, K]."""
    groups = query.shape[1] // repeat

    def summed(d_x):
        return torch.stack([part.sum(1) for part in d_x.split([repeat] * groups, 1)], 1) if repeat > 1 else d_x

    keys, values = (shared(x, repeat) if repeat > 1 else x for x in (key, value))
    scale = query.shape[-1] ** -0.5
    shares = (query @ keys.transpose(2, 3) * scale + mask).softmax(-1)

    def pullback(d_y):
        d_shares = d_y @ values.transpose(2, 3)
        d_scores = shares * (d_shares - (d_shares * shares).sum(-1, keepdim=True)) * scale
        d_value, d_key = shares.transpose(2, 3) @ d_y, d_scores.transpose(2, 3) @ query
        return d_scores @ keys, summed(d_key), summed(d_value)

    return shares @ values, pullback


def feed_forward_with_pullback(layer, x):
    gate, up = layer.gate(x), layer.up(x)
    open_part = torch.sigmoid(gate)

    def pullback(d_y):
        d_inner = d_y @ layer.down.weight
        d_gate = d_inner * up * open_part * (1 + gate * (1 - open_part))
        return d_gate @ layer.gate.weight + (d_inner * gate * open_part) @ layer.up.weight

    return layer.down(gate * open_part * up), pullback


def layer_with_pullback(layer, x, rotation, mask, lora_a, lora_b):
    """x [1, T, dim]; the pullback gives the gradients by x, lora_a [4, R, dim] and lora_b [4, dim, R]."""
    config, (cosine, sine) = layer.config, rotation
    h, norm_back = norm_with_pullback(layer.attention_norm, x)
    query, query_back = adapted_with_pullback(layer.query, h, lora_a[0], lora_b[0])
    key, key_back = adapted_with_pullback(layer.key, h, lora_a[1], lora_b[1])
    value, value_back = adapted_with_pullback(layer.value, h, lora_a[2], lora_b[2])
    mixed, attention_back = attention_with_pullback(
        rotate(layer.heads(query, config.heads), cosine, sine),
        rotate(layer.heads(key, config.kv_heads), cosine, sine),
        layer.heads(value, config.kv_heads),
        mask,
        config.heads // config.kv_heads,
    )
    output, output_back = adapted_with_pullback(layer.output, mixed.transpose(1, 2).reshape(x.shape), lora_a[3], lora_b[3])
    middle = x + output
    h, ffn_norm_back = norm_with_pullback(layer.ffn_norm, middle)
    fed, ffn_back = feed_forward_with_pullback(layer, h)

    def pullback(d_y):
        d_middle = d_y + ffn_norm_back(ffn_back(d_y))
        d_mixed, *d_output = output_back(d_middle)
        d_query, d_key, d_value = attention_back(layer.heads(d_mixed, config.heads))
        d_h, *d_query = query_back(rotate(d_query, cosine, -sine).transpose(1, 2).reshape(query.shape))
        d_h_key, *d_key = key_back(rotate(d_key, cosine, -sine).transpose(1, 2).reshape(key.shape))
        d_h_value, *d_value = value_back(d_value.transpose(1, 2).reshape(value.shape))
        d_a, d_b = (torch.stack(parts) for parts in zip(d_query, d_key, d_value, d_output))
        return d_middle + norm_back(d_h + d_h_key + d_h_value), d_a, d_b

    return middle + fed, pullback


def speaker_with_pullback(speaker, conditioning):
    """The speaker token [1, dim] of the conditioning [1, S + K]."""
    first, activation, second = speaker
    hidden = first(conditioning)
    open_part = torch.sigmoid(hidden)

    def pullback(d_y):
        return (d_y @ second.weight * open_part * (1 + hidden * (1 - open_part))) @ first.weight

    return second(activation(hidden)), pullback


def kl_with_pullback(target_mean, target_log_scale, prediction, config):
    """Mean KL of the target to the prediction [1, T, 2D], whose log-scales are clamped."""
    mean, free_log_scale = prediction.chunk(2, -1)
    log_scale = free_log_scale.clamp(config.log_scale_min, config.log_scale_max)
    kl = gaussian_kl(target_mean, target_log_scale, mean, log_scale)

    def pullback():
        share, precision = 1 / torch.ones_like(mean).sum(), torch.exp(-2 * log_scale)
        off = mean - target_mean
        inside = (free_log_scale == log_scale).float()
        d_log_scale = (1 - (torch.exp(2 * target_log_scale) + off * off) * precision) * inside
        return torch.cat([off * precision, d_log_scale], -1) * share

    return kl.mean(), pullback


def pointer_with_pullback(logits, target):
    """Mean cross-entropy of the advance over the frames whose target [1, T] is not -1; 0 when there is none."""
    known = (target >= 0).float()
    share = known / known.sum().clamp(min=1.0)
    right = (torch.arange(logits.shape[-1], dtype=torch.int32) == target[..., None]).float()

    def pullback():
        return (logits.softmax(-1) - right) * share[..., None]

    return -(logits.log_softmax(-1) * right).sum(-1).mul(share).sum(), pullback


class TrainGraph(nn.Module):
    """Inputs as in adapter_loss.TrainingLine, ids int32, and an adapter."""

    line = tuple(field.name for field in fields(TrainingLine))
    adapter = ADAPTER
    inputs = (*line, *adapter)
    outputs = ("kl", "pointer", "gradient_speaker", *(f"gradient_{name}" for name in ADAPTER))
    dynamic = {
        "symbols": {1: "symbols"},
        **{name: {1: "frames"} for name in line[2:]},
        **{name: {axis: "rank"} for name, axis in zip(ADAPTER, (2, 3, 0, 1))},
        **{f"gradient_{name}": {axis: "rank"} for name, axis in zip(ADAPTER, (2, 3, 0, 1))},
    }

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *tensors):
        model, given = self.model, dict(zip(self.inputs, tensors))
        token, speaker_back = speaker_with_pullback(model.speaker, given["speaker"])
        prefix = torch.cat([token[:, None], model.symbols(given["symbols"].long())], 1)
        frames = model.embed_latents(given["latents_before"], given["window"].long(), given["age"].long())
        first = prefix.shape[1]
        x = torch.cat([prefix, frames], 1)
        rotation = model.rotation(torch.arange(x.shape[1], dtype=torch.float32)[None])
        mask = sequence_mask(frames.shape[1], first, model.config.prefix_attention)
        layer_backs = []
        for layer, lora_a, lora_b in zip(model.layers, given["lora_attention_a"], given["lora_attention_b"]):
            x, layer_back = layer_with_pullback(layer, x, rotation, mask, lora_a, lora_b)
            layer_backs.append(layer_back)
        h, norm_back = norm_with_pullback(model.norm, x[:, first:])
        prediction, head_back = adapted_with_pullback(model.head, h, given["lora_head_a"], given["lora_head_b"])
        kl, kl_back = kl_with_pullback(given["target_mean"], given["target_log_scale"], prediction, model.config)
        pointer, pointer_back = pointer_with_pullback(model.advance(h), given["advance_target"])

        d_h, d_head_a, d_head_b = head_back(kl_back())
        d_h = d_h + POINTER_WEIGHT * pointer_back() @ model.advance.weight
        d_x = torch.cat([torch.zeros_like(prefix), norm_back(d_h)], 1)
        d_attention = []
        for layer_back in reversed(layer_backs):
            d_x, *d_lora = layer_back(d_x)
            d_attention.append(d_lora)
        d_a, d_b = (torch.stack(parts) for parts in zip(*reversed(d_attention)))
        return kl, pointer, speaker_back(d_x[:, 0]), d_a, d_b, d_head_a, d_head_b
