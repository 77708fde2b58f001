"""Makes the training corpus with flite, and reads it back.

    python3 prepare.py --out ../../checkpoints/data --hours 20 [--workers 2] [--seed 1] [--shard-size 1000]

A "speaker" is a flite voice with its own vocal-tract length, pitch, rate and spectral tilt. Every utterance is made
from (seed, index) alone, so the corpus is the same for any number of workers, and a larger --hours adds to it; most
utterances from FIRST_STYLED on are spoken in a style, and those from FIRST_WIDE on by speakers of a wider range, who have
formants, pitch range and breath of their own too. It is written in shards: `NNNN.npy` (int16 samples, utterances
end to end) and `NNNN.json` (a list of Utterance dicts, with `style` and `intensity` where styled).
"""

import argparse
import json
import math
import os
import random
import subprocess
import tempfile
import time
import wave
import zlib
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np

from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT
from phonemes import label_segments, read_cmudict
from sentences import MORE_TEMPLATES, TEMPLATES, content_words, make_sentence
from styles import NEUTRAL, STYLES, Style, bend_pitch, breathe, move_formants

HERE = Path(__file__).parent
CMUDICT = HERE / "../../node_modules/cmu-pronouncing-dictionary/index.js"
WORD_LIST = "/usr/share/dict/american-english"
SPEAKERS, HELD_OUT_SPEAKERS = 840, 40  # the last 40 speakers are never trained on
WIDE_SPEAKERS = 400  # numbered after SPEAKERS
VOICE_SHARE = {"slt": 0.34, "rms": 0.34, "awb": 0.20, "kal16": 0.12}
VOICE_PITCH_HZ = {"slt": 170.0, "rms": 100.0, "awb": 130.0, "kal16": 105.0}
VOICE_SPREAD_HZ = {"slt": 27.0, "awb": 25.0, "kal16": 11.0}  # flite's own int_f0_target_stddev
FIXED_PITCH = {"rms"}  # flite takes no pitch setting for this voice: its pitch moves with the warp alone
LEAD_SECONDS, TRAIL_SECONDS = 0.08, 0.24
LEVEL_DBFS = -26.0
FIRST_STYLED, STYLED_SHARE, LOWEST_INTENSITY = 32000, 0.9, 0.3
FIRST_WIDE, WIDE_STYLED_SHARE = 44000, 0.4
STYLE_SHARE = {"whisper": 0.28, "shout": 0.2, "weary": 0.18, "excited": 0.18, "calm": 0.16}
STYLE_MARK, MARKED_SHARE = {"shout": "!", "excited": "!", "weary": ".", "calm": "."}, 0.6
WORST_ALIGNMENT = 0.25  # cost per phone over which flite and CMUdict are taken to disagree


def make_wide_speaker(index, seed=1):
    """As make_speaker, farther from the teacher's voices, with spread (of pitch, a factor), breath (share of the excitation)
    and formants (factors of the first and of the others) too."""
    rng = random.Random(f"wide speaker {seed} {index}")
    voice = rng.choices(list(VOICE_SHARE), list(VOICE_SHARE.values()))[0]
    vocal_tract = math.exp(rng.uniform(-0.24, 0.24))
    return {
        "id": index,
        "voice": voice,
        "vocal_tract": vocal_tract,
        "pitch": vocal_tract * math.exp(rng.uniform(-0.16, 0.16)) if voice in FIXED_PITCH else math.exp(rng.uniform(-0.4, 0.4)),
        "stretch": math.exp(rng.uniform(-0.22, 0.24)),
        "tilt": rng.uniform(-3.0, 3.0),
        "spread": math.exp(rng.uniform(-0.5, 0.5)),
        "breath": max(0.0, rng.uniform(-0.3, 0.35)),
        "formants": [math.exp(rng.uniform(-0.08, 0.08)) for _ in range(2)],
    }


def make_speaker(index, seed=1):
    """Speaker settings: voice, vocal_tract, pitch (both factors), stretch (of durations), tilt (dB per octave)."""
    if index >= SPEAKERS:
        return make_wide_speaker(index, seed)
    rng = random.Random(f"speaker {seed} {index}")
    voice = rng.choices(list(VOICE_SHARE), list(VOICE_SHARE.values()))[0]
    if rng.random() < 0.15:
        return {"id": index, "voice": voice, "vocal_tract": 1.0, "pitch": 1.0, "stretch": 1.0, "tilt": 0.0}
    vocal_tract, pitch = math.exp(rng.uniform(-0.16, 0.16)), math.exp(rng.uniform(-0.28, 0.28))
    return {
        "id": index,
        "voice": voice,
        "vocal_tract": vocal_tract,
        "pitch": vocal_tract if voice in FIXED_PITCH else pitch,
        "stretch": math.exp(rng.uniform(-0.16, 0.18)),
        "tilt": rng.uniform(-1.5, 1.5),
    }


def manner_of(speaker):
    """How a speaker talks, beyond the settings that every speaker has."""
    bent = speaker["pitch"] / speaker["vocal_tract"] if speaker["voice"] in FIXED_PITCH else 1.0
    return Style(pitch=bent, spread=speaker.get("spread", 1.0), breath=speaker.get("breath", 0.0))


def flite_settings(speaker, style):
    """What flite is asked for, so that the vocal-tract warp and, for a voice of fixed pitch, `bend_pitch` undo the rest."""
    voice, warp = speaker["voice"], speaker["vocal_tract"]
    stretch = speaker["stretch"] * warp * style.stretch
    if voice in FIXED_PITCH:
        return {"duration_stretch": stretch * style.pitch}
    pitch_hz = VOICE_PITCH_HZ[voice] * speaker["pitch"] / warp * style.pitch
    settings = {"duration_stretch": stretch, "int_f0_target_mean": pitch_hz}
    if style.spread != 1:
        settings["int_f0_target_stddev"] = VOICE_SPREAD_HZ[voice] * style.pitch * style.spread
    return settings


def run_flite(text, speaker, style=NEUTRAL):
    """Samples (float, 16 kHz) before the vocal-tract warp, and [(phone, end in seconds)]."""
    with tempfile.NamedTemporaryFile(suffix=".wav", dir="/dev/shm") as file:
        pairs = [("--setf", f"{name}={value:.4f}") for name, value in flite_settings(speaker, style).items()]
        settings = [word for pair in pairs for word in pair]
        command = ["flite", "-voice", speaker["voice"], *settings, "-t", text, "-o", file.name, "-psdur"]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        with wave.open(file.name) as sound:
            rate, samples = sound.getframerate(), np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    if rate != SAMPLE_RATE_HZ:
        raise ValueError(f"flite voice {speaker['voice']} gave {rate} Hz, expected {SAMPLE_RATE_HZ}")
    phones = [item.rsplit(":", 1) for item in printed.split()]
    return samples.astype(np.float64) / 32768, [(name, float(end)) for name, end in phones]


def smooth_size(size):
    """The next size with small prime factors only, for a quick FFT."""
    while True:
        rest = size
        for prime in (2, 3, 5, 7):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
        size += 1


def warp_and_tilt(samples, warp, tilt):
    """Plays `warp` times faster (formants and pitch up) and tilts the spectrum by `tilt` dB per octave about 1 kHz."""
    source = smooth_size(len(samples) + 64)
    target = smooth_size(round(source / warp))
    spectrum = np.fft.rfft(samples, source)
    bins = np.zeros(target // 2 + 1, complex)
    shared = min(len(bins), len(spectrum))
    bins[:shared] = spectrum[:shared]
    hertz = np.arange(len(bins)) * SAMPLE_RATE_HZ / target
    bins *= 10 ** (tilt * np.log2(np.clip(hertz, 100, 8000) / 1000) / 20)
    exact_warp = source / target
    return np.fft.irfft(bins, target)[: math.ceil(len(samples) / exact_warp)] / exact_warp, exact_warp


def level_and_trim(samples, phones):
    """Sets the speech level and the silences round it; returns int16 samples (whole latents) and phone ends."""
    first_end, last_start = phones[0][1], phones[-2][1]
    begin = int(max(0.0, first_end - LEAD_SECONDS) * SAMPLE_RATE_HZ)
    end = int((last_start + TRAIL_SECONDS) * SAMPLE_RATE_HZ)
    speech = samples[begin:end]
    rms = math.sqrt(np.mean(speech**2)) + 1e-9
    speech = speech * min(10 ** (LEVEL_DBFS / 20) / rms, 0.95 / (np.abs(speech).max() + 1e-9))
    length = -(-(end - begin) // SAMPLES_PER_LATENT) * SAMPLES_PER_LATENT
    speech = np.pad(speech, (0, length - len(speech)))
    ends = [end_s - begin / SAMPLE_RATE_HZ for _, end_s in phones[:-1]] + [length / SAMPLE_RATE_HZ]
    return np.round(speech * 32767).astype(np.int16), ends


def synthesise(text, speaker, cmudict, style=None, intensity=0.0):
    """(int16 samples, utterance dict without offset), or None when flite spoke other words than were written."""
    manner = (STYLES[style].at(intensity) if style else NEUTRAL).over(manner_of(speaker))
    samples, phones = run_flite(text, speaker, manner)
    names = [name for name, _ in phones]
    if len(names) < 3 or names[0] != "pau" or names[-1] != "pau":
        return None
    symbols, cost = label_segments(names, text, cmudict)
    if cost > WORST_ALIGNMENT:
        return None
    rng = np.random.default_rng(zlib.crc32(text.encode()))
    if speaker["voice"] in FIXED_PITCH and (manner.pitch, manner.spread) != (1, 1):
        samples, moved = bend_pitch(samples, manner.pitch, manner.spread, rng)
        phones = [(name, moved(end)) for name, end in phones]
    if "formants" in speaker:
        samples = move_formants(samples, *speaker["formants"])
    samples, warp = warp_and_tilt(samples, speaker["vocal_tract"], speaker["tilt"] + manner.tilt)
    if manner.breath:
        samples = breathe(samples, manner.breath, rng)
    samples, ends = level_and_trim(samples, [(name, end / warp) for name, end in phones])
    ends = [round(end, 4) for end in ends]
    utterance = {"text": text, "speaker": speaker["id"], "symbols": symbols, "ends": ends, "length": len(samples)}
    return samples, utterance | ({"style": style, "intensity": intensity} if style else {})


@lru_cache(maxsize=1)
def load_words(cmudict_path, word_list):
    cmudict = read_cmudict(cmudict_path)
    return cmudict, content_words(cmudict, word_list)


def held_out_sentences():
    return (HERE / "heldout.txt").read_text(encoding="utf-8").split("\n")[:-1]


def draw_style(rng, text, share):
    """(text with a mark that suits the style more often than not, style, intensity); style None = neutral, of all but `share`."""
    if rng.random() > share:
        return text, None, 0.0
    style = rng.choices(list(STYLE_SHARE), list(STYLE_SHARE.values()))[0]
    if style in STYLE_MARK and text[-1] != "?" and rng.random() < MARKED_SHARE:
        text = text[:-1] + STYLE_MARK[style]
    return text, style, round(rng.uniform(LOWEST_INTENSITY, 1.0), 3)


def make_utterance(index, seed, paths):
    """Utterance number `index`: the first attempt that flite and CMUdict agree on."""
    is_wide = index >= FIRST_WIDE
    styled_share = WIDE_STYLED_SHARE if is_wide else STYLED_SHARE if index >= FIRST_STYLED else 0.0
    cmudict, words = load_words(*paths)
    rng = random.Random(f"utterance {seed} {index}")
    held_out = set(held_out_sentences()) if (HERE / "heldout.txt").exists() else set()
    while True:
        text = make_sentence(rng, words, cmudict, TEMPLATES + MORE_TEMPLATES if is_wide else TEMPLATES)
        speaker = make_speaker(SPEAKERS + rng.randrange(WIDE_SPEAKERS) if is_wide else rng.randrange(SPEAKERS - HELD_OUT_SPEAKERS), seed)
        text, style, intensity = draw_style(rng, text, styled_share) if styled_share else (text, None, 0.0)
        made = None if text in held_out else synthesise(text, speaker, cmudict, style, intensity)
        if made:
            return made


def make_shard(task):
    shard, shard_size, seed, out, paths = task
    target = Path(out) / f"{shard:04d}.json"
    if target.exists():
        return json.loads(target.read_text()), shard
    first = shard * shard_size
    made = [make_utterance(first + i, seed, paths) for i in range(shard_size)]
    offset, utterances = 0, []
    for samples, utterance in made:
        utterances.append({**utterance, "offset": offset})
        offset += len(samples)
    np.save(target.with_suffix(".npy"), np.concatenate([samples for samples, _ in made]))
    target.with_suffix(".tmp").write_text(json.dumps(utterances))
    os.replace(target.with_suffix(".tmp"), target)
    return utterances, shard


def phone_pairs(utterances):
    """Pairs of neighbouring phones without stress and word marks: the diphones the corpus covers."""
    strip = str.maketrans("", "", "|012")
    pairs = set()
    for utterance in utterances:
        phones = [symbol.translate(strip) for symbol in utterance["symbols"]]
        pairs.update(zip(phones, phones[1:]))
    return pairs


def prepare(out, hours, minutes, workers, seed, shard_size, paths):
    Path(out).mkdir(parents=True, exist_ok=True)
    (Path(out) / "speakers.json").write_text(json.dumps([make_speaker(i, seed) for i in range(SPEAKERS + WIDE_SPEAKERS)]))
    seconds, pairs, shard, deadline = 0.0, set(), 0, time.time() + minutes * 60
    with ProcessPoolExecutor(workers) as pool:
        while seconds < hours * 3600 and time.time() < deadline:
            tasks = [(shard + i, shard_size, seed, out, paths) for i in range(workers)]
            for utterances, number in pool.map(make_shard, tasks):
                seconds += sum(u["length"] for u in utterances) / SAMPLE_RATE_HZ
                pairs |= phone_pairs(utterances)
                print(f"shard {number}: {seconds / 3600:.2f} h, {len(pairs)} phone pairs", flush=True)
            shard += workers


class Corpus:
    """The shards of a folder as one list of utterances; `samples(i)` is the int16 audio of utterance i."""

    def __init__(self, folder):
        self.speakers = json.loads((Path(folder) / "speakers.json").read_text())
        self.utterances, self._audio = [], []
        for number, path in enumerate(sorted(Path(folder).glob("[0-9]*.json"))):
            self._audio.append(np.load(path.with_suffix(".npy"), mmap_mode="r"))
            self.utterances += [{**utterance, "shard": number} for utterance in json.loads(path.read_text())]
        if not self.utterances:
            raise FileNotFoundError(f"no corpus in {folder}: run prepare.py first")

    def neutral(self):
        """Indices of the utterances without a style, which tell what a speaker is like."""
        return [index for index, utterance in enumerate(self.utterances) if "style" not in utterance]

    def samples(self, index, start=0, stop=None):
        utterance = self.utterances[index]
        stop = utterance["length"] if stop is None else stop
        return self._audio[utterance["shard"]][utterance["offset"] + start : utterance["offset"] + stop]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--hours", type=float, default=20)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no shard after so long")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shard-size", type=int, default=1000, help="utterances a shard")
    parser.add_argument("--cmudict", default=str(CMUDICT))
    parser.add_argument("--words", default=WORD_LIST)
    args = parser.parse_args()
    prepare(args.out, args.hours, args.minutes, args.workers, args.seed, args.shard_size, (args.cmudict, args.words))
