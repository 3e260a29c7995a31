"""Feeds found on a page."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.discover import MOST_FEEDS, discover_feeds

PAGE = "https://example.org/news/index.html"


def declared(link, kind="application/rss+xml", title=""):
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{link}">'


def test_declared_feeds_come_first_and_those_of_comments_last():
    html = (
        '<a href="/rss">RSS</a>'
        + declared("/comments/feed/", title="Paper » Comments")
        + declared("/feed/")
        + declared("atom.xml", "application/atom+xml")
        + declared("/feed.json", "application/feed+json")
    )
    assert discover_feeds(html, url=PAGE) == [
        "https://example.org/feed/",
        "https://example.org/news/atom.xml",
        "https://example.org/feed.json",
        "https://example.org/rss",
        "https://example.org/comments/feed/",
    ]


@pytest.mark.parametrize(
    "link",
    ["/feed", "/feed/", "/rss", "/rss.xml", "/atom.xml", "/a/index.rss", "/feeds/world.xml", "/rss/world",
     "/?feed=rss2", "/x.php?format=atom", "/rss2/", "/news-feed.xml"],
)  # fmt: skip
def test_anchors_that_look_like_feeds_are_found(link):
    assert discover_feeds(f"<a class=x href='{link}'>", url=PAGE) == [f"https://example.org{link}"]


@pytest.mark.parametrize(
    "link",
    ["/about", "/feedback", "/rssb", "mailto:rss@example.org", "javascript:rss()", "#rss", "", "http://[x/rss",
     "/wp-json/feed", "/data.xml"],
)  # fmt: skip
def test_other_anchors_are_not(link):
    assert discover_feeds(f'<a href="{link}">', url=PAGE) == []


def test_links_start_from_the_base_and_are_unescaped():
    html = '<base href="https://b.example/x/"><link href="f?a=1&amp;b=2" type=application/rss+xml rel="ALTERNATE home">'
    assert discover_feeds(html, url=PAGE) == ["https://b.example/x/f?a=1&b=2"]


def test_comments_scripts_and_other_links_are_passed_over():
    html = (
        f"<!--{declared('/1')}--><script>'{declared('/2')}'</script>"
        f"<style>{declared('/3')}</style>"
        '<link rel="stylesheet" type="application/rss+xml" href="/4">'
        '<link rel="alternate" type="text/html" href="/rss">'
        '<link rel="alternate" type="text/xml+oembed" href="/5">' + declared("/wp-json/6", "application/json")
    )
    assert discover_feeds(html, url=PAGE) == []


def test_xml_that_may_be_a_feed_is_one_if_it_looks_like_it():
    html = declared("/rss.xml", "text/xml") + declared("/site.xml", "text/xml") + '<link rel="feed" href="/f">'
    assert discover_feeds(html, url=PAGE) == ["https://example.org/f", "https://example.org/rss.xml"]


def test_feed_addresses_of_readers_are_opened_as_pages_are():
    html = '<a href="feed://example.org/rss"></a><a href="feed:https://example.org/atom.xml"></a>'
    assert discover_feeds(html, url=PAGE) == ["https://example.org/rss", "https://example.org/atom.xml"]


def test_each_is_named_once_and_not_too_many():
    html = declared("/feed/#a") + '<a href="/feed/">' + "".join(declared(f"/{n}.xml") for n in range(50))
    found = discover_feeds(html.encode(), url=PAGE)
    assert found[0] == "https://example.org/feed/"
    assert len(found) == len(set(found)) == MOST_FEEDS


def test_the_page_itself_is_no_feed_of_its_own():
    assert discover_feeds('<a href="/rss">', url="https://example.org/rss") == []


@pytest.mark.parametrize("part", ["<a ", "<a href='", '<link rel="', "<!--", "<script>", "<a href=/rss>"])
def test_a_long_page_of_anything_ends(part):
    discover_feeds(part * (1_000_000 // len(part)), url=PAGE)


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)), st.text(max_size=30))
def test_no_page_raises_an_error(html, url):
    discover_feeds(html, url=url)
