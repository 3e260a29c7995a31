"""Links: one spelling for one page, and links found in texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.links import canonical_url, is_link, links_in


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("https://example.org", "https://example.org/"),
        (" HTTPS://EXAMPLE.org.:443/A ", "https://example.org/A"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("https://example.org/a#b", "https://example.org/a"),
        ("https://example.org/#!/a", "https://example.org/#!/a"),
        ("https://example.org/a?utm_source=x&UTM_Medium=y", "https://example.org/a"),
        ("https://example.org/a?id=1&fbclid=x&page=2&gclid=y&mc_cid=z&ref=rss", "https://example.org/a?id=1&page=2"),
        ("https://example.org/a?at_medium=RSS&wt_mc=rss.ho&&", "https://example.org/a"),
        ("https://example.org/a?reference=1&utmost=2", "https://example.org/a?reference=1&utmost=2"),
        ("https://example.org/a/./b/../c/..", "https://example.org/a/"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org/%7euser/%e4%bd%a0?q=%c3%a9", "https://example.org/~user/%E4%BD%A0?q=%C3%A9"),
        ("https://example.org/你?q=é", "https://example.org/%E4%BD%A0?q=%C3%A9"),
        ("https://example.org/news/1/amp/", "https://example.org/news/1"),
        ("https://example.org/news/1.amp", "https://example.org/news/1"),
        ("https://example.org/news/1.amp.html", "https://example.org/news/1.html"),
        ("https://example.org/news/1?amp", "https://example.org/news/1"),
        ("https://example.org/news/1?outputType=amp&x=amp", "https://example.org/news/1?x=amp"),
        ("https://example.org/amp", "https://example.org/amp"),
        ("https://example.org/amp/1", "https://example.org/amp/1"),
        ("https://example.org/lamp", "https://example.org/lamp"),
        ("https://www.google.com/amp/s/example.org/a?x=1&utm_source=y", "https://example.org/a?x=1"),
        ("https://www.google.co.uk/amp/example.org/a", "http://example.org/a"),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/a.html", "https://example.org/a.html"),
        ("https://www.google.com/amplify", "https://www.google.com/amplify"),
        ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
        ("http://User:Pw@example.org/", "http://User:Pw@example.org/"),
        ("http://[half", "http://[half"),
        ("http://example.org:port/", "http://example.org:port/"),
        ("https://", "https://"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("no link", "no link"),
    ],
)
def test_a_link_has_one_spelling(written, canonical):
    assert canonical_url(written) == canonical


urls = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "HTTPS://", "", "http:/"]),
    st.sampled_from(
        ["example.org", "www.google.com", "a.cdn.ampproject.org", "EXAMPLE.org:443", "[::1]", "u@h.example:80"]
    ),
    st.lists(
        st.sampled_from(
            [
                "/",
                "/..",
                "/.",
                "/amp",
                "/s",
                "/c",
                "example.org",
                "google.com",
                ".amp",
                ".html",
                "%7E",
                "%2f",
                "%",
                "é",
                " ",
                ";",
            ]
        ),
        max_size=9,
    ).map("".join),
    st.lists(
        st.sampled_from(["?", "&", "utm_a=1", "amp", "amp=1", "x=%zz", "#", "!", "ref=", "=", "/amp"]), max_size=6
    ).map("".join),
)


@settings(max_examples=400)
@given(st.one_of(urls, st.text(max_size=60)))
def test_the_canonical_spelling_is_its_own(url):
    once = canonical_url(url)
    assert canonical_url(once) == once


simple = st.from_regex(r"https?://(?:www\.)?[a-z.]{1,9}/[aAmMpPs8_~./&;?=:@,-]{0,24}", fullmatch=True)


@settings(max_examples=600)
@given(st.one_of(urls, simple))
def test_a_link_that_looks_canonical_is_what_simplifying_it_would_give(url):
    quickly = canonical_url(url)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.core.links._is_plain", lambda _: False)
        assert canonical_url(url) == quickly


paths = st.lists(
    st.sampled_from(["/", "/..", "/amp", "/a", "é", "%2f", "%", ";", "?", "&x=1", "=", "+"]), max_size=9
).map("".join)


@settings(max_examples=200)
@given(paths, st.sampled_from(["utm_campaign=x", "fbclid=1", "mc_eid=2", "gclid="]))
def test_tracking_makes_no_difference(path, parameter):
    url = f"https://example.org/{path}"
    assert canonical_url(f"{url}{'&' if '?' in url else '?'}{parameter}") == canonical_url(url)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://example.org/a.", ("https://example.org/a",)),
        ("(https://example.org/a_(b)) [https://example.org/c]", ("https://example.org/a_(b)", "https://example.org/c")),
        ("“https://example.org/a” «https://example.org/b»", ("https://example.org/a", "https://example.org/b")),
        ("https://example.org/a https://example.org/a!", ("https://example.org/a",)),
        ("www.example.org/a, mail a@www.example.org", ("https://www.example.org/a",)),
        ("见https://example.org/文，然后", ("https://example.org/文",)),
        ("http://", ()),
        ("https://...", ()),
        ("nothing here", ()),
        ("<a href='https://example.org/x'>", ("https://example.org/x",)),
        ("http://127.0.0.1:80/ http://[::1]/x", ("http://127.0.0.1:80/", "http://[::1]/x")),
    ],
)
def test_links_are_found_without_the_punctuation_around_them(text, links):
    assert links_in(text) == links


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("https://example.org/a", True),
        ("  HTTP://example.org\n", True),
        ("www.example.org", True),
        ("https://example.org/a https://example.org/b", False),
        ("look: https://example.org/a", False),
        ("https://", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_a_link_alone_is_told_from_words(text, alone):
    assert is_link(text) is alone


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_can_be_asked(text):
    found = links_in(text)
    assert len(set(found)) == len(found)
    assert is_link(text) in {True, False}
