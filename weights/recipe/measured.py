"""What a measurement is of: the weights of a folder, as a game speaks with them, or checkpoints of a training."""

import json
from pathlib import Path

import torch

from encode import load_vae
from language_model import flatten_embeddings
from restore import read_manifest, restore_flat_speech, restore_vae, restored_config, restored_statistics
from train_lm import SpeechModel, load_speech_model
from vae import FlowVae


def add_model_options(parser):
    parser.add_argument("--weights", default="../small", help="weights folder to measure, unless checkpoints are given")
    parser.add_argument("--vae", help="checkpoint instead of --weights")
    parser.add_argument("--lm", help="checkpoint beside --vae")
    parser.add_argument("--data", default="../../checkpoints/data", help="corpus by whose latents' statistics checkpoints were trained")


def measured_models(args):
    """(Flow-VAE, speech model, latent mean, latent std) of --weights, or of --vae and --lm. Without --lm only the first is not None."""
    if not args.vae:
        return load_weights(args.weights)[1]
    return load_models(args.vae, args.lm, args.data) if args.lm else (load_vae(args.vae), None, None, None)


def measured_files(args):
    """The files that the models are read from; the manifest of a folder has the hashes of the others."""
    return [args.vae, args.lm, Path(args.data) / "latents.json"] if args.vae else [Path(args.weights) / "manifest.json"]


def load_weights(folder):
    """(manifest, models as measured_models gives them) of a weights folder."""
    manifest = read_manifest(folder)
    config = restored_config(manifest, manifest["name"])
    vae, speech = FlowVae(config).eval(), SpeechModel(config).eval()
    restore_vae(vae, folder)
    restore_flat_speech(speech, folder)
    return manifest, (vae, speech, *map(torch.from_numpy, restored_statistics(folder)))


def load_models(vae, lm, data):
    """As measured_models gives them, of two checkpoints and the corpus that the language model learned from."""
    statistics = json.loads((Path(data) / "latents.json").read_text())
    speech = load_speech_model(lm)[1]
    flatten_embeddings(speech.language_model)
    return load_vae(vae), speech, *(torch.tensor(statistics[name]) for name in ("mean", "std"))
