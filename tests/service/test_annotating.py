"""A few articles are annotated here, many in another process, and none is lost where that fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from bot import seeds
from bot.core.annotation import annotation
from bot.errors import FetchError
from bot.feeds import reading
from bot.feeds.reading import Readers
from bot.model import Article
from bot.service.annotating import MANY, Annotator
from bot.store.door import Door

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def articles(count):
    return [Article(f"Japan raises tariff {n} on steel", "", url=f"https://kairos.example/{n}") for n in range(count)]


def elsewhere(_):
    raise AssertionError("a few articles are worth no process")


@pytest.fixture
def door():
    door = Door()
    yield door
    door.close()


async def test_a_few_articles_are_annotated_in_a_thread(door, analyzer):
    annotator = Annotator(lambda: analyzer, door, elsewhere)
    found = await annotator.annotate(articles(MANY - 1))
    assert {(each.language, each.topics, each.places) for each in found} == {("en", ("tariffs",), ("JP",))}
    assert await annotator.annotate([]) == ()


async def test_many_articles_come_back_from_another_process_as_from_here(door, analyzer, monkeypatch):
    monkeypatch.setattr(reading, "PAGE_SECONDS", 60)  # a busy machine
    given = articles(MANY)
    async with Readers() as readers:
        annotator = Annotator(elsewhere, door, partial(readers.elsewhere, seeds.annotate_articles))
        there = await annotator.annotate(given)
    assert there == await Annotator(lambda: analyzer, door).annotate(given)


async def test_where_the_other_process_fails_the_articles_are_annotated_here(door, analyzer):
    async def dies(_):
        raise FetchError("unreadable", "annotate")

    found = await Annotator(lambda: analyzer, door, dies).annotate(articles(MANY))
    assert all(each.topics == ("tariffs",) for each in found)


async def test_an_article_that_could_not_be_read_elsewhere_stays_as_it_is(door):
    async def reads_all_but_one(given):
        return [None, *(("en", ("tariffs",), ("JP",)) for _ in given[1:])]

    given = articles(MANY)
    found = await Annotator(elsewhere, door, reads_all_but_one).annotate(given)
    assert found[0] == given[0]
    assert found[1].places == ("JP",)


def test_one_unreadable_article_does_not_spoil_its_batch(monkeypatch):
    def read(article, *finders):
        if article.url == "https://kairos.example/1":
            raise ValueError("broken")
        return annotation(article, *finders)

    monkeypatch.setattr("bot.seeds.analyzing.annotation", read)
    assert [each is None for each in seeds.annotate_articles(articles(3))] == [False, True, False]


async def test_what_is_known_of_an_article_is_not_read_again_and_all_else_of_it_stays(door, analyzer):
    known = Article(
        "Known", "It is.", "Kairos", "u", NOW, "fr", ("energy",), ("DE",), 7, sample=True, added_at=NOW, id=9
    )
    given = [known, *articles(1), known]
    annotator = Annotator(lambda: analyzer, door)
    found = await annotator.annotate(given, [("en", ("sanctions",), ("US",)), None, ("en", (), ())])
    assert found[0] == replace(known, language="en", topics=("sanctions",), places=("US",))
    assert found[1].topics == ("tariffs",)
    assert found[2] == replace(known, language="en", topics=(), places=())
