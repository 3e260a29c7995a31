"""Feeds are kept once, come back as they were given, and are due by their own instants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Feed, FeedState
from bot.store.sql import SqlStore

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FEED = Feed(
    "https://kairos.example/feed", "Kairos Wire", language="en", country="JP", kind="agency", ownership="public"
)
POLLED = replace(
    FEED,
    state=FeedState.ASIDE,
    etag='W/"a"',
    last_modified="Fri, 20 Nov 2026 08:00:00 GMT",
    body_hash="ab",
    interval=timedelta(minutes=12, microseconds=500_000),
    next_poll_at=NOW + MINUTE,
    polled_at=NOW,
    newest_at=NOW - MINUTE,
    failing_since_at=NOW - 2 * MINUTE,
    failures=3,
    last_error="timeout: kairos.example",
    told_at=NOW,
)


def _numbered(number: int, **given) -> Feed:
    return replace(FEED, url=f"https://kairos.example/{number}", name=f"Feed {number}", **given)


@pytest.mark.parametrize("feed", [FEED, POLLED, Feed("https://kairos.example/bare")])
def test_a_feed_comes_back_as_it_was_given(store: SqlStore, feed):
    kept, new = store.add_feed(feed)
    assert new
    assert kept == replace(feed, id=kept.id)
    assert store.feeds() == [kept]


@pytest.mark.parametrize(
    "url", [FEED.url, "https://KAIROS.example/feed", f"{FEED.url}?utm_source=x", f"{FEED.url}#top"]
)
def test_a_feed_is_kept_once_however_its_address_is_written_and_is_not_changed(store: SqlStore, url):
    kept, _ = store.add_feed(POLLED)
    assert store.add_feed(Feed(url, "Another name")) == (kept, False)
    assert store.feeds() == [kept]


def test_known_feeds_are_kept_as_given_and_unknown_ones_are_not_made(store: SqlStore):
    first, second = (store.add_feed(_numbered(number))[0] for number in (1, 2))
    store.save_feeds([replace(POLLED, url=first.url, id=first.id, name="1"), replace(FEED, url="https://x.example/")])
    assert store.feeds() == [replace(POLLED, url=first.url, id=first.id, name="1"), second]
    store.save_feed(replace(second, failures=9))
    assert store.feeds()[1].failures == 9
    store.save_feeds([])


def test_a_feed_that_moved_is_known_by_its_new_address(store: SqlStore):
    kept, _ = store.add_feed(FEED)
    store.save_feed(replace(kept, url="https://kairos.example/new"))
    assert store.add_feed(Feed("https://kairos.example/new"))[1] is False
    assert store.add_feed(FEED)[1] is True


def test_a_feed_that_was_removed_while_it_was_polled_stays_removed(store: SqlStore):
    kept, _ = store.add_feed(FEED)
    assert store.remove_feed(FEED.url)
    store.save_feeds([replace(kept, failures=1)])
    assert store.feeds() == []


@pytest.mark.parametrize("name", [FEED.url, "https://kairos.example/feed?utm_medium=rss", "Kairos Wire"])
def test_a_feed_is_removed_by_its_address_or_its_name(store: SqlStore, name):
    store.add_feed(FEED)
    other, _ = store.add_feed(_numbered(1))
    assert store.remove_feed(name)
    assert not store.remove_feed(name)
    assert store.feeds() == [other]


def test_of_several_feeds_with_one_name_none_is_removed_by_it(store: SqlStore):
    for number in (1, 2):
        store.add_feed(replace(_numbered(number), name="Wire"))
    assert not store.remove_feed("Wire")
    assert len(store.feeds()) == 2


def test_what_comes_with_the_program_is_seeded_once_and_not_again_after_it_was_removed(store: SqlStore):
    seeds = [_numbered(1), _numbered(2), _numbered(2, kind="paper")]
    assert store.seed_feeds(seeds) == 2
    assert [feed.kind for feed in store.feeds()] == ["agency", "agency"]
    assert store.seed_feeds(seeds) == 0
    assert store.remove_feed("Feed 1")
    assert store.seed_feeds([*seeds, _numbered(3)]) == 1
    assert [feed.name for feed in store.feeds()] == ["Feed 2", "Feed 3"]
    assert store.add_feed(_numbered(1))[1]
    assert store.remove_feed("Feed 2")
    assert store.seed_feeds([]) == 0
    assert [feed.name for feed in store.feeds()] == ["Feed 1", "Feed 3"]


def test_feeds_are_listed_by_name_whatever_its_case(store: SqlStore):
    for number, name in enumerate(("beta", "Alpha", "été", "Gamma")):
        store.add_feed(replace(_numbered(number), name=name))
    assert [feed.name for feed in store.feeds()] == ["Alpha", "beta", "Gamma", "été"]


def test_due_feeds_are_the_active_ones_whose_time_has_come_the_longest_overdue_first(store: SqlStore):
    for number, feed in enumerate(
        (
            replace(FEED, name="now", next_poll_at=NOW),
            replace(FEED, name="later", next_poll_at=NOW + timedelta(microseconds=1)),
            replace(FEED, name="overdue", next_poll_at=NOW - MINUTE),
            replace(FEED, name="never"),
            replace(FEED, name="aside", state=FeedState.ASIDE),
        )
    ):
        store.add_feed(replace(feed, url=f"https://kairos.example/{number}"))
    assert [feed.name for feed in store.due_feeds(NOW)] == ["never", "overdue", "now"]
    assert [feed.name for feed in store.due_feeds(NOW, limit=2)] == ["never", "overdue"]
    assert store.due_feeds(NOW, limit=0) == []


def test_what_a_database_refuses_in_a_text_is_taken_out(store: SqlStore):
    kept, _ = store.add_feed(replace(FEED, name="Kai\0ros \ud800", last_error="\0"))
    assert (kept.name, kept.last_error) == ("Kairos \ufffd", "")
    assert not store.remove_feed("\0\ud800")


def test_a_poll_keeps_how_it_went_and_leaves_what_an_operator_says_of_the_feed(store: SqlStore):
    kept, _ = store.add_feed(FEED)
    other, _ = store.add_feed(_numbered(1))
    store.save_feed(replace(kept, name="Renamed", url="https://kairos.example/new"))
    store.save_polls([replace(POLLED, id=kept.id), replace(POLLED, id=None)])
    moved = replace(POLLED, id=kept.id, name="Renamed", url="https://kairos.example/new")
    assert store.feeds() == [other, moved]
    assert store.remove_feed("Renamed")
    store.save_polls([replace(POLLED, id=kept.id)])
    store.save_polls([])
    assert store.feeds() == [other]


def test_feeds_in_trouble_are_those_set_aside_and_those_without_news(store: SqlStore):
    for number, feed in enumerate(
        (
            replace(FEED, name="fresh", newest_at=NOW),
            replace(FEED, name="silent", newest_at=NOW - MINUTE),
            replace(FEED, name="aside", state=FeedState.ASIDE),
            replace(FEED, name="never"),
        )
    ):
        store.add_feed(replace(feed, url=f"https://kairos.example/{number}"))
    assert [feed.name for feed in store.troubled_feeds(NOW - MINUTE)] == ["aside", "silent"]
