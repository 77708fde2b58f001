"""Labels a flite utterance with the symbols of the language model.

flite says which phones it spoke and when, but not their stress or word boundaries; CMUdict knows those. The two
phone strings are aligned by edit distance and the stress and boundaries are carried over, so that training sees
what was really spoken, written the way runtime/text writes it.
"""

import re
from pathlib import Path

from symbols import FINAL_MARKS, VOWELS

FLITE_PAUSE = "pau"
SUBSTITUTE_SAME_KIND, SUBSTITUTE_OTHER_KIND, INSERT_OR_DELETE = 0.6, 1.3, 0.7


def read_cmudict(path):
    """Word -> list of pronunciations (phone lists) from the npm package's index.js."""
    entries = {}
    for word, phones in re.findall(r'^  "([^"]+)": "([^"]+)"', Path(path).read_text(encoding="utf-8"), re.M):
        entries.setdefault(re.sub(r"\(\d\)$", "", word), []).append(phones.split())
    return entries


def split_words(text):
    """Words and punctuation marks of a normalised sentence, in order."""
    return re.findall(r"[a-z']+|[,.?!]", text.lower())


def dictionary_phones(text, cmudict):
    """[(phone, stress, starts_word)] of a sentence; a mark comes as (mark, 0, False)."""
    labels = []
    for word in split_words(text):
        if word in ",.?!":
            labels.append((word, 0, False))
            continue
        for index, phone in enumerate(cmudict[word][0]):
            stress = int(phone[-1]) if phone[-1].isdigit() else 0
            labels.append((phone.rstrip("012"), stress, index == 0))
    return labels


def arpabet_of(flite_phone):
    """flite writes the reduced vowel as `ax`, which CMUdict writes as AH with stress 0."""
    return "AH" if flite_phone == "ax" else flite_phone.upper()


def substitution_cost(flite_phone, label):
    phone = label[0]
    if flite_phone == FLITE_PAUSE or phone in ",.?!":
        return 0.0 if flite_phone == FLITE_PAUSE and phone in ",.?!" else 9.0
    spoken = arpabet_of(flite_phone)
    if spoken == phone:
        return 0.0
    return SUBSTITUTE_SAME_KIND if (spoken in VOWELS) == (phone in VOWELS) else SUBSTITUTE_OTHER_KIND


def align(flite_phones, labels):
    """For each flite phone the index of its label or None, and the total cost (edit distance)."""
    rows, columns = len(flite_phones) + 1, len(labels) + 1
    cost = [[0.0] * columns for _ in range(rows)]
    for i in range(1, rows):
        cost[i][0] = i * INSERT_OR_DELETE
    for j in range(1, columns):
        cost[0][j] = j * INSERT_OR_DELETE
    for i in range(1, rows):
        above, row = cost[i - 1], cost[i]
        for j in range(1, columns):
            row[j] = min(
                above[j - 1] + substitution_cost(flite_phones[i - 1], labels[j - 1]),
                above[j] + INSERT_OR_DELETE,
                row[j - 1] + INSERT_OR_DELETE,
            )
    matched, i, j = [None] * len(flite_phones), rows - 1, columns - 1
    while i and j:
        substitute = cost[i - 1][j - 1] + substitution_cost(flite_phones[i - 1], labels[j - 1])
        if abs(cost[i][j] - substitute) < 1e-9:
            matched[i - 1], i, j = j - 1, i - 1, j - 1
        elif abs(cost[i][j] - cost[i - 1][j] - INSERT_OR_DELETE) < 1e-9:
            i -= 1
        else:
            j -= 1
    return matched, cost[-1][-1]


def label_segments(flite_phones, text, cmudict):
    """Symbols of the spoken phones (one per flite phone) and the alignment cost per phone."""
    labels = dictionary_phones(text, cmudict)
    inner = flite_phones[1:]  # the first pause is `<s>` and has no written mark
    matched, cost = align(inner, labels)
    symbols = ["<s>"]
    for phone, index in zip(inner, matched):
        if phone == FLITE_PAUSE:
            symbols.append(",")
            continue
        spoken, stress, starts_word = arpabet_of(phone), 0, False
        if spoken in VOWELS:
            stress = 0 if phone == "ax" else 1
        if index is not None:
            _, written_stress, starts_word = labels[index]
            if spoken in VOWELS and labels[index][0] in VOWELS:
                stress = written_stress
        symbols.append(("|" if starts_word else "") + spoken + (str(stress) if spoken in VOWELS else ""))
    mark = text.rstrip()[-1]
    symbols[-1] = mark if mark in FINAL_MARKS else "."
    return symbols, cost / len(flite_phones)
