"""Keeps what was measured of lines in a file, so that a run that was stopped goes on where it was."""

import hashlib
import json
import os
from pathlib import Path

LINES_TOGETHER = 40  # of as many seeds that speak at once


def cpu_seconds():
    """Used by this process and those it started and waited for."""
    return sum(os.times()[:4])


def identity_of(paths, texts):
    """{"name": hash} of files and lines, on which all that is measured depends."""
    hashes = {Path(path).name: hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16] for path in paths}
    return hashes | {"lines": hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]}


class KeptLines:
    """{(who, seed): {line: measures}} in a file of JSON lines: the identity first, then [who, seed, line, measures].

    Measures are None where a line could not be said. Exits when the file is of another identity: its measures are of other weights."""

    def __init__(self, path, identity):
        self.path, self.known = Path(path), {}
        if not self.path.exists():
            self.path.write_text(json.dumps(identity) + "\n")
        text, _, torn = self.path.read_text().rpartition("\n")
        first, *rows = text.split("\n")
        if json.loads(first) != identity:
            raise SystemExit(f"{path} holds measurements of other weights, judges or lines: give another --results, or remove it.")
        if torn:  # stopped while it wrote
            self.path.write_text(text + "\n")
        for who, number, line, measures in map(json.loads, rows):
            self.said(who, number)[line] = measures

    def said(self, who, number):
        """{line: measures} of all lines asked for so far."""
        return self.known.setdefault((who, number), {})

    def of(self, who, seed, lines):
        """{line: measures} of those of the lines that a seed or its twin could say."""
        said = self.said(who, seed.number)
        return {line: said[line] for line in lines if said.get(line) is not None}

    def add(self, who, number, line, measures):
        self.said(who, number)[line] = measures
        with self.path.open("a") as file:
            file.write(json.dumps([who, number, line, measures]) + "\n")

    def ask(self, who, wanted, say, measure):
        """Has the lines measured that are not known yet. wanted: {line: seeds}; say(line, seeds) -> a signal or None for each;
        measure(line, signal) -> what JSON can hold."""
        for line, seeds in wanted.items():
            missing = [seed for seed in seeds if line not in self.said(who, seed.number)]
            for first in range(0, len(missing), LINES_TOGETHER):
                seeds, begun = missing[first : first + LINES_TOGETHER], cpu_seconds()
                for seed, signal in zip(seeds, say(line, seeds)):
                    self.add(who, seed.number, line, None if signal is None else measure(line, signal))
                spent = (cpu_seconds() - begun) / len(seeds)
                print(f"{who}: line {line + 1} of {len(seeds)} seeds, {spent:.2f} s of CPU time each", flush=True)
