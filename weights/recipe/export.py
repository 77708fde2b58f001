"""Writes a weights folder: manifest, safetensors (f16), ONNX graphs that read them, golden inputs and outputs.

    python3 export.py --data ../../checkpoints/data --vae ../../checkpoints/vae.pt --lm ../../checkpoints/lm.pt \
        --out ../small [--tensors-only]
    python3 export.py --start folder --out ../small              # graphs and goldens for tensors made elsewhere
    python3 export.py --tiny --out ../../test/fixtures/tiny      # random weights, for tests
    python3 export.py --official-tiny --out ../../test/fixtures/official-tiny

Weights are rounded to f16 first and everything else (goldens, graphs) is made from the rounded numbers, so that all
engines run the same model. The format is described in weights/FORMAT.md.
"""

import argparse
import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn

from config import GEOMETRIES, OFFICIAL_TINY, SAMPLE_RATE_HZ, TINY
from encode import LatentCorpus, load_vae
from generate import STOP
from golden import (
    example_inputs,
    make_golden,
    make_gradient_golden,
    make_line_golden,
    make_sentence_golden,
    make_sound_golden,
    warm_state,
)
from graphs import DecoderGraph, EncoderGraph, OfficialDecoderGraph, OfficialEncoderGraph, PrefillGraph, SpeakerGraph, StepGraph
from language_model import LanguageModel, flatten_embeddings, widen_conditioning
from prepare import Corpus
from restore import read_manifest, restore_flat_speech, restore_vae, restored_config, restored_statistics
from rounding import round_to_f16
from safetensors_io import write_safetensors
from symbols import SYMBOLS
from train_graph import TrainGraph
from train_lm import SpeechModel, load_speech_model
from vae import FlowVae
from voices import calibrate, moments, rounded

AUTOENCODER_GRAPHS = {
    "source-filter": DecoderGraph,
    "bigvgan": OfficialDecoderGraph,
    "spectrum": EncoderGraph,
    "waveform": OfficialEncoderGraph,
}

CALIBRATION = ("mean", "cholesky", "components", "audible", "traits", "clear")  # of a manifest's speaker; the rest is sizes
# Weights of the trait run from -scale to scale: (name, scale, bias).
TINY_TRAITS = (("pitch", 0.2, 4.9), ("size", 0.1, -0.05), ("pace", 0.1, 0.0), ("brightness", 0.8, 0.0))


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def camel_keys(value):
    if isinstance(value, dict):
        return {camel(key): camel_keys(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def stored_tensors(*modules):
    """name -> f16 array of all parameters and persistent buffers."""
    tensors = {}
    for module in modules:
        for name, value in module.state_dict().items():
            tensors[name] = value.detach().half().numpy()
    return tensors


def sizes_of(part):
    """An encoder's or decoder's sizes as the manifest has them; parts for the pitch that it lacks are left out."""
    sizes = {"kind": part.kind, **camel_keys(asdict(part))}
    return {name: size for name, size in sizes.items() if size or name not in ("pitch", "pitchHidden")}


def manifest_of(name, config, decoder_state, calibration, temperature):
    lm = camel_keys(asdict(config.language_model))
    late = {"delayLatents": config.decoder.delay_latents, "stateSize": decoder_state}
    breath = {"breath": True} if config.decoder.kind == "source-filter" else {}
    return {
        "format": "kalliope-weights",
        "version": 1,
        "name": name,
        "sampleRateHz": SAMPLE_RATE_HZ,
        "samplesPerLatent": config.samples_per_latent,
        "latentDim": config.latent_dim,
        "languageModel": lm,
        "decoder": {**sizes_of(config.decoder), **late, **breath},
        "encoder": sizes_of(config.encoder),
        "flow": camel_keys(asdict(config.flow)),
        "speaker": {**camel_keys(asdict(config.speaker)), **rounded(calibration)} if config.speaker else None,
        "symbols": SYMBOLS,
        "styles": list(config.styles),
        "stop": STOP,
        "sampling": {"temperature": temperature},
    }


class Model:
    """A trained model rounded to f16, ready to be written. Embeddings become plain tables."""

    def __init__(self, name, config, vae, speech, statistics, calibration):
        """speech has a language_model, and a speaker_encoder where the config has one."""
        self.name, self.config, self.calibration = name, config, calibration
        self.vae, self.lm = vae.eval(), speech.eval().language_model
        self.encoders = {"speaker-encoder": speech.speaker_encoder} if config.speaker else {}
        self.latent_mean, self.latent_std = (torch.as_tensor(value).half().float() for value in statistics)
        flatten_embeddings(self.lm)
        for module in (self.lm, self.vae, *self.encoders.values()):
            round_to_f16(module)

    def tensors(self):
        """File name without ending -> its tensors."""
        latent = {"latent_mean": self.latent_mean.half().numpy(), "latent_std": self.latent_std.half().numpy()}
        return {
            "language-model": stored_tensors(self.lm),
            "decoder": {**stored_tensors(self.vae.decoder), **latent},
            "encoder": {**stored_tensors(self.vae.encoder), **latent},
            **{name: stored_tensors(encoder) for name, encoder in self.encoders.items()},
            "flow": stored_tensors(self.vae.flow),
        }

    def graphs(self):
        """Graph name -> (module, name of the file its weights are in)."""
        latent = self.latent_mean, self.latent_std
        train = {"lm-train": (TrainGraph(self.lm), "language-model")} if self.config.language_model.pointer else {}
        coders = {"decoder": self.vae.decoder, "encoder": self.vae.encoder}
        return {
            "lm-prefill": (PrefillGraph(self.lm), "language-model"),
            "lm-step": (StepGraph(self.lm), "language-model"),
            **train,
            **{name: (AUTOENCODER_GRAPHS[coder.config.kind](coder, *latent), name) for name, coder in coders.items()},
            **{name: (SpeakerGraph(encoder), name) for name, encoder in self.encoders.items()},
        }


def write_graphs(model, stored, out):
    """ONNX files and the golden inputs and outputs of each."""
    from onnx_files import export_graph  # needs the onnx package, which a training machine may lack

    (out / "golden").mkdir(exist_ok=True)
    examples, graphs = example_inputs(model.config), model.graphs()
    examples["decoder"]["state"] = warm_state(graphs["decoder"][0], model.config)
    for name, (graph, part) in graphs.items():
        export_graph(graph, examples[name], out / f"{name}.onnx", f"{part}.safetensors", stored[part])
        make = make_gradient_golden if name == "lm-train" else make_golden
        make(out / "golden" / f"{name}.safetensors", graph, examples[name])


def write_whole_goldens(model, manifest, out):
    """A sentence, spoken; of a model that has no rule of speech, what its parts make of whole sequences."""
    latent = model.latent_mean, model.latent_std
    if model.config.language_model.pointer:
        make_sentence_golden(out / "sentence.safetensors", model.lm, model.vae.decoder, manifest, *latent)
    else:
        make_line_golden(out / "lm-line.safetensors", model.lm, model.config.latent_dim)
        make_sound_golden(out / "sound.safetensors", model.vae.decoder, *latent)


def export(model, out, temperature, tensors_only=False):
    out.mkdir(parents=True, exist_ok=True)
    stored = {part: write_safetensors(out / f"{part}.safetensors", tensors) for part, tensors in model.tensors().items()}
    state_size = model.graphs()["decoder"][0].initial_state().shape[1]
    manifest = manifest_of(model.name, model.config, state_size, model.calibration, temperature)
    if not tensors_only:
        write_graphs(model, stored, out)
        write_whole_goldens(model, manifest, out / "golden")
    made = [path for path in sorted(out.iterdir()) if path.suffix in (".onnx", ".safetensors")]
    manifest["files"] = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in made
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"wrote {out}: {sum(path.stat().st_size for path in made) / 1e6:.1f} MB")


def trained_model(args):
    corpus = Corpus(args.data)
    latents = LatentCorpus(corpus, args.data)
    config, speech = load_speech_model(args.lm)
    if args.styles is not None:
        speech.language_model.keep_styles(args.styles)
        config = replace(config, styles=speech.language_model.styles)
    calibration = calibrate(speech.speaker_encoder, corpus)
    return Model(args.name, config, load_vae(args.vae), speech, (latents.mean, latents.std), calibration)


def restored_model(args):
    """The model of a folder that export wrote, for example with --tensors-only on another machine, to the bit."""
    manifest = read_manifest(args.start)
    config = restored_config(manifest, args.geometry)
    vae, speech = FlowVae(config), SpeechModel(config)
    restore_vae(vae, args.start)
    restore_flat_speech(speech, args.start)
    calibration = {name: value for name, value in manifest["speaker"].items() if name in CALIBRATION}
    return Model(manifest["name"], config, vae, speech, restored_statistics(args.start), calibration)


@torch.no_grad()
def enliven(parameters):
    for parameter in parameters:
        parameter.add_(torch.randn_like(parameter) * 0.05)


def tiny_model():
    """Random weights in the tiny geometry, with scales at which all of the net is alive."""
    torch.manual_seed(7)
    toneless = replace(TINY, encoder=replace(TINY.encoder, pitch=None), decoder=replace(TINY.decoder, pitch_hidden=0))
    first, neutral = FlowVae(toneless), SpeechModel(replace(TINY, styles=()))
    enliven([*first.parameters(), *neutral.parameters()])
    with torch.no_grad():
        first.decoder.output.bias[:-1] -= 4.5
    speech, dim = SpeechModel(TINY), TINY.speaker.dim
    speech.load_state_dict(widen_conditioning(neutral.state_dict(), TINY.styles, ()))
    with torch.no_grad():
        columns = speech.language_model.speaker[0].weight[:, dim:]
        columns.copy_(torch.sin(torch.arange(columns.numel()).reshape(columns.shape).float()))
    vae = FlowVae(TINY)  # its parts for the pitch are drawn last: all else stays what it was before there were any
    vae.load_state_dict(first.state_dict())
    enliven([*vae.encoder.pitch.parameters(), *vae.decoder.pitch.parameters()])
    with torch.no_grad():
        vae.decoder.pitch.output.weight.mul_(0.2)  # what is off in a pitch adds up in the phase
    factor = np.tril(np.full((dim, dim), 0.1)) + 0.4 * np.eye(dim)
    components = [
        {"weight": 0.6, "mean": np.linspace(-0.7, 0.1, dim), "cholesky": factor},
        {"weight": 0.4, "mean": np.linspace(0.55, 0.35, dim), "cholesky": 0.8 * factor},
    ]
    mean, covariance = moments(components)
    calibration = {
        "mean": mean,
        "cholesky": np.linalg.cholesky(covariance),
        "components": components,
        "audible": np.eye(dim)[: dim // 2] * 3,
        "traits": {
            name: {"weights": np.roll(np.linspace(-scale, scale, dim), turn), "bias": bias, "error": 0.05}
            for turn, (name, scale, bias) in enumerate(TINY_TRAITS)
        },
        "clear": [],
    }
    return Model("tiny", TINY, vae, speech, tiny_statistics(TINY), calibration)


def tiny_statistics(config):
    return torch.linspace(-0.5, 0.5, config.latent_dim), torch.linspace(0.5, 1.5, config.latent_dim)


def official_tiny_model():
    """Random weights in the official geometry scaled down. It has no voices: neither speaker encoder nor calibration."""
    torch.manual_seed(7)
    config, speech = OFFICIAL_TINY, nn.Module()
    vae = FlowVae(config)
    speech.language_model = LanguageModel(config.language_model, config.latent_dim, 0)
    with torch.no_grad():
        for parameter in [*vae.parameters(), *speech.parameters()]:
            parameter.add_(torch.randn_like(parameter) * 0.05)
        for module in vae.decoder.modules():  # so that sound is neither still nor at its bounds
            if isinstance(module, (nn.Conv1d, nn.ConvTranspose1d)):
                taps = 2 if isinstance(module, nn.ConvTranspose1d) else module.kernel_size[0]
                module.weight.normal_(0, 0.8 * (module.in_channels * taps) ** -0.5)
                module.bias.mul_(0.3)
    return Model("official-tiny", config, vae, speech, tiny_statistics(config), None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--official-tiny", action="store_true")
    parser.add_argument("--start", help="weights folder to take the model from")
    parser.add_argument("--geometry", default="small", choices=GEOMETRIES)
    parser.add_argument("--data")
    parser.add_argument("--vae")
    parser.add_argument("--lm")
    parser.add_argument("--name", default="small")
    parser.add_argument("--styles", type=lambda names: [name for name in names.split(",") if name], help="only these of the --lm, as a,b,c")
    parser.add_argument("--out", required=True)
    parser.add_argument("--temperature", type=float, default=0.0, help="what the runtime speaks with unless told")
    parser.add_argument("--tensors-only", action="store_true")
    arguments = parser.parse_args()
    if arguments.tiny or arguments.official_tiny:
        model = tiny_model() if arguments.tiny else official_tiny_model()
    else:
        model = restored_model(arguments) if arguments.start else trained_model(arguments)
    export(model, Path(arguments.out), arguments.temperature, arguments.tensors_only)
