"""Checks that worse weights are refused, and others not."""

import unittest

import numpy as np

from against import changes, refusals


def evaluation(errors, similarity=0.9, lines=60):
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.02, lines)
    speech = {
        "errors": [int(value) for value in rng.poisson(errors, lines)],
        "f0_spread": list(np.exp(noise)),
        "similarity": list(similarity + noise),
    }
    return {"lines": [str(i) for i in range(lines)], "words": [10] * lines, "phones": [30] * lines, "systems": {"teacher": {}, "speech": speech}}


class Against(unittest.TestCase):
    def test_the_same_is_not_refused(self):
        self.assertEqual(refusals(evaluation(2), evaluation(2)), [])

    def test_more_word_errors_are_refused(self):
        told = refusals(evaluation(2), evaluation(4))
        self.assertEqual(len(told), 1)
        self.assertIn("speech: errors is worse by 0.2", told[0])

    def test_more_phone_errors_are_refused(self):
        few, many = evaluation(2), evaluation(2)
        for each, errors in ((few, 1), (many, 4)):
            each["systems"]["speech"]["phone_errors"] = [errors] * 60
        self.assertIn("speech: phone_errors is worse by 0.1", refusals(few, many)[0])
        self.assertEqual(refusals(many, few), [])

    def test_fewer_are_welcome(self):
        self.assertEqual(refusals(evaluation(4), evaluation(2)), [])

    def test_any_row_can_refuse(self):
        self.assertIn("similarity", refusals(evaluation(2), evaluation(2, similarity=0.8))[0])

    def test_a_worse_sound_is_refused_and_a_better_one_is_not(self):
        scores = {"good": [3.5 + 0.01 * (i % 5) for i in range(60)], "bad": [3.3 + 0.01 * (i % 7) for i in range(60)]}
        good, bad = evaluation(2), evaluation(2)
        good["systems"]["speech"]["pesq_like"], bad["systems"]["speech"]["pesq_like"] = scores["good"], scores["bad"]
        self.assertIn("pesq_like is worse by 0.", refusals(good, bad)[0])
        self.assertEqual(refusals(bad, good), [])

    def test_an_older_evaluation_is_compared_in_what_it_has(self):
        new = evaluation(2)
        new["systems"]["speech"]["pesq_like"] = [1.0] * 60
        self.assertEqual({row[1] for row in changes(evaluation(2), new)}, {"errors", "f0_spread", "similarity"})
        self.assertEqual(refusals(evaluation(2), new), [])

    def test_a_flatter_and_a_wilder_pitch_are_both_worse(self):
        for spread in (0.7, 1.4):
            new = evaluation(2)
            new["systems"]["speech"]["f0_spread"] = [spread] * 60
            self.assertIn("f0_spread", refusals(evaluation(2), new)[0])

    def test_what_could_not_be_measured_is_left_out(self):
        new = evaluation(2)
        new["systems"]["speech"]["f0_spread"][3] = float("nan")
        self.assertTrue(all(np.isfinite(row[2:]).all() for row in changes(evaluation(2), new)))

    def test_other_lines_cannot_be_compared(self):
        with self.assertRaisesRegex(ValueError, "same --sentences"):
            changes(evaluation(2), evaluation(2, lines=50))


if __name__ == "__main__":
    unittest.main()
