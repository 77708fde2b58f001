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


def round_to_f16(module):
    """Every stored tensor becomes a number f16 can hold; windows and bases that are computed stay as they are."""
    for value in module.state_dict().values():
        if value.is_floating_point():
            value.data.copy_(value.data.half().float())


@torch.no_grad()
def round_model(model, stored):
    """Rounds a model in place: f16 all of them; int8 the matrices and kernels, the others f16."""
    if stored != "f32":
        round_to_f16(model)
    for parameter in model.parameters():
        if stored == "int8" and parameter.ndim > 1:
            parameter.copy_(int8_rows(parameter))
    return model
