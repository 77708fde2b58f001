"""Tests of rounding.py."""

import json
import os
import sys
import unittest
from copy import deepcopy
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, os.path.dirname(__file__))

from rounding import BITS, integer_rows, round_model  # noqa: E402

ROUNDED_ROWS = Path(__file__).parents[2] / "test/fixtures/rounded-rows.json"


class Rounding(unittest.TestCase):
    def test_rows_take_values_of_their_bits_and_err_by_half_a_step(self):
        torch.manual_seed(1)
        matrix = torch.randn(4, 8, 40) * torch.tensor([1e-2, 1.0, 30.0, 0.0])[:, None, None]
        largest = matrix.abs().amax((1, 2), keepdim=True)
        for bits in BITS.values():
            most = 2 ** (bits - 1) - 1
            rounded = integer_rows(matrix, bits).float()
            self.assertTrue(((rounded - matrix).abs() <= largest * (0.5 / most + 1 / 2048)).all())
            self.assertTrue(all(len(row.unique()) <= 2 * most + 1 for row in rounded))
            torch.testing.assert_close(rounded.abs().amax((1, 2), keepdim=True), largest, rtol=1e-3, atol=0)

    def test_rows_are_those_of_the_runtime(self):
        """test/shrink.test.ts asks the same of the runtime."""
        known = json.loads(ROUNDED_ROWS.read_text())
        for stored, bits in BITS.items():
            rounded = integer_rows(torch.tensor(known["rows"]).half(), bits)
            self.assertTrue(torch.equal(rounded, torch.tensor(known[stored]).half()), stored)

    def test_only_matrices_lose_more_than_f16(self):
        torch.manual_seed(1)
        original = nn.Linear(50, 3)
        for stored, bits in BITS.items():
            model = round_model(deepcopy(original), stored)
            self.assertTrue(torch.equal(model.bias, original.bias.half().float()))
            self.assertTrue(torch.equal(model.weight, integer_rows(original.weight.half(), bits).float()))
            self.assertFalse(torch.equal(model.weight, original.weight.half().float()))

    def test_f32_keeps_every_bit(self):
        layer = nn.Linear(50, 3)
        weight = layer.weight.clone()
        self.assertTrue(torch.equal(round_model(layer, "f32").weight, weight))
        self.assertFalse(torch.equal(round_model(layer, "f16").weight, weight))


if __name__ == "__main__":
    unittest.main()
