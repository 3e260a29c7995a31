"""Reads the invented longer articles of `longer/`, with an editor's key sentences and the page's junk marked.

An article starts with `=== id | kind | topics` and its headline; then one paragraph a line. `[[…]]` stands around a key
sentence, and a line that starts with `~ ` is junk: a byline, a caption, a share line, a heading, a date of a timeline.
`test_longer.py` tells in which order the files were written, and what each had when it was new.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bot.model import Sentence

FOLDER = Path(__file__).parent / "longer"
_MARK = re.compile(r"\[\[|\]\]")


@dataclass(frozen=True, slots=True)
class LongerArticle:
    """An article as a reader's page would hand it over, and the spans that are an editor's choice, or junk."""

    id: str
    kind: str
    title: str
    text: str
    topics: frozenset[str]
    keys: tuple[tuple[int, int], ...]
    junk: tuple[tuple[int, int], ...]

    def is_key(self, sentence: Sentence) -> bool:
        """Say whether most of a sentence is an editor's key sentence."""
        return any(min(sentence.end, end) - max(sentence.start, start) > (sentence.end - sentence.start) / 2
                   for start, end in self.keys)  # fmt: skip

    def is_junk(self, sentence: Sentence) -> bool:
        """Say whether a sentence touches a line of the page."""
        return any(min(sentence.end, end) > max(sentence.start, start) for start, end in self.junk)


def longer_articles(name: str) -> list[LongerArticle]:
    """Return the articles of a file of `longer/`."""
    blocks = (FOLDER / name).read_text(encoding="utf-8").split("=== ")[1:]
    return [_article(*block.strip().split("\n")) for block in blocks]


def _article(head: str, title: str, *lines: str) -> LongerArticle:
    name, kind, topics = head.split(" |")
    keys: list[tuple[int, int]] = []
    junk: list[tuple[int, int]] = []
    text = ""
    for line in lines:
        if line.startswith("~ "):
            junk.append((len(text), len(text) + len(line) - 2))
            text += line[2:] + "\n"
            continue
        for number, piece in enumerate(_MARK.split(line)):
            if number % 2:
                keys.append((len(text), len(text) + len(piece)))
            text += piece
        text += "\n"
    return LongerArticle(name, kind.strip(), title, text, frozenset(topics.split()), tuple(keys), tuple(junk))
