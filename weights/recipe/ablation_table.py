"""The tables of ablate.py: a row for every variant measured."""

import json

import numpy as np

from evaluate import format_rate
from markdown_table import table_lines
from metrics import bootstrap_interval
from variants import AUTOENCODERS, LANGUAGE_MODELS

SHARED = ["variant", "phone errors %", "against the base, points", "WER %", "MCD dB"]
LANGUAGE_MODEL_COLUMNS = [*SHARED, "F0 spread", "stopped by itself %", "parameters M", "CPU s a step"]
AUTOENCODER_COLUMNS = [*SHARED, "log-mel dB", "F0 error %", "F0 spread", "nats a latent", "parameters M", "CPU s a step"]


def mean_cell(row, name, digits, scale=1.0):
    """Mean over the lines where it could be measured."""
    values = np.array(row.get(name, [np.nan]), float)
    known = values[np.isfinite(values)]
    return f"{scale * known.mean():.{digits}f}" if len(known) else "-"


def difference_cell(row, base):
    """Phone errors more than the base's on the same lines, points, with the interval over lines."""
    if base is None or row is base:
        return "-"
    more = np.array(row["phone_errors"]) - np.array(base["phone_errors"])
    points, low, high = (100 * value for value in bootstrap_interval(more, row["phones"]))
    return f"{points:+.1f} ({low:+.1f} to {high:+.1f})"


def rate_cell(row, errors, wanted):
    return format_rate(np.array(row[errors]), np.array(row[wanted]))


def shared_cells(told, row, base):
    phones, words = rate_cell(row, "phone_errors", "phones"), rate_cell(row, "word_errors", "words")
    return [told, phones, difference_cell(row, base), words, mean_cell(row, "distortion", 2)]


def cost_cells(row):
    return [f"{row['parameters'] / 1e6:.1f}", f"{row['seconds']:.2f}"] if "parameters" in row else ["-", "-"]


def language_model_cells(told, row, base):
    return [*shared_cells(told, row, base), mean_cell(row, "f0_spread", 2), mean_cell(row, "stopped", 0, 100), *cost_cells(row)]


def autoencoder_cells(told, row, base):
    figures = mean_cell(row, "spectral", 2), mean_cell(row, "f0_error", 1), mean_cell(row, "f0_spread", 2), mean_cell(row, "nats", 0)
    return [*shared_cells(told, row, base), *figures, *cost_cells(row)]


def table_of(rows, variants, columns, cells):
    """Lines of a table of the variants among the rows {name: measures}; the first variant is the base."""
    base = rows.get(next(iter(variants)))
    made = [cells("teacher", rows["teacher"], None)]
    made += [cells(variant.told, rows[name], base) for name, variant in variants.items() if name in rows]
    return table_lines(columns, made)


TABLES = (
    ("Language models", LANGUAGE_MODELS, LANGUAGE_MODEL_COLUMNS, language_model_cells),
    ("Autoencoders (resynthesis)", AUTOENCODERS, AUTOENCODER_COLUMNS, autoencoder_cells),
)


def markdown_tables(folder, args):
    """The tables, as text, of the rows in the folder."""
    paths = {name: folder / f"{name}.row.json" for name in ("teacher", *LANGUAGE_MODELS, *AUTOENCODERS)}
    rows = {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}
    lines = len(rows["teacher"]["phones"])
    note = (
        f"{args.steps} steps of training from nothing, {lines} held-out sentences: so short a training ranks variants and says nothing "
        "of the product's quality. Intervals are over sentences; what the random numbers of training alone do shows in the base from "
        "other ones."
    )
    text = [note]
    for title, variants, columns, cells in TABLES:
        if any(name in rows for name in variants):
            text += ["", title, "", *table_of(rows, variants, columns, cells)]
    return "\n".join(text) + "\n"
