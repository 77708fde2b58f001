"""Compares an evaluation with that of the weights in use, item by item, so that no weights are replaced by worse ones."""

import numpy as np

from metrics import bootstrap_interval

WANTED = {"errors": "words", "phone_errors": "phones"}  # what errors are counted among
# How bad an item's value is; less is better.
BADNESS = {
    "errors": lambda value: value,
    "phone_errors": lambda value: value,
    "distortion": lambda value: value,
    "f0_error": lambda value: value,
    "f0_spread": lambda value: np.abs(np.log(value)),
    "duration": lambda value: np.abs(np.log(value)),
    "estoi": lambda value: -value,
    "pesq_like": lambda value: -value,
    "similarity": lambda value: -value,
}


def changes(old, new):
    """[(system, measure, mean, low, high)] of what both evaluations measured. Raises ValueError when they spoke other lines."""
    if old["lines"] != new["lines"]:
        raise ValueError("the evaluations have other lines: evaluate both with the same --sentences")
    rows = []
    for system in old["systems"].keys() & new["systems"].keys() - {"teacher"}:
        for measure, badness in BADNESS.items():
            if measure not in old["systems"][system] or measure not in new["systems"][system]:
                continue
            before, after = (badness(np.array(each["systems"][system][measure], float)) for each in (old, new))
            known = np.isfinite(before) & np.isfinite(after)
            weights = np.array(old[WANTED[measure]], float) if measure in WANTED else np.ones(len(before))
            rows.append((system, measure, *bootstrap_interval(after[known] - before[known], weights[known])))
    return sorted(rows)


def refusals(old, new):
    """A sentence for every row that is worse beyond chance; none = the new weights may replace the old."""
    return [
        f"{system}: {measure} is worse by {mean:.3f} ({low:.3f} to {high:.3f})"
        for system, measure, mean, low, high in changes(old, new)
        if low > 0
    ]
