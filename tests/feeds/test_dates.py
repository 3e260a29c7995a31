"""Dates as feeds of many countries write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.dates import date_from_text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21"),
        ("Thu, 01 Jan 04 19:48:21 EST", "2004-01-02T00:48:21"),
        ("01 Jan 99 00:00 +0000", "1999-01-01T00:00:00"),
        ("5 June 2024", "2024-06-05T00:00:00"),
        ("Wed, 05 Jun 2024 10:00:00 +0530", "2024-06-05T04:30:00"),
        ("Wed, 05 Jun 2024 10:00:00 XYZ", "2024-06-05T10:00:00"),
        ("Wednesday, 12 June, 2024 - 10:14", "2024-06-12T10:14:00"),
        ("Wed, 05 Jun 2024 24:00:00 GMT", "2024-06-06T00:00:00"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59"),
        ("2024-06-05T10:00:00.123456789+05:30", "2024-06-05T04:30:00"),
        ("2024-06-05T10:00:00Z", "2024-06-05T10:00:00"),
        ("2024-06-05 10:00 CET", "2024-06-05T09:00:00"),
        ("20240605", "2024-06-05T00:00:00"),
        ("2024-06", "2024-06-01T00:00:00"),
        ("2024-157", "2024-06-05T00:00:00"),
        ("1717581600", "2024-06-05T10:00:00"),
        ("1717581600000", "2024-06-05T10:00:00"),
        ("Wed Jun  5 10:00:00 PST 2024", "2024-06-05T18:00:00"),
        ("June 5, 2024 3:07 PM EST", "2024-06-05T20:07:00"),
        ("06/05/2024 12:07 AM", "2024-06-05T00:07:00"),
        ("06/13/2024", "2024-06-13T00:00:00"),
        ("05/06/2024", "2024-06-05T00:00:00"),
        ("05.06.2024 10:00 +0200", "2024-06-05T08:00:00"),
        ("07 May 2024 12:34 PM", "2024-05-07T12:34:00"),
        ("16. März 2024, 14:30 Uhr", "2024-03-16T14:30:00"),
        ("3 février 2024 à 15h30", "2024-02-03T15:30:00"),
        ("mar, 05 giu 2024 10:00", "2024-06-05T10:00:00"),
        ("12 de junho de 2024 às 10h22", "2024-06-12T10:22:00"),
        ("5 июня 2024, 12:00 MSK", "2024-06-05T09:00:00"),
        ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00"),
        ("2004-július-13T9:15-05:00", "2004-07-13T14:15:00"),
        ("12 Haziran 2024 Çarşamba 14:03", "2024-06-12T14:03:00"),
        ("٠٥ يونيو ٢٠٢٤", "2024-06-05T00:00:00"),
        ("2024年6月5日 14:30", "2024-06-05T14:30:00"),
        ("2004년 05월 28일  오후 11:31:25", "2004-05-28T23:31:25"),
    ],
)
def test_dates_of_many_hands_are_read(written, meant):
    assert date_from_text(written) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2024-13-45",
        "Fri, 05 Jun 2024 25:00:00 GMT",
        "31 Feb 2024",
        "5 Brumaire 2024",
        "1" * 200,
        "2024",
        "0000-01-01",
    ],
)
def test_what_is_no_date_is_none(written):
    assert date_from_text(written) is None


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_no_text_raises_an_error(written):
    found = date_from_text(written)
    assert found is None or found.tzinfo is UTC


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=zones))
def test_the_standards_are_read_back(at):
    at = at.replace(microsecond=0)
    assert date_from_text(format_datetime(at)) == at
    assert date_from_text(at.isoformat()) == at
