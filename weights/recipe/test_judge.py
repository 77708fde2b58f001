"""Tests of the judge of voices."""

import os
import sys
import unittest

import torch

sys.path.insert(0, os.path.dirname(__file__))

from config import SAMPLE_RATE_HZ  # noqa: E402
from judge import Judge, voice_difference  # noqa: E402


class VoiceDifference(unittest.TestCase):
    def test_voices_heard_alike_differ_less(self):
        torch.manual_seed(1)
        judge = Judge().eval()
        target = torch.randn(2, SAMPLE_RATE_HZ // 2)
        noise = torch.randn_like(target).cumsum(1)  # a colour of its own
        near, far = (target + level * noise / noise.std() for level in (0.05, 1.0))
        differences = [[float(value) for value in voice_difference(judge, target, made)] for made in (target, near, far)]
        for same, less, more in zip(*differences):
            self.assertAlmostEqual(same, 0, places=6)
            self.assertTrue(same < less < more)


if __name__ == "__main__":
    unittest.main()
