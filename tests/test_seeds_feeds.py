"""Feeds to start with: the shipped list, an operator's list in TOML or OPML, and OPML both ways."""

import contextlib
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import DataError
from bot.model import Feed
from bot.seeds import feeds_from_opml, load_feeds, load_places, opml_from_feeds
from bot.seeds.facts import KINDS, LANGUAGES, OWNERSHIPS
from tests.datafiles import refused, written

EUROPE = "AL AT BA BE BG CH CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LV NL NO PL PT RO RS RU SE UA"
ASIA = "AE BD CN HK ID IL IN IQ JO JP KR MY PH PK QA SA SG TH TR TW VN"
AFRICA = "CG CI CM DZ EG ET GH KE MA NA NG RW SN TN TZ UG ZA ZM ZW"
NORTH_AMERICA = "CA CR CU DO GT JM MX PA US"
SOUTH_AMERICA = "AR BO BR CL CO EC PE PY UY VE"
OCEANIA = "AU FJ NZ PG WS"


def opml(*outlines):
    return f'<opml version="2.0"><body>{"".join(outlines)}</body></opml>'


def test_the_shipped_list_has_feeds_of_every_continent_in_many_languages():
    feeds = load_feeds()
    assert len(feeds) >= 70
    for continent in (EUROPE, ASIA, AFRICA, NORTH_AMERICA, SOUTH_AMERICA, OCEANIA):
        assert sum(feed.country in continent.split() for feed in feeds) >= 4
    assert len({feed.language for feed in feeds}) >= 9
    assert {feed.kind for feed in feeds} == set(KINDS)
    assert {"WTO", "EU", "UN", "ASEAN"} <= {feed.country for feed in feeds}


def test_every_shipped_feed_says_what_it_is_and_is_asked_over_a_safe_line():
    known = {place.key for place in load_places()}
    for feed in load_feeds():
        assert feed.url.startswith("https://"), feed
        assert feed.name
        assert feed.language in LANGUAGES
        assert feed.country in known
        assert feed.kind in KINDS
        assert feed.ownership in {*OWNERSHIPS, None}


def test_feeds_of_one_outlet_agree_on_whose_they_are():
    told = Counter(name for name, *_ in {(feed.name, feed.country, feed.ownership) for feed in load_feeds()})
    assert [name for name, times in told.items() if times > 1] == []


def test_a_feed_needs_an_address_and_a_name_only(tmp_path):
    path = written(tmp_path, "[[feed]]\nurl = 'https://a.example/rss'\nname = ' The  Paper '\n")
    assert load_feeds(path) == (Feed("https://a.example/rss", "The Paper"),)


def test_the_facts_of_a_feed_are_kept(tmp_path):
    text = (
        "# mine\n[[feed]]\nurl = 'http://a.example'\nname = 'A'\nlanguage = 'ja'\ncountry = 'JP'\n"
        "kind = 'think_tank'\nownership = 'public'\n"
    )
    (feed,) = load_feeds(written(tmp_path, text))
    assert (feed.language, feed.country, feed.kind, feed.ownership) == ("ja", "JP", "think_tank", "public")


ONE = "[[feed]]\nurl = 'https://a.example/rss'\nname = 'A'\n"
WRONG = [
    (ONE + "[[feed]]\nname = 'B'\nadress = 'x'\n", 6, "unknown field 'adress'; known are: url, name, language"),
    (ONE + "\n[[feed]]\nname = 'B'\n", 5, "'url' is missing"),
    ("[[feed]]\nurl = 'https://b.example'\n" + ONE, 1, "'name' is missing"),
    (ONE + "kind = 'newspaper'\n", 4, "'kind' is 'newspaper', but must be one of: agency, broadcaster, paper"),
    (ONE + "ownership = 'king'\n", 4, "'ownership' is 'king', but must be one of: state, public, private"),
    (ONE + "language = 'english'\n", 4, "'language' is 'english', but must be a language code of ISO 639-1"),
    (ONE + "language = 'xx'\n", 4, "'language' is 'xx'"),
    (ONE + "country = 'UK'\n", 4, "'country' is 'UK', but must be a key of data/places.toml"),
    (ONE + "[[feed]]\nurl = 'a.example'\n", 5, "must be an address that begins with http:// or https://"),
    (ONE + "[[feed]]\nurl = 'file:///etc/passwd'\n", 5, "'url' is 'file:///etc/passwd'"),
    (ONE + "[[feed]]\nurl = 'https://[::1/x'\n", 5, "'url' is"),
    (ONE + "[[feed]]\nname = 'B'\nurl = 'http://A.example/rss/'\n", 6, "is the feed of line 2 again"),
    (ONE + "[[feed]]\nname = ''\n", 5, "'name' must be a string that is not empty"),
    (ONE + "[[feed]]\nname = 3\n", 5, "'name' must be a string"),
    ("# 1\nname = 'A'\n", 2, "unknown 'name'; write each feed as a table [[feed]]"),
    ("[feed]\nurl = 'https://a.example'\n", 1, "write [[feed]] above each"),
    ("feed = ['https://a.example']\n", 1, "write [[feed]] above each"),
    ("# nothing\n", 1, "no feeds"),
    ("[[feed]]\nurl = 'x\n", 2, "no valid TOML"),
    (b"[[feed]]\nname = '\xff'\n", 2, "must be UTF-8"),
]


@pytest.mark.parametrize(("text", "line", "what"), WRONG)
def test_a_wrong_file_of_feeds_is_named_with_its_line(tmp_path, text, line, what):
    refused(load_feeds, written(tmp_path, text), line, what)


def test_a_file_of_feeds_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.opml: can't be read"):
        load_feeds(tmp_path / "gone.opml")


@pytest.mark.parametrize("name", ["list.opml", "list.xml", "list", "list.toml"])
def test_opml_is_known_by_its_content_whatever_the_file_is_called(tmp_path, name):
    path = written(tmp_path, "\ufeff \n" + opml('<outline text="A" xmlUrl="https://a.example/rss"/>'), name)
    assert load_feeds(path) == (Feed("https://a.example/rss", "A"),)


def test_opml_of_other_programs_is_read_without_its_folders():
    text = opml(
        '<outline text="World"><outline title="T &amp; U" xmlUrl="https://a.example/?x&amp;copy=2" language="EN-us"/>',
        '<outline text="Deep"><outline text="B" xmlUrl="http://b.example/"/></outline></outline>',
        '<outline text="a page" htmlUrl="https://c.example/"/>',
        '<outline text="again" xmlUrl="http://b.example/"/>',
    )
    assert feeds_from_opml(text, name="x") == (
        Feed("https://a.example/?x&copy=2", "T & U", language="en"),
        Feed("http://b.example/", "B"),
    )


def test_what_opml_says_wrongly_of_a_feed_is_left_out_and_so_is_a_feed_of_no_web_address():
    text = opml(
        '<outline text="A" xmlUrl="https://a.example" language="q" country="Mars" kind="blog" ownership="mine"/>',
        '<outline text="B" xmlUrl="feed:b.example"/>',
        '<outline text="C" xmlUrl="https://c.example" language="fr" country="FR" kind="paper" ownership="private"/>',
    )
    assert feeds_from_opml(text, name="x") == (
        Feed("https://a.example", "A"),
        Feed("https://c.example", "C", language="fr", country="FR", kind="paper", ownership="private"),
    )


OUTLINE = '<outline text="Zoë 日本" xmlUrl="https://a.example"/>'


@pytest.mark.parametrize(
    "broken",
    [
        f"<opml><body>{OUTLINE}",
        f"<opml><body>{OUTLINE}</outline></outline></body>",
        f"<opml><body><outline text=R&D<x> xmlUrl=https://b.example>{OUTLINE}</body>",
        f"<OPML><BODY>{OUTLINE.replace('outline', 'OUTLINE')}\x00</BODY>",
        f'<?xml version="1.0" encoding="no-such"?><opml><body>{OUTLINE}',
        "<opml><head><title>x</title><body>" + '<outline text="f">' * 500 + OUTLINE,
    ],
)
def test_broken_opml_gives_what_can_be_had(broken):
    feeds = feeds_from_opml(broken, name="x")
    assert Feed("https://a.example", "Zoë 日本") in feeds


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis", "euc-jp"])
def test_opml_is_read_in_the_encoding_it_declares(encoding):
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>{opml(OUTLINE.replace("Zoë ", ""))}'
    assert feeds_from_opml(text.encode(encoding), name="x") == (Feed("https://a.example", "日本"),)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "<rss><channel/></rss>", opml(), opml('<outline xmlUrl="ftp://a"/>'), b"\x00\x01", b"<\x00\xff"],
)
def test_what_has_no_feeds_is_refused_by_name(text):
    with pytest.raises(DataError, match=r"^list\.opml: no OPML"):
        feeds_from_opml(text, name="list.opml")


def test_folders_that_would_fill_the_memory_are_refused():
    text = "".join(f'<outline text="f"><outline xmlUrl="https://{n}.example"/>' for n in range(5000))
    with pytest.raises(DataError, match="its folders are 5001 deep"):
        feeds_from_opml(text, name="x")


def test_an_address_is_never_fetched_for_its_opml():
    with pytest.raises(DataError, match="no OPML"):
        feeds_from_opml("https://127.0.0.1:1/list.opml", name="x")


def test_exported_opml_is_valid_and_says_what_other_programs_know():
    text = opml_from_feeds([Feed("https://a.example/?a=1&b=2", 'A "<B>"', language="de", country="DE")])
    root = ET.fromstring(text)
    outline = root.find("body/outline")
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "Communiqué: feeds")
    assert {"type": "rss", "text": 'A "<B>"', "xmlUrl": "https://a.example/?a=1&b=2", "language": "de"}.items() <= (
        outline.attrib.items()
    )
    assert outline.get("{urn:communique:feeds}country") == "DE"


def test_the_shipped_list_survives_export_and_import():
    assert feeds_from_opml(opml_from_feeds(load_feeds()), name="x") == load_feeds()


def test_an_export_of_nothing_is_opml_too():
    assert ET.fromstring(opml_from_feeds([])).find("body") is not None


paths = st.text(alphabet="abcXYZ019-._~/?&=;+%#é日", max_size=30)
feeds = st.builds(
    Feed,
    st.builds("https://{}.example/{}".format, st.text(alphabet="abc019", min_size=1, max_size=9), paths),
    st.text(),
    language=st.none() | st.sampled_from(sorted(LANGUAGES)),
    country=st.none() | st.sampled_from(["JP", "WTO", "AFRICAN_UNION"]),
    kind=st.sampled_from(["", *KINDS]),
    ownership=st.none() | st.sampled_from(OWNERSHIPS),
)


@given(st.lists(feeds, min_size=1, max_size=5, unique_by=lambda feed: feed.url))
@example([Feed("https://a.example/&amp;&lt", "&#133; &amp; \x85 ]]> <!-- \ud800 \uffff 👩‍👩‍👧")])
@example([Feed("https://a.example/?a&copy=1;", "'\"&quot;\u2028\u00a0x")])
def test_what_is_exported_is_imported_the_same_whatever_its_name(feeds):
    once = feeds_from_opml(opml_from_feeds(feeds), name="x")
    assert [feed.url for feed in once] == [feed.url for feed in feeds]
    for before, after in zip(feeds, once, strict=True):
        assert (before.language, before.country, before.kind, before.ownership) == (
            after.language,
            after.country,
            after.kind,
            after.ownership,
        )
        if before.name.isprintable() and before.name == " ".join(before.name.split()):
            assert after.name == before.name
    assert feeds_from_opml(opml_from_feeds(once), name="x") == once


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_at_all_is_feeds_or_a_named_error(text):
    feeds = ()
    with contextlib.suppress(DataError):
        feeds = feeds_from_opml(text, name="x")
    assert all(feed.url.startswith("http") for feed in feeds)
