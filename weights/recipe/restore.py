"""Reads an exported weights folder back into the modules that train, so that a run can go on from shipped weights."""

import json
from dataclasses import replace
from pathlib import Path

import torch

from config import GEOMETRIES
from language_model import flatten_embeddings, widen_conditioning
from safetensors_io import read_safetensors


def read_tensors(path):
    return {name: torch.tensor(array).float() for name, array in read_safetensors(path).items()}


def read_manifest(folder):
    return json.loads((Path(folder) / "manifest.json").read_text())


def restored_config(manifest, geometry):
    """The geometry of that name with what the manifest's model has of it: its styles, and parts for the pitch or none."""
    config = replace(GEOMETRIES[geometry], styles=tuple(manifest["styles"]))
    if "pitch" not in manifest["encoder"]:
        config = replace(config, encoder=replace(config.encoder, pitch=None))
    if "pitchHidden" not in manifest["decoder"]:
        config = replace(config, decoder=replace(config.decoder, pitch_hidden=0))
    return config


def restore_vae(vae, folder):
    """Encoder, decoder and flow of a FlowVae from weights/<name>/."""
    for part in ("encoder", "decoder", "flow"):
        tensors = read_tensors(Path(folder) / f"{part}.safetensors")
        tensors = {name: value for name, value in tensors.items() if not name.startswith("latent_")}
        getattr(vae, part).load_state_dict(tensors)


def restore_flat_speech(speech, folder):
    """Language model and speaker encoder of a SpeechModel of the folder's own config, as they are stored: symbols are plain tables."""
    flatten_embeddings(speech.language_model)
    speech.language_model.load_state_dict(read_tensors(Path(folder) / "language-model.safetensors"))
    speech.speaker_encoder.load_state_dict(read_tensors(Path(folder) / "speaker-encoder.safetensors"))


def restore_speech(speech, folder):
    """Language model and speaker encoder of a SpeechModel to train on, which may know more styles; the trait head, which is not
    exported, stays as it is."""
    tensors = read_tensors(Path(folder) / "language-model.safetensors")
    model = speech.language_model
    tables = {"symbols.": model.symbols, **{f"window.{i}.": part for i, part in enumerate(model.window)}}
    for prefix, embedding in tables.items():
        embedding.restore(tensors.pop(prefix + "weight"))
        tensors |= {prefix + name: value for name, value in embedding.state_dict().items()}
    model.load_state_dict(widen_conditioning(tensors, model.styles, read_manifest(folder)["styles"]))
    speech.speaker_encoder.load_state_dict(read_tensors(Path(folder) / "speaker-encoder.safetensors"))


def restored_statistics(folder):
    """(mean, standard deviation) per latent dim, f32 numpy, by which the folder's latents are normalised."""
    tensors = read_safetensors(Path(folder) / "decoder.safetensors")
    return tuple(tensors[name].astype("float32") for name in ("latent_mean", "latent_std"))
