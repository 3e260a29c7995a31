"""`analyze` as scripts use it: articles a second on one core and two, memory on a long stream; newspaper4k beside it.

newspaper4k's `parse` and `nlp` get the same texts as pages of the plainest HTML (see `newspaper_peer.py`). What it does
is less: no language, topics or places.

    python -m tests.bench.analyzing [FILE]     FILE: JSON Lines with "title" and "text", may be .gz; also in TEXTS
"""

from __future__ import annotations

import gzip
import html
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from bot.app import make_analyzer
from bot.seeds import load_abbreviations

ROOT = Path(__file__).parents[2]
PEER = ROOT / ".venv/peer/bin/python"  # made by `make bench`
ARTICLES = 400  # made where no texts are given
WORDS = 400  # of each: a middling agency report
STREAM = 4_000  # lines for articles a second
LONG_STREAM = 20_000  # lines for memory
COMPARED = 150  # articles that newspaper4k reads, too
RUNS = 3

Row = tuple[str, str, str, str]
Text = tuple[str, str]


def made_texts() -> list[Text]:
    """Make articles of the sentences of the samples, no two alike."""
    chance = random.Random(7)
    sentences: list[str] = []
    titles: list[str] = []
    for path in sorted((ROOT / "data/sample").glob("*.txt")):
        title, *paragraphs = path.read_text(encoding="utf-8").strip().split("\n")
        titles.append(title)
        sentences += [each for part in paragraphs for each in re.split(r"(?<=[.!?]) ", part) if each.isascii()]
    texts: list[Text] = []
    for number in range(ARTICLES):
        chosen: list[str] = []
        while sum(len(each.split()) for each in chosen) < WORDS:
            chosen.append(f"In round {chance.randrange(900)} of {chance.choice(titles)}: {chance.choice(sentences)}")
        paragraphs = [" ".join(chosen[place : place + 3]) for place in range(0, len(chosen), 3)]
        texts.append((f"{chance.choice(titles)}, part {number}", "\n".join(paragraphs)))
    return texts


def read_texts(path: Path) -> list[Text]:
    """Return the texts of a file of JSON Lines."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    items = [json.loads(line) for line in raw.splitlines() if line.strip()]
    return [(item.get("title") or "", item["text"]) for item in items if item.get("text")]


def measure_analyzing(file: str | None = None) -> list[Row]:
    """Measure all of it, on the texts of a file or on made ones."""
    file = file or os.environ.get("TEXTS")
    texts = read_texts(Path(file)) if file else made_texts()
    words = statistics.mean(len(text.split()) for _, text in texts)
    with tempfile.TemporaryDirectory() as folder:
        stream = Path(folder) / "in.jsonl"
        rows = _beside_newspaper(texts, f"{words:.0f} words") if PEER.exists() else []
        rows += _streams(stream, texts)
        if sys.platform == "linux":
            rows += _memory(stream, texts)
    return rows


def _beside_newspaper(texts: list[Text], note: str) -> list[Row]:
    """Measure CPU an article, article by article in turn, the least of some runs."""
    analyzer = make_analyzer()
    chosen = [(title, text) for title, text in texts if title][:COMPARED]
    least = {name: [9.0] * len(chosen) for name in ("ours", "parse", "nlp")}
    with subprocess.Popen(
        [PEER, ROOT / "tests/bench/newspaper_peer.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        peer.stdin.write(json.dumps(sorted(load_abbreviations()["en"])) + "\n")
        for _ in range(RUNS):
            for number, (title, text) in enumerate(chosen):
                began = time.process_time()
                analyzer.analyze(text, title=title)
                used = {"ours": time.process_time() - began}
                peer.stdin.write(json.dumps(_page(title, text)) + "\n")
                peer.stdin.flush()
                used |= json.loads(peer.stdout.readline())
                assert used.pop("summary"), "newspaper4k found the text and summarized it"
                for name, seconds in used.items():
                    least[name][number] = min(least[name][number], seconds)
    ours, parse, nlp = (1000 * statistics.mean(least[name]) for name in ("ours", "parse", "nlp"))
    return [
        (
            f"analyze, CPU an article of {note}, one core",
            f"{ours:.2f} ms",
            "",
            f"newspaper4k {parse + nlp:.1f} ms: {(parse + nlp) / ours:.1f} ×; its nlp alone {nlp:.1f} ms",
        )
    ]


def _page(title: str, text: str) -> str:
    body = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n") if part.strip())
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title>'
    return (
        f"<!doctype html><html lang=en><head>{head}</head><body><article><h1>{title}</h1>{body}</article></body></html>"
    )


def _write_stream(path: Path, texts: list[Text], count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number, (title, text) in enumerate(islice(cycle(texts), count)):
            file.write(json.dumps({"id": number, "title": title, "text": text}) + "\n")


def _streams(path: Path, texts: list[Text]) -> list[Row]:
    """Measure articles a second, start included, by wall clock; CPU beside it, for a machine that is shared."""
    _write_stream(path, texts, STREAM)
    rows: list[Row] = []
    for cores in (1, 2):
        if cores > (os.cpu_count() or 1):
            continue
        speeds: list[float] = []
        used: list[float] = []
        for _ in range(RUNS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            began = time.perf_counter()
            with path.open("rb") as source:
                subprocess.run(_command(cores), stdin=source, stdout=subprocess.DEVNULL, check=False)
            speeds.append(STREAM / (time.perf_counter() - began))
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        cpu = 1000 * statistics.median(used) / STREAM
        target = "≥ 400/s" if cores > 1 else ""
        note = f"best of {RUNS}: {max(speeds):.0f}/s; CPU an article {cpu:.2f} ms, at most {cores * 1000 / cpu:.0f}/s"
        rows.append(
            (
                f"analyze of {STREAM:,} lines, {cores} core{'s' * (cores > 1)}",
                f"{statistics.median(speeds):.0f}/s",
                target,
                note,
            )
        )
    return rows


def _command(cores: int) -> list[str]:
    code = (
        "import os, sys; from bot import cli; hasattr(os, 'sched_setaffinity') and "
        f"os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}]); sys.argv[1:] = ['analyze']; cli.main()"
    )
    return [sys.executable, "-c", code]


def _memory(path: Path, texts: list[Text]) -> list[Row]:
    """Measure what the command and its processes hold, shared pages counted once, along a long stream."""
    _write_stream(path, texts, LONG_STREAM)
    held: list[tuple[int, float, float]] = []
    with path.open("rb") as source, subprocess.Popen(_command(2), stdin=source, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for number, _ in enumerate(process.stdout, start=1):
            if number % (LONG_STREAM // 8) == 0 and number < LONG_STREAM:
                own, workers = _resident(process.pid)
                held.append((number, own, workers))
    early, late = held[0], held[-1]
    return [
        (
            f"memory of analyze at {late[0]:,} of {LONG_STREAM:,} lines, 2 processes",
            f"{late[1] + late[2]:.0f} MB",
            "constant",
            f"at {early[0]:,}: {early[1] + early[2]:.0f} MB; the processes' share {late[2]:.0f} MB",
        )
    ]


def _resident(pid: int) -> tuple[float, float]:
    """Return the memory of a process and of its children in MB, what is shared divided among them."""
    return _share(pid), sum(_share(child) for child in _children(pid))


def _children(pid: int) -> Iterator[int]:
    yield from map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())


def _share(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)


if __name__ == "__main__":
    for row in measure_analyzing(*sys.argv[1:2]):
        print("  ".join(row))
