"""Weights as they are stored: what an export in fewer bits costs is measured on models rounded here (evaluate.py --stored)."""

import torch

STORED = ("f32", "f16", "int8")
MOST = 127


def int8_rows(matrix):
    """`[rows, ...]` rounded to signed bytes times a number a row, as runtime/int8-rows.ts does."""
    rows = matrix.flatten(1)
    largest = rows.abs().amax(1, keepdim=True)
    steps = (rows / largest.clamp(min=torch.finfo(rows.dtype).tiny) * MOST).round()
    return (steps / MOST * largest).reshape(matrix.shape)


@torch.no_grad()
def round_model(model, stored):
    """Rounds the parameters of a model in place: f16 all of them; int8 the matrices and kernels, the others f16."""
    for parameter in model.parameters():
        if stored != "f32":
            parameter.copy_(parameter.half())
        if stored == "int8" and parameter.ndim > 1:
            parameter.copy_(int8_rows(parameter))
    return model
