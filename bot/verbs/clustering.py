"""The verb that puts articles into stories: those of stdin, or those of the store anew. Returns the exit status."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from bot.app import SystemClock, make_place_finder, parts
from bot.core.language import detect_language
from bot.core.places import PlaceFinder
from bot.core.stories import Stories
from bot.core.storychanges import follow
from bot.core.storywords import Traits, read_traits
from bot.errors import ArticleError
from bot.model import Article
from bot.settings import Settings
from bot.verbs.files import instant_field, text_field
from bot.verbs.output import dumped, say

LEAD = 600  # characters in which places are looked for: an event is placed in its first sentences
SHOWN = 200  # characters by which the language is told
AHEAD = 2000  # articles, about 40 MB
TOLD = 100  # articles after which the clusterer is asked what changed


def cluster(lines: Iterable[bytes]) -> int:
    """Read JSON Lines, write the story of each article; a bad line gives an error and the others are done.

    Answers come when all is read: an article may turn out to belong elsewhere, a story to be a part of another.
    """
    finder = make_place_finder()
    answers: list[dict[str, Any]] = []
    names: dict[int, Any] = {}
    placing = _Placing()
    at = SystemClock().now()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        known: dict[str, Any] = {}
        try:
            item = _object(line)
            known = {"id": item["id"]} if "id" in item else {}
            article = _article(item, finder)
        except (ArticleError, ValueError, RecursionError) as error:
            answers.append({**known, "line": number, "error": " ".join(str(error).split())})
            continue
        at = article.published_at or at
        key = len(answers)
        names[key] = known.get("id", number)
        answers.append({"id": known.get("id")})
        placing.read(read_traits(article, key, at=at))
    for key, story in placing.finish().items():
        answers[key]["story"] = names[story]
    for answer in answers:
        sys.stdout.write(dumped(answer) + "\n")
    return 1 if any("error" in answer for answer in answers) else 0


class _Placing:
    """Places articles `AHEAD` of which were read after them: which words are rare is known better then."""

    def __init__(self) -> None:
        self._stories = Stories()
        self._waiting: deque[Traits] = deque()
        self._placed: dict[int, int] = {}
        self._count = 0

    def read(self, traits: Traits) -> None:
        """Take an article's words in, and place the one that waited longest."""
        self._stories.learn(traits)
        self._waiting.append(traits)
        if len(self._waiting) > AHEAD:
            self._place()

    def finish(self) -> dict[int, int]:
        """Place what waits; return the story of each article."""
        while self._waiting:
            self._place()
        follow(self._placed, self._stories.take_changes())
        return self._placed

    def _place(self) -> None:
        self._stories.add(self._waiting.popleft(), learned=True)
        self._count += 1
        if self._count % TOLD == 0:
            follow(self._placed, self._stories.take_changes())


def cluster_stored(settings: Settings, *, as_json: bool) -> int:
    """Make the stories of the store's newest days anew."""
    with parts(settings) as made:
        done = made.storylines.recluster(made.clock.now())
    if as_json:
        say(dumped({"articles": done.articles, "stories": done.stories}))
    else:
        say(f"{done.articles} articles in {done.stories} stories")
    return 0


def _object(line: bytes) -> Mapping[str, Any]:
    item = json.loads(line)
    if not isinstance(item, dict):
        raise ArticleError("a line must be a JSON object")
    return item


def _article(item: Mapping[str, Any], finder: PlaceFinder) -> Article:
    if not isinstance(item.get("text"), str):
        raise ArticleError('"text" is missing or no string')
    title, text = text_field(item, "title"), item["text"]
    return Article(
        title,
        text,
        source=text_field(item, "source"),
        published_at=instant_field(item, "published"),
        language=text_field(item, "language") or detect_language(f"{title}\n{text[:SHOWN]}"),
        places=finder.find(text[:LEAD], title=title),
    )
