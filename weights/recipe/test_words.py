"""Words put together from phones that are heard.

    python3 -m unittest test_words
"""

import math
import unittest
from unittest import mock

import numpy as np

import words
from prepare import held_out_sentences
from recogniser import CLASSES, CLASS_ID
from words import WordLoop, vocabulary_of, word_errors, words_of

CMUDICT = {
    "a": [["AH0"], ["EY1"]],
    "cat": [["K", "AE1", "T"]],
    "catalog": [["K", "AE1", "T", "AH0", "L", "AO2", "G"]],
    "log": [["L", "AO1", "G"]],
    "sea": [["S", "IY1"]],
    "see": [["S", "IY1"]],
}
PRICE = math.log(len(CMUDICT))
MISHEARD = 3.0  # nats


def costs_of(phones, frames=4):
    """[frames * phones, CLASSES]: each phone, or silence, for so many frames, all else dear."""
    costs = np.full((frames * len(phones), len(CLASSES)), MISHEARD)
    for place, phone in enumerate(phones):
        costs[frames * place : frames * (place + 1), CLASS_ID[phone]] = 0
    return costs


class Words(unittest.TestCase):
    loop = WordLoop(sorted(CMUDICT), CMUDICT)

    def hear(self, phones, frames=4):
        return self.loop.path(costs_of(phones.split(), frames))

    def test_are_heard_one_after_the_other(self):
        self.assertEqual(self.hear("silence S IY silence AH K AE T silence"), ["S IY", "AH", "K AE T"])

    def test_silence_is_none(self):
        self.assertEqual(self.hear("silence"), [])

    def test_go_by_their_usual_pronunciation(self):
        self.assertEqual(self.hear("EY K AE T"), ["AH", "K AE T"])

    def test_that_sound_alike_are_one(self):
        self.assertEqual(self.loop.name("sea"), self.loop.name("see"))
        self.assertEqual(len(self.loop.names), len(set(self.loop.names)) + 1)  # "a" has two pronunciations

    def test_are_rather_one_than_several(self):
        self.assertEqual(self.hear("K AE T AH L AO G"), ["K AE T AH L AO G"])
        self.assertEqual(self.hear("K AE T AH silence L AO G"), ["K AE T", "AH", "L AO G"])

    def test_are_found_where_a_phone_is_misheard(self):
        self.assertEqual(self.hear("K AE D S IY"), ["K AE T", "S IY"])

    def test_cost_what_the_vocabulary_makes_them(self):
        """One frame of a vowel within silence: a word only where hearing silence instead costs more than the word."""
        costs = costs_of(["silence", "EY", "silence"], frames=1)
        for misheard, heard in ((PRICE - 0.01, []), (PRICE + 0.01, ["AH"])):
            costs[1, CLASS_ID["silence"]] = misheard
            self.assertEqual(self.loop.path(costs), heard)

    def test_that_fail_are_counted(self):
        with mock.patch.object(words, "frame_costs", lambda model, samples: costs_of(samples)):
            said = "S IY AH K AE T".split()
            self.assertEqual(word_errors(self.loop, None, "See a cat.", said), (0, 3))
            self.assertEqual(word_errors(self.loop, None, "Sea, log!", said), (2, 2))
            self.assertEqual(word_errors(self.loop, None, "A cat.", ["silence"]), (2, 2))


class Vocabulary(unittest.TestCase):
    def test_has_every_word_that_is_held_out_and_so_many_others(self):
        content = [f"uncommon{i}" for i in range(50)] + ["captain"]
        made, again = (vocabulary_of(content, 10) for _ in range(2))
        self.assertEqual(made, again)
        self.assertEqual(sum(word.startswith("uncommon") for word in made), 10)
        missing = {word for text in held_out_sentences() for word in words_of(text)} - set(made)
        self.assertEqual(missing, set())


if __name__ == "__main__":
    unittest.main()
