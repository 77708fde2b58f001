"""Whose voices are learned to measure test-time training, what its tables say, and what keeps its results.

    python3 -m unittest test_adapt
"""

import math
import tempfile
import unittest
import wave
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import torch

from adapt_learn import Lesson, Settings, StopRule, fit_speaker, held_out_kl, start_adapter
from adapt_speakers import BEYOND, GROUPS, HELD_OUT, OUTSIDE, SECONDS, lines_of, speakers_measured
from adapt_table import counts_table, speakers_table
from adapter_loss import predict_line
from config import SAMPLE_RATE_HZ, TINY
from kept_files import folder_of, kept
from language_model import LanguageModel
from metrics import write_wav
from phonemes import read_cmudict
from prepare import CMUDICT, FIXED_PITCH, SPEAKERS, VOICE_SHARE, WIDE_SPEAKERS, synthesise
from recorded import recorded_lines


def is_within(speaker, size, pitch, tilt):
    is_pitch_near = speaker["voice"] in FIXED_PITCH or abs(math.log(speaker["pitch"])) <= pitch
    return abs(math.log(speaker["vocal_tract"])) <= size and is_pitch_near and abs(speaker["tilt"]) <= tilt


def result(group, similarity):
    speaker = {"id": 7, "voice": "slt", "group": group}
    figures = {"0": {"similarity": similarity, "kl": 1.0, "pointer": 0.5, "phones": [3, 60]}}
    return {"speaker": speaker, "figures": figures, "resynthesis": 0.75, "same": 0.875, "kept_step": 5, "held_out_kl": [1.5, 1.25]}


class Speakers(unittest.TestCase):
    def test_groups_lie_where_their_names_say(self):
        held_out, beyond, outside = (
            [speaker for speaker in speakers_measured(HELD_OUT, len(BEYOND), len(OUTSIDE)) if speaker["group"] == group] for group in GROUPS[:3]
        )
        self.assertEqual((len(held_out), len(beyond), len(outside)), (4, 8, 4))
        for speaker in held_out:
            self.assertTrue(is_within(speaker, 0.16, 0.28, 1.5), speaker)
            self.assertLess(speaker["id"], SPEAKERS)
        for speaker in beyond:
            self.assertFalse(is_within(speaker, 0.16, 0.28, 1.5), speaker)
            self.assertTrue(is_within(speaker, 0.24, 0.4, 3.0), speaker)
        for speaker in outside:
            self.assertGreater(abs(math.log(speaker["vocal_tract"])), 0.24)
            self.assertGreater(abs(speaker["tilt"]), 3.0)
        self.assertEqual({speaker["voice"] for speaker in outside}, set(VOICE_SHARE))
        made = [speaker["id"] for speaker in beyond + outside]
        self.assertEqual(made, list(range(SPEAKERS + WIDE_SPEAKERS, SPEAKERS + WIDE_SPEAKERS + 12)))
        self.assertTrue(all(speaker["pitch"] == speaker["vocal_tract"] for speaker in beyond + outside if speaker["voice"] in FIXED_PITCH))

    def test_fewer_of_a_group_are_the_first_of_it(self):
        chosen = speakers_measured(1, 2, 1)
        self.assertEqual([speaker["group"] for speaker in chosen], ["held out", "beyond", "beyond", "outside"])
        self.assertEqual([speaker["id"] for speaker in chosen[1:]], [1240, 1241, 1248])

    def test_every_speaker_outside_says_the_lines(self):
        cmudict = read_cmudict(CMUDICT)
        for speaker in speakers_measured(0, 0, len(OUTSIDE)):
            taught, others = lines_of(speaker, cmudict, 1)
            seconds = sum(len(samples) for samples, _ in taught) / SAMPLE_RATE_HZ
            self.assertTrue(SECONDS[0] <= seconds <= SECONDS[1])
            self.assertEqual(len(others), 1)
            self.assertNotIn(others[0][1]["text"], [told["text"] for _, told in taught])


def lesson_of(frames):
    posterior = torch.zeros(1, frames, TINY.latent_dim)
    return Lesson(torch.zeros(1, TINY.speaker.dim), np.ones(3, int), np.ones(frames, int), posterior, posterior)


class Stopping(unittest.TestCase):
    def steps_after(self, kl_of, steps=range(5, 65, 5), before=9.0):
        """The rule when it has seen averages of so many steps, each [its step]; kl_of(frames, step) gives a line's KL."""
        model = LanguageModel(TINY.language_model, TINY.latent_dim, TINY.speaker.dim)

        def losses(_, line, adapter):
            step = float(adapter[0]) if len(adapter) == 1 else 0.0
            return torch.tensor(kl_of(line.target_mean.shape[1], step)), None

        with mock.patch("adapt_learn.line_losses", losses):
            rule = StopRule(model, before, lesson_of(20), 0, [lesson_of(9), lesson_of(3)], Settings())
            for step in steps:
                rule.look(step, [torch.tensor(float(step))])
        return rule

    def test_the_best_is_kept_until_it_is_stale(self):
        rule = self.steps_after(lambda frames, step: 1 + 0.01 * abs(step - 10) if frames == 20 else 1.0)
        self.assertEqual((rule.step, float(rule.adapter[0]), rule.is_over), (10, 10.0, True))

    def test_a_gain_over_zero_shot_that_may_be_chance_is_not_kept(self):
        for share, kept in ((0.9, 0), (1.1, 5)):
            gain = share * Settings().least_gain
            rule = self.steps_after(lambda frames, step: 1 - gain * (frames == 20 and step > 0), before=1.0)
            self.assertEqual(rule.step, kept)

    def test_nothing_is_kept_once_the_rehearsed_lines_are_forgotten(self):
        for share, kept in ((0.9, 60), (1.1, 15)):
            forgotten = share * Settings().most_forgotten
            rule = self.steps_after(lambda frames, step: 2 - 0.01 * step if frames == 20 else 1 + forgotten * (step >= 20))
            self.assertEqual((rule.step, rule.is_over), (kept, True))

    def test_lines_count_by_their_frames(self):
        rule = self.steps_after(lambda frames, _: {20: 1.0, 9: 2.0, 3: 4.0}[frames], ())
        self.assertAlmostEqual(rule.rehearsed_before, (9 * 2 + 3 * 4) / 12)


class Fitting(unittest.TestCase):
    """The recording is a line that the model says by another speaker latent."""

    def setUp(self):
        torch.manual_seed(3)
        self.lm = LanguageModel(TINY.language_model, TINY.latent_dim, TINY.speaker.dim, TINY.styles).requires_grad_(False)
        for parameter in self.lm.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
        self.lm.speaker[2].weight.mul_(10)  # so that the latent is heard,
        self.lm.latent.weight.zero_()  # and nothing else
        self.given, other = torch.zeros(TINY.speaker.dim), torch.full((TINY.speaker.dim,), 0.8)
        path, ids = np.repeat(np.arange(6), 4), np.arange(1, 7)
        nothing = torch.zeros(1, len(path), TINY.latent_dim)
        lesson = Lesson(self.lm.condition(other)[None], ids, path, nothing, nothing)
        self.lessons = [self.by(self.given, replace(lesson, **self.said(lesson)))]

    def by(self, latent, lesson):
        return replace(lesson, conditioning=self.lm.condition(latent)[None])

    def said(self, lesson):
        line = lesson.line(self.lm.config.pointer, torch.zeros_like(lesson.mean))
        mean, log_scale, _ = predict_line(self.lm, line, start_adapter(self.lm, 1))
        return {"mean": mean, "log_scale": log_scale}

    def test_the_latent_moves_to_where_the_recording_is_said_best(self):
        weights = {name: value.clone() for name, value in self.lm.state_dict().items()}
        latent = fit_speaker(self.lm, self.given, self.lessons, Settings())
        before, after = (held_out_kl(self.lm, [self.by(each, self.lessons[0])], Settings()) for each in (self.given, latent))
        self.assertLess(after, 0.7 * before)
        self.assertTrue(torch.equal(self.given, torch.zeros(TINY.speaker.dim)))
        self.assertTrue(all(torch.equal(value, weights[name]) for name, value in self.lm.state_dict().items()))

    def test_the_given_latent_is_kept_when_nothing_is_better(self):
        with mock.patch("adapt_learn.kl_from", lambda *_: 1.0):
            self.assertTrue(torch.equal(fit_speaker(self.lm, self.given, self.lessons, Settings()), self.given))


class Recorded(unittest.TestCase):
    """A person is played by another of the teacher's voices, of whom it is known when every phone ends."""

    lines = {
        "short": "good morning to you.",
        "long": "the old miller never told anyone where the silver bell was buried.",
    }

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root, self.cmudict = Path(self.folder.name), read_cmudict(CMUDICT)
        reader = {"id": 1, "voice": "rms", "vocal_tract": 1.05, "pitch": 0.95, "stretch": 1.1, "tilt": 1.0}
        self.said = {name: synthesise(text, reader, self.cmudict) for name, text in self.lines.items()}
        for name, (samples, _) in self.said.items():
            write_wav(samples / 32768, self.root / f"{name}.wav")
        self.transcribe(self.lines)

    def transcribe(self, names):
        (self.root / "transcription").write_text("".join(f"<s> {self.lines[name]} </s> ({name})\n" for name in names))

    def test_phones_end_where_they_are_heard_to(self):
        [(samples, told)], [(_, other)] = recorded_lines(self.root, self.cmudict)
        truth = self.said["long"][1]
        self.assertEqual((told["text"], other["text"]), (self.lines["long"], self.lines["short"]))
        self.assertEqual(len(told["ends"]), len(told["symbols"]))
        self.assertEqual((len(samples) % 1280, told["ends"][-1]), (0, len(samples) / SAMPLE_RATE_HZ))
        self.assertTrue(np.all(np.diff(told["ends"]) >= 0))
        self.assertEqual(told["symbols"], truth["symbols"])
        errors = np.abs(np.array(told["ends"]) - truth["ends"])[:-1]
        self.assertLess(np.median(errors), 0.04)  # half a latent
        self.assertLess(errors.max(), 0.3)

    def test_a_folder_without_a_line_to_learn_is_refused(self):
        self.transcribe(["short"])
        with self.assertRaisesRegex(ValueError, "has no line of"):
            recorded_lines(self.root, self.cmudict)

    def test_another_format_is_refused(self):
        with wave.open(str(self.root / "short.wav"), "wb") as sound:
            sound.setparams((2, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes(8000))
        with self.assertRaisesRegex(ValueError, "2 channels of 16 bits at 8000 Hz; 1 of 16 bits at 16000 Hz is needed"):
            recorded_lines(self.root, self.cmudict)


class Tables(unittest.TestCase):
    results = [result("held out", 0.5), result("beyond", 0.25), result("beyond", 0.75)]

    def test_every_group_has_a_column(self):
        head, _, row, *bounds = counts_table(self.results, [], ["0"])
        self.assertIn("| N | similarity | held out | beyond | outside | recorded | lowest of a speaker |", head)
        self.assertEqual(row, "| 0 | 0.500 | 0.500 | 0.500 | - | - | 0.250 | 1.000 | 0.500 | 5.0 | - |")
        self.assertEqual([row.count("|") for row in bounds], [head.count("|")] * 2)

    def test_words_are_counted_over_all_speakers(self):
        words = [{"0": ([1, 0], [10, 10])}, {"0": ([4], [20])}]
        row = counts_table(self.results, words, ["0"])[2]
        self.assertRegex(row, r"\| 12\.5 \(\d+\.\d-\d+\.\d\) \|$")

    def test_every_speaker_has_a_row_with_the_group(self):
        rows = speakers_table(self.results, ["0"])
        self.assertEqual(rows[2], "| slt 7, held out | 0.500 | 0.750 | 0.875 | 5 | 1.500 -> 1.250 | 3 of 60 -> 3 of 60 |")
        self.assertEqual(len(rows), 5)


class Keeping(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "results"

    def test_what_is_known_is_not_made_again(self):
        folder = folder_of(self.path, {"weights": "a"})
        self.assertEqual(kept(folder / "one.json", lambda: {"value": 1}), {"value": 1})
        self.assertEqual(kept(folder_of(self.path, {"weights": "a"}) / "one.json", lambda: self.fail("made again")), {"value": 1})

    def test_nothing_is_kept_of_what_failed(self):
        path = folder_of(self.path, {"weights": "a"}) / "one.json"
        with self.assertRaises(ZeroDivisionError):
            kept(path, lambda: 1 / 0)
        self.assertEqual(kept(path, lambda: 2), 2)

    def test_results_of_other_weights_are_refused(self):
        folder_of(self.path, {"weights": "a"})
        with self.assertRaisesRegex(SystemExit, "other weights or settings.*--results"):
            folder_of(self.path, {"weights": "b"})

    def test_results_of_unknown_weights_are_refused(self):
        self.path.mkdir()
        (self.path / "800.json").write_text("{}")
        with self.assertRaisesRegex(SystemExit, "--results"):
            folder_of(self.path, {"weights": "a"})


if __name__ == "__main__":
    unittest.main()
