"""Feeds that keep to their standards, of every kind, and what is told of those that say too little."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.entries import FULL_FROM, MOST_ENTRIES
from bot.feeds.parse import parse_feed

HERE = "https://example.org/feed.xml"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>The Paper &amp; Co</title><link>https://example.org/</link><language>en_GB</language><ttl>90</ttl>
<atom:link rel="self" href="https://example.org/feed.xml"/>
{}
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blatt</title>
<link rel="self" href="https://example.org/atom"/><link href="https://example.org/start"/>{}</feed>"""


def rss(items, url=HERE):
    return parse_feed(RSS.format(items).encode(), url=url)


def entry_of(items, url=HERE):
    return rss(items, url).entries[0]


def atom_entry(inner, url=HERE):
    return parse_feed(ATOM.format(f"<entry>{inner}</entry>").encode(), url=url).entries[0]


def test_an_rss_feed_gives_its_entries_and_what_it_says_of_itself():
    feed = rss(
        "<item><title>Pact signed</title><link>https://example.org/1</link><dc:creator>Ann Lee</dc:creator>"
        "<pubDate>Thu, 05 Jun 2025 10:00:00 +0200</pubDate><description>&lt;p&gt;Two &lt;b&gt;states&lt;/b&gt;"
        " signed.&lt;/p&gt;&lt;p&gt;A third may.&lt;/p&gt;</description><guid isPermaLink='false'>x1</guid></item>"
    )
    (entry,) = feed.entries
    assert (feed.title, feed.language, feed.url) == ("The Paper & Co", "en-gb", "https://example.org/")
    assert (feed.pause, feed.problems) == (timedelta(minutes=90), ())
    assert (entry.title, entry.url, entry.authors) == ("Pact signed", "https://example.org/1", ("Ann Lee",))
    assert entry.published_at == datetime(2025, 6, 5, 8, tzinfo=UTC)
    assert (entry.text, entry.full, entry.guid) == ("Two states signed.\nA third may.", False, "x1")


def test_an_atom_feed_gives_its_entries():
    entry = atom_entry(
        "<title type='html'>A &amp;amp; B</title><link rel='enclosure' href='a.mp3'/><link href='/2'/>"
        "<author><name>Bo</name><email>bo@example.org</email></author><published>2025-06-05T10:00:00+02:00</published>"
        "<updated>2025-06-06T10:00:00Z</updated><summary>Short.</summary>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One &amp; two</p><p>three</p></div>"
        "</content>"
    )
    assert (entry.title, entry.url, entry.authors) == ("A & B", "https://example.org/2", ("Bo",))
    assert entry.text == "One & two\nthree"
    assert entry.published_at == datetime(2025, 6, 5, 8, tzinfo=UTC)


def test_an_rdf_feed_is_linked_by_what_its_items_are_about():
    feed = parse_feed(
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        b"<channel><title>R</title><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
        b'</channel><item rdf:about="https://example.org/3"><title>T</title><dc:date>2025-06-05</dc:date>'
        b"</item></rdf:RDF>"
    )
    assert (feed.title, feed.pause) == ("R", timedelta(hours=6))
    assert (feed.entries[0].url, feed.entries[0].published_at) == (
        "https://example.org/3",
        datetime(2025, 6, 5, tzinfo=UTC),
    )


@pytest.mark.parametrize("version", ["1", "1.1"])
def test_a_json_feed_gives_its_entries(version):
    author = {"author": {"name": "Ann"}} if version == "1" else {"authors": [{"name": "Ann"}, "odd"]}
    item = {"id": 7, "url": "/4", "title": "T", "content_html": "<p>A<p>B", "summary": "S", **author}
    item["date_published"] = "2025-06-05T10:00:00Z"
    document = {"version": f"https://jsonfeed.org/version/{version}", "title": "J", "items": [item, "odd", {"id": "x"}]}
    feed = parse_feed(json.dumps(document).encode(), url="https://example.org/feed.json")
    assert [entry.title for entry in feed.entries] == ["T", ""]
    entry = feed.entries[0]
    assert (entry.url, entry.text, entry.authors, entry.guid) == ("https://example.org/4", "A\nB", ("Ann",), "7")
    assert "1 entries without title, link and text" in feed.problems


@pytest.mark.parametrize("raw", [b'{"items": 1}', b"[1]", b'{"items"', b"[" * 100_000])
def test_json_that_is_no_feed_is_named(raw):
    feed = parse_feed(raw)
    assert not feed.entries
    assert "JSON" in feed.problems[0]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("AT&amp;amp;T &amp;lt;b&amp;gt;buys&amp;lt;/b&amp;gt;", "AT&T buys"),
        ("<![CDATA[A <em>new</em> pact]]>", "A new pact"),
        ("A <b>new</b> pact", "A new pact"),
        ("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One Two"),
        ("  3 &lt; 4\n and  List&lt;String&gt; ", "3 < 4 and List<String>"),
        ("Zo&#235; &amp;#8217;s", "Zoë ’s"),
    ],
)
def test_titles_are_plain_however_they_were_escaped(written, plain):
    assert entry_of(f"<item><title>{written}</title></item>").title == plain


def test_a_title_with_tags_is_kept_as_written_too():
    entry = entry_of("<item><title>The &lt;b&gt; tag</title></item>")
    assert (entry.title, entry.title_markup) == ("The tag", "The <b> tag")
    assert entry_of("<item><title>AT&amp;amp;T</title></item>").title_markup is None
    assert atom_entry("<title type='text'>The &lt;b> tag</title>").title == "The <b> tag"


@pytest.mark.parametrize(
    ("inner", "url"),
    [
        ("<link>/a b</link>", "https://example.org/a%20b"),
        ("<link>\n https://example.org/x \n</link>", "https://example.org/x"),
        ("<guid>https://example.org/g</guid>", "https://example.org/g"),
        ("<guid>12345</guid>", None),
        ("<guid isPermaLink='true'>12345</guid>", "https://example.org/12345"),
        ("<guid isPermaLink='false'>https://example.org/g</guid>", None),
        ("<atom:link rel='alternate' href='https://example.org/alt'/>", "https://example.org/alt"),
        ("<link>https://f.example/~r/1</link><feedburner:origLink>https://example.org/o</feedburner:origLink>",
         "https://example.org/o"),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>mailto:a@example.org</link>", None),
        ("<link>http://[half</link>", "http://[half"),
        ("<link>https://example.org/" + "a" * 3000 + "</link>", None),
    ],
)  # fmt: skip
def test_links_are_found_and_made_absolute(inner, url):
    assert entry_of(f"<item><title>t</title>{inner}</item>").url == url


def test_relative_links_start_from_xml_base_then_the_site_then_the_feed():
    based = b'<rss xml:base="https://b.example/x/"><channel><item xml:base="y/"><link>1</link></item></channel></rss>'
    assert parse_feed(based, url=HERE).entries[0].url == "https://b.example/x/y/1"
    site = b"<rss><channel><link>https://s.example/</link><item><link>1</link></item></channel></rss>"
    assert parse_feed(site, url=HERE).entries[0].url == "https://s.example/1"
    bare = b"<rss><channel><item><link>1</link></item></channel></rss>"
    assert parse_feed(bare, url=HERE).entries[0].url == "https://example.org/1"
    nowhere = parse_feed(bare)
    assert nowhere.entries[0].url == "1"
    assert any("relative link" in problem for problem in nowhere.problems)


def test_an_atom_entry_links_to_its_page_before_anything_else():
    links = "<link rel='self' href='/s' type='text/html'/><link rel='via' href='/v'/><link rel='alternate' href='/p'/>"
    assert atom_entry(links).url == "https://example.org/p"
    assert atom_entry("<link rel='self' type='text/html' href='/s'/>").url == "https://example.org/s"
    assert atom_entry("<link rel='self' href='/s.atom'/>").url is None
    assert atom_entry("<id>https://example.org/i</id>").url == "https://example.org/i"
    assert atom_entry("<id>urn:uuid:1</id>").url is None


def test_the_whole_article_is_told_from_a_teaser():
    body = "".join(f"<p>{'Words of a paragraph. ' * 10}</p>" for _ in range(10))
    whole = f"<content:encoded><![CDATA[{body}]]></content:encoded>"
    teaser = "<description>Short.</description>"
    assert entry_of(f"<item>{teaser}{whole}</item>").full
    assert len(entry_of(f"<item>{teaser}{whole}</item>").text) > FULL_FROM
    assert not entry_of(f"<item>{whole.replace(']]>', '<p>Read more »</p>]]>')}</item>").full
    assert not entry_of(f"<item><description>{escape(body)}</description></item>").full
    assert entry_of(
        "<item><description>Longer text.</description><content:encoded>x</content:encoded></item>"
    ).text == ("Longer text.")


def test_the_line_that_publishing_systems_add_is_no_text():
    html = escape("<p>News.</p><p>The post A first appeared on B.</p>")
    assert entry_of(f"<item><description>{html}</description></item>").text == "News."


def test_scripts_comments_and_captions_are_no_text():
    html = (
        "A<script>x<y</script><!-- no --><figure><img alt='>'><figcaption>by</figcaption></figure><br>B<style>c</style>"
    )
    assert entry_of(f"<item><description><![CDATA[{html}]]></description></item>").text == "A\nB"
    assert entry_of("<item><description><![CDATA[A<script src='x'/>B]]></description></item>").text == "AB"
    assert entry_of("<item><description><![CDATA[A<figcaption>B]]></description></item>").text == "AB"
    assert entry_of("<item><description><![CDATA[A<!-- B]]></description></item>").text == "A"


def test_text_given_as_text_keeps_its_signs():
    entry = atom_entry("<content type='text'>If a &lt;b&gt; c\n\nthen</content>")
    assert entry.text == "If a <b> c\nthen"


def test_base64_is_decoded_and_what_is_none_stays():
    assert atom_entry("<title type='application/octet-stream'>QSB0aXRsZQ==</title>").title == "A title"
    assert atom_entry("<title mode='base64'>no base64!</title>").title == "no base64!"


def test_media_groups_speak_where_the_entry_is_silent():
    inner = (
        "<m:group xmlns:m='http://search.yahoo.com/mrss/'><m:title>Film</m:title><m:description>About</m:description>"
        "</m:group>"
    )
    entry = atom_entry(inner)
    assert (entry.title, entry.text) == ("Film", "About")


def test_dates_that_cannot_be_read_are_named():
    feed = rss("<item><title>a</title><link>/a</link><pubDate>soon</pubDate></item>")
    assert feed.problems == ("1 entries without a date that can be read ('soon')",)


def test_more_entries_than_the_bound_are_left_out_and_counted():
    feed = rss("<item><title>a</title></item>" * (MOST_ENTRIES + 5))
    assert len(feed.entries) == MOST_ENTRIES
    assert f"it has {MOST_ENTRIES + 5} entries" in feed.problems[0]


def test_odd_pauses_are_no_pause():
    for said in ("<ttl>0</ttl>", "<ttl>often</ttl>", "<ttl>99999999</ttl>"):
        assert parse_feed(f"<rss><channel>{said}<item/></channel></rss>".encode()).pause is None
    assert parse_feed(b"<rss><channel><ttl>525600</ttl><item/></channel></rss>").pause == timedelta(days=7)


def test_other_prefixes_and_misspelled_namespaces_make_no_difference():
    prefixed = b'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>T</a:title></a:entry></a:feed>'
    misspelled = b'<feed xmlns="http://example.org/atom"><entry><title>T</title></entry></feed>'
    undeclared = b"<rss><channel><item><title>T</title><dc:creator>Ann</dc:creator></item></channel></rss>"
    for raw in (prefixed, misspelled, undeclared):
        assert parse_feed(raw).entries[0].title == "T"
    assert parse_feed(undeclared).entries[0].authors == ("Ann",)


texts = st.text(
    # Without the letters that scrambled UTF-8 is made of: feedparser mends fewer kinds of it.
    st.characters(
        codec="utf-8",
        exclude_characters=map(chr, range(0xC2, 0xF5)),
        exclude_categories=["Cc", "Cs", "Co", "Cn", "Cf", "Zs", "Zl", "Zp"],
    ),
    max_size=40,
)
instants = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(microsecond=0))
items = st.lists(st.tuples(texts, st.integers(0, 9**9), instants, texts), max_size=6)


@settings(max_examples=60)
@given(items)
def test_sound_rss_gives_what_feedparser_gives(given_items):
    raw = RSS.format(
        "".join(
            f"<item><title>{escape(escape(title))}</title><link>https://example.org/{number}?a=1&amp;b=2</link>"
            f"<pubDate>{at:%d %b %Y %H:%M:%S} GMT</pubDate><author>{escape(author)}</author></item>"
            for title, number, at, author in given_items
        )
    ).encode()
    assert _by_us(raw) == _by_feedparser(raw)


@settings(max_examples=60)
@given(items)
def test_sound_atom_gives_what_feedparser_gives(given_items):
    raw = ATOM.format(
        "".join(
            f"<entry><title>{escape(title)}</title>"
            f"<link rel='alternate' href={quoteattr(f'https://example.org/{number}')}/>"
            f"<published>{at.isoformat()}Z</published><author><name>{escape(author)}</name></author></entry>"
            for title, number, at, author in given_items
        )
    ).encode()
    assert _by_us(raw) == _by_feedparser(raw)


def _by_us(raw):
    return [(entry.title_markup or entry.title, entry.url, entry.published_at) for entry in parse_feed(raw).entries]


def _by_feedparser(raw):
    from bot.feeds.markup import title_from_html

    found = feedparser.parse(io.BytesIO(raw), sanitize_html=False, resolve_relative_uris=False)
    return [
        (
            title_from_html(each.get("title", "")),
            each.get("link"),
            datetime(*each.published_parsed[:5], min(each.published_parsed[5], 59), tzinfo=UTC),
        )
        for each in found.entries
    ]
