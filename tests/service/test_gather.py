"""Feeds come in: once each, politely, and none stops the rest. Only the web is invented here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import AddressRefusedError, FetchError, StoreError
from bot.model import Article, Feed, FeedEntry, FeedState, Fetched, Page, ParsedFeed
from bot.service import gather as gathering
from bot.service import pages as looking_up
from bot.service.gather import Gatherer
from bot.store.door import Door

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHOLE = (
    "The tariff on steel from Japan stays at 15 percent, the ministry said. Importers expect higher prices. Tokyo "
    "wants talks on a trade deal before June, and will raise duties on cars from the United States if there are none. "
    "It may also complain to the World Trade Organization. Exporters fear that others will impose tariffs of their "
    "own. The quota for sheet steel was cut by a third in March, and a mill near Osaka has stopped a furnace. "
)


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class FakeWeb:
    """Addresses and what is there: an answer, an error, or a function that makes one."""

    def __init__(self) -> None:
        self.there: dict[str, Fetched | Exception | Callable[[], Fetched]] = {}
        self.asked: list[str] = []
        self.validators: list[tuple[str | None, str | None]] = []
        self.at_once = self.most_at_once = 0

    def put(self, url: str, content: bytes = b"", kind: str = "feed", **given) -> None:
        self.there[url] = Fetched(url=url, content=content, kind=kind, **given)

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        self.asked.append(url)
        self.validators.append((etag, last_modified))
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await asyncio.sleep(0)
            answer = self.there.get(url, FetchError("not_found", url, status=404))
            if isinstance(answer, Exception):
                raise answer
            if callable(answer):
                answer = answer()
            if answer.etag is not None and answer.etag == etag:
                return replace(answer, content=b"", unchanged=True)
            return answer
        finally:
            self.at_once -= 1


class Bookshelf:
    """Reading that finds what was put there: content → feed or page."""

    def __init__(self) -> None:
        self.feeds: dict[bytes, ParsedFeed] = {}
        self.pages: dict[bytes, Page | Exception] = {}
        self.read: list[bytes] = []
        self.looks = True
        self.prepared: list[object] = []

    async def feed(self, fetched: Fetched) -> ParsedFeed:
        self.read.append(fetched.content)
        return self.feeds.get(fetched.content, ParsedFeed(problems=("no feed",)))

    async def feed_with(self, fetched: Fetched, look):
        parsed = await self.feed(fetched)
        return parsed, look(parsed) if self.looks else None

    async def prepare(self, look):
        self.prepared += look(ParsedFeed(entries=(entry(1, title="Specimen"),)))

    async def elsewhere(self, function, given):
        return function(given)

    async def page(self, content: bytes, *, url: str | None = None, charset: str | None = None) -> Page:  # noqa: ARG002 -- the port's
        page = self.pages.get(content, FetchError("unreadable", url or ""))
        if isinstance(page, Exception):
            raise page
        return page

    async def document(self, content: bytes, *, name: str = "") -> Page:
        return await self.page(content, url=name)


class World:
    """A gatherer with everything round it."""

    def __init__(self, store, analyzer, door) -> None:
        self.store, self.web, self.shelf, self.clock = store, FakeWeb(), Bookshelf(), Clock()
        self.found: list[str] = []
        self.annotated: list[str] = []
        self._analyzer, self._door = analyzer, door
        self.gatherer = self.gather()

    def gather(self, **given) -> Gatherer:
        return Gatherer(
            self.store,
            self.web,
            self.shelf,
            lambda: self._analyzer,
            self._door,
            self.clock,
            discover=lambda _html, *, url: [f"{url.rstrip('/')}/{name}" for name in self.found],
            retention_days=90,
            poll_minutes=15,
            **given,
        )

    def annotate_all(self, articles):
        self.annotated += [article.title for article in articles]
        return [("en", (article.title.casefold(),), ()) for article in articles]

    def feed(self, name: str, *entries: FeedEntry, **given) -> Feed:
        """Keep a feed that says something, and put it on the web."""
        url = f"https://{name}.example/feed"
        kept, _ = self.store.add_feed(replace(Feed(url, name.capitalize()), **given))
        self.says(kept, *entries)
        return kept

    def says(self, feed: Feed, *entries: FeedEntry, pause: timedelta | None = None, **given) -> None:
        content = repr((feed.url, entries)).encode()
        self.web.put(feed.url, content, **given)
        self.shelf.feeds[content] = ParsedFeed(feed.name, entries=entries, pause=pause)

    def page(self, url: str, page: Page | Exception, kind: str = "html") -> None:
        self.web.put(url, url.encode(), kind=kind)
        self.shelf.pages[url.encode()] = page

    def known(self, feed: Feed) -> Feed:
        return next(each for each in self.store.feeds() if each.id == feed.id)


def entry(number: int, **given) -> FeedEntry:
    plain = FeedEntry(
        f"Tariff on steel, part {number}",
        f"https://kairos.example/{number}",
        f"Part {number}. {WHOLE}",
        NOW - number * HOUR,
        full=True,
    )
    return replace(plain, **given)


@pytest.fixture
async def world(sqlite_store, analyzer):
    door = Door()
    yield World(sqlite_store, analyzer, door)
    door.close()


async def test_what_feeds_bring_is_kept_once_with_its_topics_and_places(world):
    world.feed("kairos", entry(1), entry(2), language="en")
    world.feed("meridia", entry(2, url="https://kairos.example/2?utm_source=meridia"), entry(3, url=None))
    report = await world.gatherer.poll_due()
    assert (report.feeds, report.unchanged, report.failed, report.entries, report.new_articles) == (2, 0, 0, 4, 3)
    newest = world.store.newest_articles()[0]
    assert (newest.source, newest.language, newest.added_at) == ("Kairos", "en", NOW)
    assert "tariffs" in newest.topics
    assert "JP" in newest.places
    assert (await world.gatherer.poll_due()).feeds == 0


async def test_only_feeds_that_are_due_are_asked_and_their_next_time_is_kept(world):
    feed = world.feed("kairos", entry(1))
    later = world.feed("later", entry(2), next_poll_at=NOW + MINUTE)
    await world.gatherer.poll_due()
    assert world.web.asked == [feed.url]
    assert world.known(feed).next_poll_at == NOW + 15 * MINUTE
    world.clock.at += 15 * MINUTE
    assert (await world.gatherer.poll_due()).feeds == 2
    assert world.known(later).polled_at == world.clock.at


async def test_one_bad_feed_does_not_stop_the_rest(world):
    lost = world.feed("lost")
    world.web.there[lost.url] = FetchError("status", lost.url, status=503, retry_after=7200)
    no_feed = world.feed("nofeed")
    world.web.put(no_feed.url, b"<html>", kind="html")
    broken = world.feed("broken")
    world.web.there[broken.url] = ZeroDivisionError("a bug of ours")
    world.feed("kairos", entry(1))
    report = await world.gatherer.poll_due()
    assert (report.feeds, report.failed, report.new_articles) == (4, 3, 1)
    assert sorted(line.split(":")[0] for line in report.problems) == ["Broken", "Lost", "Nofeed"]
    assert world.known(lost).next_poll_at == NOW + 2 * HOUR
    assert world.known(broken).failures == 1
    assert "unreadable" in world.known(no_feed).last_error
    assert world.known(no_feed).body_hash is None


async def test_a_feed_that_hangs_is_given_up_and_the_others_are_kept_meanwhile(world, monkeypatch):
    monkeypatch.setattr(gathering, "FEED_WITHIN", 0.05)
    hanging = world.feed("hanging")
    world.feed("kairos", entry(1))

    async def hang(fetch, url, **given):
        return await asyncio.sleep(60) if url == hanging.url else await fetch(url, **given)

    fetch = world.web.fetch
    monkeypatch.setattr(world.web, "fetch", lambda url, **given: hang(fetch, url, **given))
    report = await world.gatherer.poll_due()
    assert (report.failed, report.new_articles) == (1, 1)
    assert "timeout" in world.known(hanging).last_error


async def test_what_came_is_kept_while_others_are_still_asked(world, monkeypatch):
    monkeypatch.setattr(gathering, "PATIENCE", 0.01)
    slow, quick = world.feed("slow", entry(1)), world.feed("quick", entry(2))
    fetch, release = world.web.fetch, asyncio.Event()

    async def held(url, **given):
        if url == slow.url:
            await release.wait()
        return await fetch(url, **given)

    monkeypatch.setattr(world.web, "fetch", held)
    polling = asyncio.create_task(world.gatherer.poll_due())
    async with asyncio.timeout(10):
        while world.known(quick).polled_at is None:  # noqa: ASYNC110 -- the store tells nobody
            await asyncio.sleep(0.01)
    assert world.known(slow).polled_at is None
    release.set()
    report = await polling
    assert (report.feeds, report.new_articles, report.failed) == (2, 2, 0)


async def test_a_feed_whose_reading_hangs_is_given_up(world, monkeypatch):
    monkeypatch.setattr(gathering, "FEED_WITHIN", 0.05)
    feed = world.feed("kairos", entry(1))

    async def hang(_fetched):
        await asyncio.sleep(60)

    monkeypatch.setattr(world.shelf, "feed", hang)
    assert (await world.gatherer.poll_due()).failed == 1
    assert "timeout" in world.known(feed).last_error


async def test_an_article_that_can_not_be_annotated_is_kept_all_the_same(world, monkeypatch, analyzer):
    feed = world.feed("kairos", entry(1))

    def fail(_article):
        raise RecursionError

    monkeypatch.setattr(analyzer, "annotate", fail)
    assert (await world.gatherer.poll_due()).new_articles == 1
    assert world.known(feed).failures == 0


async def test_a_store_that_can_not_be_written_stops_the_poll_and_no_request_goes_on(world, monkeypatch):
    for number in range(3):
        world.feed(f"feed{number}", entry(number))

    def refuse(*_args):
        raise StoreError("full")

    monkeypatch.setattr(world.store, "add_articles", refuse)
    with pytest.raises(StoreError):
        await world.gatherer.poll_due()
    assert world.web.at_once == 0
    assert all(feed.polled_at is None for feed in world.store.feeds())


async def test_no_more_feeds_than_allowed_are_asked_at_once(world):
    world.gatherer._at_once = 4
    for number in range(20):
        world.feed(f"feed{number}", entry(number))
    assert (await world.gatherer.poll_due()).new_articles == 20
    assert world.web.most_at_once <= 4


@pytest.mark.parametrize("says_so", [True, False])
async def test_an_unchanged_answer_is_not_read_again(world, says_so):
    feed = world.feed("kairos", entry(1))
    world.says(feed, entry(1), etag='"one"' if says_so else None, last_modified="Fri")
    await world.gatherer.poll_due()
    world.clock.at += HOUR
    report = await world.gatherer.poll_due()
    assert (report.unchanged, report.entries, report.failed) == (1, 0, 0)
    assert len(world.shelf.read) == 1
    assert world.web.validators == [(None, None), ('"one"' if says_so else None, "Fri")]
    known = world.known(feed)
    assert (known.etag, known.last_modified) == ('"one"' if says_so else None, "Fri")
    assert known.polled_at == world.clock.at


async def test_a_failure_keeps_what_tells_an_unchanged_answer(world):
    feed = world.feed("kairos", entry(1))
    await world.gatherer.poll_due()
    body_hash = world.known(feed).body_hash
    world.web.there[feed.url] = FetchError("timeout", feed.url)
    world.clock.at += HOUR
    await world.gatherer.poll_due()
    assert world.known(feed).body_hash == body_hash is not None


async def test_a_teaser_is_replaced_by_its_pages_text_five_times_a_poll_newest_first(world):
    teasers = [entry(number, text=f"Teaser {number}.", full=False) for number in range(9)]
    world.feed("kairos", *reversed(teasers))
    for teaser in teasers:
        world.page(teaser.url, Page("Another title", f"Whole {teaser.url}. {WHOLE}"))
    await world.gatherer.poll_due()
    newest = world.store.newest_articles()
    assert [article.text.startswith("Whole") for article in newest] == [True] * 5 + [False] * 4
    assert newest[0].title == teasers[0].title
    assert newest[8].text == "Teaser 8."


async def test_pages_of_known_articles_and_of_whole_texts_are_not_asked_for(world):
    feed = world.feed("kairos", entry(1))
    await world.gatherer.poll_due()
    world.says(feed, entry(1, full=False, text="Short."), entry(2), entry(3, full=False))
    world.clock.at += HOUR
    assert (await world.gatherer.poll_due()).new_articles == 2
    assert world.web.asked == [feed.url, feed.url, "https://kairos.example/3"]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (Page(text=WHOLE, noarchive=True), "1 page: ask not to be kept; the teaser stays"),
        (Page(text=WHOLE, paywalled=True), "1 page: are behind a paywall; the teaser stays"),
        (Page(text="Sho"), "1 page: say no more than the feed; the teaser stays"),
        (FetchError("unreadable", "x"), "1 page: can't be read (unreadable); the teaser stays"),
        (AddressRefusedError("private", "x"), "1 page: can't be read (private); the teaser stays"),
    ],
)
async def test_a_page_that_is_not_to_be_kept_leaves_the_teaser_and_that_is_said(world, page, said):
    teaser = entry(1, text="Teaser.", full=False)
    world.feed("kairos", teaser)
    world.page(teaser.url, page)
    report = await world.gatherer.poll_due()
    assert report.failed == 0
    assert report.notes == (f"Kairos: {said}",)
    assert world.store.newest_articles()[0].text == "Teaser."


async def test_documents_are_read_and_pictures_are_not(world):
    teasers = [entry(number, text="Teaser.", full=False) for number in (1, 2)]
    world.feed("kairos", *teasers)
    world.page(teasers[0].url, Page(text=WHOLE), kind="pdf")
    world.page(teasers[1].url, Page(text=WHOLE), kind="other")
    report = await world.gatherer.poll_due()
    assert [article.text for article in world.store.newest_articles()] == [WHOLE.strip(), "Teaser."]
    assert report.notes == ("Kairos: 1 page: are no articles; the teaser stays",)


async def test_pages_that_hang_leave_the_teasers(world, monkeypatch):
    monkeypatch.setattr(looking_up, "PAGES_WITHIN", 0.05)
    teaser = entry(1, text="Teaser.", full=False)
    world.feed("kairos", teaser)
    world.page(teaser.url, Page(text=WHOLE))

    async def hang(_content, **_given):
        await asyncio.sleep(60)

    monkeypatch.setattr(world.shelf, "page", hang)
    report = await world.gatherer.poll_due()
    assert (report.failed, report.new_articles) == (0, 1)
    assert "timeout" in report.notes[0]


async def test_dates_that_can_not_be_are_mended_and_what_is_too_old_or_says_nothing_stays_out(world):
    world.feed(
        "kairos",
        entry(1, published_at=NOW + 2 * DAY),
        entry(2, published_at=datetime(1970, 1, 1, tzinfo=UTC)),
        entry(3, published_at=NOW - 91 * DAY),
        entry(4, title=" ", text=""),
        entry(5, title="", text=f"{'Ministers met in Tokyo. ' * 20}\nThey left."),
        entry(5, title="The same URL again"),
    )
    report = await world.gatherer.poll_due()
    kept = {article.url.rsplit("/", 1)[1]: article for article in world.store.newest_articles()}
    assert (report.entries, set(kept)) == (6, {"1", "2", "5"})
    assert kept["1"].published_at == NOW
    assert kept["2"].published_at is None
    assert kept["5"].title.startswith("Ministers met in Tokyo.")
    assert len(kept["5"].title) <= 122


async def test_a_date_and_a_title_that_the_feed_lacks_are_taken_from_the_page(world):
    bare = FeedEntry(url="https://kairos.example/1", text="Teaser.")
    world.feed("kairos", bare)
    world.page(bare.url, Page("Steel duty stays", WHOLE, published_at=NOW - HOUR))
    await world.gatherer.poll_due()
    (article,) = world.store.newest_articles()
    assert (article.title, article.published_at) == ("Steel duty stays", NOW - HOUR)


async def test_samples_go_when_real_news_comes(world):
    world.store.add_article(Article("Sample", "A sample.", sample=True), NOW)
    silent = world.feed("silent")
    await world.gatherer.poll_due()
    assert world.store.counts().samples == 1
    world.says(silent, entry(1))
    world.clock.at += HOUR
    await world.gatherer.poll_due()
    assert world.store.counts().samples == 0


async def test_a_dead_feed_is_set_aside_and_told_of_once(world):
    feed = world.feed("lost", failing_since_at=NOW - 5 * DAY, failures=30)
    del world.web.there[feed.url]
    report = await world.gatherer.poll_due()
    assert [each.id for each in report.aside] == [feed.id]
    assert world.known(feed).state is FeedState.ASIDE
    world.feed("kairos", entry(1))
    world.clock.at += DAY
    again = await world.gatherer.poll_due()
    assert (again.feeds, again.aside) == (1, ())


async def test_a_silent_feed_is_told_of_once_until_it_speaks(world):
    feed = world.feed("kairos", entry(1))
    told = []
    for _ in range(4):
        told.append(len((await world.gatherer.poll_due()).silent))
        world.clock.at += 4 * DAY
    world.says(feed, entry(2, published_at=world.clock.at))
    told.append(len((await world.gatherer.poll_due()).silent))
    world.clock.at += 8 * DAY
    told.append(len((await world.gatherer.poll_due()).silent))
    assert told == [0, 0, 1, 0, 0, 1]


async def test_all_active_feeds_can_be_asked_but_for_those_asked_just_now(world):
    feeds = [world.feed(f"feed{number}", entry(number), next_poll_at=NOW + DAY) for number in range(3)]
    world.store.save_feed(replace(feeds[0], polled_at=NOW - 14 * MINUTE))
    world.store.save_feed(replace(feeds[1], state=FeedState.ASIDE, last_error="gone"))
    done = []
    report = await world.gatherer.poll_all(lambda *given: done.append(given))
    assert (report.feeds, world.web.asked) == (1, [feeds[2].url])
    assert done == [(1, 1)]
    assert [feed.last_error for feed in report.aside] == ["gone"]
    world.gatherer._floor = timedelta(0)
    assert (await world.gatherer.poll_all()).feeds == 2


async def test_the_feed_of_an_address_is_the_feed_itself(world):
    feed = Feed("https://kairos.example/feed", "  Kairos\n Wire ")
    world.says(feed, entry(1))
    found = await world.gatherer.feed_for("kairos.example/feed ")
    assert found == Feed(feed.url, "Kairos Wire", language="en")
    assert world.store.feeds() == []


async def test_the_feed_of_a_page_is_the_first_that_can_be_read(world):
    world.web.put("https://kairos.example/", b"<html>", kind="html")
    world.found = ["gone", "nofeed", "feed", "other"]
    world.web.put("https://kairos.example/nofeed", b"nothing", kind="html")
    world.says(Feed("https://kairos.example/feed", ""), entry(1))
    found = await world.gatherer.feed_for("https://kairos.example/")
    assert (found.url, found.name) == ("https://kairos.example/feed", "kairos.example")
    assert "https://kairos.example/other" not in world.web.asked


async def test_where_there_is_no_feed_the_reason_says_so(world):
    world.web.put("https://kairos.example/", b"<html>", kind="html")
    with pytest.raises(FetchError) as refused:
        await world.gatherer.feed_for("https://kairos.example/")
    assert refused.value.reason == "no_feed"
    with pytest.raises(FetchError, match="not_found"):
        await world.gatherer.feed_for("https://nowhere.example/")


async def test_an_empty_feed_with_a_title_is_a_feed(world):
    feed = Feed("https://kairos.example/feed", "Kairos")
    world.says(feed)
    assert (await world.gatherer.feed_for(feed.url)).language is None
    assert (await world.gatherer.look(feed)).entries == ()


async def test_entries_of_a_feed_that_is_new_are_annotated_where_they_are_read(world):
    world.gatherer = world.gather(annotate_all=world.annotate_all)
    teaser = entry(2, title="Teaser", text="Soon.", full=False, url="https://kairos.example/two")
    feed = world.feed("kairos", entry(1, title="Whole"), teaser, entry(9, title="Old", published_at=NOW - 100 * DAY))
    world.page("https://kairos.example/two", Page("Teaser", WHOLE))
    await world.gatherer.poll_due()
    assert world.annotated == ["Whole", "Teaser"]
    kept = {article.title: article for article in world.store.newest_articles()}
    assert kept["Whole"].topics == ("whole",)
    assert "tariffs" in kept["Teaser"].topics, "its page says more than what was looked at"
    world.clock.at += HOUR
    world.says(feed, entry(0, title="Later"))
    await world.gatherer.poll_due()
    assert world.annotated == ["Whole", "Teaser"], "one new article is worth no process"
    assert "tariffs" in world.store.newest_articles()[0].topics


async def test_an_article_that_two_new_feeds_bring_whole_is_kept_once_and_not_asked_for(world, monkeypatch):
    world.gatherer = world.gather(annotate_all=world.annotate_all)
    monkeypatch.setattr(world.store, "known_urls", pytest.fail)
    for name in ("kairos", "meridia"):
        world.feed(name, entry(1, title="Whole", url="https://outlet.example/one"))
    report = await world.gatherer.poll_due()
    assert (report.entries, report.new_articles, len(world.store.newest_articles())) == (2, 1, 1)


async def test_processes_stand_ready_for_a_first_poll_and_for_no_other(world):
    await world.gather(annotate_all=world.annotate_all).prepare()
    assert world.shelf.prepared == [], "there is no feed"
    world.feed("kairos", entry(1, title="Whole"))
    await world.gatherer.prepare()
    assert world.shelf.prepared == [], "articles are annotated in threads"
    world.gatherer = world.gather(annotate_all=world.annotate_all)
    await world.gatherer.prepare()
    assert world.shelf.prepared == [("en", ("specimen",), ())]
    await world.gatherer.poll_due()
    await world.gatherer.prepare()
    assert len(world.shelf.prepared) == 1, "no feed is new"


async def test_entries_that_were_not_looked_at_are_annotated_afterwards(world):
    world.shelf.looks = False
    world.gatherer = world.gather(annotate_all=world.annotate_all)
    world.feed("kairos", *(entry(number, title=f"T{number}") for number in range(12)))
    await world.gatherer.poll_due()
    assert {article.topics for article in world.store.newest_articles()} == {(f"t{number}",) for number in range(12)}
