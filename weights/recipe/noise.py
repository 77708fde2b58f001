"""Counter-based Gaussian noise, the same numbers as runtime/voice/ and the shaders (weights/FORMAT.md).

`python3 weights/recipe/noise.py` prints the reference table that test/voice/ holds.
"""

import numpy as np

SPEAKER_STREAM = 0
MOST_DRAWS = 16  # of a seed whose voice the model would not speak clearly; the last draw is taken anyway
GOLDEN_RATIO_32 = 0x9E3779B9
MASK_32 = 0xFFFFFFFF


def pcg4d(words):
    """u32 [..., 4] -> u32 [..., 4]; Jarzynski and Olano, Hash Functions for GPU Rendering, JCGT 2020."""
    v = np.asarray(words, dtype=np.uint32) * np.uint32(1664525) + np.uint32(1013904223)
    x, y, z, w = stir(*(v[..., lane] for lane in range(4)))
    return np.stack(stir(*(lane ^ (lane >> np.uint32(16)) for lane in (x, y, z, w))), -1)


def stir(x, y, z, w):
    x = x + y * w
    y = y + z * x
    z = z + x * y
    w = w + y * z
    return x, y, z, w


def gaussian(seed, stream, indices):
    """f32 N(0, 1) values of a 64-bit seed's stream at the given indices (any shape)."""
    indices = np.asarray(indices, dtype=np.int64)
    words = np.empty((*indices.shape, 4), np.uint32)
    words[..., 0], words[..., 1] = seed & MASK_32, seed >> 32
    words[..., 2], words[..., 3] = stream, indices // 4
    uniform = (pcg4d(words).astype(np.float64) + 0.5) / 2.0**32
    radius = np.sqrt(-2 * np.log(uniform[..., 0::2]))
    angle = 2 * np.pi * uniform[..., 1::2]
    lanes = np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1).reshape(words.shape)
    return np.take_along_axis(lanes, (indices % 4)[..., None], -1)[..., 0].astype(np.float32)


def fnv1a32(text):
    """FNV-1a over UTF-8."""
    value = 0x811C9DC5
    for byte in text.encode("utf-8"):
        value = (value ^ byte) * 0x01000193 & MASK_32
    return value


def line_stream(text, take):
    """The noise stream of a sentence; stream 0 is the speaker's, so a result of 0 becomes 1."""
    return (1 + (fnv1a32(text) ^ (take * GOLDEN_RATIO_32 & MASK_32))) & MASK_32 or 1


def component_word(seed, dim):
    """The u32 of a seed that picks its component: the first word of stream 0 behind those of its `dim` Gaussians."""
    return int(pcg4d([[seed & MASK_32, seed >> 32, SPEAKER_STREAM, -(-dim // 4)]])[0, 0])


def component_of(seed, components):
    """Number of the mixture component that a seed draws from: the first whose weights sum up to more than its word."""
    share = (component_word(seed, len(components[0]["mean"])) + 0.5) / 2.0**32
    sums = np.cumsum([component["weight"] for component in components])[:-1]
    return int(np.searchsorted(sums, share, side="right"))


def read_trait(trait, latent):
    """What a fit of `weights` [S] and `bias` tells of a latent [S]."""
    return float(np.dot(trait["weights"], latent) + trait["bias"])


def is_clear(latent, speaker):
    """True where the model speaks clearly: the readings lie in the ranges of `speaker["clear"]`."""
    return all(bound["low"] <= read_trait(speaker["traits"][bound["trait"]], latent) <= bound["high"] for bound in speaker["clear"])


def speaker_latent(seed, speaker):
    """f32 [S] from a manifest's `speaker`: the first of the seed's draws from its component that gives a clear voice."""
    component = speaker["components"][component_of(seed, speaker["components"])]
    mean, factor = np.asarray(component["mean"]), np.asarray(component["cholesky"])
    stride = 4 * (-(-len(mean) // 4) + 1)  # behind the draw before and the word after that
    for draw in range(MOST_DRAWS):
        own = gaussian(seed, SPEAKER_STREAM, draw * stride + np.arange(len(mean))).astype(np.float64)
        latent = (mean + factor @ own).astype(np.float32)
        if is_clear(latent, speaker):
            return latent
    return latent


def print_reference_table():
    """Computed here in numpy only, so that the other languages are compared with something independent."""
    for words in ((0, 0, 0, 0), (1, 2, 3, 4), (0xFFFFFFFF, 0xDEADBEEF, 0x12345678, 0x80000000)):
        print("pcg4d", [hex(word) for word in words], [hex(word) for word in pcg4d([words])[0]])
    for seed, stream, first in ((0, 0, 0), (42, 1, 0), (0x123456789ABCDEF0, 0xFFFFFFFF, 6397)):
        values = gaussian(seed, stream, np.arange(first, first + 6))
        print("gaussian", hex(seed), hex(stream), first, [float(value) for value in values])
    for text, take in (("", 0), ("Hello, world.", 0), ("Hello, world.", 7), ("Žofie říká: „Ahoj!“ 🎲", 0xFFFFFFFF)):
        print("line_stream", text, take, hex(fnv1a32(text)), hex(line_stream(text, take)))
    cholesky = [[1.5, 0, 0], [-0.25, 0.5, 0], [0.125, 1, 2]]
    components = [
        {"weight": 0.25, "mean": [0.5, -1, 2], "cholesky": cholesky},
        {"weight": 0.75, "mean": [-3, 0, 1], "cholesky": np.diag([1, 2, 3])},
    ]
    traits = {"size": {"weights": [1, 0, 0.5], "bias": 0.25}}
    for clear in ([], [{"trait": "size", "low": -2.5, "high": 0}]):
        for seed in (0xFEDCBA9876543210, 1, 2, 3):
            latent = speaker_latent(seed, {"components": components, "traits": traits, "clear": clear})
            print("speaker_latent", clear, hex(seed), component_of(seed, components), [float(value) for value in latent])


if __name__ == "__main__":
    print_reference_table()
