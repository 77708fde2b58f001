"""Tests of rounding.py."""

import os
import sys
import unittest

import torch
from torch import nn

sys.path.insert(0, os.path.dirname(__file__))

from rounding import int8_rows, round_model  # noqa: E402


class Rounding(unittest.TestCase):
    def test_rows_take_255_values_and_err_by_half_a_step(self):
        torch.manual_seed(1)
        matrix = torch.randn(4, 8, 40) * torch.tensor([1e-3, 1.0, 30.0, 0.0])[:, None, None]
        rounded = int8_rows(matrix)
        largest = matrix.abs().amax((1, 2), keepdim=True)
        self.assertTrue(((rounded - matrix).abs() <= largest / 254 * 1.001).all())
        self.assertTrue(all(len(row.unique()) <= 255 for row in rounded))
        torch.testing.assert_close(rounded.abs().amax((1, 2), keepdim=True), largest)

    def test_only_matrices_lose_more_than_f16(self):
        torch.manual_seed(1)
        original, model = nn.Linear(50, 3), nn.Linear(50, 3)
        model.load_state_dict(original.state_dict())
        round_model(model, "int8")
        self.assertTrue(torch.equal(model.bias, original.bias.half().float()))
        self.assertFalse(torch.equal(model.weight, original.weight.half().float()))

    def test_f32_keeps_every_bit(self):
        layer = nn.Linear(50, 3)
        weight = layer.weight.clone()
        self.assertTrue(torch.equal(round_model(layer, "f32").weight, weight))
        self.assertFalse(torch.equal(round_model(layer, "f16").weight, weight))


if __name__ == "__main__":
    unittest.main()
