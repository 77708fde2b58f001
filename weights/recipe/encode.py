"""Encodes the corpus with a trained Flow-VAE: posterior mean and log-scale of every utterance, f16.

    python3 encode.py --data ../../checkpoints/data --vae ../../checkpoints/vae.pt [--part 0/2] [--added]

Writes `NNNN.latents.npy` [frames, 2, D] beside every shard, and `latents.json` (mean and standard deviation per dim
over the corpus, by which latents are normalised everywhere outside the autoencoder). With --added, for a corpus that
has grown under the same encoder, only shards without latents are encoded and the statistics stay.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from config import GEOMETRIES, SAMPLES_PER_LATENT
from training import load_average
from vae import FlowVae


def load_vae(path, device="cpu"):
    """The EMA weights of a Flow-VAE checkpoint, in evaluation mode."""
    return load_average(path, lambda saved: FlowVae(GEOMETRIES[saved["geometry"]]), "train_vae.py", device)[1]


@torch.no_grad()
def encode_shard(model, path, device="cpu"):
    """[frames, 2, D] f16 of all utterances of a shard, end to end."""
    audio = np.load(path.with_suffix(".npy"))
    made = []
    for utterance in json.loads(path.read_text()):
        samples = audio[utterance["offset"] : utterance["offset"] + utterance["length"]]
        mean, log_scale = model.encoder(torch.from_numpy(samples.astype(np.float32) / 32768)[None].to(device))
        made.append(torch.stack([mean[0], log_scale[0]], 1).half().cpu().numpy())
    return np.concatenate(made)


def write_statistics(folder, shards):
    """Mean and spread of the posterior means; a dim that carries less than the width of its posteriors is scaled by that."""
    posteriors = np.concatenate([np.load(path.with_suffix(".latents.npy")) for path in shards]).astype(np.float64)
    means, widths = posteriors[:, 0], np.exp(posteriors[:, 1]).mean(0)
    statistics = {"mean": means.mean(0).tolist(), "std": np.maximum(means.std(0), widths).tolist()}
    (folder / "latents.json").write_text(json.dumps(statistics))


def encode(args):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(1)
    folder, model = Path(args.data), load_vae(args.vae, device)
    part, parts = map(int, args.part.split("/"))
    shards = sorted(folder.glob("[0-9][0-9][0-9][0-9].json"))
    if args.added:
        shards = [path for path in shards if not path.with_suffix(".latents.npy").exists()]
    for path in shards[part::parts]:
        np.save(path.with_suffix(".latents.npy"), encode_shard(model, path, device))
        print(f"encoded {path.stem}", flush=True)
    if part == 0 and not args.added:
        write_statistics(folder, shards[part::parts])


class LatentCorpus:
    """Utterances with their posteriors: `posterior(i)` -> mean, log-scale [T, D] f32, normalised."""

    def __init__(self, corpus, folder):
        folder = Path(folder)
        statistics = json.loads((folder / "latents.json").read_text())
        self.mean = np.array(statistics["mean"], np.float32)
        self.std = np.array(statistics["std"], np.float32)
        self.corpus = corpus
        shards = sorted(folder.glob("[0-9][0-9][0-9][0-9].json"))
        self._latents = [np.load(path.with_suffix(".latents.npy"), mmap_mode="r") for path in shards]

    def posterior(self, index):
        utterance = self.corpus.utterances[index]
        first = utterance["offset"] // SAMPLES_PER_LATENT
        last = first + utterance["length"] // SAMPLES_PER_LATENT
        both = np.asarray(self._latents[utterance["shard"]][first:last], np.float32)
        return (both[:, 0] - self.mean) / self.std, both[:, 1] - np.log(self.std)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--vae", required=True)
    parser.add_argument("--part", default="0/1", help="K/N: only every N-th shard, from the K-th")
    parser.add_argument("--added", action="store_true", help="only what is new; keep latents.json")
    encode(parser.parse_args())
