"""Where seeds draw their voices from, and what is measured of them.

    python3 -m unittest test_seeds
"""

import math
import unittest
from unittest import mock

import numpy as np
import torch

import noise
from config import SAMPLE_RATE_HZ, TINY
from generate import speak
from prepare import VOICE_SHARE, make_speaker
from recogniser import CLASSES, Recogniser, cheapest_path, edit_distance, frame_classes, heard_difference, phones_of
from seed_speech import Seed, draw_seeds, fit_twins, random_numbers, speak_together, twin_of
from seeds import LINES, POOL, UNITS, clarity_rows, far_rows, lines_of, mean_pitch, points_above, rank_correlation, seed_similarities, spoken_pace, usual_errors
from train_lm import SpeechModel
from voices import CLEAR, calibrate, moments, rounded


def heard(**measures):
    """What is kept of a line of 20 phones and 5 words."""
    return {"errors": 0, "phones": 20, "word_errors": 0, "words": 5, "seconds": 1.0, "voiced": 0, "hertz": 0.0, **measures}


class Mixture(unittest.TestCase):
    def test_seeds_draw_from_every_component_by_its_weight(self):
        components = [
            {"weight": 0.3, "mean": np.zeros(6), "cholesky": np.eye(6)},
            {"weight": 0.7, "mean": np.full(6, 9.0), "cholesky": 0.5 * np.eye(6)},
        ]
        latents = np.array([noise.speaker_latent(seed, {"components": components, "traits": {}, "clear": []}) for seed in range(3000)])
        first = latents.mean(1) < 4.5
        self.assertAlmostEqual(first.mean(), 0.3, delta=0.03)
        self.assertAlmostEqual(latents[~first].mean(), 9, delta=0.03)
        self.assertAlmostEqual(latents[~first].std(), 0.5, delta=0.02)
        self.assertEqual([noise.component_of(seed, components) for seed in range(3000)], [int(not low) for low in first])
        mean, covariance = moments(components)
        np.testing.assert_allclose(latents.mean(0), mean, atol=0.3)
        np.testing.assert_allclose(np.cov(latents.T), covariance, atol=1.0)


    def test_seeds_draw_again_until_their_voice_is_clear(self):
        components = [{"weight": 1.0, "mean": np.zeros(6), "cholesky": np.eye(6)}]
        traits = {"size": {"weights": [0, 0, 2.0, 0, 0, 0], "bias": 1.0}}
        free, bound = ({"components": components, "traits": traits, "clear": clear} for clear in ([], [{"trait": "size", "low": 0.5, "high": 2.0}]))
        drawn, bounded = (np.array([noise.speaker_latent(seed, space) for seed in range(500)]) for space in (free, bound))
        clear = (drawn[:, 2] >= -0.25) & (drawn[:, 2] <= 0.5)
        self.assertGreater(clear.sum(), 100)
        np.testing.assert_array_equal(bounded[clear], drawn[clear])
        self.assertTrue(((bounded[:, 2] >= -0.25) & (bounded[:, 2] <= 0.5)).mean() > 0.98)
        self.assertLess(abs(np.corrcoef(bounded[~clear, 3], drawn[~clear, 3])[0, 1]), 0.15)


class Voices(unittest.TestCase):
    """Calibration of a made-up encoder that hears the settings of speakers and nothing else."""

    def setUp(self):
        self.corpus = mock.Mock()
        self.corpus.speakers = [make_speaker(index) for index in range(200)]
        self.corpus.utterances = [
            {"speaker": index % 200, "symbols": ["<s>", "|AH0", "."], "length": SAMPLE_RATE_HZ} for index in range(400)
        ]
        self.corpus.utterances += [{**self.corpus.utterances[0], "style": "whisper", "intensity": 1.0}]
        self.corpus.neutral.return_value = range(400)
        self.corpus.samples.side_effect = lambda index: np.full(SAMPLE_RATE_HZ, index, np.int16)

    def encode(self, samples):
        index = int(round(float(samples[0, 0]) * 32768))
        self.assertLess(index, 400, "a styled utterance says nothing of the speaker's own voice")
        speaker = self.corpus.speakers[index % 200]
        voice = list(VOICE_SHARE).index(speaker["voice"])
        settings = math.log(speaker["vocal_tract"]), math.log(speaker["pitch"]), math.log(speaker["stretch"]), speaker["tilt"]
        mean = torch.tensor([*np.eye(4)[voice] * 2, *settings], dtype=torch.float32)
        return mean[None], torch.full((1, len(mean)), -3.0)

    def test_calibration_has_a_component_for_each_voice_of_seeds(self):
        made = calibrate(self.encode, self.corpus, 400)
        self.assertEqual(len(made["components"]), len(VOICE_SHARE))
        self.assertAlmostEqual(sum(component["weight"] for component in made["components"]), 1)
        for index, component in enumerate(made["components"]):
            np.testing.assert_allclose(component["mean"][:4], np.eye(4)[index] * 2, atol=1e-6)
            self.assertLess(component["cholesky"][index, index], 0.05)
        np.testing.assert_allclose(np.tril(made["cholesky"]), made["cholesky"])
        self.assertLess(made["traits"]["pitch"]["error"], 0.02)

    def test_twin_has_the_settings_that_the_latent_tells_of(self):
        twins = fit_twins(self.encode, self.corpus)
        for index, speaker in enumerate(self.corpus.speakers):
            latent = self.encode(torch.full((1, 1), index / 32768))[0][0].numpy()
            twin = twin_of(Seed(index, latent, list(VOICE_SHARE).index(speaker["voice"])), twins)
            self.assertEqual(twin["voice"], speaker["voice"])
            for name in ("vocal_tract", "pitch", "stretch", "tilt"):
                self.assertAlmostEqual(twin[name], speaker[name], delta=0.1)

    def test_rounding_reaches_into_components(self):
        made = rounded({"components": [{"weight": 1 / 3, "mean": np.array([2 / 3])}], "mean": [1 / 3], "clear": CLEAR})
        self.assertEqual(made, {"components": [{"weight": 0.333333, "mean": [0.666667]}], "mean": [0.333333], "clear": CLEAR})


class SeedMeasures(unittest.TestCase):
    def test_path_resists_single_frames_and_follows_longer_ones(self):
        for frames, expected in ((1, [0] * 8), (3, [0, 0, 0, 1, 1, 1, 0, 0])):
            costs = np.tile([0.0, 1.0, 1.0], (8, 1))
            costs[3 : 3 + frames] = [1.5, 0.0, 1.5]
            self.assertEqual(cheapest_path(costs, 1.5), expected)

    def test_signals_heard_alike_differ_less(self):
        torch.manual_seed(1)
        recogniser = Recogniser().eval()
        target = torch.randn(1, SAMPLE_RATE_HZ // 2)
        near, far = (target + level * torch.randn_like(target) for level in (0.05, 1.0))
        differences = [[float(value) for value in heard_difference(recogniser, target, made)] for made in (target, near, far)]
        self.assertEqual(differences[0], [0, 0])
        for same, less, more in zip(*differences):
            self.assertTrue(same < less < more)

    def test_phones_are_counted_without_stress_words_and_silences(self):
        self.assertEqual(phones_of("<s> |HH AH0 L OW1 , |Y UW1 ?".split()), "HH AH L OW Y UW".split())
        self.assertEqual(edit_distance("HH AH L OW".split(), "HH L OW W".split()), 2)

    def test_frames_are_named_by_their_middles(self):
        utterance = {"symbols": ["<s>", "|AH0", "B", "."], "ends": [0.06, 0.1, 0.2, 0.3]}
        names = [CLASSES[name] for name in frame_classes(utterance, 0, 16)]
        self.assertEqual(names, ["silence"] * 3 + ["AH"] * 2 + ["B"] * 5 + ["silence"] * 6)

    def test_every_line_of_the_pool_is_said_equally_often(self):
        said = [line for seed in range(80) for line in lines_of(seed)]
        self.assertEqual(set(np.bincount(said, minlength=POOL)), {80 * LINES // POOL})
        self.assertTrue(all(len(set(lines_of(seed))) == LINES for seed in range(80)))

    def test_voices_together_say_what_each_says_alone(self):
        torch.manual_seed(3)
        model = SpeechModel(TINY).eval().language_model
        speakers, symbols = torch.randn(3, TINY.speaker.dim), "<s> |HH AH0 L OW1 , |Y UW1 ?".split()
        for speaker, together in zip(speakers, speak_together(model, symbols, speakers)):
            torch.testing.assert_close(together, speak(model, symbols, speaker)[0], atol=1e-4, rtol=1e-4)

    def test_random_numbers_are_of_64_bits_and_stay(self):
        numbers = random_numbers(20)
        self.assertEqual(numbers[:5], random_numbers(5))
        self.assertTrue(all(0 <= number < 2**64 for number in numbers))
        self.assertGreater(max(numbers), 2**63)

    def test_seeds_are_drawn_as_the_manifest_has_them(self):
        components = [{"weight": 0.5, "mean": np.full(6, mean), "cholesky": 0.1 * np.eye(6)} for mean in (0.0, 9.0)]
        seeds = draw_seeds(random_numbers(30), {"components": components, "traits": {}, "clear": []})
        for seed in seeds:
            self.assertEqual((seed.component, seed.voice), (round(seed.latent.mean() / 9), list(VOICE_SHARE)[seed.component]))
        self.assertEqual({seed.component for seed in seeds}, {0, 1})

    def test_similarities_tell_one_seed_from_two(self):
        embeddings = np.eye(3)[:, None, :].repeat(2, 1)
        same, different = seed_similarities(embeddings)
        self.assertEqual((len(same), same.mean()), (3, 1))
        self.assertEqual((len(different), different.mean()), (12, 0))

    def test_errors_are_compared_with_what_is_usual_on_the_same_lines(self):
        easy, hard = heard(errors=1), heard(errors=5)
        all_said = [{0: easy}, {0: easy}, {1: hard}, {1: hard}]
        usual = usual_errors(all_said)
        self.assertEqual([points_above(said, usual) for said in all_said], [0, 0, 0, 0])
        self.assertAlmostEqual(points_above({0: easy, 1: heard(errors=11)}, usual), 100 * 6 / 40)
        usual = usual_errors([{0: heard(word_errors=1)}, {0: heard(word_errors=2)}], "word")
        self.assertAlmostEqual(points_above({0: heard(word_errors=4)}, usual, "word"), 100 * 2.5 / 5)

    def test_seeds_are_near_the_mean_or_named_with_their_twins(self):
        seeds = [Seed(number, np.zeros(2), number % 2) for number in range(10)]
        said = [{0: heard(errors=1, word_errors=3)}, *[{0: heard(errors=1)}] * 8, {0: heard(errors=8, word_errors=4)}]
        twins = [{0: heard(errors=2)}] * 4
        usual = {unit: usual_errors(said, unit) for unit in UNITS}
        rows = {name: (cell, against) for name, cell, against in clarity_rows("phone", seeds, said, said, twins, usual["phone"])}
        self.assertTrue(rows["seeds at most 10 points above the mean, phones"][0].startswith("90.0 % ("))
        self.assertEqual(rows["phone error rate, mean (median)"], ("8.5 % (5.0 %)", "twins 10.0 % (10.0 %)"))
        self.assertEqual(rows["5 seeds near rms"], ("12.0 %, 80.0 % near", "twins 10.0 %"))
        rows = {name: cell for name, cell, _ in clarity_rows("word", seeds, said, said, twins, usual["word"])}
        self.assertTrue(rows["seeds at most 10 points above the mean, words"].startswith("80.0 % ("))
        kept = mock.Mock(of=lambda who, seed, lines: {0: heard(errors=4)})
        traits = {"size": {"weights": [1.0, 0.0], "bias": 0.25}}
        far = [*far_rows(seeds, said, usual, traits, kept)]
        self.assertEqual(far[0][:2] + far[0][3:], ("0", "slt", "5.0 %, 60.0 %", "-3.5, 46.0", "20.0 %, 0.0 %"))
        self.assertEqual(far[1], ("9", "rms", "0.25", "40.0 %, 80.0 %", "31.5, 66.0", "20.0 %, 0.0 %"))

    def test_pitch_and_pace_are_of_the_whole_of_a_voice(self):
        said = {0: heard(voiced=30, hertz=3000.0), 1: heard(voiced=10, hertz=2000.0)}
        self.assertAlmostEqual(mean_pitch(said), math.log(125))
        self.assertTrue(math.isnan(mean_pitch({0: heard(voiced=0, hertz=0.0)})))
        paces = spoken_pace([{0: heard(seconds=2.0), 1: heard(seconds=1.0)}, {0: heard(seconds=4.0), 1: heard(seconds=2.0)}, {1: heard(seconds=math.sqrt(2))}])
        np.testing.assert_allclose(paces, [math.log(2) / 2, -math.log(2) / 2, 0], atol=1e-12)

    def test_ranks(self):
        values = np.array([0.1, 5, 2, 30])
        self.assertAlmostEqual(rank_correlation(values, values**3), 1)
        self.assertAlmostEqual(rank_correlation(values, -values), -1)


if __name__ == "__main__":
    unittest.main()
