"""What evaluate.py does with several draws of a resynthesis."""

import sys
import unittest
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))

from config import SAMPLES_PER_LATENT, TINY  # noqa: E402
from evaluate import as_json, mean_measures, resynthesise  # noqa: E402
from vae import FlowVae  # noqa: E402


class Draws(unittest.TestCase):
    def test_resynthesis_is_another_with_every_draw(self):
        torch.manual_seed(0)
        vae, teacher = FlowVae(TINY).eval(), np.zeros(4 * SAMPLES_PER_LATENT, np.int16)
        first, second = (resynthesise(vae, teacher) for _ in range(2))
        self.assertEqual(first.shape, teacher.shape)
        self.assertGreater(np.abs(first - second).max(), 0)
        np.testing.assert_array_equal(*(resynthesise(vae, teacher, sampled=False) for _ in range(2)))

    def test_measures_are_means_over_the_draws_of_every_item(self):
        draws = [{"errors": np.array([0, 2]), "words": np.array([4, 5])}, {"errors": np.array([1, 2]), "words": np.array([4, 5])}]
        mean = mean_measures(draws)
        self.assertEqual({name: values.tolist() for name, values in mean.items()}, {"errors": [0.5, 2.0], "words": [4.0, 5.0]})

    def test_one_draw_is_itself_and_a_pitch_that_was_not_found_stays_unknown(self):
        mean = mean_measures([{"f0_error": np.array([0.5, np.nan])}])
        np.testing.assert_array_equal(mean["f0_error"], [0.5, np.nan])

    def test_counts_of_the_teacher_are_kept(self):
        teacher = {"errors": np.array([1]), "words": np.array([7]), "phones": np.array([20])}
        kept = as_json([{"text": "who goes there"}], {"teacher": mean_measures([teacher])})
        self.assertEqual((kept["words"], kept["phones"], kept["lines"]), ([7], [20], ["who goes there"]))


if __name__ == "__main__":
    unittest.main()
