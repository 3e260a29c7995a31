"""The search finds what has all words of a query, on both databases alike, and shows the words around it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Article
from bot.store.sql import SqlStore
from bot.store.words import MOST_BYTES, MOST_WORDS, plain_text, query_terms, searched_words, snippet, words

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def _found(store: SqlStore, query: str) -> list[str]:
    return [hit.article.title for hit in store.search_articles(query)]


CASES = [
    ("The duty on steel stays.", "steel", True),
    ("The duty on steel stays.", "STEEL duty", True),
    ("The duty on steel stays.", "steel copper", False),
    ("The duty on steel stays.", "ste", False),
    ("The duty on steel stays.", '"steel" (duty)', True),
    ("The duty on steel stays.", "steel-duty", True),
    ("The duty on steel stays.", "steel* duty:", True),
    ("Neither this nor that.", "this NOT that", False),
    ("Québec répond à l’accord.", "quebec accord", True),
    ("Quebec answers.", "Québec", True),
    ("Die Zölle auf Maßanzüge", "zolle MASSANZÜGE", True),
    ("Пошлины её отменили", "ее пошлины", True),
    ("الرُّسُومُ الجمركية", "الرسوم", True),
    ("भारत ने शुल्क बढ़ाया", "शुल्क", True),
    ("日本政府は関税を発表した。", "関税", True),
    ("日本政府は関税を発表した。", "税関", False),
    ("日本政府は関税を発表した。", "日本政府", True),
    ("日本政府は関税を発表した。", "日政", False),
    ("日本政府は関税を発表した。", "関税 日本", True),
    ("カタカナのニュース", "ｶﾀｶﾅ", True),
    ("米国と日本", "本", True),
    ("米国と日本", "米", True),
    ("美国对钢铁加征关税", "钢铁", True),
    ("美国对钢铁加征关税", "铁钢", False),
    ("한국 정부가 관세를 올렸다", "관세", True),
    ("รัฐบาลขึ้นภาษีนำเข้า", "ภาษี", True),
    ("G7首脳が会談", "g7 首脳", True),
    ("A 15.5% duty, 1e5 tonnes", "15.5 1e5", True),
    ("snake_case words", "case", True),
    ("Signed 🤝 today", "today 🤝", True),
]


def test_an_article_is_found_by_all_words_of_a_query(store: SqlStore):
    for text in {text for text, _, _ in CASES}:
        store.add_article(Article("A title", text), NOW)
    wrong = []
    for text, query, matches in CASES:
        found = {hit.article.text for hit in store.search_articles(query, limit=100)}
        if (text in found) is not matches:
            wrong.append((text, query))
    assert wrong == []


ODD_QUERIES = [
    "",
    " ",
    '"',
    "'",
    '""',
    "NEAR(",
    "a OR",
    "AND",
    "-",
    "*",
    "title:",
    "^",
    "\0",
    "\ud800",
    "🙂",
    "\\",
    "' | !",
    "%",
    "(((",
]


def test_any_input_is_a_query(store: SqlStore):
    store.add_article(Article("A title", "A text."), NOW)
    for query in ODD_QUERIES:
        assert isinstance(_found(store, query), list)


def test_a_very_long_query_is_a_query(store: SqlStore):
    store.add_article(Article("A title", "A text."), NOW)
    assert _found(store, "a text " * 5000) == ["A title"]
    assert _found(store, "関税" * 5000) == []
    assert _found(store, "x" * 100_000) == []


def test_a_word_in_a_title_counts_more_than_in_a_text(store: SqlStore):
    filler = "The ministers met again and talked about many things for a long time. " * 3
    store.add_article(Article("Ministers meet", f"{filler} Steel. {filler} steel"), NOW)
    store.add_article(Article("Steel duty stays", filler), NOW)
    store.add_article(Article("Ministers part", f"{filler} They spoke of steel too."), NOW)
    assert _found(store, "steel")[0] == "Steel duty stays"
    assert len(_found(store, "steel")) == 3


def test_words_may_stand_partly_in_the_title_and_partly_in_the_text(store: SqlStore):
    store.add_article(Article("関税の発表", "日本政府は鉄鋼について話した。"), NOW)
    assert _found(store, "関税 鉄鋼") == ["関税の発表"]
    assert _found(store, "表日") == []


def test_of_equal_articles_the_newer_one_comes_first_and_the_limit_is_kept(store: SqlStore):
    for number in range(5):
        store.add_article(Article("Duty", "It stays.", url=f"https://kairos.example/{number}"), NOW)
    hits = store.search_articles("duty", limit=3)
    assert [hit.article.url[-1] for hit in hits] == ["4", "3", "2"]
    assert store.search_articles("duty", limit=0) == []


@pytest.mark.parametrize(
    "text",
    [
        "word " * 40_000,
        " ".join(f"word{number}" for number in range(40_000)),
        "関" * 100_000,
        "x" * 2_000_000,
        " ".join("ab" * 50 + str(number) for number in range(30_000)),
    ],
    ids=["one word again and again", "many words", "no end of a run", "one long word", "many long words"],
)
def test_a_text_of_any_size_is_kept_and_found(store: SqlStore, text):
    store.add_article(Article("Large", text), NOW)
    assert _found(store, "large") == ["Large"]
    assert _found(store, text[:500].split()[0]) == ["Large"]


def test_no_more_words_are_searched_than_a_database_takes():
    title, text = searched_words("word " * 20_000, "text")
    assert (len(title), len(text)) == (MOST_WORDS, 0)
    title, text = searched_words("a", " ".join("語" + "字" * 60 + str(number) for number in range(20_000)))
    assert sum(len(word.encode()) + 8 for word in title + text) <= MOST_BYTES


def test_a_snippet_shows_the_words_around_the_match_verbatim():
    before = "Nothing of note happened here. " * 20
    text = f"{before}Then the minister said: “Steel\nis steel.” {before}"
    shown = snippet(text, query_terms("STEEL minister"))
    assert shown in text
    assert "minister said: “Steel\nis steel.”" in shown
    assert len(shown.split()) == 30


def test_a_snippet_shows_the_place_where_most_words_stand_together():
    text = "The steel came. " + "Nothing else. " * 40 + "The duty on steel stays. " + "Nothing else. " * 40
    assert "duty on steel" in snippet(text, query_terms("steel duty"))


def test_a_snippet_shows_the_beginning_where_only_the_title_matches(store: SqlStore):
    store.add_article(Article("Steel", "First words. " * 40), NOW)
    assert store.search_articles("steel")[0].snippet == ("First words. " * 15).strip()


def test_a_snippet_of_an_article_without_text_is_its_title(store: SqlStore):
    store.add_article(Article("Steel", ""), NOW)
    assert store.search_articles("steel")[0].snippet == "Steel"


def test_a_snippet_in_japanese_stands_around_the_match():
    text = "そして会議は続いた。" * 20 + "関税を引き上げる。" + "そして会議は続いた。" * 20
    shown = snippet(text, query_terms("関税"))
    assert "関税" in shown
    assert len(shown) < 60


@given(text=st.text(st.characters(), max_size=300), query=st.text(st.characters(), max_size=30))
def test_a_snippet_is_always_a_piece_of_the_text(text, query):
    assert snippet(text, query_terms(query)) in text


@given(text=st.text(st.characters(), max_size=200))
def test_every_word_stands_where_it_says(text):
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)
        assert word.folded
        assert not set(word.folded) & set(" '\\\"\0_")


@given(text=st.text(st.characters(), min_size=1, max_size=60))
def test_a_text_has_all_words_of_itself(text):
    there = [word.folded for word in words(text)]
    for term in query_terms(text):
        if term.prefix:
            assert any(word.startswith(term.words[0]) for word in there)
        else:
            size = len(term.words)
            assert any(tuple(there[at : at + size]) == term.words for at in range(len(there)))


def test_news_of_the_same_hour_are_searched_by_their_words_alone(store: SqlStore):
    for hour in range(3):
        store.add_article(Article(f"Hour {hour}", "Talks went on."), NOW + timedelta(hours=hour))
    assert sorted(_found(store, "talks")) == ["Hour 0", "Hour 1", "Hour 2"]


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("aB3_-’“ \u2028\u00a0é米"))))
def test_a_plain_text_has_the_words_of_the_text(text):
    plain = plain_text(text)
    if plain is not None:
        assert plain.isascii()
        assert re.findall("[a-z0-9]+", plain.lower()) == searched_words("", text)[1]


@pytest.mark.parametrize("text", ["a" * 65, "x " * 9 + "b" * 70, "Québec", "関税", "half a sign: \ud83c"])
def test_what_sqlite_would_cut_otherwise_is_cut_here(text):
    assert plain_text(text) is None
