"""Articles are kept once, come back as they were given, newest first."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Article
from bot.store.sql import SqlStore

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUTY = Article("Duty stays", "The duty on steel stays at 15 percent.", "Kairos Wire", url="https://kairos.example/duty")


def test_an_article_comes_back_as_it_was_given(store: SqlStore):
    given_article = replace(
        DUTY,
        published_at=datetime(2026, 11, 20, 16, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9))),
        language="en",
        topics=("tariffs", "alliances", "energy"),
        places=("US", "JP", "NATO"),
        sample=True,
    )
    kept, new = store.add_article(given_article, NOW)
    assert new
    assert kept == replace(given_article, id=kept.id, added_at=NOW)
    assert store.article(kept.id) == kept
    assert store.article(kept.id).published_at.tzinfo is UTC


@pytest.mark.parametrize("article_id", [0, -1, 99, 2**63 - 1, 2**63, 10**30])
def test_an_article_that_is_not_there_is_none(store: SqlStore, article_id):
    assert store.article(article_id) is None


@pytest.mark.parametrize(
    ("second", "same"),
    [
        (DUTY, True),
        (replace(DUTY, title="Another title", text="Another text."), True),
        (replace(DUTY, url=None), True),
        (replace(DUTY, url=None, text="  The duty on STEEL\n stays at 15 percent. "), True),
        (replace(DUTY, url=""), True),
        (replace(DUTY, url="https://other.example/duty"), False),
        (replace(DUTY, url=None, text="The duty falls."), False),
        (replace(DUTY, chat_id=5), False),
    ],
)
def test_two_articles_are_the_same_by_url_or_where_one_has_none_by_title_and_text(store: SqlStore, second, same):
    first, _ = store.add_article(DUTY, NOW)
    kept, new = store.add_article(second, NOW + HOUR)
    assert new is not same
    assert (kept == first) is same
    assert store.add_article(second, NOW + HOUR) == (kept, False)


def test_an_article_without_url_is_the_same_as_one_with_it_that_comes_later(store: SqlStore):
    first, _ = store.add_article(replace(DUTY, url=None), NOW)
    assert store.add_article(DUTY, NOW) == (first, False)


def test_the_article_with_the_same_url_goes_before_the_one_with_the_same_text(store: SqlStore):
    store.add_article(replace(DUTY, url=None), NOW)
    of_url, _ = store.add_article(replace(DUTY, title="Another title"), NOW)
    assert store.add_article(DUTY, NOW) == (of_url, False)


def test_the_same_article_for_two_chats_is_kept_for_each(store: SqlStore):
    kept = {store.add_article(replace(DUTY, chat_id=chat_id), NOW)[0].id for chat_id in (5, 6, 5)}
    assert len(kept) == 2


def test_an_article_that_several_threads_add_at_once_is_kept_once(store: SqlStore):
    barrier = threading.Barrier(8)
    results: list[tuple[Article, bool]] = []

    def add(number: int) -> None:
        barrier.wait()
        for turn in range(5):
            url = f"https://kairos.example/{turn}" if number % 2 else None
            results.append(store.add_article(replace(DUTY, title=f"Duty {turn}", url=url), NOW))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40
    assert sum(new for _, new in results) == 5
    assert store.counts().articles == 5


def test_what_postgresql_refuses_in_a_text_is_taken_out_for_both(store: SqlStore):
    kept, _ = store.add_article(
        Article("Du\0ty", "A\0 \ud800 \ud83d\udce6", source="\0", url="\0", topics=("\0a", "a"), places=("J\0P",)), NOW
    )
    assert (kept.title, kept.text, kept.source, kept.topics, kept.places) == ("Duty", "A � 📦", "", ("a",), ("JP",))
    assert store.article(kept.id) == kept


def test_urls_of_any_length_are_kept(store: SqlStore):
    long = replace(DUTY, url="https://kairos.example/?" + "tracking=1&" * 2000)
    kept, new = store.add_article(long, NOW)
    assert new
    assert store.add_article(long, NOW) == (kept, False)


@given(
    title=st.text(st.characters(), max_size=40),
    text=st.text(st.characters(), max_size=80),
    topics=st.lists(st.text(st.characters(), max_size=3), max_size=4),
    query=st.text(st.characters(), max_size=20),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_kept_and_any_query_is_answered(store: SqlStore, title, text, topics, query):
    kept, _ = store.add_article(Article(title, text, topics=tuple(topics)), NOW)
    assert store.article(kept.id) == kept
    store.search_articles(query)
    for hit in store.search_articles(kept.title):
        assert hit.snippet in hit.article.text or hit.snippet == hit.article.title


def test_the_newest_article_is_the_one_published_last_or_where_that_is_unknown_added_last(store: SqlStore):
    for title, published_at, added_at in (
        ("third", NOW - 3 * HOUR, NOW),
        ("first", None, NOW),
        ("second", NOW - 2 * HOUR, NOW - HOUR),
    ):
        store.add_article(Article(title, title, published_at=published_at), added_at)
    assert [article.title for article in store.newest_articles()] == ["first", "second", "third"]
    assert [article.title for article in store.newest_articles(limit=2)] == ["first", "second"]
    assert store.newest_articles(limit=0) == []


def test_newest_articles_have_one_of_the_topics_and_one_of_the_places(store: SqlStore):
    for title, topics, places in (
        ("a", ("tariffs",), ("JP",)),
        ("b", ("alliances", "tariffs"), ("US", "JP")),
        ("c", ("energy",), ("JP",)),
        ("d", (), ()),
    ):
        store.add_article(Article(title, title, topics=topics, places=places), NOW)
    titles = [
        {article.title for article in store.newest_articles(topics=topics, places=places)}
        for topics, places in (((), ()), (("tariffs", "energy"), ()), (("tariffs",), ("US", "FR")), (("none",), ()))
    ]
    assert titles == [{"a", "b", "c", "d"}, {"a", "b", "c"}, {"b"}, set()]


def test_an_article_of_a_chat_is_nobody_elses(store: SqlStore):
    store.add_article(replace(DUTY, chat_id=5), NOW)
    assert store.newest_articles() == []
    assert store.search_articles("duty") == []
    assert store.counts().articles == 0


@pytest.mark.parametrize(
    ("published_at", "added_at", "news"),
    [
        (None, NOW - HOUR, False),  # since_at is exclusive
        (None, NOW - HOUR + timedelta(microseconds=1), True),
        (None, NOW, True),  # until_at is inclusive
        (None, NOW + timedelta(microseconds=1), False),
        (NOW - 10 * HOUR, NOW, True),  # published before, but it came in now
        (NOW - 49 * HOUR, NOW, True),
        (NOW - 49 * HOUR - timedelta(microseconds=1), NOW, False),  # 48 hours older than since_at
        (NOW + HOUR, NOW, True),
    ],
)
def test_news_is_what_came_in_since_and_was_not_old_then(store: SqlStore, published_at, added_at, news):
    store.add_article(replace(DUTY, published_at=published_at), added_at)
    found = store.newest_articles(since_at=NOW - HOUR, until_at=NOW)
    assert bool(found) is news


def test_without_a_beginning_old_articles_count_too(store: SqlStore):
    store.add_article(replace(DUTY, published_at=NOW - 1000 * HOUR), NOW)
    assert len(store.newest_articles(until_at=NOW)) == 1
    assert store.newest_articles(until_at=NOW - HOUR) == []


def test_dropped_samples_are_found_no_more_and_the_others_stay(store: SqlStore):
    for number in range(3):
        store.add_article(replace(DUTY, title=f"Sample {number}", url=None, sample=True, topics=("tariffs",)), NOW)
    real, _ = store.add_article(DUTY, NOW)
    assert store.drop_samples() == 3
    assert store.drop_samples() == 0
    assert store.newest_articles() == [real]
    assert store.search_articles("sample") == []
    assert [hit.article for hit in store.search_articles("duty")] == [real]


def test_articles_of_chats_go_after_a_while_and_those_of_everybody_stay(store: SqlStore):
    old, _ = store.add_article(replace(DUTY, chat_id=5), NOW - HOUR)
    young, _ = store.add_article(replace(DUTY, chat_id=6), NOW)
    everybody, _ = store.add_article(DUTY, NOW - HOUR)
    assert store.drop_chat_articles(NOW) == 1
    assert [store.article(one.id) for one in (old, young, everybody)] == [None, young, everybody]


def test_a_naive_time_is_refused(store: SqlStore):
    with pytest.raises(ValueError, match="naive"):
        store.add_article(DUTY, datetime(2026, 11, 20, 8))
    with pytest.raises(ValueError, match="naive"):
        store.newest_articles(until_at=datetime(2026, 11, 20, 8))
    assert store.counts().articles == 0


def test_articles_that_come_together_are_kept_as_one_by_one(store: SqlStore):
    known, _ = store.add_article(DUTY, NOW - HOUR)
    batch = [
        replace(DUTY, title="Told again"),  # known by its URL
        Article("A", "Text a.", url="https://kairos.example/a", topics=("tariffs", "energy"), places=("JP",)),
        Article("B", "Text b."),
        Article("Another A", "Text c.", url="https://kairos.example/a?utm_source=feed"),  # the second of the batch
        Article("b", "Text  B."),  # the third
        Article("B", "Text b.", url="https://kairos.example/b"),  # it too: one has no URL
        Article("A", "Text a.", url="https://kairos.example/a", chat_id=5),
    ]
    kept = store.add_articles(batch, NOW)
    assert [new for _, new in kept] == [False, True, True, False, False, False, True]
    assert kept[0][0] == known
    assert kept[1][0] == replace(batch[1], id=kept[1][0].id, added_at=NOW)
    assert [kept[place][0] for place in (3, 4, 5)] == [kept[1][0], kept[2][0], kept[2][0]]
    assert store.article(kept[1][0].id) == kept[1][0]
    assert [hit.article.title for hit in store.search_articles("text")] == ["B", "A"]
    assert store.add_articles(batch, NOW + HOUR) == [(article, False) for article, _ in kept]
    assert store.add_articles([], NOW) == []


def test_many_articles_are_kept_in_their_order(store: SqlStore):
    many = [Article(f"Title {n}", f"Text {n}.", url=f"https://kairos.example/{n}") for n in range(1200)]
    kept = store.add_articles(many, NOW)
    assert [article.title for article, new in kept if new] == [article.title for article in many]
    assert [store.article(kept[n][0].id).title for n in (0, 700, 1199)] == ["Title 0", "Title 700", "Title 1199"]


def test_of_articles_that_come_together_none_is_kept_if_one_is_wrong(store: SqlStore):
    with pytest.raises(ValueError, match="naive"):
        store.add_articles([DUTY, Article("A", "B", published_at=datetime(2026, 11, 20))], NOW)
    assert store.counts().articles == 0


def test_batches_that_several_threads_add_at_once_are_kept_once(store: SqlStore):
    batch = [Article(f"T {n}", "Text.", url=f"https://kairos.example/{n}" if n % 2 else None) for n in range(20)]
    results: list[tuple[Article, bool]] = []
    barrier = threading.Barrier(4)

    def add(number: int) -> None:
        barrier.wait()
        mine = batch if number % 2 else batch[::-1]
        results.extend(store.add_articles(mine, NOW) if number else [store.add_article(one, NOW) for one in mine])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(results), sum(new for _, new in results), store.counts().articles) == (80, 20, 20)


def test_known_urls_are_everybodys_however_they_are_written(store: SqlStore):
    store.add_article(DUTY, NOW)
    store.add_article(replace(DUTY, url="https://kairos.example/own", chat_id=5), NOW)
    asked = [DUTY.url, f"{DUTY.url}?utm_source=x", "https://kairos.example/own", "https://kairos.example/new", "", "\0"]
    assert store.known_urls(asked) == {DUTY.url, f"{DUTY.url}?utm_source=x"}
    assert store.known_urls([]) == frozenset()
