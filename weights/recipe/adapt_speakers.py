"""The speakers whose voices are learned to measure test-time training, and the lines they say.

Three groups: held out (within the range of the first 800 speakers, never trained on), beyond that range but within the one
of the wide speakers (none of whom they are), and outside of everything trained on.
"""

from config import SAMPLE_RATE_HZ
from prepare import HELD_OUT_SPEAKERS, SPEAKERS, WIDE_SPEAKERS, held_out_sentences, make_speaker, synthesise

HELD_OUT = 4
BEYOND = (  # exp(+-0.16) of vocal tract, exp(+-0.28) of pitch, 1.5 dB of tilt
    {"voice": "slt", "vocal_tract": 1.25, "pitch": 1.45, "stretch": 0.9, "tilt": 1.0},
    {"voice": "rms", "vocal_tract": 0.8, "pitch": 0.8, "stretch": 1.1, "tilt": -1.0},
    {"voice": "awb", "vocal_tract": 0.82, "pitch": 0.68, "stretch": 1.15, "tilt": -2.5},
    {"voice": "kal16", "vocal_tract": 1.22, "pitch": 1.4, "stretch": 0.95, "tilt": 2.5},
    {"voice": "slt", "vocal_tract": 0.82, "pitch": 0.7, "stretch": 1.1, "tilt": -2.0},
    {"voice": "awb", "vocal_tract": 1.22, "pitch": 1.45, "stretch": 0.9, "tilt": 2.0},
    {"voice": "kal16", "vocal_tract": 0.82, "pitch": 0.7, "stretch": 1.2, "tilt": -2.0},
    {"voice": "rms", "vocal_tract": 1.25, "pitch": 1.25, "stretch": 0.9, "tilt": 2.0},
)
OUTSIDE = (  # exp(+-0.24) of vocal tract, exp(+-0.4) of pitch, 3 dB of tilt
    {"voice": "slt", "vocal_tract": 1.33, "pitch": 1.6, "stretch": 0.95, "tilt": 4.0},
    {"voice": "rms", "vocal_tract": 0.74, "pitch": 0.74, "stretch": 1.1, "tilt": -4.0},
    {"voice": "awb", "vocal_tract": 0.74, "pitch": 0.6, "stretch": 1.1, "tilt": -4.0},
    {"voice": "kal16", "vocal_tract": 1.33, "pitch": 1.6, "stretch": 0.95, "tilt": 4.0},
)
GROUPS = ("held out", "beyond", "outside", "recorded")
SECONDS = (4.0, 6.0)  # what is learned lasts so long


def held_out_in_turn():
    """Held-out speakers with settings of their own, the voices in turn."""
    by_voice = {}
    for speaker in (make_speaker(index) for index in range(SPEAKERS - HELD_OUT_SPEAKERS, SPEAKERS)):
        if speaker["vocal_tract"] != 1.0:
            by_voice.setdefault(speaker["voice"], []).append(speaker)
    return [group[turn] for turn in range(HELD_OUT_SPEAKERS) for group in by_voice.values() if turn < len(group)]


def speakers_measured(held_out, beyond, outside):
    """So many speakers of each group, as make_speaker gives them, each with its `group`."""
    first = SPEAKERS + WIDE_SPEAKERS
    made = [{"id": first + index, **settings} for index, settings in enumerate(BEYOND + OUTSIDE)]
    groups = held_out_in_turn()[:held_out], made[: len(BEYOND)][:beyond], made[len(BEYOND) :][:outside]
    return [{**speaker, "group": name} for name, group in zip(GROUPS, groups) for speaker in group]


def lines_of(speaker, cmudict, count):
    """(sentences of SECONDS together, `count` others), each as synthesise gives it."""
    made = filter(None, (synthesise(line, speaker, cmudict) for line in held_out_sentences()))
    taught, samples = [], 0
    for each in made:
        if samples + len(each[0]) <= SECONDS[1] * SAMPLE_RATE_HZ:
            taught.append(each)
            samples += len(each[0])
        if samples >= SECONDS[0] * SAMPLE_RATE_HZ:
            return taught, [other for other, _ in zip(made, range(count))]
    raise ValueError(f"no sentences of {SECONDS} s together by {speaker}")
