"""Articles → the same with their language, topics and places; it stores nothing.

Rule: a few are read in a thread of this process, a batch of `MANY` or more in processes of its own. Those of a feed
that never answered before are read by the process that reads the feed: nearly all of them will be new.

Theory: reading an article takes a third of a millisecond and holds the interpreter's lock. The first poll of 200 feeds
would keep the bot's other work waiting for three seconds, and one core idle; in the rhythm of the feeds a poll brings
one or two articles a feed, for which no process is worth its start (0.3 s).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.core.analysis import Analyzer
from bot.core.annotation import Annotation
from bot.errors import FetchError
from bot.model import Article
from bot.service.ports import Offload

log = structlog.get_logger(__name__)

MANY = 10

AnnotateAll = Callable[[Sequence[Article]], Sequence[Annotation | None]]
"""Reads a batch: a function of a module, which another process finds by its name. None for what could not be read."""

Elsewhere = Callable[[Sequence[Article]], Awaitable[Sequence[Annotation | None]]]
"""Reads a batch in another process: what was found for each, or None where it could not be read.

Raises FetchError where the process died or took too long.
"""


class Annotator:
    """Reads articles, here or elsewhere.

    Args:
        analyzer: returns the analyzer; called in a thread.
        offload: where blocking work goes.
        elsewhere: where a batch goes; everything is read here if not given.
    """

    def __init__(self, analyzer: Callable[[], Analyzer], offload: Offload, elsewhere: Elsewhere | None = None) -> None:
        self._analyzer = analyzer
        self._offload = offload
        self._elsewhere = elsewhere

    async def annotate(
        self, articles: Sequence[Article], known: Sequence[Annotation | None] = ()
    ) -> tuple[Article, ...]:
        """Return the articles annotated, in their order; one that can't be read stays as it is.

        Args:
            articles: in any number.
            known: what was read out of each already, where anything was.
        """
        if not any(known):
            return await self._annotate(articles)
        left = await self._annotate([one for one, found in zip(articles, known, strict=True) if found is None])
        others = iter(left)
        return tuple(
            next(others) if found is None else _with(one, found) for one, found in zip(articles, known, strict=True)
        )

    async def _annotate(self, articles: Sequence[Article]) -> tuple[Article, ...]:
        if self._elsewhere is not None and len(articles) >= MANY:
            try:
                found = await self._elsewhere(articles)
            except FetchError as error:
                log.warning("not_annotated_elsewhere", reason=str(error), articles=len(articles))
            else:
                return tuple(map(_with, articles, found))
        return await self._offload(self._all, articles) if articles else ()

    def _all(self, articles: Sequence[Article]) -> tuple[Article, ...]:
        return tuple(map(self._annotated, articles))

    def _annotated(self, article: Article) -> Article:
        try:
            return self._analyzer().annotate(article)
        except Exception:
            # the edge of the loop over articles: one that can't be read must not be met again and again
            log.exception("article_not_annotated", url=article.url)
            return article


def _with(article: Article, found: Annotation | None) -> Article:
    if found is None:
        log.error("article_not_annotated", url=article.url)
        return article
    language, topics, places = found
    # as `replace` does it, in a quarter of the time
    return Article(
        title=article.title,
        text=article.text,
        source=article.source,
        url=article.url,
        published_at=article.published_at,
        language=language,
        topics=topics,
        places=places,
        chat_id=article.chat_id,
        sample=article.sample,
        added_at=article.added_at,
        id=article.id,
    )
