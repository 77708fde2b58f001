"""Reads an exported weights folder back into the modules that train, so that a run can go on from shipped weights."""

import json
from pathlib import Path

import torch

from language_model import widen_conditioning
from safetensors_io import read_safetensors


def read_tensors(path):
    return {name: torch.tensor(array).float() for name, array in read_safetensors(path).items()}


def restore_vae(vae, folder):
    """Encoder, decoder and flow of a FlowVae from weights/<name>/."""
    for part in ("encoder", "decoder", "flow"):
        tensors = read_tensors(Path(folder) / f"{part}.safetensors")
        tensors = {name: value for name, value in tensors.items() if not name.startswith("latent_")}
        getattr(vae, part).load_state_dict(tensors)


def restored_styles(folder):
    """The styles that the folder's model knows, in the order of its conditioning."""
    return tuple(json.loads((Path(folder) / "manifest.json").read_text())["styles"])


def restore_speech(speech, folder):
    """Language model and speaker encoder of a SpeechModel, which may know more styles; the trait head, which is not exported,
    stays as it is."""
    tensors = read_tensors(Path(folder) / "language-model.safetensors")
    model = speech.language_model
    tables = {"symbols.": model.symbols, **{f"window.{i}.": part for i, part in enumerate(model.window)}}
    for prefix, embedding in tables.items():
        embedding.restore(tensors.pop(prefix + "weight"))
        tensors |= {prefix + name: value for name, value in embedding.state_dict().items()}
    model.load_state_dict(widen_conditioning(tensors, model.styles, restored_styles(folder)))
    speech.speaker_encoder.load_state_dict(read_tensors(Path(folder) / "speaker-encoder.safetensors"))


def restored_statistics(folder):
    """(mean, standard deviation) per latent dim, f32 numpy, by which the folder's latents are normalised."""
    tensors = read_safetensors(Path(folder) / "decoder.safetensors")
    return tuple(tensors[name].astype("float32") for name in ("latent_mean", "latent_std"))
