"""Speaker encoder: speech -> Gaussian speaker latent (ECAPA-TDNN with attentive statistics pooling)."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from layers import full_precision
from spectral import mel_filters

RES2_GROUPS = 4


def convolve_same(linear, x, kernel, dilation):
    """Dilated convolution over [B, T, C] as one matrix product over the joined taps."""
    side = dilation * (kernel // 2)
    padded = F.pad(x, (0, 0, side, side))
    taps = [padded[:, tap * dilation : tap * dilation + x.shape[1]] for tap in range(kernel)]
    return linear(torch.cat(taps, -1)).float()


class SeRes2Block(nn.Module):
    """Pointwise, Res2 group convolutions, pointwise, squeeze and excitation, residual."""

    def __init__(self, channels, dilation):
        super().__init__()
        self.dilation = dilation
        width = channels // RES2_GROUPS
        self.input = nn.Linear(channels, channels)
        self.groups = nn.ModuleList(nn.Linear(3 * width, width) for _ in range(RES2_GROUPS - 1))
        self.output = nn.Linear(channels, channels)
        self.norm_in, self.norm_out = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.squeeze, self.excite = nn.Linear(channels, channels // 4), nn.Linear(channels // 4, channels)

    def forward(self, x):  # [B, T, C]
        parts = self.norm_in(F.relu(self.input(x)).float()).chunk(RES2_GROUPS, -1)
        made = [parts[0]]
        for group, part in zip(self.groups, parts[1:]):
            joined = part + made[-1] if len(made) > 1 else part
            made.append(F.relu(convolve_same(group, joined, 3, self.dilation)))
        y = self.norm_out(F.relu(self.output(torch.cat(made, -1))).float())
        gate = torch.sigmoid(self.excite(F.relu(self.squeeze(y.mean(1, keepdim=True)))))
        return x + y * gate.float()


class SpeakerEncoder(nn.Module):
    """Samples [B, N] (N >= 16000) -> mean and log-scale [B, dim]."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        channels = config.channels
        self.register_buffer("window", torch.hann_window(config.fft_size), persistent=False)
        self.register_buffer("mel_filters", mel_filters(config.fft_size, config.mels), persistent=False)
        self.input = nn.Linear(5 * config.mels, channels)
        self.norm = nn.LayerNorm(channels)
        self.blocks = nn.ModuleList(SeRes2Block(channels, dilation) for dilation in (2, 3, 4))
        self.join = nn.Linear(3 * channels, config.pooled)
        self.attend_hidden = nn.Linear(3 * config.pooled, 64)
        self.attend = nn.Linear(64, config.pooled)
        self.pool_norm = nn.LayerNorm(2 * config.pooled)
        self.output = nn.Linear(2 * config.pooled, 2 * config.dim)

    def log_mel(self, samples):
        """[B, T, mels], each band with its mean over time removed from the level only (one mean for all bands)."""
        size, hop = self.config.fft_size, self.config.hop_size
        bins = torch.stft(samples, size, hop, size, self.window, center=False, return_complex=True).abs()
        with full_precision(samples):
            mel = self.mel_filters @ bins
        return self.normalise(torch.log(mel.clamp(min=1e-4)).transpose(1, 2))

    def normalise(self, mel):
        return (mel - mel.mean((1, 2), keepdim=True)) * 0.5

    def forward(self, samples):
        return self.embed_mel(self.log_mel(samples))

    def embed_mel(self, mel):
        x = self.norm(F.relu(convolve_same(self.input, mel, 5, 1)))
        outputs = []
        for block in self.blocks:
            x = block(x)
            outputs.append(x)
        frames = F.relu(self.join(torch.cat(outputs, -1))).float()  # [B, T, pooled]
        mean = frames.mean(1, keepdim=True)
        spread = (frames.var(1, unbiased=False, keepdim=True) + 1e-5).sqrt()
        context = torch.cat([frames, mean.expand_as(frames), spread.expand_as(frames)], -1)
        weights = self.attend(torch.tanh(self.attend_hidden(context))).float().softmax(1)
        mean = (weights * frames).sum(1)
        spread = ((weights * frames**2).sum(1) - mean**2).clamp(min=1e-5).sqrt()
        latent_mean, log_scale = self.output(self.pool_norm(torch.cat([mean, spread], -1))).float().chunk(2, -1)
        return latent_mean, log_scale.clamp(-5.0, 1.0)
