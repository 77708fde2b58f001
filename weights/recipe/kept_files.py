"""Keeps results in a folder, one file each, so that a run that was stopped goes on with what is missing."""

import json
import os
from pathlib import Path


def folder_of(path, identity):
    """The folder, made where there is none. Exits when it holds results of another identity (a dict of strings and numbers)."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    told, text = folder / "identity.json", json.dumps(identity)
    if not any(folder.iterdir()):
        told.write_text(text)
    if not told.exists() or told.read_text() != text:
        raise SystemExit(f"{folder} holds results of other weights or settings: give another --results, or remove it.")
    return folder


def kept(path, make):
    """What the file holds as JSON; made and written first where there is none."""
    if not path.exists():
        partial = path.with_suffix(f".{os.getpid()}.tmp")
        partial.write_text(json.dumps(make()))
        os.replace(partial, path)
    return json.loads(path.read_text())
