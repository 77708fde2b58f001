"""Ablations: each variant changes one thing, speaks as it was trained, and has its row in the table.

    python3 -m unittest test_ablate
"""

import contextlib
import io
import json
import math
import subprocess
import sys
import tempfile
import unittest
from argparse import ArgumentTypeError
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import torch

import ablate
from ablation_table import difference_cell, markdown_tables, mean_cell
from config import SMALL, TINY
from generate import speak
from instruments import write_instrument
from language_model import LanguageModel
from phonemes import read_cmudict
from prepare import CMUDICT, make_speaker, synthesise
from recogniser import Recogniser
from train_lm import Guide, SpeechModel, attention_mask, compute_losses, drop_text, frame_masks, prediction_loss, run_model
from variant_speech import FRAMES_A_SYMBOL, SpokenModel, speak_without_pointer
from variants import AUTOENCODERS, LANGUAGE_MODELS, NATS

HERE = Path(__file__).parent
SYMBOLS = "<s> |HH AH0 L OW1 !".split()


def flat(config, path=""):
    """{path: value} of a config."""
    if not isinstance(config, dict):
        return {path: config}
    return {key: value for name, part in config.items() for key, value in flat(part, f"{path}.{name}").items()}


def changed(variant):
    """The paths at which a variant's config is not the base's."""
    before, after = (flat(asdict(config)) for config in (SMALL, variant.change(SMALL)))
    return {path.split(".pointer")[0] for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def tiny_model(**changes):
    torch.manual_seed(0)
    return LanguageModel(replace(TINY.language_model, **changes), TINY.latent_dim, TINY.speaker.dim).eval()


class Variants(unittest.TestCase):
    def test_each_changes_one_thing(self):
        width = {f".language_model.{name}" for name in ("dim", "heads", "kv_heads", "ffn_dim")}
        for name, variant in list(LANGUAGE_MODELS.items())[1:]:
            things = [bool(changed(variant)), bool(variant.options), variant.temperature != 0, variant.guidance != 1]
            self.assertEqual(sum(things), 1, name)
            self.assertTrue(len(changed(variant)) <= 1 or changed(variant) == width, name)
            self.assertEqual(variant.weights is None, bool(changed(variant) or variant.options), name)
        for name, variant in list(AUTOENCODERS.items())[1:]:
            things = [*changed(variant)] + ["nats"] * (variant.nats != NATS) + ["seed"] * (variant.seed != 1)
            self.assertEqual(len(things), 1, name)

    def test_the_first_is_the_base(self):
        for variants in (LANGUAGE_MODELS, AUTOENCODERS):
            self.assertEqual(changed(next(iter(variants.values()))), set())

    def test_sizes_are_those_that_are_asked_for(self):
        for name, least, most in (("base", 4.8e6, 6e6), ("10m", 10e6, 12e6), ("20m", 19e6, 22e6)):
            config = LANGUAGE_MODELS[name].change(SMALL)
            model = LanguageModel(config.language_model, config.latent_dim, config.speaker.dim, config.styles)
            self.assertTrue(least <= ablate.count_parameters(model) <= most, name)
            self.assertEqual(config.language_model.head_dim, SMALL.language_model.head_dim)

    def test_an_unknown_name_is_refused(self):
        with self.assertRaisesRegex(ArgumentTypeError, "no variant 'bass'; there are base, .*no-flow"):
            ablate.variant_names("base,bass")


class Training(unittest.TestCase):
    def batch(self):
        torch.manual_seed(1)
        mean, log_scale = torch.randn(2, 3, 8), torch.randn(2, 3, 8) * 0.3
        symbols, window = torch.randint(1, 20, (2, 5)), torch.randint(1, 20, (2, 3, 5))
        return {"mean": mean, "log_scale": log_scale, "symbols": symbols, "window": window}

    def test_regression_leaves_the_scale_out_of_the_mean(self):
        batch, mean = self.batch(), torch.randn(2, 3, 8, requires_grad=True)
        for log_scale in (torch.zeros(2, 3, 8), torch.full((2, 3, 8), -2.0)):
            (gradient,) = torch.autograd.grad(prediction_loss(batch, mean, log_scale, "regression").sum(), mean)
            torch.testing.assert_close(gradient, (mean - batch["mean"]).detach() / 8)

    def test_regression_fits_the_scale_as_the_distribution_does(self):
        batch, mean, log_scale = self.batch(), torch.randn(2, 3, 8), torch.zeros(2, 3, 8, requires_grad=True)
        losses = (prediction_loss(batch, mean, log_scale, objective).sum() for objective in ("regression", "forward"))
        torch.testing.assert_close(*(torch.autograd.grad(loss, log_scale)[0] for loss in losses))

    def test_the_first_weight_of_the_kl_is_about_that_of_long_runs(self):
        for nats, weight in ((40, 0.005), (60, 0.0018), (80, 0.001)):
            self.assertAlmostEqual(math.log(ablate.first_weight(nats) / weight), 0, delta=0.3)

    def test_text_is_dropped_from_whole_items(self):
        batch = self.batch()
        self.assertTrue(torch.equal(drop_text(batch, 0.0)["symbols"], batch["symbols"]))
        torch.manual_seed(0)
        seen = set()
        for _ in range(40):
            dropped = drop_text(batch, 0.5)
            for row in range(2):
                has_text = bool(dropped["symbols"][row].any())
                self.assertEqual(has_text, bool(dropped["window"][row].any()))
                self.assertTrue(not has_text or torch.equal(dropped["window"][row], batch["window"][row]))
                seen.add(has_text)
        self.assertEqual(seen, {True, False})
        self.assertTrue(torch.equal(dropped["mean"], batch["mean"]))

    def whole_batch(self):
        """All that a step needs, of 9 positions."""
        return self.batch() | {
            **{"symbol_count": torch.tensor([5, 4]), "frame_count": torch.tensor([2, 1]), "styles": torch.zeros(2, 2)},
            **{"age": torch.zeros(2, 3, dtype=torch.long), "advance": torch.zeros(2, 3, dtype=torch.long)},
            **{"reference": torch.randn(2, 25600) * 0.1, "voice": torch.tensor([0, 1]), "settings": torch.zeros(2, 4)},
        }

    def layout(self, model, batch):
        return attention_mask(batch, "bidirectional"), model.language_model.rotation(torch.arange(9)[None])

    def test_a_guide_moves_speech_away_from_what_it_says_without_text(self):
        torch.manual_seed(1)
        model, batch = SpeechModel(TINY).eval(), self.whole_batch()
        layout = self.layout(model, batch)
        speaker, inputs = torch.randn(2, TINY.speaker.dim), torch.randn_like(batch["mean"])
        own, without, strong = (Guide(model, guidance).targets(batch, layout, speaker, inputs) for guidance in (1.0, 0.0, 1.5))
        speech, end = (mask.bool() for mask in frame_masks(batch))
        with torch.no_grad():
            mean, log_scale, _ = run_model(model, batch, layout, speaker, inputs)
        torch.testing.assert_close(own["mean"][speech], mean[speech])
        torch.testing.assert_close(strong["log_scale"][speech], log_scale[speech])
        self.assertGreater(float((own["mean"] - without["mean"])[speech].abs().max()), 0.01)
        torch.testing.assert_close(strong["mean"], without["mean"] + 1.5 * (own["mean"] - without["mean"]))
        torch.testing.assert_close(strong["mean"][end], batch["mean"][end])
        torch.testing.assert_close(strong["log_scale"][end], batch["log_scale"][end])

    def test_the_loss_of_a_guided_model_is_the_distance_to_its_guide(self):
        model, batch = SpeechModel(TINY).eval(), self.whole_batch()
        kl = [float(compute_losses(model, batch, self.layout(model, batch), guide=guide)["kl"]) for guide in (None, Guide(model, 1.0))]
        self.assertGreater(kl[0], 1e-3)
        self.assertAlmostEqual(kl[1], 0, places=5)

    def test_a_model_without_a_pointer_pays_nothing_for_it(self):
        config = replace(TINY, language_model=replace(TINY.language_model, pointer=None))
        model, batch = SpeechModel(config), self.whole_batch()
        losses = compute_losses(model, batch, self.layout(model, batch))
        self.assertEqual(float(losses["pointer"]), 0)
        self.assertGreater(float(losses["kl"]), 0)


class Speaking(unittest.TestCase):
    def setUp(self):
        self.speaker = torch.randn(TINY.speaker.dim, generator=torch.Generator().manual_seed(3))

    def test_the_base_speaks_as_the_product_does(self):
        model = tiny_model()
        spoken, wanted = (speak(each, SYMBOLS, self.speaker)[:2] for each in (SpokenModel(model), model))
        torch.testing.assert_close(spoken[0], wanted[0], atol=1e-6, rtol=1e-5)
        self.assertEqual(spoken[1], wanted[1])

    def test_a_causal_prefix_does_not_see_what_follows(self):
        for kind in ("causal", "bidirectional"):
            model = SpokenModel(tiny_model(prefix_attention=kind))
            hidden = []
            for last in (7, 8):
                x = model.embed_prefix(self.speaker[None], torch.tensor([[3, 5, last]]))
                hidden.append(model.run_layers(x, model.rotation(torch.arange(4)[None]))[0].detach()[0, :3])
            self.assertEqual(torch.allclose(*hidden, atol=1e-6), kind == "causal")

    def test_guidance_moves_the_mean_away_from_the_textless_line(self):
        model, ids = tiny_model(), torch.tensor([[1, 9, 12, 14]])
        window, age = torch.tensor([[[0, 1, 9, 12, 14]]]), torch.zeros(1, 1, dtype=torch.long)

        def predicted(spoken, ids, window):
            _, caches = spoken.run_layers(spoken.embed_prefix(self.speaker[None], ids), spoken.rotation(torch.arange(5)[None]))
            x = spoken.embed_latents(torch.full((1, 1, 8), 0.5), window, age)
            return [value.detach() for value in spoken.predict(spoken.run_layers(x, spoken.rotation(torch.tensor([[5]])), None, caches)[0])]

        plain, without, guided = (
            predicted(SpokenModel(model, weight), ids * text, window * text) for weight, text in ((1.0, 1), (1.0, 0), (1.5, 1))
        )
        torch.testing.assert_close(guided[0], without[0] + 1.5 * (plain[0] - without[0]), atol=1e-5, rtol=1e-4)
        self.assertGreater(float((guided[0] - plain[0]).abs().max()), 1e-3)
        for a, b in zip(guided[1:], plain[1:]):
            torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)

    def test_a_line_without_a_pointer_ends_by_itself_or_is_cut(self):
        model = tiny_model(pointer=None)
        model.head.weight.data.zero_()
        latents, ending = speak_without_pointer(model, SYMBOLS, self.speaker)
        self.assertEqual((len(latents), ending), (FRAMES_A_SYMBOL * len(SYMBOLS), "cut"))
        model.head.bias.data.fill_(1.0)
        latents, ending = speak_without_pointer(model, SYMBOLS, self.speaker)
        self.assertEqual((len(latents), ending), (1, "stopped"))


class Table(unittest.TestCase):
    def test_the_difference_is_of_the_same_lines(self):
        base, row = ({"phone_errors": errors, "phones": [20, 20]} for errors in ([9, 1], [11, 3]))
        self.assertEqual(difference_cell(row, base), "+10.0 (+10.0 to +10.0)")
        self.assertEqual(difference_cell(base, base), "-")

    def test_lines_that_could_not_be_measured_are_left_out(self):
        self.assertEqual(mean_cell({"f0_spread": [0.5, float("nan"), 1.0]}, "f0_spread", 2), "0.75")
        self.assertEqual(mean_cell({"f0_spread": [float("nan")]}, "f0_spread", 2), "-")


    def test_a_folder_of_language_models_has_their_table_only(self):
        row = {"phone_errors": [1], "phones": [8], "word_errors": [0], "words": [2], "distortion": [4.0]}
        with tempfile.TemporaryDirectory() as folder:
            for name in ("teacher", "base"):
                (Path(folder) / f"{name}.row.json").write_text(json.dumps(row))
            text = markdown_tables(Path(folder), SimpleNamespace(steps=7))
        self.assertIn("7 steps of training from nothing, 1 held-out sentences", text)
        self.assertIn("| base | 12.5 (12.5-12.5) | - | 0.0 (0.0-0.0) | 4.00 | - | - | - | - |", text)
        self.assertNotIn("Autoencoders", text)


def two_items():
    cmudict, items = read_cmudict(CMUDICT), []
    for text in ("Come here.", "Not today."):
        speaker = make_speaker(0)
        samples, told = synthesise(text, speaker, cmudict)
        items.append({"text": text, "speaker": speaker, "teacher": samples, "symbols": told["symbols"], "reference": samples})
    return items


class Smoke(unittest.TestCase):
    """Two steps of every variant in the tiny geometry."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        root = cls.root = Path(folder.name)
        for script, *arguments in (
            ("prepare.py", "--out", root / "data", "--hours", 0.001, "--workers", 1, "--shard-size", 12),
            ("train_vae.py", "--data", root / "data", "--out", root / "vae.pt", "--geometry", "tiny", "--steps", 1, "--batch", 2),
            ("encode.py", "--data", root / "data", "--vae", root / "vae.pt"),
        ):
            command = [sys.executable, str(HERE / script), *map(str, arguments)]
            subprocess.run(command, check=True, capture_output=True, cwd=HERE)
        write_instrument(Recogniser(), root / "recogniser.safetensors")
        cls.items = two_items()

    def run_ablate(self, results="results", steps=2, only=None):
        folders = {"data": "data", "vae": "vae.pt", "recogniser": "recogniser.safetensors", "results": results}
        words = [word for name, path in folders.items() for word in (f"--{name}", str(self.root / path))]
        sizes = ["--geometry", "tiny", "--steps", str(steps), "--tokens", "200", "--batch", "2"]
        args = ablate.options().parse_args([*words, *sizes, *(["--only", only] if only else [])])
        made = mock.patch("ablate.make_items", return_value=self.items)
        deaf = mock.patch("evaluate.recognise_all", side_effect=lambda signals, workers: ["come"] * len(signals))
        with made, deaf, contextlib.redirect_stdout(io.StringIO()):
            return ablate.ablate(args)

    def test_every_variant_has_its_row_and_is_made_once(self):
        text = self.run_ablate()
        told = Counter(variant.told for variant in (LANGUAGE_MODELS | AUTOENCODERS).values())
        self.assertEqual({name: text.count(f"| {name} |") for name in told}, told)
        rows = {path.name.removesuffix(".row.json"): json.loads(path.read_text()) for path in (self.root / "results").glob("*.row.json")}
        self.assertEqual(set(rows), {"teacher", *LANGUAGE_MODELS, *AUTOENCODERS})
        for name, row in rows.items():
            self.assertEqual(len(row["phone_errors"]), len(self.items), name)
            self.assertTrue(np.isfinite(row["distortion"]).all(), name)
        trained = {path.stem for path in (self.root / "results").glob("*.pt")}
        self.assertEqual(trained, {name for name, variant in LANGUAGE_MODELS.items() if not variant.weights} | set(AUTOENCODERS))
        self.assertEqual({torch.load(self.root / "results" / f"{name}.pt")["step"] for name in trained}, {2})
        again = [mock.patch(f"ablate.{name}", side_effect=AssertionError) for name in ("train_kept", "measure")]
        with again[0], again[1]:
            self.assertEqual(self.run_ablate(), text)

    def test_a_training_that_was_stopped_goes_on_to_the_same_step(self):
        for name in ("base", "autoencoder"):
            path = self.root / "stopped" / f"{name}.pt"
            with mock.patch("ablate.SAVE_EVERY", 1):
                stopped = mock.patch("training.Ema.update", side_effect=[None, KeyboardInterrupt])
                with stopped, self.assertRaises(KeyboardInterrupt):
                    self.run_ablate("stopped", 3, name)
                self.assertEqual(torch.load(path)["step"], 1)
                self.run_ablate("stopped", 3, name)
            self.assertEqual(torch.load(path)["step"], 3)

    def test_rows_of_another_setting_are_refused(self):
        (self.root / "other").mkdir()
        (self.root / "other" / "identity.json").write_text("{}")
        with self.assertRaisesRegex(SystemExit, "--results"):
            self.run_ablate("other", 2, "base")


if __name__ == "__main__":
    unittest.main()
