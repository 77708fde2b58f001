"""Flow-VAE: waveform -> Gaussian latents at 12.5 Hz -> waveform (KALL-E section 3, Flow-VAE)."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from config import SAMPLES_PER_LATENT, BigVganConfig, WaveEncoderConfig
from layers import CausalConv, CausalUpsample, ResidualBlock, StridedConv
from official import BigVganDecoder, WaveEncoder
from source_filter import SourceFilterHead


@torch.no_grad()
def silence(linear, rows=slice(None)):
    """Lets some outputs of a linear layer be 0 whatever comes in."""
    linear.weight[rows], linear.bias[rows] = 0, 0


def add_silently(module):
    """Starts the module's `pitch`, where it has one, so that it adds nothing; weights from before there was one get such a one."""
    if not module.pitch:
        return
    silence(module.pitch.output)

    def hook(state, prefix, *_):
        for key, value in module.pitch.state_dict().items():
            state.setdefault(f"{prefix}pitch.{key}", torch.zeros_like(value) if key.startswith("output.") else value.clone())

    module._register_load_state_dict_pre_hook(hook)


class Trunk(nn.Module):
    """Log spectrum [B, n * 8, bins] -> [B, n, outputs]: residual blocks and strided convolutions."""

    def __init__(self, bins, sizes, strides, outputs):
        super().__init__()
        self.input = nn.Linear(bins, sizes.channels[0])
        self.stages = nn.ModuleList(
            nn.ModuleList(ResidualBlock(channels, 2 * channels, 7 if stage < 2 else 5) for _ in range(count))
            for stage, (channels, count) in enumerate(zip(sizes.channels, sizes.blocks))
        )
        pairs = zip(sizes.channels, sizes.channels[1:], strides)
        self.down = nn.ModuleList(StridedConv(*pair) for pair in pairs)
        self.norm = nn.LayerNorm(sizes.channels[-1])
        self.output = nn.Linear(sizes.channels[-1], outputs)

    def run(self, spectrum):
        x = self.input(spectrum).float()
        for stage, blocks in enumerate(self.stages):
            x = self.down[stage - 1](x) if stage else x
            for block in blocks:
                x = block(x)
        return self.output(self.norm(x)).float()


class Encoder(Trunk):
    """Waveform [B, n * 1280] -> posterior mean and log-scale [B, n, D]."""

    def __init__(self, config, latent_dim):
        bins = config.fft_size // 2 + 1
        super().__init__(bins, config, config.strides, 2 * latent_dim)
        self.config = config
        self.register_buffer("window", torch.hann_window(config.fft_size), persistent=False)
        self.pitch = Trunk(bins, config.pitch, config.strides, 2 * latent_dim) if config.pitch else None
        add_silently(self)

    def spectrum(self, samples):
        """Log magnitude [B, n * 8, fft / 2 + 1] of centred 40 ms frames every 10 ms."""
        side = (self.config.fft_size - self.config.hop_size) // 2
        padded = F.pad(samples, (side, side))
        size, hop = self.config.fft_size, self.config.hop_size
        bins = torch.stft(padded, size, hop, size, self.window, center=False, return_complex=True)
        return torch.log(bins.abs() + 1e-3).transpose(1, 2)

    def forward(self, samples):
        return self.encode_spectrum(self.spectrum(samples))

    def encode_spectrum(self, spectrum):
        output = self.run(spectrum) + (self.pitch.run(spectrum) if self.pitch else 0)
        mean, log_scale = output.chunk(2, -1)
        return mean, log_scale.clamp(self.config.log_scale_min, self.config.log_scale_max)


class PitchReader(nn.Module):
    """Latents -> what is added to the log pitch of the decoder's frames."""

    def __init__(self, latent_dim, hidden, kernel, frames_per_latent):
        super().__init__()
        self.input = CausalConv(latent_dim, hidden, kernel)
        self.middle = nn.Linear(hidden, hidden)
        self.output = nn.Linear(hidden, frames_per_latent)

    def forward(self, latents, tail):
        """latents [B, T, D] and those before [B, kernel - 1, D] -> [B, T * frames_per_latent]."""
        hidden, _ = self.input(latents, tail)
        return self.output(F.relu(self.middle(F.relu(hidden)))).float().flatten(1)


class Decoder(nn.Module):
    """Latents [B, T, D] -> samples [B, T * 1280], one latent late (config.delay_latents), causal, streamable."""

    def __init__(self, config, latent_dim):
        super().__init__()
        self.config, self.latent_dim = config, latent_dim
        self.input = CausalConv(latent_dim, config.channels[0], config.input_kernel)
        shapes = zip(config.channels, config.hidden, config.kernels, config.blocks)
        self.stages = nn.ModuleList(
            nn.ModuleList(ResidualBlock(channels, hidden, kernel) for _ in range(count))
            for channels, hidden, kernel, count in shapes
        )
        pairs = zip(config.channels, config.channels[1:], config.strides)
        self.up = nn.ModuleList(CausalUpsample(*pair) for pair in pairs)
        self.norm = nn.LayerNorm(config.channels[-1])
        self.head = SourceFilterHead(config)
        self.output = nn.Linear(config.channels[-1], 2 * self.head.bins + 1)
        reader = (latent_dim, config.pitch_hidden, config.input_kernel, math.prod(config.strides))
        self.pitch = PitchReader(*reader) if config.pitch_hidden else None
        add_silently(self)

    def tail_shapes(self):
        """[(rows, channels)] of the tails of every layer, in the order the decoder uses them."""
        config = self.config
        shapes = [(config.input_kernel - 1, self.latent_dim)]
        for stage, channels in enumerate(config.channels):
            shapes += [(1, config.channels[stage - 1])] if stage else []
            shapes += [(config.kernels[stage] - 1, channels)] * config.blocks[stage]
        return shapes

    def state_sizes(self):
        """Sizes of the packed state's parts: the layers' tails and the head's state."""
        return [rows * channels for rows, channels in self.tail_shapes()] + [sum(self.head.state_sizes())]

    def initial_state(self, batch, breath=0.0, place=0):
        """[B, sum of sizes]: all zero but the head's last numbers, the place in the noise (hops, a number or [B]) and the breath
        (1: a whisper)."""
        state = self.output.weight.new_zeros(batch, sum(self.state_sizes()))
        state[:, -2], state[:, -1] = place, breath
        return state

    def features(self, latents, tails):
        """latents [B, T, D] -> features [B, T * 8, 2 * bins + 1] of the head, and the layers' new tails, packed."""
        layer_tails, kept = iter(tails), []

        def run(layer, x):
            y, tail = layer(x, next(layer_tails))
            kept.append(tail.flatten(1))
            return y

        before = tails[0]
        x = run(self.input, latents)
        for stage, blocks in enumerate(self.stages):
            x = run(self.up[stage - 1], x) if stage else x
            for block in blocks:
                x = run(block.causal, x)
        gains, pitch = self.output(self.norm(x)).float().split([2 * self.head.bins, 1], -1)
        pitch = pitch + (self.pitch(latents, before)[..., None] if self.pitch else 0)
        return torch.cat([gains, pitch], -1), torch.cat(kept, -1)

    def unpack(self, state):
        """state [B, S] -> the layers' tails [B, rows, channels], the head's state."""
        *tails, head = state.split(self.state_sizes(), -1)
        return [tail.reshape(-1, *shape) for tail, shape in zip(tails, self.tail_shapes())], head

    def forward(self, latents, state=None):
        """latents [B, T, D], state [B, S] -> samples [B, T * 1280], new state."""
        tails, head = self.unpack(self.initial_state(latents.shape[0]) if state is None else state)
        features, tails = self.features(latents, tails)
        samples, head = self.head(features, head)
        return samples, torch.cat([tails, head], -1)


class Coupling(nn.Module):
    """One mean-only coupling: half of the dims shift the other half by a causal gated convolution net."""

    def __init__(self, config, latent_dim):
        super().__init__()
        half = latent_dim // 2
        self.input = nn.Linear(half, config.hidden)
        self.gates = nn.ModuleList(
            nn.Conv1d(config.hidden, 2 * config.hidden, config.kernel) for _ in range(config.layers)
        )
        self.output = nn.Linear(config.hidden, half)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        self.left = config.kernel - 1

    def forward(self, x):  # [B, T, D]
        kept, moved = x.chunk(2, -1)
        h = self.input(kept).transpose(1, 2)
        for gate in self.gates:
            value, control = gate(F.pad(h, (self.left, 0))).chunk(2, 1)
            h = h + torch.tanh(value) * torch.sigmoid(control)
        return torch.cat([kept, moved + self.output(h.transpose(1, 2))], -1)


class Flow(nn.Module):
    """Volume-preserving flow: latents -> prior space, log-determinant 0 (Glow-style couplings with flips)."""

    def __init__(self, config, latent_dim):
        super().__init__()
        self.couplings = nn.ModuleList(Coupling(config, latent_dim) for _ in range(config.couplings))

    def forward(self, z):  # [B, T, D]
        for coupling in self.couplings:
            z = coupling(z).flip(-1)
        return z


class FlowVae(nn.Module):
    def __init__(self, config):
        super().__init__()
        encoder = WaveEncoder if isinstance(config.encoder, WaveEncoderConfig) else Encoder
        decoder = BigVganDecoder if isinstance(config.decoder, BigVganConfig) else Decoder
        self.encoder = encoder(config.encoder, config.latent_dim)
        self.decoder = decoder(config.decoder, config.latent_dim)
        self.flow = Flow(config.flow, config.latent_dim)

    def rate(self, latents, log_scale):
        """Monte-Carlo KL of the posterior to the flow prior, nats [B, T, D]: -log s - 1/2 + f(z)^2 / 2."""
        return -log_scale - 0.5 + 0.5 * self.flow(latents) ** 2


def sample(mean, log_scale):
    return mean + torch.randn_like(mean) * torch.exp(log_scale)


def align_to_decoder(samples, delay_latents):
    """What the decoder's output is compared with: (target, first output sample that has one)."""
    delay = delay_latents * SAMPLES_PER_LATENT
    return samples[:, : samples.shape[1] - delay], delay

