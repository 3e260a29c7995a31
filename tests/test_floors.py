"""The rules that import-linter can't see: nothing happens at import, and heavy things wait until they are used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in (ROOT / "bot").rglob("*.py")
    if "migrations" not in file.parts and file.name not in {"__init__.py", "__main__.py"}
)
WATCH = """
import importlib, socket, sqlite3, subprocess, sys, threading
seen = []
def watch(event, args):
    if event in {"socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen"}:
        seen.append(event)
    if event == "open" and isinstance(args[0], str) and (args[0].endswith((".env", ".toml", ".db"))):
        seen.append(args[0])
sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
    if seen:
        sys.exit(f"{name}: {seen}")
if threading.active_count() > 1:
    sys.exit("a thread was started")
"""


def run_bare(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )


def test_importing_a_module_touches_no_connection_file_or_setting():
    done = run_bare(WATCH, *MODULES)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["bot.run", "bot.cli", "bot.app", "bot.service.answer"])
def test_heavy_libraries_wait_until_they_are_used(module):
    code = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules)"
    loaded = set(run_bare(code, module).stdout.split())
    assert loaded & {"sumy", "nltk", "numpy", "py3langid", "alembic", "scipy", "matplotlib"} == set()


def test_files_and_functions_keep_one_meaning():
    long_files = [file for file in (ROOT / "bot").rglob("*.py") if len(file.read_text().splitlines()) > 400]
    assert long_files == []


def test_no_file_names_a_machine_or_a_package_host():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        raw = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        assert b"--index" + b"-url" not in raw, name
        assert str(ROOT).encode() not in raw, name
