"""Tests of the networks that listen, as files."""

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

import torch

sys.path.insert(0, os.path.dirname(__file__))

from against import BADNESS, changes  # noqa: E402
from instruments import FOLDER, JUDGE, RECOGNISER, TRAINING_JUDGE, TRAINING_RECOGNISER, read_instrument, write_instrument  # noqa: E402
from judge import Judge, embed, load_judge  # noqa: E402
from metrics import speaker_similarity  # noqa: E402
from phonemes import read_cmudict  # noqa: E402
from prepare import CMUDICT, held_out_sentences, make_speaker, synthesise  # noqa: E402
from recogniser import Recogniser, load_recogniser, phone_errors  # noqa: E402

TEXT = "The old ferryman knows a safe way through the marshes."
OTHER_TEXT = "Nobody has opened this door for seven winters."


class Baseline(unittest.TestCase):
    def test_new_weights_are_compared_with_the_shipped_ones_in_every_measure(self):
        shipped = json.loads((FOLDER / "small.json").read_text())
        self.assertEqual(shipped["lines"], held_out_sentences()[:200])
        systems = {name for name, _, *_ in changes(shipped, shipped)}
        self.assertEqual(systems, {"resynthesis", "speech, temperature 0.0"})
        self.assertEqual({measure for _, measure, *_ in changes(shipped, shipped)}, set(BADNESS))


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "network.safetensors"

    def test_a_network_hears_the_same_after_it_was_written(self):
        torch.manual_seed(1)
        network, samples = Recogniser(), 0.1 * torch.randn(1, 16000)
        network(samples)  # moves the statistics of batch norm
        write_instrument(network, self.path)
        again = read_instrument(Recogniser(), self.path)
        self.assertFalse(any(parameter.requires_grad for parameter in again.parameters()))
        torch.testing.assert_close(again(samples), network.eval()(samples), atol=5e-3, rtol=0)

    def test_another_networks_file_is_refused(self):
        write_instrument(Recogniser(), self.path)
        with self.assertRaises(RuntimeError):
            read_instrument(Judge(), self.path)

    def test_a_missing_file_is_told(self):
        with self.assertRaisesRegex(FileNotFoundError, "network.safetensors"):
            read_instrument(Judge(), self.path)


class Committed(unittest.TestCase):
    """The instruments in the repository hear what they are there for, on speakers and lines that they did not learn from."""

    @classmethod
    def setUpClass(cls):
        cmudict = read_cmudict(CMUDICT)
        cls.speakers = [next(make_speaker(i) for i in range(800, 840) if make_speaker(i)["voice"] == voice) for voice in ("slt", "rms", "awb", "kal16")]
        cls.lines = [[synthesise(text, speaker, cmudict) for text in (TEXT, OTHER_TEXT)] for speaker in cls.speakers]

    def test_recognisers_name_the_phones(self):
        for path in (RECOGNISER, TRAINING_RECOGNISER):
            recogniser = load_recogniser(path)
            counts = [phone_errors(recogniser, made["symbols"], samples) for lines in self.lines for samples, made in lines]
            errors, phones = map(sum, zip(*counts))
            self.assertLess(errors, phones / 10)

    def test_judges_know_a_voice_again(self):
        for path in (JUDGE, TRAINING_JUDGE):
            judge = load_judge(path)
            first, second = ([embed(judge, lines[take][0]) for lines in self.lines] for take in (0, 1))
            for place, voice in enumerate(first):
                similarities = [speaker_similarity(voice, other) for other in second]
                self.assertEqual(max(range(len(second)), key=similarities.__getitem__), place)


if __name__ == "__main__":
    unittest.main()
