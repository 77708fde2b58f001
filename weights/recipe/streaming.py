"""The official decoder in chunks: every layer keeps the places it looks back into and is late by those it sees ahead.

The sound is late by a whole number of latents (BigVganConfig.delay_latents). Results are those of the whole sequence:
before its start and after its end convolutions see zeros, and Snakes the first and the last place again.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F


class Tails:
    """Gives each layer, in order, the places before its chunk, and keeps those before the next one."""

    def __init__(self, packed):
        """packed [B, size], or None at the start of a sentence, where all are zeros."""
        self.packed, self.place, self.kept = packed, 0, []

    def before(self, x, channels, length):
        """x [B, channels, T] -> [B, channels, length + T]."""
        if length == 0:
            return x
        size = channels * length
        if self.packed is None:
            tail = x.new_zeros(x.shape[0], channels, length)
        else:
            tail = self.packed[:, self.place : self.place + size].reshape(-1, channels, length)
        self.place += size
        joined = torch.cat([tail, x], -1)
        self.kept.append(joined[..., -length:].flatten(1))
        return joined


@dataclass
class Span:
    """Places of a track that a chunk makes: from time `first` on; the sentence ends before time `end`."""

    first: torch.Tensor
    end: torch.Tensor
    channels: int

    def later(self, places, channels=None):
        return Span(self.first - places, self.end, channels or self.channels)

    def finer(self, rate, channels):
        return Span(self.first * rate, self.end * rate, channels)


def clamped(x, first, lowest, highest):
    """x [B, C, T] from place `first` on, with the values at lowest and highest beyond them."""
    places = torch.arange(x.shape[-1])
    index = torch.minimum(torch.maximum(places, lowest - first), highest - first)
    return x.index_select(-1, torch.minimum(index.clamp(min=0), places[-1]))


def started(x, span):
    """x with zeros at the places before time 0."""
    return x * (torch.arange(x.shape[-1]) + span.first >= 0).to(x.dtype)


def snake(layer, x, span, tails):
    reach = layer.taps // 2 - 1
    joined, first = tails.before(x, span.channels, 2 * reach), span.first - 2 * reach
    joined = clamped(joined, first, torch.tensor(0), span.end - 1)
    kernel = layer.kernel.expand(span.channels, 1, -1)
    fine = 2 * F.conv_transpose1d(joined, kernel, stride=2, groups=span.channels)
    fine = layer.snake(fine[..., 2 * reach : -2 * reach].transpose(1, 2)).transpose(1, 2)
    fine = clamped(fine, 2 * first + reach, torch.tensor(0), 2 * span.end - 1)
    return F.conv1d(fine, kernel, stride=2, groups=span.channels), span.later(reach)


def convolve(conv, x, span, tails, ahead=0):
    """Sees `ahead` places after its own."""
    left = (conv.kernel_size[0] - 1) * conv.dilation[0]
    joined = tails.before(started(x, span), span.channels, left)
    made = F.conv1d(joined, conv.weight, conv.bias, dilation=conv.dilation)
    return made, span.later(ahead, conv.out_channels)


def upsample(up, x, span, tails):
    joined = tails.before(started(x, span), span.channels, 1)
    rate = up.stride[0]
    return up(joined)[..., rate:-rate], span.finer(rate, up.out_channels)


def run_block(block, x, span, tails):
    for first_snake, first_conv, second_snake, second_conv in block.pairs:
        y, late = snake(first_snake, x, span, tails)
        y, late = convolve(first_conv.conv, y, late, tails)
        y, late = snake(second_snake, y, late, tails)
        y, late = convolve(second_conv.conv, y, late, tails)
        reach = first_snake.taps // 2 - 1
        x, span = tails.before(x, span.channels, 2 * reach)[..., : -2 * reach] + y, late
    return x, span


def run_layers(decoder, latents, count, position, tails):
    config, length = decoder.config, latents.shape[1]
    none_after = torch.tensor(2**30 // config.samples_per_latent)
    end = torch.where(count < length, position + count, none_after)
    x = latents.transpose(1, 2) * (torch.arange(length) < count).to(latents.dtype)
    span = Span(position, end, decoder.input.in_channels)
    x, span = convolve(decoder.input, x, span, tails, config.input_kernel // 2)
    for up, blocks in zip(decoder.up, decoder.blocks):
        x, span = upsample(up, x, span, tails)
        made = [run_block(block, x, span, tails) for block in blocks]
        x, span = sum(y for y, _ in made) / len(made), made[0][1]
    x, span = snake(decoder.activation, x, span, tails)
    x, span = convolve(decoder.output.conv, x, span, tails)
    late = config.delay_latents * config.samples_per_latent - config.look_ahead
    samples = tails.before(torch.tanh(x), 1, late)
    return samples[:, 0, : length * config.samples_per_latent]


def stream(decoder, latents, count, state=None):
    """The samples [B, T * 1280] of a chunk of latents [B, T, D] and the new state [B, size].

    Only the first `count` latents are there. Where that is not all of them, the sentence ends with them, and the chunk must
    be followed by as many as are still to be heard. state: None at the start of a sentence; its first number is the place.
    """
    position = torch.tensor(0) if state is None else state[0, 0].long()
    tails = Tails(None if state is None else state[:, 1:])
    samples = run_layers(decoder, latents, count, position, tails)
    place = (position + latents.shape[1]).to(latents.dtype).expand(latents.shape[0], 1)
    return samples, torch.cat([place, *tails.kept], -1)


def initial_state(decoder):
    """All zero: [1, size]."""
    latent = decoder.input.weight.new_zeros(1, 1, decoder.input.in_channels)
    with torch.no_grad():
        return torch.zeros_like(stream(decoder, latent, torch.tensor(1))[1])
