"""Files of `data/` as an operator may write them, and how a wrong one is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import DataError


def written(folder: Path, text: str | bytes, name: str = "mine.toml") -> Path:
    """Write a file; return where it is."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(load: Callable[[Path], object], path: Path, line: int, what: str) -> None:
    """Assert that a file is refused with its name, the line and what is wrong there."""
    with pytest.raises(DataError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert what in str(caught.value)
