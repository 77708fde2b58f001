"""One go of training on a machine that has nothing but PyTorch: corpus, stages by the clock, f16 weights out.

    python3 go.py --out "$OUT" --plan prepare=1.5,vae=6,encode=0.5,polish=0 [--debs folder] [--start ../small]

The plan gives each stage its minutes (at most 9 in all); stages run in the order written. Stages: prepare, vae
(autoencoder), pitch (latent dims for it), decoder (the same with the encoder frozen, discriminators and listeners), encode, lm, polish. flite comes
from Debian packages carried in --debs where it is not installed. Training starts from the --start folder, whose voices stay, and the weights are
written to --out as f16 safetensors, each below 16 MiB; `export.py --start OUT --out ../small` makes the rest of a weights
folder from them.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from instruments import TRAINING_JUDGE, TRAINING_RECOGNISER

HERE = Path(__file__).parent
MOST_MINUTES = 9.0
LARGE_BATCHES = {"vae": ("--batch", 64), "decoder": ("--batch", 64), "lm": ("--tokens", 40000), "polish": ("--tokens", 8000)}


def parse_plan(text):
    """[(stage, minutes)] in order."""
    plan = [(stage, float(minutes)) for stage, minutes in (part.split("=") for part in text.split(","))]
    unknown = {stage for stage, _ in plan} - {"prepare", "vae", "pitch", "decoder", "encode", "lm", "polish"}
    total = sum(minutes for _, minutes in plan)
    if unknown or total > MOST_MINUTES:
        raise SystemExit(f"plan {text}: unknown stages {sorted(unknown)}" if unknown else f"plan takes {total} minutes, at most {MOST_MINUTES}")
    return plan


def unpack_debs(folder, into):
    """Extracts the packages and returns an environment in which their programs are found."""
    for package in sorted(Path(folder).glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(package), str(into)], check=True)
    libraries = [str(path) for path in Path(into).glob("usr/lib/*-linux-gnu")]
    return {
        **os.environ,
        "PATH": f"{into}/usr/bin:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": ":".join([*libraries, os.environ.get("LD_LIBRARY_PATH", "")]),
    }


def stage_command(stage, minutes, work, args):
    """The script of a stage and its arguments."""
    data, vae, lm = work / "data", work / "vae.pt", work / "lm.pt"
    start = ("--start", args.start) if args.start else ()
    geometry = ("--geometry", args.geometry)
    large = LARGE_BATCHES.get(stage, ()) if torch.cuda.is_available() else ()
    clock, listeners = ("--minutes", minutes), ("--listener", TRAINING_RECOGNISER, "--likeness", TRAINING_JUDGE)
    if stage == "prepare":
        words = (("--cmudict", args.cmudict) if args.cmudict else ()) + (("--words", args.words) if args.words else ())
        return ("prepare.py", "--out", data, "--hours", 1000, *clock, "--shard-size", args.shard_size, *words)
    if stage == "pitch":
        return ("teach_pitch.py", "--data", data, "--vae", vae, "--out", vae, *clock)
    if stage == "encode":
        return ("encode.py", "--data", data, "--vae", vae)
    if stage == "lm":
        voices = ("--freeze-speaker",) if args.start else ()
        return ("train_lm.py", "--data", data, "--out", lm, *clock, *start, *geometry, *voices, *large)
    if stage == "polish":
        return ("polish.py", "--data", data, "--vae", vae, "--lm", lm, "--out", vae, *clock, *listeners, *large)
    frozen = ("--freeze-encoder", "--gan-from", 0, *listeners) if stage == "decoder" else ()
    return ("train_vae.py", "--data", data, "--out", vae, *clock, *start, *geometry, *frozen, *large)


def run(command, environment):
    print("+", *command, flush=True)
    return subprocess.run([sys.executable, *map(str, command)], cwd=HERE, env=environment).returncode


def go(args):
    begun, work = time.time(), Path(args.work or tempfile.mkdtemp())
    environment = dict(os.environ)
    if args.debs and not shutil.which("flite"):
        environment = unpack_debs(args.debs, work / "debs")
    for stage, minutes in parse_plan(args.plan):
        if run(stage_command(stage, minutes, work, args), environment):
            print(f"stage {stage} failed; what the stages before it made is exported", flush=True)
            break
    out = Path(args.out)
    if (work / "lm.pt").exists():
        run(("export.py", "--data", work / "data", "--vae", work / "vae.pt", "--lm", work / "lm.pt", "--out", out, "--tensors-only"), environment)
    for checkpoint in ("vae.pt", "lm.pt"):
        if (work / checkpoint).exists():
            write_averages(work / checkpoint, out)
    print(f"done in {(time.time() - begun) / 60:.1f} minutes", flush=True)


def write_averages(checkpoint, out):
    """The averaged weights of a checkpoint as f16, module by module, for a go that trained only one of the two."""
    out.mkdir(parents=True, exist_ok=True)
    parts = {}
    for name, value in torch.load(checkpoint, map_location="cpu")["ema"].items():
        parts.setdefault(name.split(".")[0], {})[name] = value.half() if value.is_floating_point() else value
    for part, tensors in parts.items():
        torch.save(tensors, out / f"{checkpoint.stem}-{part}.f16.pt")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--plan", required=True)
    parser.add_argument("--debs")
    parser.add_argument("--start")
    parser.add_argument("--work", help="folder for corpus and checkpoints; an existing one is resumed")
    parser.add_argument("--geometry", default="small")
    parser.add_argument("--shard-size", type=int, default=250)
    parser.add_argument("--cmudict", help="index.js of cmu-pronouncing-dictionary, where node_modules is not carried")
    parser.add_argument("--words", help="word list, where Debian's wamerican is not installed")
    go(parser.parse_args())
