"""Cuts words into letter groups, each with the phones it makes ("units"), found by expectation maximisation."""

import math
from collections import Counter, defaultdict

MIN_UNIT_COUNT = 4  # units seen less often, and the words that need them, are alignment accidents
WORST_ALIGNED = 0.015  # share of words left out as not spelled the way they sound (acronyms, typing slips)


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
