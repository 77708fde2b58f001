"""Checks of the evaluation's measures on signals and texts whose answer is known.

    python3 -m unittest test_metrics
"""

import re
import shutil
import unittest

import numpy as np

from config import SAMPLE_RATE_HZ
from metrics import (
    bootstrap_interval,
    duration_ratio,
    f0_error,
    log_mel,
    mel_cepstra,
    mel_cepstral_distortion,
    normalised_words,
    recognise,
    sounding,
    speaker_similarity,
    track_f0,
    warp_path,
    word_errors,
)
from phonemes import read_cmudict
from prepare import CMUDICT, held_out_sentences, run_flite
from sentences import TEMPLATES, WORD_CLASSES

DIALOGUE_LINES, BARK_LINES = 250, 50


def harmonic_tone(f0_hz, seconds=0.6):
    """`[n]`: 15 harmonics falling by 6 dB an octave; f0_hz is a number or one value per sample."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(f0_hz, int(seconds * SAMPLE_RATE_HZ))) / SAMPLE_RATE_HZ
    return 0.1 * sum(np.sin(k * phase) / k for k in range(1, 16))


def vowel_glide(seconds, f0_hz=110.0):
    """`[n]`: a tone whose two resonances glide once over its length, whatever the length."""
    time = np.linspace(0, 1, int(seconds * SAMPLE_RATE_HZ), endpoint=False)
    phase = 2 * np.pi * f0_hz * np.arange(len(time)) / SAMPLE_RATE_HZ
    sound = np.zeros(len(time))
    for k in range(1, 40):
        formants = (300 + 500 * time, 2400 - 1200 * time)
        gain = sum(np.exp(-(((k * f0_hz - formant) / 250) ** 2)) for formant in formants)
        sound += gain * np.sin(k * phase)
    return 0.1 * sound


def template_pattern(template):
    """A regular expression for all sentences of one template of sentences.py."""
    spaced = re.sub(r" ([,.?!])", r"\1", template)
    parts = re.split(r"(\{\w+\}(?: s\b)?)", spaced)
    choices = {name: "(?:" + "|".join(words.split()) + ")" for name, words in WORD_CLASSES.items()}
    filled = [
        choices[re.match(r"\{(\w+)", part)[1]] + ("e?s" if part.endswith(" s") else "")
        if part.startswith("{")
        else re.escape(part)
        for part in parts
    ]
    return re.compile("".join(filled))


class WordErrors(unittest.TestCase):
    def test_counts_each_kind(self):
        self.assertEqual(word_errors("the old king sleeps", "the old king sleeps"), (0, 0, 0))
        self.assertEqual(word_errors("the old king sleeps", "the cold king sleeps"), (1, 0, 0))
        self.assertEqual(word_errors("the old king sleeps", "the king sleeps"), (0, 1, 0))
        self.assertEqual(word_errors("the old king sleeps", "the very old king sleeps"), (0, 0, 1))
        self.assertEqual(word_errors("a b c d e f", "x b d e f g"), (1, 1, 1))

    def test_empty_sides(self):
        self.assertEqual(word_errors("who goes there?", ""), (0, 3, 0))
        self.assertEqual(word_errors("", "who goes there"), (0, 0, 3))

    def test_case_marks_and_apostrophes(self):
        heard = "halt it's ten o'clock sir"
        self.assertEqual(word_errors("Halt! It's ten o\u2019clock, sir.", heard), (0, 0, 0))
        self.assertEqual(normalised_words("'Twas twenty-five, don't"), ["twas", "twenty", "five", "don't"])

    def test_interval_holds_the_rate_and_shrinks_with_more_items(self):
        rng = np.random.default_rng(0)
        errors, words = rng.binomial(10, 0.2, 400), np.full(400, 10)
        rate, low, high = bootstrap_interval(errors, words, seed=3)
        self.assertAlmostEqual(rate, errors.sum() / 4000)
        self.assertTrue(low < rate < high)
        self.assertAlmostEqual(high - low, 2 * 1.96 * np.sqrt(0.2 * 0.8 / 4000), delta=0.006)
        few = bootstrap_interval(errors[:40], words[:40], seed=3)
        self.assertGreater(few[2] - few[1], 2 * (high - low))
        self.assertEqual(bootstrap_interval(errors, words, seed=3), (rate, low, high))

    @unittest.skipUnless(shutil.which("pocketsphinx_continuous") and shutil.which("flite"), "no recogniser")
    def test_recogniser_reads_the_teacher(self):
        speaker = {"voice": "rms", "vocal_tract": 1.0, "pitch": 1.0, "stretch": 1.0}
        text = "thank you for saving my daughter, i will never forget it."
        samples, _ = run_flite(text, speaker)
        self.assertLessEqual(sum(word_errors(text, recognise(samples, SAMPLE_RATE_HZ))), 2)
        with self.assertRaises(ValueError):
            recognise(samples, 8000)


class Spectrum(unittest.TestCase):
    def test_shapes(self):
        tone = harmonic_tone(120)
        frames = len(tone) * 100 // SAMPLE_RATE_HZ + 1
        self.assertEqual(log_mel(tone).shape, (frames, 80))
        self.assertEqual(mel_cepstra(tone).shape, (frames, 25))

    def test_same_signal_has_no_distortion(self):
        glide = vowel_glide(0.8)
        self.assertEqual(mel_cepstral_distortion(glide, glide, align=False), 0)
        self.assertAlmostEqual(mel_cepstral_distortion(glide, glide, align=True), 0, places=4)
        self.assertAlmostEqual(mel_cepstral_distortion(glide, 0.3 * glide, align=False), 0, places=4)

    def test_distortion_grows_with_noise(self):
        glide = vowel_glide(0.8)
        noise = np.random.default_rng(0).standard_normal(len(glide))
        for align in (False, True):
            noisy = [glide + level * noise for level in (0.0003, 0.003, 0.03)]
            distortions = [mel_cepstral_distortion(glide, signal, align) for signal in noisy]
            self.assertLess(0.1, distortions[0])
            self.assertEqual(distortions, sorted(distortions))

    def test_a_known_tilt_gives_its_decibels(self):
        """A log-mel change of 6 dB * cos(k w) is 6 dB / sqrt(2) in the mean square."""
        noise = 0.1 * np.random.default_rng(0).standard_normal(8000)
        change = 6 * np.log(10) / 20
        cepstra = mel_cepstra(noise)
        angles = (np.arange(80) + 0.5) * np.pi / 80
        rebuilt = cepstra @ np.cos(np.outer(np.arange(25), angles))
        self.assertAlmostEqual(np.abs((rebuilt - log_mel(noise)).mean()), 0, places=6)
        spectrum = np.fft.rfft(noise)
        hertz = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE_HZ)
        mel_angle = np.pi * np.log1p(hertz / 700) / np.log1p(8000 / 700)
        tilted = np.fft.irfft(spectrum * np.exp(change * np.cos(mel_angle)))
        self.assertAlmostEqual(mel_cepstral_distortion(noise, tilted, align=False), 6 / np.sqrt(2), delta=0.2)

    def test_alignment_undoes_a_stretch(self):
        glide, stretched = vowel_glide(0.8), vowel_glide(1.0)
        aligned = mel_cepstral_distortion(glide, stretched, align=True)
        self.assertLess(aligned, 1.0)
        self.assertLess(4 * aligned, mel_cepstral_distortion(glide, stretched, align=False))

    def test_path_is_monotonic_from_corner_to_corner(self):
        rows, columns = warp_path(np.random.default_rng(0).random((40, 55)))
        self.assertEqual((rows[0], columns[0], rows[-1], columns[-1]), (0, 0, 39, 54))
        steps = np.stack([np.diff(rows), np.diff(columns)])
        self.assertTrue(((steps >= 0) & (steps <= 1)).all() and (steps.sum(0) > 0).all())
        self.assertEqual([len(side) for side in warp_path(np.eye(1))], [1, 1])

    def test_silence_is_not_sounding(self):
        tone = np.concatenate([np.zeros(8000), harmonic_tone(120)])
        self.assertFalse(sounding(tone)[:48].any())
        self.assertTrue(sounding(tone)[52:-2].all())
        self.assertFalse(sounding(np.zeros(8000)).any())


class Pitch(unittest.TestCase):
    def test_finds_a_harmonic_tone(self):
        for f0_hz in (55, 120, 220, 470):
            f0 = track_f0(harmonic_tone(f0_hz))[3:-3]
            self.assertTrue((np.abs(f0 / f0_hz - 1) < 0.02).all(), f"{f0_hz} Hz")

    def test_finds_a_missing_fundamental(self):
        phase = 2 * np.pi * 150 * np.arange(8000) / SAMPLE_RATE_HZ
        tone = 0.1 * sum(np.sin(k * phase) for k in (2, 3, 4, 5))
        self.assertTrue((np.abs(track_f0(tone)[3:-3] / 150 - 1) < 0.02).all())

    def test_noise_and_silence_are_unvoiced(self):
        noise = 0.1 * np.random.default_rng(0).standard_normal(SAMPLE_RATE_HZ)
        self.assertEqual((track_f0(noise) > 0).sum(), 0)
        self.assertEqual((track_f0(np.zeros(SAMPLE_RATE_HZ)) > 0).sum(), 0)

    def test_error_of_a_higher_and_flatter_voice(self):
        wave_shape = np.sin(np.linspace(0, 12, int(1.0 * SAMPLE_RATE_HZ)))
        lively = harmonic_tone(120 * 2 ** (0.3 * wave_shape), 1.0)
        flat = harmonic_tone(132 * 2 ** (0.15 * wave_shape), 1.0)
        error, spread = f0_error(lively, flat)
        self.assertAlmostEqual(error, 10, delta=2)
        self.assertAlmostEqual(spread, 0.5, delta=0.05)
        self.assertTrue(np.isnan(f0_error(lively, np.zeros(8000))).all())


class DurationAndSpeaker(unittest.TestCase):
    def test_duration_ratio(self):
        self.assertEqual(duration_ratio(np.zeros(1600), np.zeros(2000)), 1.25)

    def test_similarity_is_a_cosine_per_pair(self):
        a, b = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[0.0, 2.0], [3.0, 3.0]])
        np.testing.assert_allclose(speaker_similarity(a, b), [0, 1], atol=1e-12)
        self.assertAlmostEqual(speaker_similarity(a[0], -a[0]), -1)


class HeldOutLines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lines = held_out_sentences()

    def test_count_and_length(self):
        self.assertEqual(len(self.lines), DIALOGUE_LINES + BARK_LINES)
        self.assertEqual(len(set(" ".join(normalised_words(line)) for line in self.lines)), len(self.lines))
        for number, line in enumerate(self.lines):
            shortest, longest = (5, 18) if number < DIALOGUE_LINES else (1, 4)
            self.assertTrue(shortest <= len(line.split()) <= longest, line)

    def test_written_like_training_sentences(self):
        for line in self.lines:
            self.assertRegex(line, r"^[a-z']+(,? [a-z']+)*[.?!]$")

    def test_every_word_is_in_cmudict(self):
        cmudict = read_cmudict(CMUDICT)
        unknown = {word for line in self.lines for word in normalised_words(line) if word not in cmudict}
        self.assertEqual(unknown, set())

    def test_no_template_makes_them(self):
        patterns = [template_pattern(template) for template in TEMPLATES]
        self.assertTrue(any(pattern.fullmatch("close the door!") for pattern in patterns))
        for line in self.lines:
            self.assertFalse(any(pattern.fullmatch(line) for pattern in patterns), line)


if __name__ == "__main__":
    unittest.main()
