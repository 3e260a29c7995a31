"""Stories are kept as they were decided, whoever else decides at the same time, and whatever is dropped meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.core.storychanges import Placing, StoryHead
from bot.model import Article
from bot.store.sql import SqlStore

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _add(store: SqlStore, *names: str, at: datetime = NOW, **fields) -> list[Article]:
    given = [
        Article(name, f"{name} told.", url=f"https://kairos.example/{name}", published_at=at + n * HOUR, **fields)
        for n, name in enumerate(names)
    ]
    return [article for article, _ in store.add_articles(given, at + len(names) * HOUR)]


def _head(*articles: Article, lead: int = 0) -> StoryHead:
    dates = [article.published_at for article in articles]
    return StoryHead(
        articles[0].id, articles[lead].id, articles[lead].title, "en", first_at=min(dates), last_at=max(dates)
    )


def _place(store: SqlStore, *articles: Article, lead: int = 0, copies: dict[int, int] | None = None) -> None:
    placings = [Placing(one.id, articles[0].id, (copies or {}).get(one.id)) for one in articles]
    assert store.place_articles(placings, [_head(*articles, lead=lead)], turn=store.story_turn())


def test_a_story_has_its_articles_the_leading_one_first_and_knows_its_copies(store: SqlStore):
    one, two, three = _add(store, "one", "two", "three", topics=("tariffs",), places=("JP",))
    _place(store, one, two, three, lead=2, copies={two.id: one.id})
    story = store.story(one.id)
    assert story.id == one.id
    assert story.title == "three"
    assert [article.title for article in story.articles] == ["three", "one", "two"]
    assert story.copies == {two.id}
    assert (story.first_at, story.published_at) == (NOW, NOW + 2 * HOUR)
    assert (story.topics, story.places, story.closed) == (("tariffs",), ("JP",), False)
    assert store.stories_of([three.id, 999, one.id]) == [story]
    assert store.story(two.id) is store.story(0) is store.story(2**70) is None


def test_stories_that_moved_are_told_newest_first_with_their_older_articles_too(store: SqlStore):
    old, new = _add(store, "old", at=NOW - 2 * DAY), _add(store, "new")
    (other,) = _add(store, "other", at=NOW + 3 * HOUR)
    _place(store, *old, *new)
    _place(store, other)
    assert [story.title for story in store.stories()] == ["other", "old"]
    assert [story.title for story in store.stories(limit=1)] == ["other"]
    assert [story.title for story in store.stories(until_at=NOW + 2 * HOUR)] == ["old"]
    (moved,) = store.stories(since_at=NOW, until_at=NOW + 2 * HOUR)
    assert [article.title for article in moved.articles] == ["old", "new"]
    assert store.stories(since_at=NOW + 5 * HOUR) == []


def test_old_news_that_comes_late_moves_nothing(store: SqlStore):
    (late,) = store.add_articles([Article("late", "Late.", published_at=NOW - 3 * DAY)], NOW)
    _place(store, late[0])
    assert store.stories(since_at=NOW - HOUR) == []
    assert len(store.stories()) == 1


def test_a_wish_finds_a_story_by_any_of_its_articles(store: SqlStore):
    (one,) = _add(store, "one", topics=("tariffs",))
    (two,) = _add(store, "two", places=("JP",))
    (three,) = _add(store, "three", topics=("energy",), places=("US",))
    _place(store, one, two)
    _place(store, three)
    assert [story.title for story in store.stories(topics=["tariffs"], places=["JP"])] == ["one"]
    assert [story.title for story in store.stories(topics=["tariffs", "energy"])] == ["three", "one"]
    assert store.stories(topics=["tariffs"], places=["US"]) == []


def test_who_does_not_know_what_was_placed_meanwhile_places_nothing(store: SqlStore):
    one, two = _add(store, "one", "two")
    turn = store.story_turn()
    assert turn == 0
    assert store.place_articles([Placing(one.id, one.id)], [_head(one)], turn=turn)
    assert not store.place_articles([Placing(two.id, two.id)], [_head(two)], turn=turn)
    assert [article.title for article in store.unplaced_articles()] == ["two"]
    assert store.story_turn() == turn + 1
    assert store.place_articles([Placing(two.id, one.id)], [_head(one, two)], turn=turn + 1)
    read = store.placed_articles(since_at=NOW - DAY)
    assert [(article.title, placing) for article, placing in read] == [
        ("one", Placing(one.id, one.id)),
        ("two", Placing(two.id, one.id)),
    ]
    assert store.placed_articles(since_at=NOW - DAY, turn=1) == read[1:]
    assert store.placed_articles(since_at=NOW - DAY, behind=one.id) == read[1:]
    assert store.placed_articles(since_at=NOW - DAY, limit=1) == read[:1]
    assert store.placed_articles(since_at=NOW + DAY) == []


def test_an_article_of_a_chat_is_in_no_story(store: SqlStore):
    one, _ = store.add_article(Article("mine", "Mine.", chat_id=7), NOW)
    assert store.unplaced_articles() == []
    assert store.place_articles([Placing(one.id, one.id)], [], turn=0)
    assert store.placed_articles(since_at=NOW - DAY) == []
    assert store.stories_of([one.id]) == []


def test_articles_in_no_story_are_told_oldest_first(store: SqlStore):
    _add(store, "two", at=NOW)
    _add(store, "one", at=NOW - DAY)
    assert [article.title for article in store.unplaced_articles()] == ["one", "two"]
    assert [article.title for article in store.unplaced_articles(since_at=NOW)] == ["two"]
    assert [article.title for article in store.unplaced_articles(limit=1)] == ["one"]


def test_a_merged_story_is_found_under_its_old_id_and_goes_with_what_it_was_merged_into(store: SqlStore):
    one, two, three = _add(store, "one", "two", "three")
    for each in (one, two, three):
        _place(store, each)
    moved = [Placing(three.id, two.id)]
    assert store.place_articles(moved, [_head(two, three)], turn=store.story_turn(), merged={three.id: two.id})
    # articles move with their story, named or not
    assert store.place_articles([], [_head(one, two, three)], turn=store.story_turn(), merged={two.id: one.id})
    assert store.story(three.id) == store.story(two.id) == store.story(one.id)
    assert len(store.story(one.id).articles) == 3
    assert len(store.stories()) == 1
    store.drop_articles(NOW + DAY)
    assert store.story(three.id) is store.story(two.id) is None


def test_stories_are_closed_after_silence_and_open_again_with_an_article(store: SqlStore):
    (one,), (two,) = _add(store, "one"), _add(store, "two", at=NOW + 5 * DAY)
    _place(store, one)
    assert store.place_articles([Placing(two.id, two.id)], [_head(two)], turn=1, closed_before=NOW + DAY)
    assert [store.story(each.id).closed for each in (one, two)] == [True, False]
    _place(store, one, two)
    assert store.story(one.id).closed is False
    assert store.story(two.id) is None  # empty


def test_what_is_dropped_leaves_stories_in_order(store: SqlStore):
    one, two = _add(store, "one", at=NOW - 9 * DAY)[0], _add(store, "two")[0]
    (alone,) = _add(store, "alone", at=NOW - 9 * DAY)
    _place(store, one, two, copies={two.id: one.id})
    _place(store, alone)
    assert store.drop_articles(NOW - DAY) == 2
    story = store.story(one.id)
    assert [article.title for article in story.articles] == ["two"]
    assert (story.title, story.copies) == ("one", frozenset())
    assert store.story(alone.id) is None
    assert store.place_articles([Placing(alone.id, one.id)], [], turn=2)  # it was dropped meanwhile
    assert len(store.story(one.id).articles) == 1


def test_samples_leave_no_story_behind(store: SqlStore):
    (one,) = _add(store, "one", sample=True)
    _place(store, one)
    store.drop_samples()
    assert store.stories() == []
    assert store.story(one.id) is None


def test_more_articles_than_fit_one_list_are_placed_and_read(store: SqlStore):
    added = store.add_articles([Article(f"n{n}", f"Number {n}.", published_at=NOW) for n in range(1201)], NOW)
    _place(store, *(article for article, _ in added))
    (story,) = store.stories()
    assert len(story.articles) == 1201
    assert len(store.stories_of([article.id for article, _ in added])) == 1
