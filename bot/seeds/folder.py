"""Finds the folder `data/` and the sample articles in it; it reads nothing."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bot.errors import DataError


def data_folder() -> Traversable:
    """Return the folder `data/`: inside the package where that is installed, else at the top of the checkout.

    Raises:
        DataError: it is in neither place.
    """
    checkout = Path(__file__).resolve().parents[2] / "data"
    for folder in (files("bot") / "data", checkout):
        if (folder / "topics.toml").is_file():
            return folder
    raise DataError(f"{checkout}: the folder with the vocabularies is missing; install the package again")


def sample_files() -> list[Traversable]:
    """Return the sample articles (`data/sample/*.txt`), sorted by name."""
    folder = data_folder() / "sample"
    found = [file for file in folder.iterdir() if file.name.endswith(".txt")] if folder.is_dir() else []
    return sorted(found, key=lambda file: file.name)
