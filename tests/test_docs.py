"""Documents that are made from the code are up to date, and examples in docstrings are true."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path

import pytest

from bot.chat.commands import COMMANDS
from bot.settings import Settings
from docs.build import README, built

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [file for file in sorted((ROOT / "bot").rglob("*.py")) if "migrations" not in file.parts]


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


WITH_EXAMPLES = [module_name(file) for file in SOURCES if ">>> " in file.read_text(encoding="utf-8")]


def test_the_readmes_tables_are_made_from_the_code():
    readme = README.read_text(encoding="utf-8")
    assert built(readme) == readme, "run make docs"


def test_every_command_and_every_setting_is_documented():
    readme = README.read_text(encoding="utf-8")
    assert all(f"`/{command.name}" in readme for command in COMMANDS)
    assert all(f"`{name.upper()}`" in readme for name in Settings.model_fields)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("file", SOURCES, ids=module_name)
def test_every_module_says_what_it_is(file):
    source = file.read_text(encoding="utf-8")
    assert not source.strip() or ast.get_docstring(ast.parse(source))
