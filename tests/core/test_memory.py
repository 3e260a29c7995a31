from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.memory import (
    REMEMBERED,
    has_grown,
    joined,
    new_sentences,
    reports_before,
    reports_since,
    told_after,
    told_before,
    told_of,
)
from bot.model import Article, Story, Told

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUTY = (
    "Tokyo said on Thursday that the 15 percent duty on steel plate would hurt its mills. "
    "The ministry will answer within ten days. Officials met exporters in Nagoya."
)


def report(number, source, *, age, text=DUTY):
    at = NOW - age * HOUR
    return Article("Duty on steel plate", text, source=source, published_at=at, added_at=at, id=number)


def story(*reports, copies=()):
    return Story("Duty", reports, id=reports[0].id, copies=frozenset(copies))


def test_a_story_is_known_by_any_of_its_articles_as_it_was_called_before_it_was_merged():
    merged = story(report(1, "Kairos Wire", age=9), report(5, "Harbor Post", age=3))
    assert told_of(merged, [Told(5, 1, NOW, NOW)]).story_id == 5
    assert told_of(merged, [Told(6, 1, NOW, NOW)]) is None
    twice = [Told(1, 1, NOW, NOW - HOUR), Told(5, 1, NOW, NOW)]
    assert told_of(merged, twice).story_id == 5


def test_reports_are_before_or_since_by_when_they_came_in_and_copies_are_not_news():
    late = replace(report(3, "Meridian Daily", age=1), published_at=NOW - 30 * HOUR)
    one = story(report(1, "Kairos Wire", age=9), report(2, "Harbor Post", age=3), late, copies=(2,))
    assert [each.id for each in reports_before(one, NOW - 5 * HOUR)] == [1]
    assert [each.id for each in reports_since(one, NOW - 5 * HOUR)] == [3]
    undated = Article("t", "", id=4)
    assert reports_before(story(undated), NOW) == (undated,)


def test_a_story_has_grown_by_three_sources_and_by_half():
    small = story(*(report(n, f"Outlet {n}", age=1) for n in range(1, 6)))
    assert has_grown(small, Told(1, 2, NOW, NOW))
    assert not has_grown(small, Told(1, 3, NOW, NOW))
    large = story(*(report(n, f"Outlet {n}", age=1) for n in range(1, 14)))
    assert not has_grown(large, Told(1, 10, NOW, NOW))


def test_a_rewrite_says_nothing_new():
    rewrites = [
        (0, "The 15 percent duty on steel plate would hurt mills, Tokyo said on Thursday."),
        (0, "Within ten days, the ministry said, it will answer the duty."),
        (0, "Exporters met officials in Nagoya on Friday."),
    ]
    assert new_sentences(rewrites, [report(1, "Kairos Wire", age=9)], language="en", most=3) == []


def test_what_happened_since_is_new_and_is_said_once():
    found = [
        (1, "Parliament voted on Saturday to answer with a levy on soybeans."),
        (0, "With a levy on soybeans, parliament voted to answer on Saturday."),
        (0, "The duty on steel plate will rise to 25 percent for Brazilian producers."),
    ]
    new = new_sentences(found, [report(1, "Kairos Wire", age=9)], language="en", most=3)
    assert new == [found[0], found[2]]
    assert new_sentences(found, [report(1, "Kairos Wire", age=9)], language="en", most=1) == [found[0]]


def test_one_new_name_alone_is_no_news():
    found = [(0, "Tokyo said that the duty on steel plate would hurt its mills in Nagoya, Reuters.")]
    assert new_sentences(found, [report(1, "Kairos Wire", age=9)], language="en", most=1) == []


def test_a_chat_remembers_what_it_was_told_until_a_week_after_the_newest_report():
    told = told_after((), [story(report(1, "Kairos Wire", age=1))], (), now=NOW)
    assert [(one.story_id, one.sources, one.told_at) for one in told] == [(1, 1, NOW)]
    assert told_after(told, (), (), now=NOW + REMEMBERED) == told
    assert told_after(told, (), (), now=NOW + REMEMBERED + HOUR) == ()


def test_a_story_that_stays_quiet_but_goes_on_is_not_forgotten():
    told = told_after((), [story(report(1, "Kairos Wire", age=1))], (), now=NOW)
    repeated = report(2, "Harbor Post", age=-100)
    (kept,) = told_after(told, (), [story(report(1, "Kairos Wire", age=1), repeated)], now=NOW + 101 * HOUR)
    assert (kept.told_at, kept.newest_at) == (NOW, repeated.published_at)
    assert told_after([kept], (), [story(report(9, "Delta", age=1))], now=NOW) == (kept,)


def test_a_story_that_is_not_kept_can_not_be_remembered():
    assert told_after((), [Story("t", ())], (), now=NOW) == ()


def test_of_a_story_told_twice_the_later_telling_counts():
    alert, digest = Told(1, 3, NOW, NOW - HOUR), Told(1, 5, NOW, NOW)
    assert joined([digest], [alert]) == (digest,)
    assert joined([alert], [digest]) == (digest,)


def test_who_read_everything_knows_the_stories_that_began_before():
    one = story(report(1, "Kairos Wire", age=9), report(2, "Harbor Post", age=3))
    known = told_before(one, NOW - 5 * HOUR)
    assert (known.sources, known.newest_at, known.told_at) == (1, NOW - 9 * HOUR, NOW - 5 * HOUR)
    assert told_before(one, NOW - 10 * HOUR) is None


def test_a_story_that_is_told_apart_from_one_the_chat_knows_is_known_by_its_leading_report():
    mixed = story(report(1, "Kairos Wire", age=9), report(2, "Harbor Post", age=8))
    told = told_after((), [mixed], (), now=NOW)
    apart = story(report(2, "Harbor Post", age=8), report(3, "Delta", age=1))
    assert told_of(apart, told).story_id == 1
    other = story(report(3, "Delta", age=1), report(2, "Harbor Post", age=8))
    assert told_of(other, told) is None
    assert told_of(Story("t", ()), told) is None
