"""Checks of ESTOI on signals whose order is known."""

import unittest

import numpy as np

from config import SAMPLE_RATE_HZ
from intelligibility import estoi, resampled
from prepare import run_flite

SPEAKER = {"voice": "slt", "vocal_tract": 1.0, "pitch": 1.0, "stretch": 1.0}


class Estoi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.speech = run_flite("The old bridge fell into the river last night.", SPEAKER)[0]
        cls.noise = np.random.default_rng(0).normal(0, 1, len(cls.speech)) * cls.speech.std()

    def test_the_same_is_one(self):
        self.assertAlmostEqual(estoi(self.speech, self.speech), 1, places=6)

    def test_it_does_not_see_the_level(self):
        self.assertAlmostEqual(estoi(self.speech, 0.1 * self.speech), 1, places=6)

    def test_it_falls_with_noise(self):
        scores = [estoi(self.speech, self.speech + gain * self.noise) for gain in (0.1, 0.3, 1, 3)]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertGreater(scores[0], 0.85)
        self.assertLess(scores[-1], 0.35)

    def test_other_speech_is_near_nothing(self):
        other = run_flite("Nobody here has seen a stranger with a red cap.", SPEAKER)[0]
        self.assertLess(estoi(self.speech, other), 0.25)

    def test_too_little_speech_has_no_score(self):
        self.assertTrue(np.isnan(estoi(self.speech[:1000], self.speech[:1000])))

    def test_resampling_keeps_a_tone(self):
        seconds = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
        tone = resampled(np.sin(2 * np.pi * 440 * seconds))
        wanted = np.sin(2 * np.pi * 440 * np.arange(10_000) / 10_000)
        self.assertLess(np.abs(tone - wanted)[100:-100].max(), 1e-6)


if __name__ == "__main__":
    unittest.main()
