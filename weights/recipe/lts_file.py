"""The pruned n-gram as bytes (layout: `encode_model`), small enough to ship."""

import math

from lts_ngram import Model, prune

MAX_BINARY_BYTES = 297_000  # base64 and the unit table bring the file to just under 400 KB
STEP = 8.0  # log-probability units per nat in the file


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(128 | value & 127)
        value >>= 7
    out.append(value)
    return bytes(out)


def quantise(log_p, log_b):
    """Steps of 1/8 nat: probability -> 0..127, back-off weight (-12 to +3.9 nats) -> 0..127."""
    return min(127, round(-log_p * STEP)), max(0, min(127, round((log_b + 12) * STEP)))


def encode_model(model, children):
    """Depth-first nodes. A node: varint of twice the symbol's distance from the sibling before it (the first from -1)
    plus whether it has children; probability byte; and with children also back-off byte, varint of the child count and
    the children. The root has only its child count and children."""
    trie, out = model.trie, bytearray()

    def write(node):
        nodes = sorted(children.get(node, ()), key=lambda n: trie.symbol[n])
        out.extend(varint(len(nodes)))
        last = -1
        for n in nodes:
            inner = bool(children.get(n))
            out.extend(varint((trie.symbol[n] - last - 1) * 2 + inner))
            last = trie.symbol[n]
            probability, back_off = quantise(model.log_p[n], model.log_b[n])
            out.append(probability)
            if inner:
                out.append(back_off)
                write(n)

    write(0)
    return bytes(out)


def apply_quantisation(model):
    """The numbers as the decoder will see them, so that what is measured here is what ships."""
    pairs = [quantise(p, b) for p, b in zip(model.log_p, model.log_b)]
    return Model(model.trie, [-p / STEP for p, _ in pairs], [b / STEP - 12 for _, b in pairs])


def fit_to_size(model, order):
    """The lowest pruning threshold whose file still fits."""
    low, high, fitting = -20.0, -8.0, None
    for _ in range(8):
        middle = (low + high) / 2
        pruned, children = prune(model, order, math.exp(middle))
        data = encode_model(pruned, children)
        print(f"pruning at e^{middle:.2f}: {len(data)} bytes", flush=True)
        if len(data) > MAX_BINARY_BYTES:
            low = middle
        else:
            high, fitting = middle, (pruned, children, data)
            if len(data) > MAX_BINARY_BYTES * 0.98:
                break
    return fitting


