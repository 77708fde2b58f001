"""What counts as a run-away, a skip and a repeat.

    python3 -m unittest test_lines
"""

import argparse
import contextlib
import io
import itertools
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch

import lines
from config import SAMPLE_RATE_HZ
from lines import (
    BARKS,
    VOICES,
    bark_texts,
    faults_of,
    repeats_by_ear,
    report,
    skipped_by_ear,
    skipped_by_pointer,
    speaker_of_line,
    texts_of,
)
from phonemes import read_cmudict
from prepare import CMUDICT
from recogniser import phones_of

SYMBOLS = "<s> |DH AH0 |OW1 L D , |AH0 |K IH1 NG .".split()
ENDS = [0.1, 0.15, 0.25, 0.4, 0.5, 0.6, 0.8, 0.85, 0.95, 1.05, 1.2, 1.5]
ALL = range(len(SYMBOLS))
OLD, A, KING = (3, 6), (7, 8), (8, 11)


def heard(text):
    return text.split()


def line(**changed):
    right = phones_of(SYMBOLS)
    return {
        "text": "the old, a king.",
        "voice": "slt",
        "symbols": SYMBOLS,
        "ends": ENDS,
        "taught": 2 * SAMPLE_RATE_HZ,
        "length": 2 * SAMPLE_RATE_HZ,
        "path": [*ALL],
        "ending": "stopped",
        "heard": right,
        "teacher_heard": right,
    } | changed


class Faults(unittest.TestCase):
    def test_a_good_line_has_none(self):
        self.assertEqual(faults_of(line()), ([0] * 8, []))

    def test_it_runs_away_when_it_rested_or_is_too_long(self):
        longest = int(2.75 * SAMPLE_RATE_HZ)
        for changed, expected in (({"ending": "rested"}, 1), ({"length": longest}, 0), ({"length": longest + 1}, 1)):
            counts, told = faults_of(line(**changed))
            self.assertEqual((counts[0], len(told)), (expected, expected))

    def test_too_short_is_counted_by_itself(self):
        shortest = int(1.35 * SAMPLE_RATE_HZ)
        self.assertEqual(faults_of(line(length=shortest))[0][:2], [0, 0])
        self.assertEqual(faults_of(line(length=shortest - 1))[0][:2], [0, 1])

    def test_the_pointer_skips_words_of_a_frame_or_more(self):
        self.assertEqual(skipped_by_pointer(line(path=[0, 1, 2, 4, 6, 7, 9, 11])), [], "a symbol is enough")
        self.assertEqual(skipped_by_pointer(line(path=[0, 1, 2, 6, 7, 9, 11])), [OLD])
        self.assertEqual(skipped_by_pointer(line(path=[0, 1, 4, 6, 9, 11])), [], "50 ms may fall between two frames")

    def test_a_skip_is_confirmed_by_ear_or_not(self):
        path, silent = [0, 1, 2, 6, 7, 9, 11], heard("DH AH AH K IH NG")
        self.assertEqual(faults_of(line(path=path))[0][2:6], [1, 0, 0, 0])
        counts, told = faults_of(line(path=path, heard=silent))
        self.assertEqual(counts[2:6], [1, 1, 1, 0])
        self.assertEqual(told, ["OW-L-D skipped by pointer and by ear"])
        self.assertEqual(faults_of(line(teacher_heard=silent)), ([0, 0, 0, 0, 0, 1, 0, 0], []))

    def test_a_word_is_skipped_by_ear_when_nothing_or_little_of_it_is_heard(self):
        for text, spans in (
            ("DH AH OW L D AH K IH NG", []),
            ("DH AH L AH K IH NG", []),
            ("DH AH OW L D IH K IH NG", [A]),
            ("DH AH OW L D K IH NG", [A]),
            ("DH AH AH K IH NG", [OLD]),
            ("DH AH OW L D AH", [KING]),
            ("", [(1, 3), OLD, A, KING]),
        ):
            self.assertEqual(skipped_by_ear(SYMBOLS, heard(text)), spans, text)
        longer = "<s> |K IH1 NG D AH0 M .".split()
        self.assertEqual(skipped_by_ear(longer, heard("M")), [(1, 7)])
        self.assertEqual(skipped_by_ear(longer, heard("K IH")), [])

    def test_three_phones_that_nobody_asked_for_are_a_repeat(self):
        for text, repeats in (
            ("DH AH OW L D AH K IH NG", 0),
            ("DH AH OW L D AH K IH NG K IH NG", 1),
            ("DH AH OW L D OW L D AH K IH NG", 1),
            ("DH AH OW L D DH AH OW L D AH K IH NG", 1),
            ("DH AH OW L D OW L D AH K IH NG K IH NG", 2),
            ("DH AH OW L D AH K IH NG IH NG", 0),
            ("DH AH OW L D S T R AH K IH NG", 1),
        ):
            self.assertEqual(len(repeats_by_ear(SYMBOLS, heard(text))), repeats, text)
        self.assertEqual(repeats_by_ear(SYMBOLS, heard("DH AH OW L D AH K IH NG K IH NG")), [["K", "IH", "NG"]])

    def test_a_repeat_that_is_wanted_is_none(self):
        symbols = "<s> |R AH1 N , |R AH1 N !".split()
        self.assertEqual(repeats_by_ear(symbols, heard("R AH N R AH N")), [])
        self.assertEqual(len(repeats_by_ear(symbols, heard("R AH N R AH N R AH N"))), 1)


class Lines(unittest.TestCase):
    def test_barks_are_distinct_words_of_the_dictionary(self):
        cmudict = read_cmudict(CMUDICT)
        first = [texts_of(number)[0] for number in range(BARKS)]
        self.assertEqual(len(set(first)), BARKS)
        self.assertTrue(all(word[:-1] in cmudict and word[-1] == "!" for word in bark_texts()))
        every = [text for number in range(BARKS) for text in texts_of(number)]
        self.assertEqual(sorted(every), sorted(bark_texts()), "what flite says otherwise gives way to a word no other line has")

    def test_other_lines_are_made_from_their_numbers(self):
        firsts = [list(itertools.islice(texts_of(BARKS + number), 2)) for number in range(8)]
        self.assertEqual(firsts[:2], [list(itertools.islice(texts_of(BARKS + number), 2)) for number in range(2)])
        self.assertEqual(len({tuple(texts) for texts in firsts}), 8)

    def test_voices_speak_in_turn_and_every_speaker_of_each(self):
        speakers = {voice: [*range(count)] for voice, count in zip(VOICES, (3, 2, 1, 1))}
        said = [speaker_of_line(number, speakers) for number in range(12)]
        self.assertEqual([voice for voice, _ in said], [*VOICES] * 3)
        self.assertEqual([place for voice, place in said if voice == VOICES[0]], [0, 1, 2])

    def test_the_table_adds_up_and_names_the_lines(self):
        rested, silent = line(ending="rested", voice="rms"), line(heard=[])
        told = report({0: line(), 1: rested | {"length": 3 * SAMPLE_RATE_HZ}, BARKS: silent}, 0.0)
        self.assertIn("length 1.00-1.50 of the teacher's", told)
        rows = {cells[1].strip(): [int(cell) for cell in cells[2:-1]] for cells in (row.split("|") for row in told.split("\n")[4:9])}
        self.assertEqual(rows["one-word barks"], [2, 8, 1, 0, 0, 0, 0, 0, 0, 0])
        self.assertEqual(rows["sentences"], [1, 4, 0, 0, 0, 0, 4, 0, 0, 0])
        self.assertEqual(rows["rms"], [1, 4, 1, 0, 0, 0, 0, 0, 0, 0])
        self.assertEqual(rows["all"], [3, 12, 1, 0, 0, 0, 4, 0, 0, 0])
        self.assertEqual([row.split(" ")[1] for row in told.split("\n") if row.startswith("- ")], ["1", str(BARKS)])

    def test_a_stopped_run_says_only_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("manifest.json", "recogniser.safetensors"):
                (Path(folder) / name).write_text(name)
            args = argparse.Namespace(vae=None, weights=folder, recogniser=f"{folder}/recogniser.safetensors", results=f"{folder}/lines.jsonl", temperature=0.0, lines=2)
            utterance = {name: line()[name] for name in ("text", "symbols", "ends")}
            spoken = (np.zeros(2 * SAMPLE_RATE_HZ), [*ALL], "stopped")
            with mock.patch.multiple(
                lines,
                measured_models=mock.DEFAULT,
                load_recogniser=mock.DEFAULT,
                speaker_of=mock.DEFAULT,
                teach=mock.Mock(return_value=(np.zeros(2 * SAMPLE_RATE_HZ, np.int16), utterance)),
                hear_phones=mock.Mock(return_value=phones_of(SYMBOLS)),
                speak_item=mock.Mock(return_value=spoken),
            ), contextlib.redirect_stdout(io.StringIO()):
                threads = torch.get_num_threads()
                self.addCleanup(torch.set_num_threads, threads)
                self.assertIn("| all | 2 | 8 | 0 |", lines.count_faults(args))
                args.lines = 3
                self.assertIn("| all | 3 | 12 | 0 |", lines.count_faults(args))
                self.assertEqual(lines.speak_item.call_count, 3)
                args.temperature = 0.5
                with self.assertRaisesRegex(SystemExit, "--results"):
                    lines.count_faults(args)


if __name__ == "__main__":
    unittest.main()
