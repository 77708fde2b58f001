"""Weights as they are stored: what an export in fewer bits costs is measured on models rounded here (evaluate.py --stored)."""

import torch

BITS = {f"int{bits}": bits for bits in (8, 7, 6, 5)}
STORED = ("f32", "f16", *BITS)


def integer_rows(matrix, bits):
    """`[rows, ...]` f16 rounded to whole numbers of so many bits times a number a row, bit for bit as runtime/int8-rows.ts does."""
    rows = matrix.double().flatten(1)
    largest = rows.abs().amax(1, keepdim=True)
    most = torch.full_like(largest, 2 ** (bits - 1) - 1)  # not a plain number: torch rounds its quotients otherwise
    factor = torch.where(largest == 0, largest, most / largest)
    steps = (rows * factor + 0.5).floor()
    return (steps / most * largest).float().half().reshape(matrix.shape)


def round_to_f16(module):
    """Every stored tensor becomes a number f16 can hold; windows and bases that are computed stay as they are."""
    for value in module.state_dict().values():
        if value.is_floating_point():
            value.data.copy_(value.data.half().float())


@torch.no_grad()
def round_model(model, stored):
    """Rounds a model in place: f16 all of them; int8 and fewer bits the matrices and kernels, the others f16."""
    if stored != "f32":
        round_to_f16(model)
    for parameter in model.parameters():
        if stored in BITS and parameter.ndim > 1:
            parameter.copy_(integer_rows(parameter, BITS[stored]))
    return model
