"""Words of `/include` and `/exclude` in a text: which of them it has; what that means for a story is decided elsewhere.

Rules: a filter is a word or a phrase as a person typed it. It is found as `core/phrases.py` finds phrases: whole words
only, upper and lower case the same, a `*` at the end stands for the rest of a word. Each is looked for by itself, so
that "war" is found in a text with "trade war" though both were asked for.

Cost: linear in the text for each filter, 0.01 s a MB for a word the text does not have; no pattern of a person's is
ever run as a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.core.phrases import Phrases, Synonyms
from bot.model import Article

_PLAIN = re.compile(r"[a-z0-9]+")
# What `core/phrases.py` reads over inside a word, or as the plain letter: soft hyphens, zero-width marks, full width.
_DISGUISED = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\uff10-\uff5a]")
REMEMBERED = 4096  # filters made ready, about 2 kB each


def words_met(words: Iterable[str], articles: Iterable[Article]) -> tuple[str, ...]:
    """Return those of the words that stand in the title or the text of any of the articles, in their order.

    >>> words_met(["rare earth", "war"], [Article("Trade war widens", "Duties on rare earths rose.")])
    ('war',)
    """
    texts = [f"{article.title}\n\n{article.text}" for article in articles]
    return tuple(word for word in words if any(_found(word, text) for text in texts))


def _found(word: str, text: str) -> bool:
    looked_for = _phrases(word)
    return looked_for is not None and _may_have(word, text) and bool(looked_for.find(text))


def _may_have(word: str, text: str) -> bool:
    """Tell quickly that a text does not have a word: its longest run of plain letters stands nowhere in it."""
    plain = max(_PLAIN.findall(word.casefold()), key=len, default="")
    low = text.casefold()
    return plain in low or (not low.isascii() and bool(_DISGUISED.search(low)))


@lru_cache(REMEMBERED)
def _phrases(word: str) -> Phrases[str] | None:
    """Return what looks for a word; None for one that can't be looked for, which no text has."""
    try:
        return Phrases([Synonyms("", [" ".join(word.split()).strip('"“”«»')])])
    except ValueError:
        return None
