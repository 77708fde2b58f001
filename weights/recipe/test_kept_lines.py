"""Measures of lines that are kept in a file, and what is made of them.

    python3 -m unittest test_kept_lines
"""

import tempfile
import unittest
import wave
from pathlib import Path

import numpy as np

from config import SAMPLE_RATE_HZ
from kept_lines import KeptLines, identity_of
from metrics import read_wav
from seed_likeness import cosines, on, seed_rows, table_rows
from seed_speech import Seed
from seed_words import cells_of, summary, verdict

SEEDS = [Seed(number, np.array([0.5, 0.0]), number % 4) for number in range(3)]
TRAITS = {"size": {"weights": [0.2, 0.0], "bias": 0.0}}


class Keeping(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "kept.jsonl"
        self.asked = []

    def say(self, line, seeds):
        self.asked += [(seed.number, line) for seed in seeds]
        return [None if (seed.number, line) == (1, 0) else [seed.number, line] for seed in seeds]

    def open(self):
        return KeptLines(self.path, {"weights": "a"})

    def test_a_run_that_was_stopped_goes_on(self):
        self.open().ask("seed", {0: SEEDS[:2]}, self.say, lambda line, signal: signal)
        with self.path.open("a") as file:
            file.write('["seed", 2, 0, [2,')
        kept = self.open()
        kept.ask("seed", {0: SEEDS, 1: SEEDS[:1]}, self.say, lambda line, signal: signal)
        self.assertEqual(self.asked, [(0, 0), (1, 0), (2, 0), (0, 1)])
        for file in (kept, self.open()):
            self.assertEqual(file.of("seed", SEEDS[0], [0, 1, 2]), {0: [0, 0], 1: [0, 1]})
            self.assertEqual(file.of("seed", SEEDS[1], [0, 1]), {}, "a line that could not be said counts as asked for, and is left out")
            self.assertEqual(file.of("twin", SEEDS[0], [0, 1]), {})

    def test_measures_of_other_weights_are_refused(self):
        self.open()
        with self.assertRaisesRegex(SystemExit, "other weights.*--results"):
            KeptLines(self.path, {"weights": "b"})

    def test_identity_changes_with_every_file_and_line(self):
        paths = [Path(self.folder.name) / name for name in ("manifest.json", "judge.pt")]
        for path in paths:
            path.write_text(path.name)
        identity = identity_of(paths, ["one", "two"])
        self.assertEqual(identity, identity_of(paths, ["one", "two"]))
        self.assertNotEqual(identity["lines"], identity_of(paths, ["one two"])["lines"])
        paths[1].write_text("other")
        changed = identity_of(paths, ["one", "two"])
        self.assertEqual([name for name in identity if identity[name] != changed[name]], ["judge.pt"])


def read(errors, words=10):
    return {"errors": errors, "words": words, "phone_errors": errors, "phones": 40}


class Words(unittest.TestCase):
    def test_a_seed_is_judged_by_its_twin_or_by_itself(self):
        self.assertEqual([verdict(40, 30), verdict(25, 5), verdict(25.1, 15), verdict(26, 15)], ["as its twin", "at most 25 %", "no", "no"])

    def test_row_and_summary_compare_the_same_lines(self):
        said = [{0: read(1), 1: read(2)}, {0: read(4), 1: read(5)}]
        twins = [{0: read(1), 1: read(1)}, {0: read(1), 1: read(2)}]
        cells = cells_of(SEEDS[0], said[0], twins[0], TRAITS)
        self.assertEqual([cells[place] for place in (0, 1, 2, 4, 6, 7, 8)], ["0", "slt", "0.10", "10.0", "3.8", "2.5", "as its twin"])
        self.assertTrue(cells[3].startswith("15.0 (") and cells[5].startswith("+5.0 ("))
        told = summary(SEEDS[:2], said, twins)
        self.assertIn("Intelligible: 1 of 2; within 10 points of their twins 1, at most 25 % 1.", told)
        self.assertIn("mean 30.0 %, twins 12.5 %; worst 45.0 % (seed 1, rms)", told)


class Likeness(unittest.TestCase):
    def test_pairs_are_of_two_lines_and_of_one_voice_or_two(self):
        axes = np.eye(4)
        left = {(seed, line): axes[seed] for seed in range(2) for line in range(3)}
        right = {(0, 0): axes[0], (0, 1): axes[0] + axes[2], (1, 0): axes[3]}
        same, other = cosines(left, right)
        np.testing.assert_allclose(sorted(same), [0, 0, *[np.sqrt(0.5)] * 2, 1, 1], atol=1e-12)
        self.assertEqual((len(other), other.max()), (6, 0))
        same, other = cosines(left, left)
        self.assertEqual((len(same), same.min(), len(other), other.max()), (12, 1, 12, 0))

    def test_rows_compare_the_same_seeds_and_lines(self):
        rng = np.random.default_rng(1)
        voices = rng.standard_normal((3, 32))
        say = lambda noise, keys: {key: voices[key[0]] + noise * rng.standard_normal(32) for key in keys}
        every, few = [(seed, line) for seed in range(3) for line in range(5)], [(0, 1), (0, 2), (1, 1), (1, 2)]
        heard = {name: say(noise, every) for name, noise in {"teacher": 0.1, "resynthesis": 0.2, "seeds": 0.3, "reloaded": 0.3}.items()}
        del heard["teacher"][2, 4]
        heard["webgpu"] = say(0.3, few)
        rows = [*table_rows(heard)]
        self.assertEqual([cells[1] for cells in rows], ["3 x 5"] * 4 + ["2 x 2"] * 4)
        means = [float(cells[2]) for cells in rows]
        self.assertTrue(means[0] > means[1] > means[2] > float(rows[2][5]))
        self.assertTrue(all(abs(means[place] - means[2]) < 0.06 for place in (3, 6, 7)))
        self.assertTrue(90 <= float(rows[0][4].removesuffix(" %")) <= 98)
        del heard["webgpu"]
        self.assertEqual(len([*table_rows({**heard, "webgpu": {}})]), 4)
        alone = {name: on([key for key in lines if key[0] == 0], lines) for name, lines in heard.items()}
        self.assertEqual([cells[5:] for cells in table_rows({**alone, "webgpu": {}})], [("-", "-")] * 4)
        by_seed = [*seed_rows(SEEDS, heard)]
        self.assertEqual([cells[:2] for cells in by_seed], [("0", "slt"), ("1", "rms"), ("2", "awb")])
        self.assertTrue(all(float(cells[2]) > float(cells[4]) for cells in by_seed))
        self.assertEqual(on(few, {(0, 1): "a", (2, 2): "b"}), {(0, 1): "a"})

    def test_sound_of_another_rate_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            for rate in (SAMPLE_RATE_HZ, 8000):
                with wave.open(f"{folder}/a.wav", "wb") as sound:
                    sound.setparams((1, 2, rate, 0, "NONE", ""))
                    sound.writeframes(np.arange(-3, 4, dtype="<i2").tobytes())
                if rate == SAMPLE_RATE_HZ:
                    self.assertEqual(read_wav(f"{folder}/a.wav").tolist(), [-3, -2, -1, 0, 1, 2, 3])
                else:
                    self.assertRaisesRegex(ValueError, "16000 Hz", read_wav, f"{folder}/a.wav")


if __name__ == "__main__":
    unittest.main()
