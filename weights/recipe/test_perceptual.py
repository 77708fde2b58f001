"""Checks of the PESQ-like score on signals whose order is known.

    python3 -m unittest test_perceptual
"""

import unittest

import numpy as np

from config import SAMPLE_RATE_HZ
from perceptual import (
    BANDS,
    BARK_RANGE,
    WINDOW,
    band_powers,
    band_shares,
    frame_disturbances,
    over_time,
    pesq_like,
    relative_loudness,
    sones,
    threshold,
    through_transfer,
    without_gain,
)
from prepare import run_flite

SPEAKER = {"voice": "slt", "vocal_tract": 1.0, "pitch": 1.0, "stretch": 1.0}
BEST = 4.644


def tone(hertz, power, seconds=0.5):
    return np.sqrt(2 * power) * np.sin(2 * np.pi * hertz / SAMPLE_RATE_HZ * np.arange(int(seconds * SAMPLE_RATE_HZ)))


class Score(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.speech = run_flite("The old bridge fell into the river last night.", SPEAKER)[0]
        cls.noise = np.random.default_rng(0).normal(0, 1, len(cls.speech)) * cls.speech.std()

    def noisy(self, decibels):
        return self.speech + 10 ** (-decibels / 20) * self.noise

    def test_the_same_is_the_best(self):
        self.assertAlmostEqual(pesq_like(self.speech, self.speech), BEST, places=3)

    def test_it_falls_with_noise(self):
        scores = [pesq_like(self.speech, self.noisy(decibels)) for decibels in (30, 20, 10, 0)]
        self.assertTrue(all(more > less for more, less in zip([BEST, *scores], scores)), scores)
        self.assertGreater(scores[0], 1.8)
        self.assertLess(scores[-1], 1.1)

    def test_it_does_not_see_the_level(self):
        for gain in (0.5, 2):
            self.assertAlmostEqual(pesq_like(self.speech, gain * self.noisy(30)), pesq_like(self.speech, self.noisy(30)), delta=0.05)

    def test_a_telephone_lies_between(self):
        spectrum = np.fft.rfft(self.speech)
        spectrum[np.fft.rfftfreq(len(self.speech), 1 / SAMPLE_RATE_HZ) > 3400] = 0
        telephone = pesq_like(self.speech, np.fft.irfft(spectrum, len(self.speech)))
        self.assertTrue(pesq_like(self.speech, self.noisy(30)) < telephone < BEST - 0.2, telephone)

    def test_a_sample_of_delay_hardly_matters(self):
        self.assertGreater(pesq_like(self.speech[1:], self.speech[:-1]), BEST - 0.05)
        self.assertLess(pesq_like(self.speech[WINDOW:], self.speech[:-WINDOW]), BEST - 1)

    def test_what_is_added_disturbs_more_than_what_is_missing(self):
        more = self.speech + tone(2500, (0.1 * self.speech.std()) ** 2, 60)[: len(self.speech)]
        self.assertLess(pesq_like(self.speech, more), pesq_like(more, self.speech) - 0.2)

    def test_silence_has_a_score(self):
        silence = np.zeros(len(self.speech))
        self.assertAlmostEqual(pesq_like(silence, silence), BEST, places=3)
        for pair in ((silence, self.speech), (self.speech, silence)):
            self.assertTrue(1 <= pesq_like(*pair) < 2)

    def test_the_longer_is_cut_and_less_than_a_frame_has_no_score(self):
        self.assertAlmostEqual(pesq_like(self.speech, np.pad(self.speech, (0, 3000))), BEST, places=3)
        self.assertTrue(np.isnan(pesq_like(self.speech, self.speech[: WINDOW - 1])))
        self.assertAlmostEqual(pesq_like(self.speech, self.speech[:WINDOW]), BEST, places=3)


class Parts(unittest.TestCase):
    def test_every_bin_is_shared_out_among_the_bands(self):
        shares = band_shares()
        self.assertEqual(shares.shape, (BANDS, WINDOW // 2 + 1))
        hertz = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE_HZ)
        np.testing.assert_allclose(shares.sum(0)[hertz > 70], 1)
        self.assertEqual(shares[:, 0].sum(), 0)
        self.assertTrue((shares.sum(1) > 0.5).all(), "a band without a bin would hear nothing")

    def test_bands_keep_the_power_of_a_tone(self):
        for hertz in (300, 1000, 5000):
            np.testing.assert_allclose(band_powers(tone(hertz, 7.0)).sum(1), 7, rtol=0.01)

    def test_a_tone_of_40_decibels_has_one_sone_and_10_decibels_more_about_two(self):
        loudness = [sones() * relative_loudness(band_powers(tone(1000, power))).mean() * np.ptp(BARK_RANGE) for power in (1e4, 1e5)]
        self.assertAlmostEqual(loudness[0], 1, delta=0.05)
        self.assertAlmostEqual(loudness[1], 2, delta=0.3)

    def test_nothing_is_heard_under_the_threshold(self):
        self.assertEqual(relative_loudness(threshold()).max(), 0)
        self.assertGreater(relative_loudness(2 * threshold()).min(), 0)
        decibels = 10 * np.log10(threshold())
        self.assertTrue(20 < decibels[0] < 45 and -6 < decibels.min() < 0)

    def test_a_transfer_function_is_forgiven_up_to_20_decibels(self):
        reference, gains = np.full((10, BANDS), 1e8), np.ones(BANDS)
        gains[[10, 20]] = 0.2, 1e-4
        moved = through_transfer(reference, reference * gains)[0] / 1e8
        self.assertAlmostEqual(moved[10], 0.2, places=3)
        self.assertAlmostEqual(moved[20], 0.01)
        self.assertEqual(moved[0], 1)

    def test_a_gain_is_forgiven_slowly(self):
        reference, other = np.full((20, BANDS), 1e6), np.full((20, BANDS), 1e6)
        other[10:] *= 0.5
        moved = without_gain(reference, other).mean(1) / 1e6
        np.testing.assert_allclose(moved[:10], 1)
        self.assertAlmostEqual(moved[10], 0.9, places=3)
        self.assertAlmostEqual(moved[-1], 1, places=3)

    def test_a_burst_disturbs_more_than_the_same_spread_out(self):
        burst = np.zeros(200)
        burst[100:110] = 10.0
        self.assertGreater(over_time(burst), 3 * over_time(np.full(200, 0.5)))
        self.assertAlmostEqual(over_time(np.full(200, 0.5)), 0.5)
        self.assertAlmostEqual(over_time(np.full(3, 0.5)), 0.5)

    def test_split_seconds_overlap_by_half(self):
        click = np.zeros(40)
        click[0] = 10.0
        self.assertAlmostEqual(over_time(click), 10 * 20 ** (-1 / 6) / np.sqrt(3))

    def test_a_band_that_comes_disturbs_asymmetrically_and_one_that_goes_does_not(self):
        less, more = np.full((50, BANDS), 1e5), np.full((50, BANDS), 1e5)
        more[20, 10] = 1e6
        for pair, is_heard in (((less, more), True), ((more, less), False)):
            symmetric, asymmetric = frame_disturbances(*pair)
            self.assertGreater(symmetric[20], 0.5)
            self.assertEqual(asymmetric[20] > 0.5, is_heard)
            self.assertEqual((symmetric[40], asymmetric[40]), (0, 0))


if __name__ == "__main__":
    unittest.main()
