"""What the styles promise: each is told apart by what can be measured, and the vocal tract stays.

    python3 -m unittest discover -s weights/recipe -p 'test_*.py'
"""

import random
import sys
import unittest
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))

from config import SAMPLE_RATE_HZ, SAMPLES_PER_LATENT, TINY  # noqa: E402
from language_model import LanguageModel, widen_conditioning  # noqa: E402
from metrics import track_f0  # noqa: E402
from prepare import (  # noqa: E402
    CMUDICT,
    FIRST_STYLED,
    FIXED_PITCH,
    SPEAKERS,
    STYLED_SHARE,
    VOICE_PITCH_HZ,
    WIDE_SPEAKERS,
    WORD_LIST,
    draw_style,
    load_words,
    make_speaker,
    synthesise,
)
from style_table import figures as measured, found_share  # noqa: E402
from styles import (  # noqa: E402
    NEUTRAL,
    STEP,
    STYLES,
    bend_pitch,
    breathe,
    is_whispered,
    log_envelopes,
    move_formants,
    signal_of,
    spectra,
    tilt_of,
)
from train_lm import SpeechModel, corrupt, freeze_speaker_encoder, widen_moments  # noqa: E402
from train_vae import WHISPERED, decode_with_pitch, pitch_labels  # noqa: E402
from training import Ema  # noqa: E402
from utterances import UtteranceSampler, style_values  # noqa: E402
from vae import FlowVae  # noqa: E402

SPEAKER = {"id": 0, "vocal_tract": 1.05, "pitch": 1.0, "stretch": 1.0, "tilt": 0.0}
FORMANTS = (700.0, 1200.0, 2600.0)
TEXT = "they say that a strange person still lives in the old castle near the river."


def vowel(pitch_hz, seconds=1.0, formants=FORMANTS, sweep=0.0):
    """Harmonics under an envelope of formants; the pitch swings by `sweep` (natural logarithm) twice a second."""
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    pitch = pitch_hz * np.exp(sweep * np.sin(4 * np.pi * time))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE_HZ
    made = np.zeros(len(time))
    for number in range(1, int(7000 / pitch_hz)):
        gain = sum(1 / (1 + ((number * pitch - formant) / 120) ** 2) for formant in formants)
        made += (gain + 0.01) * np.sin(number * phase)
    return 0.05 * made


def envelope_likeness(one, other):
    """Correlation of the mean log envelopes from 400 Hz to 6 kHz."""
    return np.corrcoef(*(log_envelopes(spectra(signal)).mean(0)[12:200] for signal in (one, other)))[0, 1]


def figures(samples, ends):
    """F0 in Hz, its deviation in octaves, share of voiced frames, tilt in dB per octave, seconds of speech."""
    f0 = track_f0(samples)
    voiced = f0[f0 > 0]
    pitch = (voiced.mean(), np.log2(voiced).std()) if len(voiced) else (0.0, 0.0)
    return dict(zip(("pitch", "spread", "voiced", "tilt", "seconds"), (*pitch, (f0 > 0).mean(), tilt_of(samples), ends[-2])))


class Signals(unittest.TestCase):
    def test_spectra_and_back(self):
        samples = np.random.default_rng(0).standard_normal(5000)
        made = signal_of(spectra(samples), 5000)
        np.testing.assert_allclose(made[STEP:-STEP], samples[STEP:-STEP], atol=1e-9)

    def test_bend_moves_pitch_and_keeps_formants(self):
        samples = vowel(110)
        for pitch in (0.84, 1.38):
            made, moved = bend_pitch(samples, pitch, 1.0, np.random.default_rng(0))
            f0 = track_f0(made)
            self.assertAlmostEqual(np.median(f0[f0 > 0]) / 110 / pitch, 1, delta=0.01)
            self.assertAlmostEqual(len(made) / len(samples) * pitch, 1, delta=0.01)
            self.assertAlmostEqual(moved(0.5), 0.5 / pitch, delta=0.002)
            kept, scaled = vowel(110 * pitch), vowel(110 * pitch, formants=np.array(FORMANTS) * pitch)
            self.assertGreater(envelope_likeness(made, kept), 0.88)
            self.assertGreater(envelope_likeness(made, kept), envelope_likeness(made, scaled) + 0.05)

    def test_bend_widens_and_narrows_the_pitch_range(self):
        samples = vowel(120, seconds=2.0, sweep=0.1)

        def spread(signal):
            f0 = track_f0(signal)
            return np.log(f0[f0 > 0]).std()

        for factor in (0.5, 1.7):
            made, _ = bend_pitch(samples, 1.0, factor, np.random.default_rng(0))
            self.assertAlmostEqual(spread(made) / spread(samples) / factor, 1, delta=0.15)

    def test_breath_has_the_envelope_but_no_pitch(self):
        samples = vowel(140)
        made = breathe(samples, 1.0, np.random.default_rng(0))
        self.assertGreater((track_f0(samples) > 0).mean(), 0.9)
        self.assertLess((track_f0(made) > 0).mean(), 0.02)
        self.assertGreater(envelope_likeness(made, samples), 0.95)

    def test_formants_move_and_harmonics_stay(self):
        samples, low, high = vowel(110), 1.12, 0.9
        made = move_formants(samples, low, high)
        self.assertAlmostEqual(np.median(track_f0(made)) / 110, 1, delta=0.01)
        first, _, third = FORMANTS
        moved = vowel(110, formants=(first * low, 1160.0, third * high))
        self.assertGreater(envelope_likeness(made, moved), envelope_likeness(samples, moved) + 0.05)
        np.testing.assert_allclose(move_formants(samples, 1.0, 1.0)[STEP:-STEP], samples[STEP:-STEP], atol=1e-9)


class Table(unittest.TestCase):
    def test_figures_against_neutral(self):
        neutral, other = vowel(120, sweep=0.05), vowel(150, seconds=0.8, sweep=0.1)
        pitch, spread, tempo, tilt, voiced = measured(other, neutral)
        for given, wanted in ((pitch, 1.25), (spread, 2.0), (tempo, 1.25)):
            self.assertAlmostEqual(given / wanted, 1, delta=0.1)
        self.assertGreater(voiced, 80)
        self.assertAlmostEqual(measured(np.diff(neutral), neutral)[3], 6, delta=2)
        whispered = measured(breathe(neutral, 1.0, np.random.default_rng(0)), neutral)
        self.assertTrue(np.isnan(whispered[0]) and whispered[4] < 3)

    def test_found_share(self):
        neutral = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
        styled = np.array([[0.8, 0.2], [0.1, 1.0], [0.2, 1.0]])
        self.assertAlmostEqual(found_share(styled, neutral, [7, 7, 8]), 2 / 3)


class WideSpeakers(unittest.TestCase):
    def test_are_the_same_every_time_and_wider_than_the_others(self):
        wide = [make_speaker(index) for index in range(SPEAKERS, SPEAKERS + WIDE_SPEAKERS)]
        self.assertEqual(wide[7], make_speaker(SPEAKERS + 7))
        others = [make_speaker(index) for index in range(SPEAKERS)]
        for name in ("vocal_tract", "pitch", "tilt"):
            self.assertGreater(np.ptp([one[name] for one in wide]), 1.2 * np.ptp([one[name] for one in others]))

    def test_a_manner_of_ones_own_is_kept_in_every_style(self):
        shouted, manner = STYLES["shout"].at(0.5), replace(NEUTRAL, spread=1.5, breath=0.2)
        both = shouted.over(manner)
        self.assertEqual((both.pitch, both.spread, both.tilt), (shouted.pitch, 1.5 * shouted.spread, shouted.tilt))
        self.assertAlmostEqual(both.breath, 0.2)
        self.assertEqual(shouted.over(NEUTRAL), shouted)
        self.assertEqual(STYLES["whisper"].at(1.0).over(manner).breath, 1)

    def test_speak_as_high_as_they_are_said_to(self):
        cmudict, _ = load_words(str(CMUDICT), WORD_LIST)
        for voice in ("slt", "rms"):
            speaker = next(s for s in map(make_speaker, range(SPEAKERS, SPEAKERS + WIDE_SPEAKERS)) if s["voice"] == voice and s["breath"] == 0)
            f0 = track_f0(synthesise(TEXT, speaker, cmudict)[0])
            wanted = VOICE_PITCH_HZ[voice] * speaker["pitch"]
            self.assertAlmostEqual(f0[f0 > 0].mean() / wanted, 1, delta=0.12 if voice in FIXED_PITCH else 0.06)


class SpokenStyles(unittest.TestCase):
    """One sentence by a voice whose pitch flite sets, and by the one whose pitch is bent."""

    @classmethod
    def setUpClass(cls):
        cls.cmudict, _ = load_words(str(CMUDICT), WORD_LIST)

    def spoken(self, voice, style=None, intensity=1.0):
        samples, utterance = synthesise(TEXT, {**SPEAKER, "voice": voice}, self.cmudict, style, intensity)
        return figures(samples, utterance["ends"])

    def test_every_style_differs_as_it_says(self):
        for voice in ("slt", "rms"):
            neutral = self.spoken(voice)
            for name, style in STYLES.items():
                with self.subTest(voice=voice, style=name):
                    made = self.spoken(voice, name)
                    self.assertAlmostEqual(made["seconds"] / neutral["seconds"] / style.stretch, 1, delta=0.06)
                    self.assertAlmostEqual(made["tilt"] - neutral["tilt"] - style.tilt, 0, delta=2.0)
                    if style.breath >= 1:
                        self.assertLess(made["voiced"], 0.02)
                        continue
                    self.assertGreater(made["voiced"], 0.8 * neutral["voiced"])
                    self.assertAlmostEqual(made["pitch"] / neutral["pitch"] / style.pitch, 1, delta=0.06)
                    self.assertGreater((made["spread"] / neutral["spread"] - 1) * np.sign(style.spread - 1), 0)

    def test_intensity_scales(self):
        tempo = [self.spoken("slt", "weary", intensity)["seconds"] for intensity in (0.3, 0.6, 1.0)]
        self.assertEqual(tempo, sorted(tempo))
        self.assertGreater(tempo[2], 1.15 * tempo[0])

    def test_repeatable_and_labelled(self):
        speaker = {**SPEAKER, "voice": "slt"}
        first, utterance = synthesise(TEXT, speaker, self.cmudict, "whisper", 0.7)
        again, _ = synthesise(TEXT, speaker, self.cmudict, "whisper", 0.7)
        np.testing.assert_array_equal(first, again)
        self.assertEqual((utterance["style"], utterance["intensity"]), ("whisper", 0.7))
        self.assertNotIn("style", synthesise(TEXT, speaker, self.cmudict)[1])


class Draws(unittest.TestCase):
    def test_most_are_styled_and_questions_stay_questions(self):
        drawn = [draw_style(random.Random(seed), "who goes there?", STYLED_SHARE) for seed in range(2000)]
        self.assertTrue(all(text == "who goes there?" for text, _, _ in drawn))
        self.assertAlmostEqual(sum(style is None for _, style, _ in drawn) / 2000, 0.1, delta=0.03)
        self.assertTrue(all(0.3 <= intensity <= 1 for _, style, intensity in drawn if style))
        self.assertEqual({style for _, style, _ in drawn}, {None, *STYLES})
        self.assertEqual(FIRST_STYLED % 1000, 0)


class Whispers(unittest.TestCase):
    def test_only_full_breath_is_a_whisper(self):
        self.assertTrue(is_whispered({"style": "whisper", "intensity": 0.8}))
        self.assertFalse(is_whispered({"style": "whisper", "intensity": 0.4}))
        self.assertFalse(is_whispered({"style": "weary", "intensity": 1.0}))
        self.assertFalse(is_whispered({}))

    def test_labels_and_harmonics(self):
        tone = torch.from_numpy(np.stack([vowel(120)] * 2).astype(np.float32))
        labels = pitch_labels(tone, 90, [False, True])
        self.assertGreater((labels[0] > 0).float().mean(), 0.8)
        self.assertTrue((labels[1] == WHISPERED).all())
        decoder = FlowVae(TINY).decoder
        latents = torch.randn(2, 11, TINY.latent_dim)
        labels = labels[:, : 11 * SAMPLES_PER_LATENT // decoder.config.hop_size]
        self.assertEqual(float(decode_with_pitch(decoder, latents[:1], labels[:1])[2]), 0.0)
        share = decode_with_pitch(decoder, latents, labels)[2]
        self.assertGreater(float(share), 0.0)
        bins = decoder.head.bins
        features = torch.zeros(1, 1, 2 * bins + 1)
        self.assertAlmostEqual(float(decoder.head.harmonic_share(features)), 0.5, delta=1e-5)
        features[..., :bins] = -20
        self.assertLess(float(decoder.head.harmonic_share(features)), 1e-6)

    def test_some_utterances_lose_most_of_their_frames(self):
        torch.manual_seed(0)
        lost = (corrupt(torch.ones(400, 50, 4)) == 0).all(-1).float().mean(1)
        self.assertAlmostEqual(float((lost > 0.4).float().mean()), 0.3, delta=0.08)
        self.assertAlmostEqual(float(lost[lost < 0.4].mean()), 0.1, delta=0.02)

    def test_batches_of_styled_utterances(self):
        utterances = [{"symbols": ["<s>", "."], "length": 12800, "speaker": 0} for _ in range(40)]
        utterances += [{**utterances[0], "style": "calm", "intensity": 0.5} for _ in range(10)]
        corpus = SimpleNamespace(utterances=utterances, neutral=lambda: list(range(40)))
        sampler = UtteranceSampler(SimpleNamespace(corpus=corpus), 0, styled_share=1.0)
        self.assertTrue(all(index >= 40 for _ in range(20) for index in sampler.pick(60)))
        with self.assertRaisesRegex(ValueError, "speakers .0. have styled utterances only"):
            UtteranceSampler(SimpleNamespace(corpus=SimpleNamespace(utterances=utterances, neutral=list)), 0)


class Conditioning(unittest.TestCase):
    def config(self, *styles):
        return replace(TINY, styles=styles)

    def test_values(self):
        styles = ("whisper", "shout")
        self.assertEqual(style_values({"style": "shout", "intensity": 0.4}, styles), [0.0, 0.4])
        self.assertEqual(style_values({}, styles), [0.0, 0.0])

    def test_condition(self):
        model = SpeechModel(self.config("whisper", "shout")).language_model
        speaker = torch.ones(TINY.speaker.dim)
        self.assertEqual(model.condition(speaker, "shout", 0.5).tolist(), [1.0] * TINY.speaker.dim + [0.0, 0.5])
        self.assertEqual(model.condition(speaker)[None].shape, (1, TINY.speaker.dim + 2))
        with self.assertRaisesRegex(ValueError, "no style 'calm'"):
            model.condition(speaker, "calm")

    def test_an_older_model_speaks_the_same_with_more_styles(self):
        old = LanguageModel(TINY.language_model, TINY.latent_dim, TINY.speaker.dim)
        new = LanguageModel(TINY.language_model, TINY.latent_dim, TINY.speaker.dim, ("whisper", "shout"))
        new.load_state_dict(widen_conditioning(old.state_dict(), new.styles, old.styles))
        speaker, symbols = torch.randn(1, TINY.speaker.dim), torch.tensor([[3, 4, 5]])
        wanted = old.embed_prefix(old.condition(speaker), symbols)
        for style in (None, "whisper"):
            torch.testing.assert_close(new.embed_prefix(new.condition(speaker, style), symbols), wanted)

    def test_a_model_with_more_styles_speaks_each_it_knew_the_same(self):
        old, new = (
            LanguageModel(TINY.language_model, TINY.latent_dim, TINY.speaker.dim, styles)
            for styles in (("shout", "calm"), ("whisper", "shout", "weary", "calm"))
        )
        torch.nn.init.normal_(old.speaker[0].weight)
        new.load_state_dict(widen_conditioning(old.state_dict(), new.styles, old.styles))
        speaker, symbols = torch.randn(1, TINY.speaker.dim), torch.tensor([[3, 4, 5]])
        for style, same in ((None, None), ("shout", "shout"), ("calm", "calm"), (None, "whisper")):
            wanted = old.embed_prefix(old.condition(speaker, style), symbols)
            torch.testing.assert_close(new.embed_prefix(new.condition(speaker, same), symbols), wanted)
        with self.assertRaisesRegex(ValueError, "the style 'whisper'"):
            widen_conditioning(new.state_dict(), old.styles, new.styles)

    def test_some_styles_are_kept(self):
        model = SpeechModel(self.config("whisper", "shout", "calm")).language_model
        torch.nn.init.normal_(model.speaker[0].weight)
        speaker, symbols = torch.randn(1, TINY.speaker.dim), torch.tensor([[3, 4, 5]])
        wanted = [model.embed_prefix(model.condition(speaker, style, 0.7), symbols) for style in (None, "calm", "shout")]
        model.keep_styles(["calm", "shout"])
        self.assertEqual(model.styles, ("calm", "shout"))
        for style, value in zip((None, "calm", "shout"), wanted):
            torch.testing.assert_close(model.embed_prefix(model.condition(speaker, style, 0.7), symbols), value)
        with self.assertRaisesRegex(ValueError, "no style 'whisper'"):
            model.keep_styles(["whisper"])

    def test_an_older_optimiser_goes_on(self):
        old, new = torch.nn.Linear(3, 2, bias=False), torch.nn.Linear(5, 2, bias=False)
        before, after = (torch.optim.AdamW(part.parameters(), 0.1) for part in (old, new))
        old.weight.sum().backward()
        before.step()
        after.load_state_dict(before.state_dict())
        widen_moments(after)
        new.weight.sum().backward()
        after.step()
        self.assertEqual(after.state[new.weight]["exp_avg"].shape, (2, 5))

    def test_a_frozen_speaker_encoder_is_the_averaged_one(self):
        model = SpeechModel(TINY)
        ema = Ema(model, 0.9)
        with torch.no_grad():
            model.speaker_encoder.input.weight.add_(1)
        freeze_speaker_encoder(model, ema)
        self.assertTrue(torch.equal(model.speaker_encoder.input.weight, ema.state["speaker_encoder.input.weight"]))
        self.assertFalse(any(parameter.requires_grad for parameter in model.speaker_encoder.parameters()))


if __name__ == "__main__":
    unittest.main()
