"""Makes the listening page: teacher, resynthesis and speech of held-out sentences side by side, and random seeds.

    python3 listening.py --weights ../small --out ../../docs/listening

It speaks with the weights folder itself, as a game does (f16, temperature of the manifest). Clips are MP3 and
pictures are log-mel spectrograms, 20 ms a column. Needs Debian's lame and python3-pil.
"""

import argparse
import html
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import noise
from evaluate import make_items, resynthesise, speak_item
from measured import load_weights
from metrics import log_mel, write_wav

SENTENCES, SEEDS = 20, 12
SEED_SYMBOLS = "<s> |HH UW1 |G OW1 Z |DH EH1 R , |S P IY1 K |AO1 R |B IY1 |S AY1 L AH0 N T .".split()
SEED_TEXT = "Who goes there, speak or be silent."
PICTURE_RANGE = 7.0  # natural logarithms from black to white
BITRATE = 40  # kbit/s
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kalliope: {name} weights, to listen to</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 66rem; padding: 0 1rem; color: #222; background: #fbfaf7; }}
section {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 0.5rem 1.2rem; margin: 0 0 1.6rem; }}
h2 {{ margin: 2.5rem 0 0.5rem; }} h3 {{ font-size: 1rem; margin: 0 0 0.3rem; }}
figure {{ margin: 0; }} img {{ width: 100%; height: 5rem; image-rendering: auto; border-radius: 4px; }} audio {{ width: 100%; height: 2.2rem; }}
figcaption {{ font-size: 0.85rem; color: #555; }}
</style>
<h1>{name}</h1>
<p>All voices here are synthetic. Teacher: flite, as a speaker the model never heard. Resynthesis: the same sound through the
autoencoder. Speech: the model reads the text in the voice of another utterance of that speaker. Measurements are in MODEL_CARD.md.</p>
<h2>Held-out sentences</h2>
{sentences}
<h2>Seeds</h2>
<p>{seed_text}</p>
{seeds}
</html>
"""


def write_mp3(samples, path):
    """Float samples [n] -> MP3 by lame."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        write_wav(samples, file.name)
        subprocess.run(["lame", "--quiet", "-m", "m", "-b", str(BITRATE), file.name, str(path)], check=True)


def write_picture(samples, path):
    """Log-mel spectrogram as a PNG of 64 grays, low bands below."""
    bands = log_mel(samples)[::2].T[::-1]
    light = np.clip((bands - bands.max()) / PICTURE_RANGE + 1, 0, 1)
    Image.fromarray(np.uint8(255 - np.round(light * 63) * 4)).save(path, optimize=True)


def figure(samples, name, caption, out):
    write_mp3(samples, out / f"{name}.mp3")
    write_picture(samples, out / f"{name}.png")
    return (
        f'<figure><img src="{name}.png" alt="spectrogram"><audio controls preload="none" src="{name}.mp3"></audio>'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def sentence_section(number, item, models, temperature, out):
    generator = torch.Generator().manual_seed(number)
    sounds = {
        "teacher": item["teacher"] / 32768,
        "resynthesis": resynthesise(models[0], item["teacher"]),
        "speech": speak_item(models, item, temperature, generator)[0],
    }
    figures = [figure(samples, f"{number:02d}-{kind}", kind, out) for kind, samples in sounds.items()]
    return f"<h3>{html.escape(item['text'])} ({item['speaker']['voice']})</h3>\n<section>{''.join(figures)}</section>"


def seed_figure(seed, models, speaker, temperature, out):
    latent = torch.from_numpy(noise.speaker_latent(seed, speaker))
    samples = speak_item(models, {"symbols": SEED_SYMBOLS}, temperature, torch.Generator().manual_seed(seed), latent)[0]
    return figure(samples, f"seed-{seed}", f"seed {seed}", out)


def make_page(args):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    manifest, models = load_weights(args.weights)
    temperature, speaker = manifest["sampling"]["temperature"], manifest["speaker"]
    with torch.no_grad():
        sentences = [sentence_section(number, item, models, temperature, out) for number, item in enumerate(make_items(SENTENCES), 1)]
        seeds = [seed_figure(seed, models, speaker, temperature, out) for seed in range(1, SEEDS + 1)]
    parts = {"sentences": "\n".join(sentences), "seeds": f"<section>{''.join(seeds)}</section>", "seed_text": html.escape(SEED_TEXT)}
    (out / "index.html").write_text(PAGE.format(name=html.escape(manifest["name"]), **parts))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default="../small")
    parser.add_argument("--out", required=True)
    make_page(parser.parse_args())
