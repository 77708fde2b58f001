"""Tests of a go: one command that trains by the clock and leaves weights."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch

sys.path.insert(0, os.path.dirname(__file__))

from go import parse_plan  # noqa: E402
from safetensors_io import read_safetensors  # noqa: E402

HERE = Path(__file__).parent
LARGEST = 16 * 2**20  # bytes of a file
STAGES = ("prepare", "vae", "pitch", "decoder", "encode", "lm", "polish")


class Plan(unittest.TestCase):
    def test_stages_keep_their_order(self):
        self.assertEqual(parse_plan("vae=3,prepare=1.5"), [("vae", 3.0), ("prepare", 1.5)])

    def test_more_time_than_there_is_is_refused(self):
        with self.assertRaisesRegex(SystemExit, "at most 9"):
            parse_plan("prepare=2,vae=8")

    def test_unknown_stages_are_refused(self):
        with self.assertRaisesRegex(SystemExit, "unknown stages.*sing"):
            parse_plan("sing=1")


class Smoke(unittest.TestCase):
    def test_every_stage_runs_and_weights_come_out(self):
        with tempfile.TemporaryDirectory() as folder:
            plan = ",".join(f"{stage}=0.02" for stage in STAGES)
            options = ("--out", f"{folder}/out", "--work", f"{folder}/work", "--plan", plan, "--geometry", "tiny", "--shard-size", "6")
            log = subprocess.run([sys.executable, "go.py", *options], cwd=HERE, capture_output=True, text=True)
            self.assertNotIn("failed", log.stdout, log.stderr)
            files = {path.name: path for path in Path(folder, "out").iterdir()}
            self.assertTrue(all(path.stat().st_size <= LARGEST for path in files.values()))
            exported = read_safetensors(files["decoder.safetensors"])["output.weight"]
            averaged = torch.load(files["vae-decoder.f16.pt"])["decoder.output.weight"]
            self.assertEqual((exported != averaged.numpy()).sum(), 0)
            self.assertIn("language-model.safetensors", files)


if __name__ == "__main__":
    unittest.main()
