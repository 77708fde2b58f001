"""Every size of the model family in one place. A geometry is one ModelConfig, written into the manifest as it is."""

import math
from dataclasses import dataclass, field

SAMPLE_RATE_HZ = 16000
SAMPLES_PER_LATENT = 1280  # 12.5 latents a second


@dataclass(frozen=True)
class TrunkConfig:
    """Residual blocks at 100, 50 and 12.5 Hz."""

    channels: tuple
    blocks: tuple


@dataclass(frozen=True)
class EncoderConfig:
    """Log spectrum -> residual blocks -> strided convolutions -> mean and log-scale at the latent rate. What a second, small
    trunk gives is added: it hears the pitch (teach_pitch.py)."""

    kind = "spectrum"  # as the manifest has it

    fft_size: int = 640
    hop_size: int = 160
    channels: tuple = (256, 256, 384)  # at 100, 50 and 12.5 Hz
    blocks: tuple = (3, 2, 2)
    strides: tuple = (2, 4)
    pitch: TrunkConfig | None = TrunkConfig((96, 96, 128), (2, 1, 1))
    log_scale_min: float = -4.0
    log_scale_max: float = 1.0


@dataclass(frozen=True)
class DecoderConfig:
    """Causal: latents -> transposed convolutions and residual Snake blocks -> source-filter inverse-STFT head."""

    kind = "source-filter"

    fft_size: int = 640
    hop_size: int = 160
    input_kernel: int = 4
    channels: tuple = (384, 384, 320)  # at 12.5, 50 and 100 Hz
    hidden: tuple = (768, 768, 960)
    kernels: tuple = (5, 7, 7)
    blocks: tuple = (2, 2, 6)
    strides: tuple = (4, 2)
    pitch_hidden: int = 128  # of the network that reads the pitch from the latents; 0: none
    noise_hops: int = 128  # length of the noise table, 1.28 s
    delay_latents: int = 1  # sample n of the output is sample n - 1280 of the sound

    @property
    def samples_per_latent(self):
        return self.hop_size * math.prod(self.strides)


@dataclass(frozen=True)
class FlowConfig:
    """Volume-preserving coupling flow, used by the KL term only."""

    couplings: int = 4
    hidden: int = 128
    layers: int = 2
    kernel: int = 5


@dataclass(frozen=True)
class BigVganConfig:
    """The official decoder: alias-free SnakeBeta residual blocks, waveform out (KALL-E release)."""

    kind = "bigvgan"

    channels: int = 1536
    input_kernel: int = 7
    rates: tuple = (5, 4, 4, 4, 2, 2)
    block_kernels: tuple = (3, 7, 11)
    block_dilations: tuple = (1, 3, 5)
    filter_taps: int = 12

    @property
    def samples_per_latent(self):
        return math.prod(self.rates)

    @property
    def filter_reach(self):
        """Places that an alias-free Snake sees to either side."""
        return self.filter_taps // 2 - 1

    @property
    def look_ahead(self):
        """Samples that a sample depends on ahead of it: of the first convolution and of every Snake."""
        ahead = self.input_kernel // 2
        for rate in self.rates:
            ahead = ahead * rate + 2 * len(self.block_dilations) * self.filter_reach
        return ahead + self.filter_reach

    @property
    def delay_latents(self):
        """Whole latents by which sound that is made in chunks is late."""
        return math.ceil(self.look_ahead / self.samples_per_latent)


@dataclass(frozen=True)
class WaveEncoderConfig:
    """The official encoder: strided convolutions on the waveform with dilated residual stacks."""

    kind = "waveform"

    channels: tuple = (12, 24, 48, 96, 192, 384, 768)
    rates: tuple = (2, 2, 4, 4, 4, 5)
    layers: int = 6
    log_scale_min: float = -4.0
    log_scale_max: float = 1.0


@dataclass(frozen=True)
class SpeakerConfig:
    """ECAPA-TDNN -> Gaussian speaker latent regularised to N(0, I)."""

    mels: int = 80
    fft_size: int = 1024
    hop_size: int = 512
    channels: int = 96
    pooled: int = 192
    dim: int = 32


@dataclass(frozen=True)
class PointerConfig:
    """Side input: the symbols `window_before` .. `window_after` round the pointer and the frames spent there."""

    window_before: int = 1
    window_after: int = 3
    ages: int = 12
    max_advance: int = 5

    @property
    def window(self):
        return self.window_before + 1 + self.window_after


@dataclass(frozen=True)
class RopeScaling:
    """llama3 RoPE scaling."""

    factor: float = 32.0
    low_frequency_factor: float = 1.0
    high_frequency_factor: float = 4.0
    original_max_position: int = 8192


@dataclass(frozen=True)
class LanguageModelConfig:
    """Llama-style decoder over speaker latent | symbols | latents."""

    dim: int = 256
    layers: int = 6
    heads: int = 4
    kv_heads: int = 4
    ffn_dim: int = 704
    norm_eps: float = 1e-5
    rope_theta: float = 10000.0
    rope_scaling: RopeScaling | None = None
    log_scale_min: float = -4.0
    log_scale_max: float = 1.5
    prefix_attention: str = "bidirectional"  # or "causal", as the official model has it
    pointer: PointerConfig | None = field(default_factory=PointerConfig)

    @property
    def head_dim(self):
        return self.dim // self.heads


@dataclass(frozen=True)
class ModelConfig:
    latent_dim: int = 64
    encoder: EncoderConfig | WaveEncoderConfig = field(default_factory=EncoderConfig)
    decoder: DecoderConfig | BigVganConfig = field(default_factory=DecoderConfig)
    flow: FlowConfig = field(default_factory=FlowConfig)
    speaker: SpeakerConfig | None = field(default_factory=SpeakerConfig)
    styles: tuple = ("whisper", "shout", "weary", "excited", "calm")  # of styles.py, in the order of the conditioning
    language_model: LanguageModelConfig = field(default_factory=LanguageModelConfig)

    @property
    def samples_per_latent(self):
        return self.decoder.samples_per_latent


SMALL = ModelConfig()

TINY = ModelConfig(
    latent_dim=8,
    encoder=EncoderConfig(channels=(16, 16, 24), blocks=(1, 1, 1), pitch=TrunkConfig((8, 8, 12), (1, 1, 1))),
    decoder=DecoderConfig(channels=(24, 16, 16), hidden=(32, 24, 24), blocks=(1, 1, 1), pitch_hidden=16),
    flow=FlowConfig(couplings=2, hidden=16, layers=1),
    speaker=SpeakerConfig(channels=16, pooled=32, dim=8),
    styles=("whisper", "shout"),
    language_model=LanguageModelConfig(dim=32, layers=2, heads=2, kv_heads=2, ffn_dim=48),
)

OFFICIAL = ModelConfig(
    latent_dim=512,
    encoder=WaveEncoderConfig(),
    decoder=BigVganConfig(),
    flow=FlowConfig(hidden=512, layers=4),
    speaker=None,
    styles=(),
    language_model=LanguageModelConfig(
        dim=2048,
        layers=16,
        heads=32,
        kv_heads=8,
        ffn_dim=8192,
        rope_theta=500000.0,
        rope_scaling=RopeScaling(),
        prefix_attention="causal",
        pointer=None,
    ),
)

# The official geometry scaled down, in samples per latent too, for tests: grouped queries, llama3 RoPE scaling,
# alias-free SnakeBeta, waveform head, no speaker token, no pointer.
OFFICIAL_TINY = ModelConfig(
    latent_dim=8,
    encoder=WaveEncoderConfig(channels=(4, 4, 8, 8, 8), rates=(2, 4, 4, 5), layers=2),
    decoder=BigVganConfig(channels=32, rates=(5, 4, 8), block_kernels=(3, 5), block_dilations=(3,)),
    flow=FlowConfig(couplings=2, hidden=16, layers=1),
    speaker=None,
    styles=(),
    language_model=LanguageModelConfig(
        dim=32,
        layers=2,
        heads=4,
        kv_heads=2,
        ffn_dim=48,
        rope_theta=500000.0,
        rope_scaling=RopeScaling(original_max_position=64),
        prefix_attention="causal",
        pointer=None,
    ),
)

GEOMETRIES = {"small": SMALL, "tiny": TINY, "official": OFFICIAL, "official-tiny": OFFICIAL_TINY}
