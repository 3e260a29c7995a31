"""The verb that puts articles into stories: those of stdin, or those of the store anew. Returns the exit status."""

from __future__ import annotations

import json
import sys
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

LEAD = 600  # characters in which places and the language are looked for: an event is placed in its first sentences
TOLD = 100  # articles after which the clusterer is asked what changed


def cluster(lines: Iterable[bytes]) -> int:
    """Read JSON Lines, write the story of each article; a bad line gives an error and the others are done.

    All of them are read before the first is answered: which words are rare is known better then, and a story that
    turns out to be a part of another has one number.
    """
    finder = make_place_finder()
    answers: list[dict[str, Any]] = []
    read: list[Traits] = []
    names: dict[int, Any] = {}
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
        read.append(read_traits(article, key, at=at))
    for key, story in _placed(read).items():
        answers[key]["story"] = names[story]
    for answer in answers:
        sys.stdout.write(dumped(answer) + "\n")
    return 1 if any("error" in answer for answer in answers) else 0


def cluster_stored(settings: Settings, *, as_json: bool) -> int:
    """Make the stories of the store's newest days anew."""
    with parts(settings) as made:
        done = made.storylines.recluster(made.clock.now())
    if as_json:
        say(dumped({"articles": done.articles, "stories": done.stories}))
    else:
        say(f"{done.articles} articles in {done.stories} stories")
    return 0


def _placed(read: list[Traits]) -> dict[int, int]:
    stories, placed = Stories(), dict[int, int]()
    for traits in read:
        stories.learn(traits)
    for count, traits in enumerate(read, start=1):
        stories.add(traits, learned=True)
        if count % TOLD == 0:
            follow(placed, stories.take_changes())
    follow(placed, stories.take_changes())
    return placed


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
        language=text_field(item, "language") or detect_language(f"{title}\n{text[:LEAD]}"),
        places=finder.find(text[:LEAD], title=title),
    )
