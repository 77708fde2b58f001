"""Speaks a spelling with the n-gram: the likeliest sequence of units that spells it; and counts the errors."""

from collections import defaultdict

from lts_alignment import plain
from lts_ngram import END

BEAM = 12


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
