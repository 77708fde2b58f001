"""The recipe end to end on a few seconds of speech, and the promises its parts make.

    python3 -m unittest discover -s weights/recipe -p 'test_*.py'
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import noise  # noqa: E402
from adapt_learn import Lesson, adapted_model, start_adapter  # noqa: E402
from adapter_loss import TrainingLine, line_gradient, line_losses  # noqa: E402
from config import GEOMETRIES, OFFICIAL_TINY, SAMPLES_PER_LATENT, TINY  # noqa: E402
from generate import speak  # noqa: E402
from instruments import write_instrument  # noqa: E402
from judge import Judge  # noqa: E402
from language_model import LanguageModel, SymbolEmbedding, gaussian_kl, rope_frequencies, shared  # noqa: E402
from official import BigVganDecoder  # noqa: E402
from phonemes import label_segments, read_cmudict  # noqa: E402
from prepare import CMUDICT, HELD_OUT_SPEAKERS, SPEAKERS, Corpus, held_out_sentences, make_speaker  # noqa: E402
from restore import restore_speech, restore_vae  # noqa: E402
from safetensors_io import read_safetensors  # noqa: E402
from streaming import initial_state, stream  # noqa: E402
from symbols import SYMBOL_ID, SYMBOLS  # noqa: E402
from train_graph import TrainGraph  # noqa: E402
from train_lm import SpeechModel, attention_mask, run_model, sequence_positions, shifted  # noqa: E402
from recogniser import Recogniser  # noqa: E402
from teach_pitch import PitchLesson, emptiest  # noqa: E402
from utterances import ages_of, pointer_path  # noqa: E402
from vae import FlowVae, sample  # noqa: E402


def run(script, *arguments):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=HERE)
    if done.returncode:
        raise AssertionError(f"{script} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Smoke(unittest.TestCase):
    """20 steps of every stage in the tiny geometry, then export."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        root = cls.root = Path(cls.folder.name)
        run("prepare.py", "--out", root / "data", "--hours", 0.001, "--workers", 2, "--shard-size", 12)
        vae = ("train_vae.py", "--data", root / "data", "--out", root / "vae.pt", "--geometry", "tiny")
        cls.stage_a = run(*vae, "--batch", 24, "--steps", 20, "--log-every", 5, "--rate", 0.05)
        write_instrument(Recogniser(), root / "listener.safetensors")
        write_instrument(Judge(), root / "likeness.safetensors")
        listener = ("--listener", root / "listener.safetensors", "--likeness", root / "likeness.safetensors")
        cls.stage_b = run(*vae, "--batch", 4, "--steps", 20, "--log-every", 5, "--gan-from", 0, *listener)
        teach = ("teach_pitch.py", "--data", root / "data", "--vae", root / "vae.pt", "--out", root / "taught.pt")
        cls.taught = run(*teach, "--dims", 2, "--batch", 4, "--steps", 5, "--log-every", 5)
        run("encode.py", "--data", root / "data", "--vae", root / "vae.pt")
        lm = ("train_lm.py", "--data", root / "data", "--out", root / "lm.pt", "--geometry", "tiny", "--tokens", 200)
        cls.language = run(*lm, "--steps", 20, "--log-every", 5)
        cls.before = torch.load(root / "vae.pt")["ema"]
        polish = ("polish.py", "--data", root / "data", "--vae", root / "vae.pt", "--lm", root / "lm.pt")
        cls.polished = run(*polish, "--out", root / "vae.pt", "--steps", 5, "--log-every", 5, "--tokens", 600, *listener)
        exported = ("--data", root / "data", "--vae", root / "vae.pt", "--lm", root / "lm.pt", "--out", root / "out")
        cls.exported = run("export.py", *exported, "--name", "smoke")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def figures(self, log, name):
        return [float(value) for value in re.findall(rf" {name} (\S+)", log)]

    def test_losses_fall(self):
        for log, names in ((self.stage_a, ["mel"]), (self.language, ["end", "pointer"])):
            for losses in (self.figures(log, name) for name in names):
                self.assertEqual(len(losses), 4)
                self.assertLess(losses[-1], losses[0])
        self.assertTrue(all(np.isfinite(self.figures(self.language, "kl"))))  # after 20 steps latents carry nothing to predict

    def test_stage_b_resumes_and_judges(self):
        self.assertIn("step 40 ", self.stage_b)
        self.assertTrue(all(np.isfinite(self.figures(self.stage_b, "judge"))))

    def test_listeners_join_the_losses_of_decoders(self):
        for log in (self.stage_b, self.polished):
            for name in ("heard", "named", "voice", "unlike"):
                self.assertTrue(self.figures(log, name) and all(np.isfinite(self.figures(log, name))))
        self.assertEqual(self.figures(self.stage_a, "heard"), [])

    def test_polish_moves_only_the_decoder(self):
        self.assertTrue(all(np.isfinite(self.figures(self.polished, "mel"))))
        saved = torch.load(self.root / "vae.pt")
        moved = {name.split(".")[0] for name in saved["ema"] if not torch.equal(saved["ema"][name], self.before[name])}
        self.assertEqual(moved, {"decoder"})

    def test_teaching_the_pitch_leaves_all_else(self):
        self.assertTrue(all(np.isfinite(self.figures(self.taught, "pitch") + self.figures(self.taught, "rate"))))
        before, after = self.before, torch.load(self.root / "taught.pt")["ema"]
        moved = {name for name in after if not torch.equal(after[name], before[name])}
        handed_over = {f"{part}.output.{kind}" for part in ("encoder", "decoder") for kind in ("weight", "bias")}
        self.assertEqual({name for name in moved if ".pitch." not in name}, handed_over)

    def test_corpus_is_repeatable_and_holds_out_speakers(self):
        corpus = Corpus(self.root / "data")
        with tempfile.TemporaryDirectory() as again:
            run("prepare.py", "--out", again, "--hours", 0.001, "--workers", 1, "--shard-size", 12)
            other = Corpus(again)
            self.assertEqual(other.utterances[0], corpus.utterances[0])
            np.testing.assert_array_equal(other.samples(0), corpus.samples(0))
        trained = SPEAKERS - HELD_OUT_SPEAKERS
        self.assertTrue(all(utterance["speaker"] < trained for utterance in corpus.utterances))
        self.assertTrue(all(set(utterance["symbols"]) <= set(SYMBOLS) for utterance in corpus.utterances))
        self.assertTrue(all(utterance["length"] % SAMPLES_PER_LATENT == 0 for utterance in corpus.utterances))

    def test_export_hashes_and_restore(self):
        out = self.root / "out"
        manifest = json.loads((out / "manifest.json").read_text())
        self.assertEqual(set(manifest["files"]), {p.name for p in out.iterdir() if p.suffix in (".onnx", ".safetensors")})
        vae, speech = FlowVae(TINY), SpeechModel(TINY)
        restore_vae(vae, out)
        restore_speech(speech, out)
        stored = read_safetensors(out / "language-model.safetensors")
        table = speech.language_model.symbols.flat().detach().numpy()
        np.testing.assert_allclose(table, stored["symbols.weight"].astype(np.float32), atol=2e-3)
        np.testing.assert_array_equal(
            vae.decoder.output.weight.detach().half().numpy(), read_safetensors(out / "decoder.safetensors")["output.weight"]
        )

    def test_an_export_is_exported_again_to_the_bit(self):
        run("export.py", "--start", self.root / "out", "--geometry", "tiny", "--out", self.root / "again")
        manifests = [json.loads((self.root / name / "manifest.json").read_text()) for name in ("out", "again")]
        self.assertEqual(manifests[0], manifests[1])

    def test_no_time_makes_checkpoints_of_shipped_weights(self):
        for script, name, part in (("train_vae.py", "again-vae.pt", "decoder.output.weight"), ("train_lm.py", "again-lm.pt", "language_model.latent.weight")):
            path, options = self.root / name, ("--data", self.root / "data", "--geometry", "tiny", "--minutes", 0)
            run(script, *options, "--start", self.root / "out", "--out", path)
            file = "decoder" if "vae" in name else "language-model"
            stored = read_safetensors(self.root / "out" / f"{file}.safetensors")[part.split(".", 1)[1]]
            np.testing.assert_array_equal(torch.load(path)["ema"][part].numpy(), stored.astype(np.float32))


class Parts(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)

    def test_pitch_is_taught_in_the_emptiest_dims_only(self):
        log_scale = torch.tensor([-2.0, 0.5, -1.0, 0.1]).expand(3, 5, 4)
        self.assertEqual(emptiest(log_scale, 2).tolist(), [1, 3])
        model, held = FlowVae(TINY), [0, 2, *range(4, TINY.latent_dim)]
        samples, labels = 0.1 * torch.randn(2, 4 * SAMPLES_PER_LATENT), torch.full((2, 32), 120.0)
        with torch.no_grad():
            before = model.encoder(samples)
        lesson = PitchLesson(model, torch.tensor([1, 3]), 1e-3)
        errors = [float(lesson.advance(samples, labels, step)["pitch"]) for step in range(1, 40)]
        self.assertLess(errors[-1], errors[0])
        with torch.no_grad():
            for after, same in zip(model.encoder(samples), before):
                torch.testing.assert_close(after[..., held], same[..., held], rtol=0, atol=0)
                self.assertFalse(torch.allclose(after[..., 1], same[..., 1]))

    def test_weights_without_trunk_and_reader_of_the_pitch_go_on_as_they_were(self):
        old, new = FlowVae(TINY), FlowVae(TINY)
        with torch.no_grad():
            new.encoder.pitch.output.weight.add_(1.0)
            new.decoder.pitch.output.weight.add_(1.0)
        new.load_state_dict({name: value for name, value in old.state_dict().items() if ".pitch." not in name})
        samples = 0.1 * torch.randn(1, 3 * SAMPLES_PER_LATENT)
        with torch.no_grad():
            latents = old.encoder(samples)[0]
            torch.testing.assert_close(new.encoder(samples)[0], latents)
            torch.testing.assert_close(new.decoder(latents)[0], old.decoder(latents)[0])

    def test_cached_steps_equal_the_masked_forward(self):
        for config in (TINY.language_model, OFFICIAL_TINY.language_model):
            model = LanguageModel(config, 8, 8 if config.pointer else 0).eval()
            x, prefix = torch.randn(1, 9, config.dim), 5
            batch = {"symbols": torch.zeros(1, prefix - 1), "mean": torch.zeros(1, 4, 8), "symbol_count": torch.tensor([4])}
            positions = torch.arange(9)[None]
            with torch.no_grad():
                mask = attention_mask(batch, config.prefix_attention)
                whole, _ = model.run_layers(x, model.rotation(positions), mask)
                first = mask[:, :, :prefix, :prefix]
                _, caches = model.run_layers(x[:, :prefix], model.rotation(positions[:, :prefix]), first)
                for t in range(prefix, 9):
                    step, caches = model.run_layers(x[:, t : t + 1], model.rotation(positions[:, t : t + 1]), None, caches)
                    torch.testing.assert_close(step[:, 0], whole[:, t], atol=1e-5, rtol=1e-4)

    def test_gradient_by_hand_is_that_of_autograd(self):
        frames, symbols, rank = 11, 7, 3
        for changes in ({}, {"prefix_attention": "causal"}, {"kv_heads": 1}, {"log_scale_min": -0.2, "log_scale_max": 0.1}):
            config = replace(TINY.language_model, **changes)
            model = LanguageModel(config, 8, 8).eval()
            line = TrainingLine(
                torch.randn(1, 8),
                torch.randint(1, 20, (1, symbols)),
                torch.randint(0, 20, (1, frames, config.pointer.window)),
                torch.randint(0, config.pointer.ages, (1, frames)),
                *torch.randn(3, 1, frames, 8).mul(0.7),
                torch.tensor([[0, 1, 2, 0, 1, 5, 0, 0, -1, 1, -1]]),
            )
            shapes = (2, 4, rank, 32), (2, 4, 32, rank), (rank, 32), (16, rank)
            adapter = [torch.randn(shape) * 0.1 for shape in shapes]
            expected = line_gradient(model, line, adapter)
            with torch.no_grad():
                made = TrainGraph(model)(*(getattr(line, name) for name in TrainGraph.line), *adapter)
            for name, value, wanted in zip(TrainGraph.outputs, made, expected):
                error = (value - wanted).norm() / wanted.norm()
                self.assertLess(float(error), 1e-4, (name, changes))
            if "kv_heads" in changes:
                of_b = made[TrainGraph.outputs.index("gradient_lora_attention_b")]
                self.assertEqual(float(of_b[:, 1:3, 16:].abs().max()), 0)

    def test_line_losses_are_those_of_training(self):
        model = SpeechModel(TINY).eval()
        ids, path = np.array([1, 9, 12, 14, 4]), np.array([0, 1, 1, 3, 4, 4])
        pointer, frames = TINY.language_model.pointer, len(path)
        speaker, styles = torch.randn(1, 8), torch.rand(1, len(model.language_model.styles))
        conditioning = torch.cat([speaker, styles], 1)
        lesson = Lesson(conditioning, ids, path, torch.randn(1, frames, 8), torch.randn(1, frames, 8) * 0.3)
        line = lesson.line(pointer, lesson.mean)
        batch = {"symbols": line.symbols, "mean": lesson.mean, "symbol_count": torch.tensor([5])}
        batch |= {"window": line.window, "age": line.age, "styles": styles}
        layout = attention_mask(batch, "bidirectional"), model.language_model.rotation(sequence_positions(batch))
        with torch.no_grad():
            mean, log_scale, advance = run_model(model, batch, layout, speaker, shifted(lesson.mean))
            kl, cross_entropy = line_losses(model.language_model, line, start_adapter(model.language_model, 2))
        # That of training runs in bfloat16.
        torch.testing.assert_close(kl, gaussian_kl(lesson.mean, lesson.log_scale, mean, log_scale).mean(), rtol=5e-3, atol=0)
        wanted = torch.nn.functional.cross_entropy(advance[0, :-1], torch.tensor([1, 0, 2, 1, 0]))
        torch.testing.assert_close(cross_entropy, wanted, rtol=5e-3, atol=0)

    def test_adapter_in_the_weights_speaks_as_beside_them(self):
        model = SpeechModel(TINY).language_model.eval()
        adapter = [part + torch.randn_like(part) * 0.1 for part in start_adapter(model, 2)]
        x = torch.randn(1, 5, 32)
        rotation = model.rotation(torch.arange(5)[None])
        with torch.no_grad():
            beside = model.predict(model.run_layers(x, rotation, None, None, adapter[:2])[0], adapter[2:])
            changed = adapted_model(model, adapter)
            inside = changed.predict(changed.run_layers(x, rotation)[0])
        for a, b in zip(beside, inside):
            torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)

    def test_rope_scaling_slows_only_low_frequencies(self):
        config = OFFICIAL_TINY.language_model
        plain = rope_frequencies(GEOMETRIES["tiny"].language_model)
        scaled = rope_frequencies(config)
        self.assertEqual(scaled[0], 1.0)
        self.assertAlmostEqual(float(scaled[-1]), 500000.0 ** (-3 / 4) / 32, places=9)
        self.assertEqual(plain[0], 1.0)

    def test_official_geometry_runs(self):
        model = FlowVae(OFFICIAL_TINY)
        mean, log_scale = model.encoder(torch.randn(2, 3 * OFFICIAL_TINY.samples_per_latent) * 0.1)
        self.assertEqual(mean.shape, (2, 3, 8))
        made = model.decoder(sample(mean, log_scale))
        self.assertEqual(made.shape, (2, 3 * OFFICIAL_TINY.samples_per_latent))
        self.assertLessEqual(float(made.abs().max()), 1.0)
        made.sum().backward()

    def test_official_decoder_streams(self):
        config = replace(OFFICIAL_TINY.decoder, block_dilations=(1, 3))
        decoder, delay = BigVganDecoder(config, OFFICIAL_TINY.latent_dim).eval(), config.delay_latents
        self.assertEqual((delay, OFFICIAL_TINY.decoder.delay_latents), (9, 6))
        official = GEOMETRIES["official"]
        self.assertEqual((official.decoder.delay_latents, official.samples_per_latent), (12, SAMPLES_PER_LATENT))
        latents, beyond = torch.randn(1, 11, OFFICIAL_TINY.latent_dim), torch.full((1, delay, OFFICIAL_TINY.latent_dim), 7.0)
        with torch.no_grad():
            for parameter in decoder.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.05)
            whole = decoder(latents)
            for sizes in ([11], [1, 3, 7], [2, 9, 0]):
                state, parts = initial_state(decoder), []
                for place, chunk in enumerate(latents.split(sizes, 1)):
                    count = chunk.shape[1]
                    if place == len(sizes) - 1:
                        chunk = torch.cat([chunk, beyond], 1)
                    made, state = stream(decoder, chunk, torch.tensor(count), state)
                    self.assertEqual(state.shape, initial_state(decoder).shape)
                    parts.append(made)
                late = delay * config.samples_per_latent
                torch.testing.assert_close(torch.cat(parts, 1)[:, late:], whole, atol=1e-6, rtol=0)

    def test_heads_share_keys(self):
        keys = torch.randn(2, 3, 5, 4)
        torch.testing.assert_close(shared(keys, 2), keys.repeat_interleave(2, 1), atol=0, rtol=0)

    def test_flow_keeps_volume(self):
        flow = FlowVae(TINY).flow
        for parameter in flow.parameters():
            parameter.data.add_(torch.randn_like(parameter) * 0.2)
        z = torch.randn(1, 3, TINY.latent_dim, requires_grad=True)
        jacobian = torch.autograd.functional.jacobian(lambda x: flow(x).flatten(), z).reshape(24, 24)
        self.assertAlmostEqual(float(torch.linalg.slogdet(jacobian.double())[1]), 0.0, places=4)

    def test_kl_of_eq_10(self):
        mean, scale, other, other_scale = (torch.tensor(value) for value in (0.3, -0.5, -0.2, 0.4))
        p, q = (torch.distributions.Normal(m, s.exp()) for m, s in ((mean, scale), (other, other_scale)))
        expected = torch.distributions.kl_divergence(p, q)
        torch.testing.assert_close(gaussian_kl(mean, scale, other, other_scale), expected)

    def test_symbol_table_is_restored(self):
        embedding, other = SymbolEmbedding(6), SymbolEmbedding(6)
        other.restore(embedding.flat())
        torch.testing.assert_close(other.flat(), embedding.flat(), atol=1e-6, rtol=0)

    def test_pointer_path_and_ages(self):
        path = pointer_path(np.array([0.08, 0.1, 0.3, 0.5]), 6)
        np.testing.assert_array_equal(path, [0, 2, 2, 2, 3, 3])
        np.testing.assert_array_equal(ages_of(path), [0, 0, 1, 2, 0, 1])

    def test_speaking_always_ends_and_never_goes_back(self):
        model = SpeechModel(TINY).language_model.eval()
        symbols = "<s> |HH AH0 L OW1 !".split()
        for seed in range(3):
            torch.manual_seed(seed)
            generator = torch.Generator().manual_seed(seed)
            latents, path, _ = speak(model, symbols, torch.randn(8), lambda _: torch.randn(8, generator=generator), 1.0)
            self.assertEqual(len(latents), len(path))
            self.assertLessEqual(len(path), len(symbols) * 13 + 8)
            self.assertTrue((np.diff(path) >= 0).all())

    def test_labels_carry_stress_and_words(self):
        cmudict = {"hello": [["HH", "AH0", "L", "OW1"]], "you": [["Y", "UW1"]]}
        symbols, cost = label_segments("pau hh ax l ow pau y uw pau".split(), "hello, you?", cmudict)
        self.assertEqual(symbols, "<s> |HH AH0 L OW1 , |Y UW1 ?".split())
        self.assertEqual(cost, 0)

    def test_held_out(self):
        self.assertEqual(len(held_out_sentences()), 300)
        self.assertEqual(len({json.dumps(make_speaker(i)) for i in range(SPEAKERS)}), SPEAKERS)
        self.assertGreater(len(read_cmudict(CMUDICT)), 120000)
        self.assertEqual(SYMBOL_ID["<pad>"], 0)

    def test_noise_is_standard_normal(self):
        values = noise.gaussian(123456789, 5, np.arange(20000))
        self.assertAlmostEqual(float(values.mean()), 0, delta=0.03)
        self.assertAlmostEqual(float(values.std()), 1, delta=0.02)


if __name__ == "__main__":
    unittest.main()
