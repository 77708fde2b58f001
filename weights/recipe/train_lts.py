"""Trains the letter-to-sound model: spelling -> ARPAbet with stress, for words the dictionary lacks.

    npm install                                    # brings the dictionary
    python3 weights/recipe/train_lts.py            # about five minutes on one core, needs only the standard library
    python3 weights/recipe/train_lts.py --quick    # a half-minute smoke run that writes nothing

Method: every word is cut into letter groups, each with the phones it makes ("units", found by EM); a word is then a
sentence of units, and a back-off n-gram over units (Kneser-Ney discounts, entropy pruned to the size limit) is the
model. Speaking a word is a beam search for the likeliest unit sequence that spells it.

Held out: the words whose FNV-1a hash is a multiple of 20 (5 %). The error rates printed at the end are theirs, and
test/text/letter-to-sound.test.ts measures them again with the TypeScript decoder on the same words.

Writes runtime/text/letter-to-sound-data.ts; its layout is described by lts_file.encode_model.
"""

import argparse
import base64
import re
import sys
from collections import Counter
from pathlib import Path

from lts_alignment import align, plain, train_alignment
from lts_decoder import Decoder, score
from lts_file import apply_quantisation, fit_to_size
from lts_ngram import count_ngrams, estimate

ROOT = Path(__file__).resolve().parents[2]
DICTIONARY = ROOT / "node_modules/cmu-pronouncing-dictionary/index.js"
OUTPUT = ROOT / "runtime/text/letter-to-sound-data.ts"

HELD_OUT_MODULUS = 20
ALIGN_WORDS = 40_000  # EM runs on this many words, then the best alignment is taken for all of them
ALIGN_ROUNDS = 7
ORDER = 7


def fnv1a(word):
    value = 2166136261
    for byte in word.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def load_words():
    """The first pronunciation of every purely alphabetic word of two letters or more."""
    entry = re.compile(r'^  "([a-z]{2,})": "([A-Z0-2 ]+)",?$')
    matches = (entry.match(line) for line in DICTIONARY.read_text().splitlines())
    return [(m.group(1), tuple(m.group(2).split())) for m in matches if m]


def split_held_out(words):
    train = [w for w in words if fnv1a(w[0]) % HELD_OUT_MODULUS != 0]
    held_out = [w for w in words if fnv1a(w[0]) % HELD_OUT_MODULUS == 0]
    return train, held_out


def write_module(data, units, report):
    table = " ".join(f"{letters}:{'.'.join(phones)}" for letters, phones in units)
    text = f"""// Made by weights/recipe/train_lts.py; do not edit. {report}
// `units` are "letters:phones" (phones joined by dots), numbered from 1; 0 ends a word. `model` is the base64 of the
// n-gram tree; the layout is described in the recipe's encode_model.
export const letterToSoundData = {{
  units:
    "{table}",
  model:
    "{base64.b64encode(data).decode()}",
}} as const;
"""
    OUTPUT.write_text(text)
    print(f"wrote {OUTPUT.relative_to(ROOT)}, {len(text)} bytes")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="few words and rounds, writes nothing")
    quick = arguments.parse_args().quick
    train, held_out = split_held_out(load_words())
    print(f"{len(train)} training words, {len(held_out)} held out")
    by_hash = sorted(train, key=lambda w: fnv1a(w[0] + "#"))
    table = train_alignment([(w, plain(p)) for w, p in by_hash[: 3000 if quick else ALIGN_WORDS]], 3 if quick else ALIGN_ROUNDS)
    sequences = align(by_hash[:20_000] if quick else train, table)
    units = [u for u, _ in sorted(Counter(u for s in sequences for u in s).items(), key=lambda kv: (-kv[1], kv[0]))]
    number = {u: k for k, u in enumerate(units, 1)}
    print(f"{len(sequences)} aligned words, {len(units)} units; e.g. {sequences[0]}")
    trie = count_ngrams([[number[u] for u in s] for s in sequences], ORDER)
    model = estimate(trie, ORDER, len(units) + 1)
    print(f"{len(trie.parent)} n-grams before pruning", flush=True)
    pruned, children, data = fit_to_size(model, ORDER)
    decoder = Decoder(apply_quantisation(pruned), children, units)
    report = score(decoder, held_out[:300] if quick else held_out)
    print(report)
    if not quick:
        write_module(data, units, report)


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)

    main()
