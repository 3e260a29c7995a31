from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.zones import zone_for_language, zone_named, zone_spellings

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
DAY = timedelta(days=1)


def offset(at, zone):
    return ZoneInfo(zone).utcoffset(at.astimezone(ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("aSIA/tokyo", "Asia/Tokyo"),
        (" Tokyo ", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("New_York", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("utc", "UTC"),
        ("gmt", "GMT"),
        ("Zulu", "UTC"),
        ("UTC+9", "Etc/GMT-9"),
        ("GMT-3", "Etc/GMT+3"),
        ("utc +09:00", "Etc/GMT-9"),
        ("+0530", "Asia/Kolkata"),
        ("+05:30", "Asia/Kolkata"),
        ("UTC\N{MINUS SIGN}5", "Etc/GMT+5"),
        ("-9:30", "Pacific/Marquesas"),
        ("UTC+0", "UTC"),
        ("Etc/GMT-9", "Etc/GMT-9"),
        ("CET", "Europe/Berlin"),
        ("EST", "America/New_York"),
        ("edt", "America/New_York"),
        ("PST", "America/Los_Angeles"),
        ("JST", "Asia/Tokyo"),
        ("MSK", "Europe/Moscow"),
        ("IST", "Asia/Kolkata"),
        ("US/Eastern", "America/New_York"),
        ("eastern time", "America/New_York"),
        ("Washington", "America/New_York"),
        ("Beijing", "Asia/Shanghai"),
        ("Delhi", "Asia/Kolkata"),
        ("Mumbai", "Asia/Kolkata"),
        ("San Francisco", "America/Los_Angeles"),
        ("Frankfurt", "Europe/Berlin"),
        ("Geneva", "Europe/Zurich"),
        ("Kyiv", "Europe/Kyiv"),
        ("Kiev", "Europe/Kyiv"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("São Paulo", "America/Sao_Paulo"),
        ("St. Louis", "America/Chicago"),
        ("port au prince", "America/Port-au-Prince"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("Japan", "Asia/Tokyo"),
        ("Türkiye", "Europe/Istanbul"),
        ("Singapore", "Asia/Singapore"),
    ],
)
def test_a_zone_is_known_by_what_people_call_it(said, meant):
    assert zone_named(said) == meant


@pytest.mark.parametrize("said", ["", " ", "/", "+", "Asia/Tokio", "UTC+15", "-13", "+10:30", "usa", "Factory", "8:00"])
def test_what_is_no_zone_is_none(said):
    assert zone_named(said) is None


def test_a_country_is_no_zone_where_countries_are_left_out():
    assert zone_named("Japan", countries=False) is None
    assert zone_named("Qatar", countries=False) is None
    assert zone_named("Tokyo", countries=False) == "Asia/Tokyo"


@pytest.mark.parametrize("shard", range(4))
def test_every_key_of_tzdata_is_known_and_keeps_its_time(shard):
    summer, winter = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    by_place = {"CET", "MET", "EET", "WET", "EST", "MST", "HST", "PST8PDT"}  # an abbreviation means its place
    for zone in ZONES[shard::4]:
        found = zone_named(zone)
        assert found is not None
        assert zone_named(found) == found
        assert zone in by_place or all(offset(at, zone) == offset(at, found) for at in (summer, winter)), zone


def test_every_spelling_offered_is_a_zone():
    assert all(zone_named(spelling) for spelling in zone_spellings())


@given(st.text())
def test_any_text_is_a_zone_that_exists_or_none(text):
    found = zone_named(text)
    assert found is None or ZoneInfo(found)


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("ja", "Asia/Tokyo"),
        ("ko", "Asia/Seoul"),
        ("uk", "Europe/Kyiv"),
        ("de", "Europe/Berlin"),
        ("de-AT", "Europe/Vienna"),
        ("de-LI", "Europe/Berlin"),
        ("pt-br", "America/Sao_Paulo"),
        ("pt_BR", "America/Sao_Paulo"),
        ("pt", "Europe/Lisbon"),
        ("fr", "Europe/Paris"),
        ("zh-hans", "Asia/Shanghai"),
        ("zh-hant", "Asia/Taipei"),
        ("en", "UTC"),
        ("en-gb", "Europe/London"),
        ("es", "UTC"),
        ("es-ES", "Europe/Madrid"),
        ("ar", "UTC"),
        ("tlh", "UTC"),
        ("", "UTC"),
        (None, "UTC"),
    ],
)
def test_a_language_tells_a_zone_only_where_most_of_its_speakers_share_one(code, zone):
    assert zone_for_language(code) == zone


def test_every_zone_a_language_tells_is_known_by_name():
    codes = [a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]
    assert all(zone_named(zone_for_language(code)) == zone_for_language(code) for code in codes)
