"""Writes a weights folder: manifest, safetensors (f16), ONNX graphs that read them, golden inputs and outputs.

    python3 export.py --data ../../checkpoints/data --vae ../../checkpoints/vae.pt --lm ../../checkpoints/lm.pt \
        --out ../small
    python3 export.py --tiny --out ../../test/fixtures/tiny      # random weights, for tests

Weights are rounded to f16 first and everything else (goldens, graphs) is made from the rounded numbers, so that all
engines run the same model. The format is described in weights/FORMAT.md.
"""

import argparse
import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn as nn

import noise
from config import GEOMETRIES, SAMPLE_RATE_HZ, SAMPLES_PER_LATENT, TINY
from encode import LatentCorpus, load_vae
from generate import STOP, decode, speak
from graphs import DecoderGraph, EncoderGraph, PrefillGraph, SpeakerGraph, StepGraph
from prepare import HELD_OUT_SPEAKERS, SPEAKERS, Corpus
from safetensors_io import write_safetensors
from symbols import SYMBOLS
from train_lm import SpeechModel
from training import load_checkpoint
from vae import FlowVae

OPSET = 17
CALIBRATION_UTTERANCES = 3000
GOLDEN_SYMBOLS = "<s> |HH AH0 L OW1 , |T R AE1 V AH0 L ER0 !".split()
GOLDEN_SEED, GOLDEN_TEMPERATURE = 42, 0.3


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def camel_keys(value):
    if isinstance(value, dict):
        return {camel(key): camel_keys(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def round_to_f16(module):
    """Every parameter and stored buffer becomes a number f16 can hold."""
    for value in [*module.parameters(), *module.buffers()]:
        if value.is_floating_point():
            value.data.copy_(value.data.half().float())


def flatten_embeddings(model):
    """Replaces factored symbol embeddings by plain tables [symbols, dim], as they are exported."""
    model.symbols = nn.Embedding.from_pretrained(model.symbols.flat().detach(), freeze=False)
    if model.config.pointer:
        tables = [nn.Embedding.from_pretrained(part.flat().detach(), freeze=False) for part in model.window]
        model.window = nn.ModuleList(tables)


def calibrate(speaker_encoder, corpus, count):
    """Mean [S] and Cholesky factor [S, S] of the aggregate posterior of the speaker latent over the corpus."""
    rng = np.random.default_rng(0)
    means, variances = [], []
    with torch.no_grad():
        for index in rng.choice(len(corpus.utterances), min(count, len(corpus.utterances)), replace=False):
            samples = corpus.samples(int(index)).astype(np.float32) / 32768
            samples = np.resize(samples, max(len(samples), SAMPLE_RATE_HZ))
            mean, log_scale = speaker_encoder(torch.from_numpy(samples)[None])
            means.append(mean[0].numpy().astype(np.float64))
            variances.append(np.exp(2 * log_scale[0].numpy().astype(np.float64)))
    means = np.array(means)
    covariance = np.cov(means.T) + np.diag(np.mean(variances, 0))
    return means.mean(0), np.linalg.cholesky(covariance)


def export_graph(graph, example, path, weights_name, stored):
    """ONNX file whose initialisers stand in the safetensors file: f16 external data followed by a Cast."""
    graph.eval()
    for module in graph.modules():  # so that computed tables stay initialisers and are not folded into constants
        module._non_persistent_buffers_set.clear()
    torch.onnx.export(
        graph,
        tuple(example[name] for name in graph.inputs),
        str(path),
        input_names=list(graph.inputs),
        output_names=list(graph.outputs),
        dynamic_axes=graph.dynamic,
        opset_version=OPSET,
        do_constant_folding=False,
    )
    model = onnx.load(str(path))
    casts = []
    for tensor in model.graph.initializer:
        name = tensor.name[len("model.") :] if tensor.name.startswith("model.") else tensor.name
        if name in stored:
            casts.append(move_outside(tensor, stored[name], weights_name))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
    path.write_bytes(model.SerializeToString())


def move_outside(tensor, place, weights_name):
    """Turns an f32 initialiser into a reference to its f16 copy; returns the Cast back to f32."""
    offset, length, kind, _ = place
    name = tensor.name
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.name = name + ".stored"
    tensor.data_type = {"F16": onnx.TensorProto.FLOAT16, "F32": onnx.TensorProto.FLOAT}[kind]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    del tensor.external_data[:]
    for key, value in (("location", weights_name), ("offset", offset), ("length", length)):
        tensor.external_data.add(key=key, value=str(value))
    return onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT)


def stored_tensors(*modules):
    """name -> f16 array of all parameters and persistent buffers."""
    tensors = {}
    for module in modules:
        for name, value in module.state_dict().items():
            tensors[name] = value.detach().half().numpy()
    return tensors


def make_golden(path, graph, example):
    with torch.no_grad():
        made = graph(*(example[name] for name in graph.inputs))
    made = made if isinstance(made, tuple) else (made,)
    arrays = {f"input.{name}": example[name].numpy() for name in graph.inputs}
    arrays |= {f"output.{name}": value.numpy() for name, value in zip(graph.outputs, made)}
    write_safetensors(path, arrays)


def example_inputs(config, seed=0):
    """Inputs of every graph, odd sizes, with a live LoRA adapter."""
    generator = torch.Generator().manual_seed(seed)

    def gaussian(*shape, scale=1.0):
        return torch.randn(*shape, generator=generator) * scale

    lm, rank, prefix, positions = config.language_model, 3, len(GOLDEN_SYMBOLS), 17
    ids = torch.tensor([[SYMBOLS.index(symbol) for symbol in GOLDEN_SYMBOLS]], dtype=torch.int32)
    lora = {
        "lora_attention_a": gaussian(lm.layers, 4, rank, lm.dim, scale=0.05),
        "lora_attention_b": gaussian(lm.layers, 4, lm.dim, rank, scale=0.05),
        "lora_head_a": gaussian(rank, lm.dim, scale=0.05),
        "lora_head_b": gaussian(2 * config.latent_dim, rank, scale=0.05),
    }
    speech = torch.cumsum(gaussian(1, 7 * SAMPLES_PER_LATENT * 2, scale=0.01), 1)
    speech = 0.1 * torch.sin(speech + torch.arange(speech.shape[1]) * 0.05) + gaussian(*speech.shape, scale=0.01)
    return {
        "lm-prefill": {"speaker": gaussian(1, config.speaker.dim), "symbols": ids, **lora},
        "lm-step": {
            "latent": gaussian(1, config.latent_dim),
            "window": ids[:, : lm.pointer.window],
            "age": torch.tensor([3], dtype=torch.int32),
            "cache": gaussian(lm.layers, 2, lm.kv_heads, positions + prefix, lm.head_dim),
            **lora,
        },
        "decoder": {"latents": gaussian(1, 5, config.latent_dim), "state": None},
        "encoder": {"samples": speech[:, : 7 * SAMPLES_PER_LATENT]},
        "speaker-encoder": {"samples": speech[:, : SAMPLE_RATE_HZ + 777]},
    }


def manifest_of(name, config, decoder_state, calibration):
    mean, cholesky = calibration
    lm = camel_keys(asdict(config.language_model))
    return {
        "format": "kalliope-weights",
        "version": 1,
        "name": name,
        "sampleRateHz": SAMPLE_RATE_HZ,
        "samplesPerLatent": SAMPLES_PER_LATENT,
        "latentDim": config.latent_dim,
        "languageModel": lm,
        "decoder": {"kind": "istft", **camel_keys(asdict(config.decoder)), "stateSize": decoder_state},
        "encoder": camel_keys(asdict(config.encoder)),
        "flow": camel_keys(asdict(config.flow)),
        "speaker": {
            **camel_keys(asdict(config.speaker)),
            "mean": [round(float(value), 6) for value in mean],
            "cholesky": [[round(float(value), 6) for value in row] for row in cholesky],
        },
        "symbols": SYMBOLS,
        "stop": STOP,
        "sampling": {"temperature": GOLDEN_TEMPERATURE},
    }


def export(name, config, vae, speech, latent_mean, latent_std, calibration, out):
    out.mkdir(parents=True, exist_ok=True)
    (out / "golden").mkdir(exist_ok=True)
    lm = speech.language_model
    flatten_embeddings(lm)
    vae.eval(), speech.eval()
    latent_mean, latent_std = latent_mean.half().float(), latent_std.half().float()
    for module in (lm, vae, speech.speaker_encoder):
        round_to_f16(module)
    graphs = {
        "lm-prefill": (PrefillGraph(lm), "language-model"),
        "lm-step": (StepGraph(lm), "language-model"),
        "decoder": (DecoderGraph(vae.decoder, latent_mean, latent_std), "decoder"),
        "encoder": (EncoderGraph(vae.encoder, latent_mean, latent_std), "encoder"),
        "speaker-encoder": (SpeakerGraph(speech.speaker_encoder), "speaker-encoder"),
    }
    latent = {"latent_mean": latent_mean.half().numpy(), "latent_std": latent_std.half().numpy()}
    files = {
        "language-model": stored_tensors(lm),
        "decoder": {**stored_tensors(vae.decoder), **latent},
        "encoder": {**stored_tensors(vae.encoder), **latent},
        "speaker-encoder": stored_tensors(speech.speaker_encoder),
        "flow": stored_tensors(vae.flow),
    }
    stored = {part: write_safetensors(out / f"{part}.safetensors", tensors) for part, tensors in files.items()}
    examples = example_inputs(config)
    state_size = vae.decoder.initial_state(1).shape[1]
    examples["decoder"]["state"] = torch.randn(1, state_size, generator=torch.Generator().manual_seed(1)) * 0.1
    for graph_name, (graph, part) in graphs.items():
        export_graph(graph, examples[graph_name], out / f"{graph_name}.onnx", f"{part}.safetensors", stored[part])
        make_golden(out / "golden" / f"{graph_name}.safetensors", graph, examples[graph_name])
    manifest = manifest_of(name, config, state_size, calibration)
    made = [path for path in sorted(out.iterdir()) if path.suffix in (".onnx", ".safetensors")]
    manifest["files"] = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in made
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    make_sentence_golden(out / "golden" / "sentence.safetensors", lm, vae.decoder, manifest, latent_mean, latent_std)
    print(f"wrote {out}: {sum(path.stat().st_size for path in made) / 1e6:.1f} MB")


def make_sentence_golden(path, lm, decoder, manifest, latent_mean, latent_std):
    """A whole sentence from a seed: what every engine must reproduce."""
    dim = manifest["latentDim"]
    stream = noise.line_stream("Hello, traveler!", 0)

    def frame_noise(frame):
        values = noise.gaussian(GOLDEN_SEED, stream, np.arange(frame * dim, (frame + 1) * dim))
        return torch.from_numpy(values.astype(np.float32))

    speaker = noise.speaker_latent(GOLDEN_SEED, manifest["speaker"]["mean"], manifest["speaker"]["cholesky"]).astype(np.float32)
    latents, path_of, _ = speak(lm, GOLDEN_SYMBOLS, torch.from_numpy(speaker), frame_noise, GOLDEN_TEMPERATURE)
    samples = decode(decoder, latents, latent_mean, latent_std)
    arrays = {"speaker": speaker, "latents": latents.numpy(), "samples": samples.numpy()}
    write_safetensors(path, arrays | {"pointer": np.array(path_of, np.int32)})


def load_speech_model(path, device="cpu"):
    saved = load_checkpoint(path, device)
    if saved is None:
        raise FileNotFoundError(f"no language model checkpoint at {path}: run train_lm.py first")
    model = SpeechModel(GEOMETRIES[saved["geometry"]]).to(device)
    model.load_state_dict(saved["ema"])
    return GEOMETRIES[saved["geometry"]], model.eval()


def export_trained(args):
    corpus = Corpus(args.data)
    latents = LatentCorpus(corpus, args.data)
    config, speech = load_speech_model(args.lm)
    calibration = calibrate(speech.speaker_encoder, corpus, CALIBRATION_UTTERANCES)
    mean, std = torch.from_numpy(latents.mean), torch.from_numpy(latents.std)
    export(args.name, config, load_vae(args.vae), speech, mean, std, calibration, Path(args.out))


def export_tiny(args):
    """Random weights in the tiny geometry, with scales at which all of the net is alive."""
    torch.manual_seed(7)
    vae, speech = FlowVae(TINY), SpeechModel(TINY)
    with torch.no_grad():
        for parameter in [*vae.parameters(), *speech.parameters()]:
            parameter.add_(torch.randn_like(parameter) * 0.05)
        vae.decoder.output.bias[: vae.decoder.config.fft_size // 2 + 1] -= 1.0
    dim = TINY.speaker.dim
    calibration = np.linspace(-0.2, 0.2, dim), np.tril(np.full((dim, dim), 0.1)) + 0.5 * np.eye(dim)
    latent_mean, latent_std = torch.linspace(-0.5, 0.5, TINY.latent_dim), torch.linspace(0.5, 1.5, TINY.latent_dim)
    export("tiny", TINY, vae, speech, latent_mean, latent_std, calibration, Path(args.out))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--data")
    parser.add_argument("--vae")
    parser.add_argument("--lm")
    parser.add_argument("--name", default="small")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    export_tiny(arguments) if arguments.tiny else export_trained(arguments)
