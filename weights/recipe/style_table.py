"""Measures the styles (`evaluate.py --styles`): what tells each from neutral speech of the same speaker, how clearly it
speaks, and whether it is still that speaker.

The same held-out lines are spoken by the teacher in every style, resynthesised, and spoken by the model. Every signal is
compared with the neutral one of its system, line and speaker.
"""

import numpy as np

from markdown_table import table_lines, table_row
from metrics import speaker_similarity, track_f0
from prepare import synthesise
from styles import tilt_of

INTENSITY = 0.8
COLUMNS = ("system", "style", "F0", "F0 spread", "tempo", "tilt dB/oct", "voiced %", "WER %", "likeness", "speaker found %")
REMARK = (
    f"Intensity {INTENSITY}. F0 (mean), F0 spread (deviation of its logarithm) and tempo are ratios to the neutral line, tilt "
    "the difference to it; voiced is the share of frames with a pitch; likeness is the cosine of the judge's embeddings to the "
    "neutral line, and the speaker is found when the neutral lines most like it are that speaker's."
)


def figures(signal, neutral):
    """F0 ratio, spread ratio, tempo ratio, tilt difference, voiced share of a signal against the neutral one."""
    pitches = [track_f0(samples) for samples in (signal, neutral)]
    logs = [np.log(f0[f0 > 0]) for f0 in pitches]
    pitch = spread = np.nan
    if all(len(values) > 10 for values in logs):
        pitch, spread = np.exp(logs[0].mean() - logs[1].mean()), logs[0].std() / logs[1].std()
    return pitch, spread, len(neutral) / len(signal), tilt_of(signal) - tilt_of(neutral), 100 * (pitches[0] > 0).mean()


def teach_style(items, cmudict, style):
    """The teacher's signals of the items in a style, float."""
    made = (synthesise(item["text"], item["speaker"], cmudict, style, INTENSITY) for item in items)
    return [samples / 32768 for samples, _ in made]


def found_share(embeddings, neutral, speakers):
    """Share of the signals [N, E] whose nearest of the neutral ones is by the same speaker."""
    cosines = np.array([[speaker_similarity(one, other) for other in neutral] for one in embeddings])
    return np.mean([speakers[row.argmax()] == speaker for row, speaker in zip(cosines, speakers)])


def style_row(system, style, signals, neutral, rate, embed, speakers):
    """A line of the table; rate is the word error rate as text, embed(signal) the judge's embedding."""
    measured = np.array([figures(signal, other) for signal, other in zip(signals, neutral)])
    has_pitch = np.isfinite(measured[:, 0]).mean() > 0.5
    pitch, spread = (f"{np.nanmean(measured[:, place]):.2f}" if has_pitch else "-" for place in (0, 1))
    tempo, tilt, voiced = measured[:, 2:].mean(0)
    embeddings, neutrals = ([embed(signal) for signal in group] for group in (signals, neutral))
    likeness = np.mean([speaker_similarity(a, b) for a, b in zip(embeddings, neutrals)])
    found = 100 * found_share(embeddings, neutrals, speakers)
    measures = pitch, spread, f"{tempo:.2f}", f"{tilt:+.1f}", f"{voiced:.0f}", rate, f"{likeness:.2f}", f"{found:.0f}"
    return table_row((system, style, *measures))


def style_table(systems, styles, rate_of, embed, speakers):
    """systems: name -> (style or None -> signals). rate_of(signals) -> text. speakers: id of each signal's. Returns the
    table."""
    lines = table_lines(COLUMNS, [])
    for system, signals_of in systems.items():
        neutral = signals_of(None)
        for style in (None, *styles):
            signals = signals_of(style) if style else neutral
            lines.append(style_row(system, style or "neutral", signals, neutral, rate_of(signals), embed, speakers))
            print(lines[-1], flush=True)
    return "\n".join([REMARK, "", *lines]) + "\n"
