"""Stories in the database: which article belongs to which, and what moved; what makes a story is decided elsewhere.

What articles that were dropped leave behind is made good when it is read: a story whose leading article is gone is led
by its oldest, and a copy whose original is gone is a copy no longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.core.storychanges import Placing, StoryHead
from bot.model import Article, Story
from bot.store.articles import STALE_AFTER, articles_from_rows, drop_empty_stories
from bot.store.prints import EVERYBODY
from bot.store.tables import article_places, article_topics, articles, stories, story_turns
from bot.store.transactions import Part, chunks, rows_in

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_THE_TURN = 1
"""The id of the one row of `story_turns`."""


class Stories(Part):
    """The store's stories; see `bot.service.ports.StoryStore`."""

    def stories(
        self,
        *,
        since_at: datetime | None = None,
        until_at: datetime | None = None,
        topics: Sequence[str] = (),
        places: Sequence[str] = (),
        limit: int = 1000,
    ) -> list[Story]:
        """Return stories that moved, those with the newest article first, each with all of its articles."""
        moved = sa.select(articles.c.story_id).where(articles.c.chat_id == EVERYBODY, articles.c.story_id.is_not(None))
        if since_at is not None:
            moved = moved.where(articles.c.added_at > since_at, articles.c.dated_at >= since_at - STALE_AFTER)
        if until_at is not None:
            moved = moved.where(articles.c.added_at <= until_at)
        query = sa.select(stories.c.id).where(stories.c.id.in_(moved))
        for table, column, keys in (
            (article_topics, article_topics.c.topic, topics),
            (article_places, article_places.c.place, places),
        ):
            if keys:
                having = sa.select(articles.c.story_id).join(table, table.c.article_id == articles.c.id)
                query = query.where(stories.c.id.in_(having.where(column.in_(list(keys)))))
        query = query.order_by(stories.c.last_at.desc(), stories.c.id.desc()).limit(max(limit, 0))
        with self._transactions.reading() as db:
            return _stories(db, list(db.execute(query).scalars()))

    def story(self, story_id: int) -> Story | None:
        """Return one story with its articles, or None; of a story that was merged, the one it is a part of."""
        if not 0 < story_id < 2**63:
            return None
        query = sa.select(sa.func.coalesce(stories.c.merged_into, stories.c.id)).where(stories.c.id == story_id)
        with self._transactions.reading() as db:
            return next(iter(_stories(db, list(db.execute(query).scalars()))), None)

    def stories_of(self, article_ids: Sequence[int]) -> list[Story]:
        """Return the stories that articles belong to, each once, in the order of the articles given."""
        query = sa.select(articles.c.id, articles.c.story_id).where(articles.c.story_id.is_not(None))
        with self._transactions.reading() as db:
            of_article = {row.id: row.story_id for row in rows_in(db, query, articles.c.id, article_ids)}
            in_order = dict.fromkeys(of_article[one] for one in article_ids if one in of_article)
            return _stories(db, list(in_order))

    def story_turn(self) -> int:
        """Return how often articles were placed."""
        with self._transactions.reading() as db:
            return db.execute(sa.select(story_turns.c.turn)).scalar() or 0

    def placed_articles(
        self, *, since_at: datetime, turn: int = 0, behind: int = 0, limit: int = 1000
    ) -> list[tuple[Article, Placing]]:
        """Return articles that are in a story and are dated since an instant, by their ids."""
        query = sa.select(articles).where(articles.c.story_id.is_not(None), articles.c.dated_at >= since_at)
        query = query.where(articles.c.story_turn > turn, articles.c.id > behind)
        with self._transactions.reading() as db:
            rows = db.execute(query.order_by(articles.c.id).limit(max(limit, 0))).all()
            read = articles_from_rows(db, rows)
        return [(one, Placing(row.id, row.story_id, row.copy_of)) for one, row in zip(read, rows, strict=True)]

    def unplaced_articles(self, *, since_at: datetime | None = None, limit: int = 1000) -> list[Article]:
        """Return everybody's articles that are in no story (and dated since an instant), oldest first."""
        query = sa.select(articles).where(articles.c.chat_id == EVERYBODY, articles.c.story_id.is_(None))
        if since_at is not None:
            query = query.where(articles.c.dated_at >= since_at)
        query = query.order_by(articles.c.dated_at, articles.c.id).limit(max(limit, 0))
        with self._transactions.reading() as db:
            return articles_from_rows(db, db.execute(query).all())

    def place_articles(
        self,
        placings: Sequence[Placing],
        heads: Sequence[StoryHead],
        *,
        turn: int,
        merged: Mapping[int, int] | None = None,
        closed_before: datetime | None = None,
    ) -> bool:
        """Put articles into stories and keep what these are, in one transaction, if `turn` is still the turn."""
        with self._transactions.writing() as db:
            if not self._take_turn(db, turn):
                return False
            for old, new in (merged or {}).items():
                _merge(db, old, new, turn + 1)
            left = _place(db, placings, turn + 1)
            self._keep_heads(db, heads)
            touched = {*left, *(head.id for head in heads), *(one.story_id for one in placings)}
            drop_empty_stories(db, sorted(touched))
            if closed_before is not None:
                over = sa.and_(stories.c.closed.is_(False), stories.c.last_at < closed_before)
                db.execute(sa.update(stories).where(over).values(closed=True))
        return True

    def _take_turn(self, db: Connection, turn: int) -> bool:
        first = self._transactions.insert(story_turns).values(id=_THE_TURN, turn=0)
        db.execute(first.on_conflict_do_nothing())
        mine = sa.update(story_turns).where(story_turns.c.id == _THE_TURN, story_turns.c.turn == turn)
        return db.execute(mine.values(turn=turn + 1)).rowcount == 1

    def _keep_heads(self, db: Connection, heads: Sequence[StoryHead]) -> None:
        if not heads:
            return
        names = ("lead_id", "title", "language", "first_at", "last_at", "closed", "merged_into")
        insert = self._transactions.insert(stories)
        keep = insert.on_conflict_do_update(
            index_elements=[stories.c.id], set_={name: insert.excluded[name] for name in names}
        )
        db.execute(keep, [_row_from_head(head) for head in heads])


def _row_from_head(head: StoryHead) -> dict[str, Any]:
    return {
        "id": head.id,
        "lead_id": head.lead_id,
        "title": head.title,
        "language": head.language,
        "first_at": head.first_at,
        "last_at": head.last_at,
        "closed": False,
        "merged_into": None,
    }


def _merge(db: Connection, old: int, new: int, turn: int) -> None:
    """Make a story a part of another, and what was merged into it before, too."""
    is_part = sa.or_(stories.c.id == old, stories.c.merged_into == old)
    db.execute(sa.update(stories).where(is_part).values(merged_into=new))
    db.execute(sa.update(articles).where(articles.c.story_id == old).values(story_id=new, story_turn=turn))


def _place(db: Connection, placings: Sequence[Placing], turn: int) -> set[int]:
    """Write where articles belong; return the stories they were in before."""
    query = sa.select(articles.c.story_id).where(articles.c.story_id.is_not(None)).distinct()
    left = {row.story_id for row in rows_in(db, query, articles.c.id, [one.article_id for one in placings])}
    if placings:
        # only everybody's: what a chat sent is in no story, whoever asks for it
        mine = sa.update(articles).where(articles.c.id == sa.bindparam("number"), articles.c.chat_id == EVERYBODY)
        mine = mine.values(story_id=sa.bindparam("story"), copy_of=sa.bindparam("original"), story_turn=turn)
        rows = [{"number": one.article_id, "story": one.story_id, "original": one.copy_of} for one in placings]
        db.execute(mine, rows)
    return left


def _stories(db: Connection, ids: Sequence[int]) -> list[Story]:
    """Return stories in the order of their ids given; those without an article are passed over."""
    heads = {row.id: row for row in rows_in(db, sa.select(stories), stories.c.id, ids)}
    members: dict[int, list[tuple[Any, Article]]] = {}
    for some in chunks(ids):
        query = sa.select(articles).where(articles.c.story_id.in_(some))
        rows = db.execute(query.order_by(articles.c.dated_at, articles.c.id)).all()
        for row, article in zip(rows, articles_from_rows(db, rows), strict=True):
            members.setdefault(row.story_id, []).append((row, article))
    return [_story(heads[one], members[one]) for one in ids if one in heads and one in members]


def _story(head: Any, members: Sequence[tuple[Any, Article]]) -> Story:
    told = [article for row, article in members if row.id == head.lead_id]
    told += [article for row, article in members if row.id != head.lead_id]
    here = {row.id for row, _ in members}
    return Story(
        title=head.title,
        articles=tuple(told),
        topics=tuple(dict.fromkeys(_topics(told))),
        places=tuple(dict.fromkeys(place for article in told for place in article.places)),
        published_at=head.last_at,
        id=head.id,
        first_at=head.first_at,
        copies=frozenset(row.id for row, _ in members if row.copy_of in here),
        closed=head.closed,
    )


def _topics(told: Sequence[Article]) -> Iterator[str]:
    return (topic for article in told for topic in article.topics)
