"""Which words of a vocabulary are heard in a signal: the phones of recogniser.py, put together to words.

A Viterbi path through a loop of all words, each in all its pronunciations, with silences between them. Every word is as likely as every
other wherever it stands, so that nothing but the sound tells what is said: stricter than a recogniser that knows what people say. Like the phones, words are heard by a network that learned from the teacher: compare with what is heard of the teacher on the same lines.
"""

import math
import random

import numpy as np

from phonemes import split_words
from prepare import held_out_sentences
from recogniser import CLASS_ID, edit_distance, frame_costs
from sentences import FUNCTION_WORDS

OTHERS = 3000  # words of the vocabulary that no held-out sentence has


def pronunciations_of(word, cmudict):
    """Tuples of phones without stress, the usual one first."""
    return list(dict.fromkeys(tuple(phone.rstrip("012") for phone in phones) for phones in cmudict[word]))


def words_of(text):
    return [word for word in split_words(text) if word not in ",.?!"]


def vocabulary_of(content_words, others=OTHERS):
    """The words of all held-out sentences, function words and so many other ones, sorted."""
    wanted = {word for text in held_out_sentences() for word in words_of(text)} | set(FUNCTION_WORDS)
    left = sorted(set(content_words) - wanted)
    return sorted(wanted | set(random.Random(1).sample(left, min(others, len(left)))))


class WordLoop:
    """All pronunciations of the words, end to end: state i stands for the phone classes[i]. Words that sound alike are one: a word goes by its usual
    pronunciation."""

    def __init__(self, words, cmudict):
        self.cmudict = cmudict
        spoken = [(self.name(word), pronunciation) for word in words for pronunciation in pronunciations_of(word, cmudict)]
        spoken = [(None, ("silence",)), *dict.fromkeys(spoken)]
        self.names = [name for name, _ in spoken]
        lengths = np.array([len(pronunciation) for _, pronunciation in spoken])
        self.classes = np.array([CLASS_ID[phone] for _, pronunciation in spoken for phone in pronunciation])
        self.last = np.cumsum(lengths) - 1
        self.first = self.last - lengths + 1
        self.prices = np.where([name is None for name in self.names], 0, math.log(len(words)))  # nats to enter

    def name(self, word):
        return " ".join(pronunciations_of(word, self.cmudict)[0])

    def path(self, costs):
        """Names of the words on the cheapest path through `costs [frames, CLASSES]`, nats."""
        total, entered = np.full(len(self.classes), np.inf), np.zeros(len(self.classes), int)
        left, words, begun = 0.0, [], []
        for frame, cost in enumerate(costs):
            moved, moved_entered = np.roll(total, 1), np.roll(entered, 1)
            moved[self.first], moved_entered[self.first] = left + self.prices, frame
            moves = moved < total
            total = np.where(moves, moved, total) + cost[self.classes]
            entered = np.where(moves, moved_entered, entered)
            best = int(total[self.last].argmin())
            left = total[self.last[best]]
            words.append(best)
            begun.append(entered[self.last[best]])
        heard, frame = [], len(costs) - 1
        while frame >= 0:
            heard.append(self.names[words[frame]])
            frame = begun[frame] - 1
        return [name for name in reversed(heard) if name]


def word_errors(loop, recogniser, text, samples):
    """(errors, words wanted) of a signal that should say the text, all of whose words the loop has."""
    wanted = [loop.name(word) for word in words_of(text)]
    return edit_distance(wanted, loop.path(frame_costs(recogniser, samples))), len(wanted)
