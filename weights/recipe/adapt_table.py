"""The tables of adapt.py: a row for every number of sequences drawn, and a row for every speaker."""

import numpy as np

from adapt_speakers import GROUPS
from evaluate import format_rate
from markdown_table import table_lines


def group_means(results, values):
    """Cells: the mean of one value a result over all, over every group, and the lowest."""
    groups, values = np.array([result["speaker"]["group"] for result in results]), np.array(values)
    chosen = [values, *(values[groups == name] for name in GROUPS)]
    return [*(f"{each.mean():.3f}" if len(each) else "-" for each in chosen), f"{values.min():.3f}"]


def words_cell(words, count):
    """WER with its interval; words: [{count: (errors, words)}] of every speaker, empty where nothing was read."""
    if not words or count not in words[0]:
        return "-"
    errors, total = (np.concatenate([each[count][part] for each in words]) for part in (0, 1))
    return format_rate(errors, total)


def counts_table(results, words, columns):
    """Rows as in the paper's figure 6: means over the speakers for every N."""
    names = ["N", "similarity", *GROUPS, "lowest of a speaker", "KL of unseen lines", "pointer", "phone errors %", "WER %"]
    rows = []
    for count in columns:
        figures = [result["figures"][count] for result in results]
        kl, pointer = (np.mean([each[name] for each in figures]) for name in ("kl", "pointer"))
        similarity = group_means(results, [each["similarity"] for each in figures])
        errors, phones = np.sum([each["phones"] for each in figures], 0)
        rows.append([count, *similarity, f"{kl:.3f}", f"{pointer:.3f}", f"{100 * errors / phones:.1f}", words_cell(words, count)])
    for name, label in (("resynthesis", "resynthesis of the speaker's own lines"), ("same", "the speaker's own lines")):
        rows.append([label, *group_means(results, [result[name] for result in results]), "-", "-", "-", "-"])
    return table_lines(names, rows)


def speakers_table(results, columns):
    """One row a speaker."""
    rows = []
    for result in results:
        speaker, (before, after) = result["speaker"], result["held_out_kl"]
        heard = [f"{errors} of {phones}" for errors, phones in (result["figures"][count]["phones"] for count in (columns[0], columns[-1]))]
        cells = [result["figures"][count]["similarity"] for count in columns] + [result["resynthesis"], result["same"]]
        name = f"{speaker['voice']} {speaker['id']}, {speaker['group']}"
        rows.append([name, *(f"{value:.3f}" for value in cells), f"{result['kept_step']}", f"{before:.3f} -> {after:.3f}", " -> ".join(heard)])
    return table_lines(["speaker", *columns, "resynthesis", "same", "kept step", "held-out KL", "phone errors"], rows)
