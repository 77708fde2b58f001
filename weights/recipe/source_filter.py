"""Output head of the small decoder: a harmonic and a noise source, filtered in the inverse-STFT domain.

The network gives, every 10 ms, the pitch and two log-magnitude spectra. A sum of all harmonics of the pitch and a
fixed noise are cut into windowed frames, their spectra multiplied by the two gains, and the frames overlap-added. For
a whisper the noise takes the harmonics' gain: the breath, a share of the excitation, is carried in the state and
stays. The phases come from the sources, which spares a small network what it learns last: without this head harmonics
stood on the frame rate instead of the pitch (ARCHITECTURE.md).
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from config import SAMPLE_RATE_HZ
from dft import DftBasis
from even_noise import even_noise
from layers import full_precision
from styles import BREATH_CORNER_HZ

LOWEST_PITCH_HZ, HIGHEST_PITCH_HZ, MIDDLE_PITCH_HZ = 50.0, 500.0, 130.0
TOP_HARMONIC_HZ = 7800.0
PHASE_STEPS = 131072.0  # phases are whole steps of a cycle at frame borders: sums of 128 frames are exact in f32
LARGEST_LOG_GAIN = 6.0
CARRIED = 4  # pitch of the last frame, phase, place in the noise, breath


class SourceFilterHead(nn.Module):
    """Features [B, T, 2 * bins + 1] -> samples [B, T * hop], causal; all that is carried is packed in one vector."""

    def __init__(self, config):
        super().__init__()
        self.fft_size, self.hop_size = config.fft_size, config.hop_size
        self.bins, self.keep = config.fft_size // 2 + 1, config.fft_size - config.hop_size
        window = torch.hann_window(config.fft_size)
        overlap = (window**2).reshape(-1, config.hop_size).sum(0).repeat(config.fft_size // config.hop_size)
        self.register_buffer("window", window, persistent=False)
        self.register_buffer("synthesis_window", window / overlap, persistent=False)
        self.register_buffer("noise", even_noise(config.noise_hops * config.hop_size).half().float())
        self.dft = DftBasis(config.fft_size)
        self.register_buffer("analysis", self.make_analysis(), persistent=False)
        self.register_buffer("synthesis", self.make_synthesis(), persistent=False)

    def make_analysis(self):
        return self.dft() * self.window[:, None]

    def make_synthesis(self):
        return self.dft.inverse() * self.synthesis_window

    def bases(self):
        """An exported graph computes the bases from their index vectors rather than store them."""
        if torch.onnx.is_in_onnx_export():
            return self.make_analysis(), self.make_synthesis()
        return self.analysis, self.synthesis

    def state_sizes(self):
        """Tails of the harmonic source, the noise and the overlap-add, and the carried numbers."""
        return [self.keep, self.keep, self.keep, CARRIED]

    def pitch(self, features):
        """Log of the pitch in Hz [B, T]."""
        middle = math.log(MIDDLE_PITCH_HZ)
        return (middle + features[..., -1]).clamp(math.log(LOWEST_PITCH_HZ), math.log(HIGHEST_PITCH_HZ))

    def harmonic_share(self, features):
        """Share of the harmonics in the power of both sources [B, T], before overlap."""
        harmonic, noise = torch.exp(2 * features[..., :-1].float().clamp(max=LARGEST_LOG_GAIN)).chunk(2, -1)
        return harmonic.sum(-1) / (harmonic.sum(-1) + noise.sum(-1) + 1e-9)

    def harmonics(self, hertz, last_hertz, phase):
        """Pitch [B, T] -> source [B, T * hop] of unit power, and the phase (cycles) after it. Pitch runs linearly
        from the value of the frame before; phases are exact at frame borders."""
        hop = self.hop_size
        before = torch.cat([last_hertz, hertz[:, :-1]], 1)
        cycles = torch.floor((before + hertz) * (PHASE_STEPS * hop / (2 * SAMPLE_RATE_HZ)))
        cycles = (cycles - torch.floor(cycles / PHASE_STEPS) * PHASE_STEPS) / PHASE_STEPS
        after = phase + torch.cumsum(cycles, 1)
        starts = torch.cat([phase, after[:, :-1]], 1)
        starts = starts - torch.floor(starts)
        n = torch.cumsum(torch.ones_like(self.window[:hop]), 0)  # 1 .. hop
        slope = ((hertz - before) / (2 * hop))[..., None]
        phases = starts[..., None] + (before[..., None] * n + slope * n * n) / SAMPLE_RATE_HZ  # [B, T, hop]
        phases = phases - torch.round(phases)
        count = torch.floor(TOP_HARMONIC_HZ / hertz)[..., None]
        half = torch.sin(math.pi * phases)
        near_zero = half.abs() < 1e-5
        safe = torch.where(near_zero, torch.ones_like(half), half)
        sums = torch.sin((2 * count + 1) * math.pi * phases) / (2 * safe) - 0.5
        sums = torch.where(near_zero, count.expand_as(sums), sums) * torch.sqrt(2 / count)
        last = after[:, -1:]
        return sums.flatten(1), last - torch.floor(last)

    def noise_after(self, place, count):
        """`count` hops of the noise from a place (in hops) on [B, count * hop], and the next place."""
        total = self.noise.shape[0] // self.hop_size
        index = place + (torch.cumsum(torch.ones_like(place).expand(-1, count), 1) - 1)
        index = index - torch.floor(index / total) * total
        after = place + count
        return self.noise.reshape(total, self.hop_size)[index.long()].flatten(1), after - torch.floor(after / total) * total

    def breathe(self, harmonic, noise, breath):
        """Gains [B, T, bins], of which a share `breath` [B, 1] goes from the harmonics to the noise; less of it under BREATH_CORNER_HZ."""
        corner = BREATH_CORNER_HZ * self.fft_size / SAMPLE_RATE_HZ
        bins = torch.cumsum(torch.ones_like(self.window[: self.bins]), 0) - 1
        breath = breath[..., None]
        return harmonic * (1 - breath), noise + harmonic * breath * (bins / torch.sqrt(bins * bins + corner * corner))

    def frames(self, source, tail):
        """Overlapping frames [B, T, fft] of tail and source, and the new tail."""
        joined = torch.cat([tail, source], 1)
        hops = joined.reshape(joined.shape[0], -1, self.hop_size)
        parts = self.fft_size // self.hop_size
        count = source.shape[1] // self.hop_size
        return torch.cat([hops[:, part : part + count] for part in range(parts)], -1), joined[:, source.shape[1] :]

    def overlap_add(self, frames, tail):
        count, hop = frames.shape[1], self.hop_size
        parts = frames.reshape(frames.shape[0], count, -1, hop)  # [B, T, fft / hop, hop]
        total = F.pad(tail, (0, count * hop)).reshape(tail.shape[0], -1, hop)  # [B, T + fft / hop - 1, hop]
        for part in range(parts.shape[2]):
            total = total + F.pad(parts[:, :, part], (0, 0, part, parts.shape[2] - 1 - part))
        total = total.reshape(tail.shape[0], -1)
        return total[:, : count * hop], total[:, count * hop :]

    def forward(self, features, state, hertz=None):
        """features [B, T, 2 * bins + 1], state [B, sum of sizes], hertz [B, T] to use instead of the predicted pitch.
        Returns samples [B, T * hop] and the new state."""
        features = features.float()
        hertz = torch.exp(self.pitch(features)).detach() if hertz is None else hertz
        harmonic_tail, noise_tail, overlap, carried = state.split(self.state_sizes(), -1)
        last_hertz, phase, place, breath = carried.split(1, -1)
        last_hertz = torch.where(last_hertz > 0, last_hertz, hertz[:, :1])
        source, phase = self.harmonics(hertz, last_hertz, phase)
        noise, place = self.noise_after(place, hertz.shape[1])
        harmonic_frames, harmonic_tail = self.frames(source, harmonic_tail)
        noise_frames, noise_tail = self.frames(noise, noise_tail)
        gains = torch.exp(features[..., :-1].clamp(max=LARGEST_LOG_GAIN)).chunk(2, -1)
        harmonic_gain, noise_gain = self.breathe(*gains, breath)
        analysis, synthesis = self.bases()
        with full_precision(features):
            harmonic, noisy = harmonic_frames @ analysis, noise_frames @ analysis  # [B, T, 2 * bins]
            spectrum = harmonic * torch.cat([harmonic_gain, harmonic_gain], -1)
            spectrum = spectrum + noisy * torch.cat([noise_gain, noise_gain], -1)
            made = spectrum @ synthesis
        samples, overlap = self.overlap_add(made, overlap)
        carried = torch.cat([hertz[:, -1:], phase, place, breath], -1)
        return samples, torch.cat([harmonic_tail, noise_tail, overlap, carried], -1)
