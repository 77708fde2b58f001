"""The decoder and its source-filter head: chunks join, sources are what they should be, breath takes the voice out."""

import sys
import unittest
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))

from config import SAMPLES_PER_LATENT, TINY  # noqa: E402
from export import enliven  # noqa: E402
from metrics import track_f0  # noqa: E402
from train_vae import PITCH_DELAY, decode_with_pitch, pitch_labels  # noqa: E402
from vae import FlowVae, align_to_decoder, silence  # noqa: E402


def ripple_db(spectra):
    """By how many dB complex spectra are off their mean."""
    return float(20 / np.log(10) * spectra.abs().log().std())


class Decoder(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)

    def test_decoder_streams_its_features(self):
        decoder = FlowVae(TINY).decoder.eval()
        latents = torch.randn(2, 9, TINY.latent_dim)
        with torch.no_grad():
            enliven(decoder.pitch.parameters())
            state, parts = decoder.initial_state(2), []
            tails, head = decoder.unpack(state)
            whole, _ = decoder.features(latents, tails)
            for chunk in latents.split([1, 3, 5], 1):
                made, kept = decoder.features(chunk, tails)
                tails, head = decoder.unpack(torch.cat([kept, head], -1))
                parts.append(made)
        torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-5, rtol=0)

    def test_decoder_streams(self):
        decoder = FlowVae(TINY).decoder.eval()
        latents = torch.randn(2, 9, TINY.latent_dim)
        with torch.no_grad():
            decoder.output.bias[:-1] -= 4.5  # about the level of speech
            silence(decoder.output, -1)  # a pitch that rounds otherwise in another chunk would move the phase from there on
            whole, _ = decoder(latents)
            state, parts = None, []
            for chunk in latents.split([1, 3, 5], 1):
                made, state = decoder(chunk, state)
                parts.append(made)
        torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-4, rtol=0)

    def test_head_with_unit_gain_gives_its_source(self):
        head = FlowVae(TINY).decoder.head
        features = torch.zeros(1, 40, 2 * head.bins + 1)
        features[..., head.bins : 2 * head.bins] = -50.0  # no noise
        hertz = torch.full((1, 40), 200.0)
        made, _ = head(features, torch.zeros(1, sum(head.state_sizes())), hertz)
        source, _ = head.harmonics(hertz, hertz[:, :1], torch.zeros(1, 1))
        late = head.fft_size - head.hop_size
        torch.testing.assert_close(made[:, late + 640 :], source[:, 640:-late], atol=1e-4, rtol=0)
        self.assertAlmostEqual(float(source.std()), 1.0, places=2)
        found = track_f0(source[0].numpy().astype(float))
        self.assertAlmostEqual(float(np.median(found[5:-5])), 200.0, delta=1.0)

    def test_head_noise_alone_has_no_pitch(self):
        head = FlowVae(TINY).decoder.head
        features = torch.zeros(1, 200, 2 * head.bins + 1)
        features[..., : head.bins] = -50.0
        made, _ = head(features, torch.zeros(1, sum(head.state_sizes())))
        self.assertLess(np.mean(track_f0(made[0].numpy().astype(float)) > 0), 0.1)
        self.assertAlmostEqual(float(made.std()), 1.0, delta=0.1)

    def test_noise_is_even_in_every_window_and_irregular_all_the_same(self):
        even, white = FlowVae(TINY).decoder.head.noise, torch.randn(20480)
        for size in (320, 400, 640):
            window = torch.hann_window(size)
            ripples = [ripple_db(torch.stft(noise, size, 50, size, window, center=False, return_complex=True)) for noise in (even, white)]
            self.assertLess(ripples[0], 0.8 * ripples[1])
        self.assertAlmostEqual(float(even.square().mean()), 1.0, places=2)
        self.assertAlmostEqual(float((even**4).mean()), 3.0, delta=0.3)  # that of a Gaussian
        spectrum = torch.fft.rfft(even).abs() ** 2
        self.assertLess(float(spectrum.max() / spectrum.mean()), 12.0)  # no tone; white noise has about 9
        self.assertLess(float(torch.fft.irfft(spectrum)[20:-20].abs().max()), 0.15 * len(even))  # nor a period

    def test_noise_is_repeated_without_a_seam(self):
        noise = FlowVae(TINY).decoder.head.noise
        around = torch.cat([noise[-320:], noise[:320]])
        self.assertLess(ripple_db(torch.fft.rfft(around * torch.hann_window(640))), 4.0)

    def test_noise_begins_anywhere_in_training(self):
        decoder = FlowVae(TINY).decoder.eval()
        silence(decoder.output)
        with torch.no_grad():
            decoder.output.bias[: decoder.head.bins] = -50.0  # noise alone, the same whatever the latents
            made = decode_with_pitch(decoder, torch.zeros(6, 3, TINY.latent_dim), torch.zeros(6, 24))[0]
            hops = decoder.config.noise_hops
            from_places, _ = decoder(torch.zeros(hops, 3, TINY.latent_dim), decoder.initial_state(hops, place=torch.arange(hops)))
        distances = (made[:, None] - from_places).abs().amax(-1)
        self.assertLess(float(distances.amin(1).max()), 1e-4)
        self.assertGreater(len(set(distances.argmin(1).tolist())), 2)

    def test_breath_takes_the_pitch_out_and_stays_through_a_sentence(self):
        decoder = FlowVae(TINY).decoder.eval()
        head, features = decoder.head, torch.full((1, 200, 2 * decoder.head.bins + 1), -50.0)
        features[..., : head.bins], features[..., -1] = 0.0, 0.5  # harmonics alone
        state = torch.zeros(1, sum(head.state_sizes()))
        voiced = []
        for breath in (0.0, 1.0):
            state[:, -1] = breath
            made, after = head(features, state)
            self.assertEqual(float(after[0, -1]), breath)
            voiced.append(np.mean(track_f0(made[0].numpy().astype(float)) > 0))
        self.assertGreater(voiced[0], 0.9)
        self.assertLess(voiced[1], 0.1)

    def test_a_whisper_is_as_loud_as_its_voice_above_its_lowest_tones(self):
        head = FlowVae(TINY).decoder.head
        gains = torch.rand(1, 3, head.bins), torch.rand(1, 3, head.bins)
        for wanted, breath in ((gains, 0.0), ((torch.zeros_like(gains[0]), gains[0] + gains[1]), 1.0)):
            made = head.breathe(*gains, torch.full((1, 1), breath))
            for each, other in zip(made, wanted):
                torch.testing.assert_close(each[..., -10:], other[..., -10:], rtol=0.01, atol=0)

    def test_pitch_labels_are_in_step_with_the_decoder(self):
        time = np.arange(11 * SAMPLES_PER_LATENT) / 16000
        phase = 2 * np.pi * np.cumsum(np.where(time < 0.5, 120.0, 220.0)) / 16000
        tone = torch.from_numpy((0.05 * sum(np.cos(h * phase) for h in range(1, 9))).astype(np.float32))[None]
        decoder = FlowVae(TINY).decoder
        features = torch.zeros(1, 88, 2 * decoder.head.bins + 1)
        features[..., decoder.head.bins : 2 * decoder.head.bins] = -50.0
        frame_time = 0.01 * (torch.arange(88) - PITCH_DELAY)
        hertz = torch.where(frame_time < 0.5, torch.tensor(120.0), torch.tensor(220.0))[None]
        made, _ = decoder.head(features, torch.zeros(1, sum(decoder.head.state_sizes())), hertz)
        target, first = align_to_decoder(tone, decoder.config.delay_latents)
        heard, wanted = (track_f0(x[0].numpy().astype(float)) for x in (made[:, first:], target))
        change = int(np.argmax(wanted > 170))
        self.assertLessEqual(abs(int(np.argmax(heard > 170)) - change), 1)
        self.assertEqual(int(np.argmax(pitch_labels(tone, 88, [False])[0].numpy() > 170)), change + PITCH_DELAY)


if __name__ == "__main__":
    unittest.main()
