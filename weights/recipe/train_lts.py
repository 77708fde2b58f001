"""Trains the letter-to-sound model: spelling -> ARPAbet with stress, for words the dictionary lacks.

    npm install                                    # brings the dictionary
    python3 weights/recipe/train_lts.py            # about five minutes on one core, needs only the standard library
    python3 weights/recipe/train_lts.py --quick    # a half-minute smoke run that writes nothing

Method: every word is cut into letter groups, each with the phones it makes ("units", found by EM); a word is then a
sentence of units, and a back-off n-gram over units (Kneser-Ney discounts, entropy pruned to the size limit) is the
model. Speaking a word is a beam search for the likeliest unit sequence that spells it.

Held out: the words whose FNV-1a hash is a multiple of 20 (5 %). The error rates printed at the end are theirs, and
test/text/letter-to-sound.test.ts measures them again with the TypeScript decoder on the same words.

Writes runtime/text/letter-to-sound-data.ts; its layout is described by `encode_model`.
"""

import argparse
import base64
import math
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DICTIONARY = ROOT / "node_modules/cmu-pronouncing-dictionary/index.js"
OUTPUT = ROOT / "runtime/text/letter-to-sound-data.ts"

HELD_OUT_MODULUS = 20
ALIGN_WORDS = 40_000  # EM runs on this many words, then the best alignment is taken for all of them
ALIGN_ROUNDS = 7
MIN_UNIT_COUNT = 4  # units seen less often, and the words that need them, are alignment accidents
WORST_ALIGNED = 0.015  # share of words left out as not spelled the way they sound (acronyms, typing slips)
ORDER = 7
MAX_BINARY_BYTES = 297_000  # base64 and the unit table bring the file to just under 400 KB
STEP = 8.0  # log-probability units per nat in the file
BEAM = 12
END = 0  # symbol that ends a word; also the root context of every word


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


# --- Alignment -------------------------------------------------------------------------------------------------------


def lattice(letters, phones):
    """All unit edges (i, j, i2, j2): letters i..i2 make phones j..j2; 1-2 letters, 0-2 phones, never 2 with 2."""
    edges = []
    n, m = len(letters), len(phones)
    for i in range(n):
        for j in range(m + 1):
            if 2 * (n - i) < m - j:
                continue
            for a, b in ((1, 1), (1, 0), (2, 1), (1, 2), (2, 0)):
                if i + a <= n and j + b <= m and 2 * (n - i - a) >= m - j - b:
                    edges.append((i, j, i + a, j + b))
    return edges


def plain(phones):
    return tuple(p.rstrip("012") for p in phones)


def unit_of(letters, phones, edge):
    i, j, i2, j2 = edge
    return letters[i:i2], phones[j:j2]


def expected_counts(letters, phones, probability, counts):
    """Adds one word's expected unit counts (forward-backward); returns its log-likelihood, or None if unaligned."""
    edges = lattice(letters, phones)
    weights = [probability(unit_of(letters, phones, e)) for e in edges]
    forward = defaultdict(float)
    forward[0, 0] = 1.0
    for (i, j, i2, j2), w in zip(edges, weights):
        forward[i2, j2] += forward[i, j] * w
    total = forward[len(letters), len(phones)]
    if total <= 0:
        return None
    backward = defaultdict(float)
    backward[len(letters), len(phones)] = 1.0
    for (i, j, i2, j2), w in zip(reversed(edges), reversed(weights)):
        backward[i, j] += backward[i2, j2] * w
    for e, w in zip(edges, weights):
        i, j, i2, j2 = e
        share = forward[i, j] * w * backward[i2, j2] / total
        if share > 1e-6:
            counts[unit_of(letters, phones, e)] += share
    return math.log(total)


def start_weight(unit):
    """Before anything is known: one letter, one phone is likeliest; a vowel letter is rarely a consonant."""
    letters, phones = unit
    weight = {(1, 1): 1.0, (1, 0): 0.1, (2, 1): 0.1, (1, 2): 0.05, (2, 0): 0.005}[len(letters), len(phones)]
    if phones:
        vowel_letter = any(c in "aeiouy" for c in letters)
        vowel_phone = any(p[0] in "AEIOU" for p in phones)
        weight *= 1.0 if vowel_letter == vowel_phone else 0.1
    return weight


def train_alignment(words, rounds):
    """EM over the words; returns the unit probabilities."""
    probability = start_weight
    for round_index in range(rounds):
        counts, log_likelihood = defaultdict(float), 0.0
        for letters, phones in words:
            log_likelihood += expected_counts(letters, phones, probability, counts) or 0.0
        total = sum(counts.values())
        table = {u: c / total for u, c in counts.items() if c > 0.1}
        probability = lambda unit, table=table: table.get(unit, 1e-9)
        print(f"alignment round {round_index}: log-likelihood {log_likelihood:.0f}, {len(table)} units", flush=True)
    return table


def best_alignment(letters, phones, table):
    """The likeliest cut into units and its mean log-probability per letter."""
    bare = plain(phones)
    best = {(0, 0): (0.0, None)}
    for e in lattice(letters, bare):
        i, j, i2, j2 = e
        if (i, j) not in best:
            continue
        score = best[i, j][0] + math.log(table.get(unit_of(letters, bare, e), 1e-9))
        if (i2, j2) not in best or score > best[i2, j2][0]:
            best[i2, j2] = (score, e)
    at, units = (len(letters), len(phones)), []
    if at not in best:
        return None
    mean = best[at][0] / len(letters)
    while at != (0, 0):
        edge = best[at][1]
        units.append(unit_of(letters, phones, edge))
        at = edge[0], edge[1]
    return tuple(reversed(units)), mean


def align(train, table):
    """Unit sequences of all words that align well and use no rare unit."""
    aligned = [a for a in (best_alignment(letters, phones, table) for letters, phones in train) if a]
    aligned.sort(key=lambda a: -a[1])
    sequences = [units for units, _ in aligned[: int(len(aligned) * (1 - WORST_ALIGNED))]]
    counts = Counter(u for s in sequences for u in s)
    return [s for s in sequences if all(counts[u] >= MIN_UNIT_COUNT for u in s)]


# --- Back-off n-gram over units --------------------------------------------------------------------------------------


class Trie:
    """Node 0 is the empty context; a node is an n-gram, its parent the n-gram without the last symbol."""

    def __init__(self):
        self.child, self.parent, self.symbol, self.depth, self.fail, self.count = {}, [0], [0], [0], [0], [0]

    def add(self, node, symbol):
        key = node * 65536 + symbol
        found = self.child.get(key)
        if found is None:
            found = self.child[key] = len(self.parent)
            self.parent.append(node)
            self.symbol.append(symbol)
            self.depth.append(self.depth[node] + 1)
            self.fail.append(0)
            self.count.append(0)
        return found


def count_ngrams(sequences, order):
    """Raw counts of all n-grams; words start in the context END and end with the symbol END."""
    trie = Trie()
    for sequence in sequences:
        padded = (END, *sequence, END)
        for start in range(len(padded)):
            node = 0
            for symbol in padded[start : start + order]:
                node = trie.add(node, symbol)
                trie.count[node] += 1
    for node in range(1, len(trie.parent)):
        above = trie.parent[node]
        trie.fail[node] = 0 if above == 0 else trie.child[trie.fail[above] * 65536 + trie.symbol[node]]
    return trie


def kneser_ney_counts(trie, order):
    """Highest order (and n-grams that start a word): raw counts; others: in how many longer n-grams they are the tail."""
    continuation = [0] * len(trie.parent)
    starts_word = [False] * len(trie.parent)
    for node in range(1, len(trie.parent)):
        above = trie.parent[node]
        starts_word[node] = trie.symbol[node] == END if above == 0 else starts_word[above]
        if trie.depth[node] > 1:
            continuation[trie.fail[node]] += 1
    return [
        trie.count[n] if trie.depth[n] == order or (starts_word[n] and trie.depth[n] > 1) else continuation[n]
        for n in range(len(trie.parent))
    ]


def discounts_of(trie, counts, order):
    """Modified Kneser-Ney discounts for counts 1, 2 and 3+, per order."""
    tables = []
    for depth in range(order + 1):
        seen = Counter(min(c, 4) for c, d in zip(counts, trie.depth) if d == depth)
        n1, n2, n3, n4 = (seen[k] or 1 for k in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        tables.append((0.0, max(0.05, 1 - 2 * y * n2 / n1), max(0.1, 2 - 3 * y * n3 / n2), max(0.1, 3 - 4 * y * n4 / n3)))
    return tables


class Model:
    """log p(symbol | context) per node, log back-off weight per node."""

    def __init__(self, trie, log_p, log_b):
        self.trie, self.log_p, self.log_b = trie, log_p, log_b


def estimate(trie, order, unit_count):
    """Interpolated modified Kneser-Ney, written as a back-off model."""
    counts = kneser_ney_counts(trie, order)
    discounts = discounts_of(trie, counts, order)
    size = len(trie.parent)
    total, taken = [0] * size, [0.0] * size
    for node in range(1, size):
        above, count = trie.parent[node], counts[node]
        total[above] += count
        taken[above] += discounts[trie.depth[node]][min(count, 3)]
    p, b = [0.0] * size, [1.0] * size
    for node in range(size):
        if total[node]:
            b[node] = taken[node] / total[node]
    # A node's parent and tail are both one symbol shorter; lengths ascending makes them ready in time.
    for node in sorted(range(1, size), key=lambda n: trie.depth[n]):
        above, count = trie.parent[node], counts[node]
        shorter = p[trie.fail[node]] if above else 1 / unit_count
        own = max(0.0, count - discounts[trie.depth[node]][min(count, 3)]) / total[above] if total[above] else 0.0
        p[node] = own + b[above] * shorter
    log_b = [math.log(max(x, 1e-6)) for x in b]
    return Model(trie, [math.log(max(x, 1e-12)) for x in p], log_b)


def children_by_node(trie, alive):
    children = defaultdict(list)
    for node in range(1, len(trie.parent)):
        if alive[node]:
            children[trie.parent[node]].append(node)
    return children


def prune_depth(model, alive, children, depth, threshold):
    """Removes n-grams of one length whose loss raises the model's entropy by less than the threshold (Stolcke 1998)."""
    trie, log_p = model.trie, model.log_p
    needed = {trie.fail[n] for n in range(1, len(alive)) if alive[n]}
    for context, nodes in list(children.items()):
        if trie.depth[context] != depth - 1:
            continue
        reach = (trie.count[context] or 1) / trie.count[trie.child[END]]
        left = max(1e-9, 1 - sum(math.exp(log_p[n]) for n in nodes))
        below = max(1e-9, 1 - sum(math.exp(log_p[trie.fail[n]]) for n in nodes))
        log_bow = math.log(left / below)
        for n in nodes:
            if n in needed or children.get(n):
                continue
            own, shorter = math.exp(log_p[n]), log_p[trie.fail[n]]
            new_bow = math.log((left + own) / (below + math.exp(shorter)))
            change = own * (shorter + new_bow - log_p[n]) + left * (new_bow - log_bow)
            if -reach * change < threshold:
                alive[n] = False
        children[context] = [n for n in nodes if alive[n]]


def prune(model, order, threshold):
    """Alive flags and fresh back-off weights after pruning from the longest n-grams down; single units all stay."""
    trie = model.trie
    alive = [True] * len(trie.parent)
    children = children_by_node(trie, alive)
    for depth in range(order, 1, -1):
        prune_depth(model, alive, children, depth, threshold)
    log_b = list(model.log_b)
    for context, nodes in children.items():
        if trie.depth[context] and nodes:
            left = max(1e-6, 1 - sum(math.exp(model.log_p[n]) for n in nodes))
            below = max(1e-6, 1 - sum(math.exp(model.log_p[trie.fail[n]]) for n in nodes))
            log_b[context] = math.log(left / below)
    for context in range(len(alive)):
        if alive[context] and not children.get(context):
            log_b[context] = 0.0
    return Model(trie, model.log_p, log_b), children


# --- The file --------------------------------------------------------------------------------------------------------


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


# --- Decoding and scoring --------------------------------------------------------------------------------------------


class Decoder:
    def __init__(self, model, children, units):
        self.model, self.units = model, units
        self.next = {n: {model.trie.symbol[c]: c for c in nodes} for n, nodes in children.items()}
        self.by_letters = defaultdict(list)
        for number, (letters, _) in enumerate(units, 1):
            self.by_letters[letters].append(number)

    def step(self, node, symbol):
        """(log-probability, next context) of one symbol, backing off as far as needed."""
        model, trie, score = self.model, self.model.trie, 0.0
        while True:
            found = self.next.get(node, {}).get(symbol)
            if found is not None:
                score += model.log_p[found]
                while found and not self.next.get(found):
                    found = trie.fail[found]
                return score, found
            if node == 0:
                return score - 16.0, 0
            score += model.log_b[node]
            node = trie.fail[node]

    def speak(self, word):
        """Phones of the likeliest unit sequence that spells the word with exactly one primary stress."""
        start = self.next[0][END]
        beams = [dict() for _ in range(len(word) + 1)]
        beams[0][start, 0] = (0.0, ())
        for at in range(len(word)):
            ranked = sorted(beams[at].items(), key=lambda kv: -kv[1][0])[:BEAM]
            for (node, stressed), (score, phones) in ranked:
                for length in (1, 2):
                    for number in self.by_letters.get(word[at : at + length], ()) if at + length <= len(word) else ():
                        made = self.units[number - 1][1]
                        primaries = stressed + sum(p[-1] == "1" for p in made)
                        if primaries > 1:
                            continue
                        gained, context = self.step(node, number)
                        key, value = (context, primaries), score + gained
                        old = beams[at + length].get(key)
                        if old is None or value > old[0]:
                            beams[at + length][key] = (value, phones + made)
        ends = []
        for (node, stressed), (score, phones) in beams[-1].items():
            ends.append((score + self.step(node, END)[0] - (0 if stressed else 6.0), phones))
        return max(ends)[1] if ends else ()


def edit_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def score(decoder, held_out):
    errors = bare_errors = wrong = bare_wrong = length = 0
    for word, phones in held_out:
        said = decoder.speak(word)
        with_stress, without = edit_distance(said, phones), edit_distance(plain(said), plain(phones))
        errors, bare_errors, length = errors + with_stress, bare_errors + without, length + len(phones)
        wrong, bare_wrong = wrong + (with_stress > 0), bare_wrong + (without > 0)
    n = len(held_out)
    return (
        f"{n} held-out words: phone error rate {100 * errors / length:.2f} % with stress, "
        f"{100 * bare_errors / length:.2f} % without; word error rate {100 * wrong / n:.1f} % and {100 * bare_wrong / n:.1f} %."
    )


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
