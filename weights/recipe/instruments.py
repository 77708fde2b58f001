"""The networks that listen, one safetensors file each: two measure (evaluate.py and its like), two others guide trainings.

They lie in the repository, so that figures of different days can be compared and a training can go on anywhere. What is trained by
a network is not measured by it. judge.py and recogniser.py made them.
"""

from pathlib import Path

import numpy as np
import torch

from safetensors_io import read_safetensors, write_safetensors

FOLDER = Path(__file__).parent / "instruments"
JUDGE, RECOGNISER = FOLDER / "judge.safetensors", FOLDER / "recogniser.safetensors"
TRAINING_JUDGE, TRAINING_RECOGNISER = FOLDER / "training-judge.safetensors", FOLDER / "training-recogniser.safetensors"
UNSTORED = "num_batches_tracked"  # of batch norm, which only counts


def write_instrument(model, path):
    """Matrices and kernels as f16, vectors as f32."""
    tensors = {name: value.numpy() for name, value in model.state_dict().items() if not name.endswith(UNSTORED)}
    write_safetensors(path, {name: value.astype(np.float16) if value.ndim > 1 else value for name, value in tensors.items()})


def read_instrument(model, path, device="cpu"):
    """The model with the weights of a file, for listening only. Raises FileNotFoundError, and RuntimeError for another network's file."""
    counts = {name: value for name, value in model.state_dict().items() if name.endswith(UNSTORED)}
    model.load_state_dict(counts | {name: torch.tensor(value).float() for name, value in read_safetensors(path).items()})
    return model.to(device).eval().requires_grad_(False)
