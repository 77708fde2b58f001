"""The weights in the repository speak their lines, as the recogniser of the evaluation hears them."""

import os
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, os.path.dirname(__file__))

from evaluate import make_items, resynthesise, speak_item  # noqa: E402
from instruments import RECOGNISER  # noqa: E402
from measured import load_weights  # noqa: E402
from metrics import track_f0  # noqa: E402
from recogniser import load_recogniser, phone_errors  # noqa: E402

SMALL = Path(__file__).parent / "../small"
LINES, MOST = 6, 0.15  # held-out sentences; share of phone errors, of which the evaluation finds a third


class Shipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, cls.models = load_weights(SMALL)
        cls.items, cls.recogniser = make_items(LINES), load_recogniser(RECOGNISER)

    def share_of_errors(self, say):
        errors, phones = map(sum, zip(*(phone_errors(self.recogniser, item["symbols"], say(item)) for item in self.items)))
        return errors / phones

    def test_speech_says_its_text(self):
        self.assertLess(self.share_of_errors(lambda item: speak_item(self.models, item, 0.0, None)[0]), MOST)

    def test_a_whisper_says_its_text_without_voice(self):
        def voiced(style):
            made = [speak_item(self.models, item, 0.0, None, style=style)[0] for item in self.items]
            return np.mean(np.concatenate([track_f0(samples.astype(float)) for samples in made]) > 0)

        self.assertGreater(voiced(None), 0.5)
        self.assertLess(voiced("whisper"), 0.1)
        self.assertLess(self.share_of_errors(lambda item: speak_item(self.models, item, 0.0, None, style="whisper")[0]), MOST)

    def test_resynthesis_says_what_the_teacher_said(self):
        self.assertLess(self.share_of_errors(lambda item: resynthesise(self.models[0], item["teacher"])), MOST)


if __name__ == "__main__":
    unittest.main()
