from __future__ import annotations

import pytest

from bot.core.outlets import independent_reports, outlet_names, site_of
from bot.model import Article, Story


def report(number, source="", url=None):
    return Article("t", "x", source=source, url=url, id=number)


def ids(*reports, copies=()):
    return [one.id for one in independent_reports(Story("t", reports, copies=frozenset(copies)))]


def test_a_copy_is_no_source_and_an_outlet_is_one_however_often_it_reports():
    assert ids(report(1, "Kairos Wire"), report(2, "kairos  wire"), report(3, "Harbor Post"), copies=(3,)) == [1]


def test_two_desks_of_one_site_are_one_outlet():
    desks = report(1, "BBC World", "https://news.bbc.co.uk/1"), report(2, "BBC Business", "https://www.bbc.co.uk/2")
    assert ids(*desks) == [1]


def test_two_ministries_of_one_country_are_two_outlets():
    assert ids(report(1, "Defence", "https://mod.gov.uk/1"), report(2, "Trade", "https://dbt.gov.uk/1")) == [1, 2]


def test_two_channels_of_one_platform_are_two_outlets():
    assert ids(report(1, "Kairos", "https://t.me/kairos/5"), report(2, "Harbor", "https://t.me/harbor/5")) == [1, 2]


def test_reports_of_nobody_are_one_outlet_together():
    assert ids(report(1), report(2), report(3, "Harbor Post")) == [1, 3]
    assert outlet_names(report(1)) == frozenset([""])


@pytest.mark.parametrize("url", [None, "", "no address", "http://[::1", "mailto:a@b.example"])
def test_what_has_no_host_has_no_site(url):
    assert site_of(url) == ""
