from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.judging import judge
from bot.core.multidoc import choose_several
from bot.core.opening import DOUBT, facts, is_ceremony, read_opening, tells
from bot.core.ranking import Judged
from bot.core.summary import MOST_RANKED, Summarizer
from bot.core.weights import Several
from bot.errors import AskedWronglyError, RefusalError
from tests.core.test_text import SPLITTER

SUMMARIZER = Summarizer(SPLITTER)
SCENE = """It was still dark when she walked out to the pond.
She dipped a glass into the water, and held it up.
“My father did this,” she said.
Nobody came that year.
"""
NEWS = """The United States imposed a duty of 26 percent on Vietnamese seafood on April 9, after talks in Hanoi failed.
Exports of shrimp to America fell by half in four weeks, according to the seafood association in Ca Mau.
The government in Hanoi said on Monday that it would lend farmers 310 million dollars until December.
“It is meant to hurt,” an economist said.
Negotiators from both countries will meet in Singapore on June 2 to discuss inspectors in the port of Haiphong.
"""
PLACES = ("Oslo", "Hanoi", "Quito", "Accra", "Lima", "Riga", "Bern", "Rabat", "Baku", "Doha")
REPORT = [
    f"The ministry of trade in {place} said on Friday that the duty on salmon would rise by {n} percent in May."
    for n, place in enumerate(PLACES)
]


def judged(text, language):
    return judge(SPLITTER.sentences(text, language), text, SPLITTER, language)


def reading(text, language="en"):
    return read_opening(judged(text, language))


def test_a_scene_is_not_the_news_and_the_story_turns_where_the_facts_begin():
    found = reading(SCENE + NEWS)
    assert found.scene == 1.0
    assert found.turn == 4
    assert reading("\n\n".join(REPORT)).scene == 0.0


def test_a_report_has_a_sentence_a_paragraph_and_a_longer_article_several():
    report = reading("\n\n".join(REPORT))
    assert (report.structured, report.composed) == (True, 0.0)
    article = reading("\n\n".join(" ".join(pair) for pair in zip(REPORT[::2], REPORT[1::2], strict=True)))
    assert (article.structured, article.composed, article.scene) == (True, 1.0, DOUBT)


def test_many_short_sentences_make_a_longer_article_whatever_its_paragraphs():
    assert reading(NEWS + SCENE).composed == 1.0
    assert reading((NEWS + SCENE).replace("\n", " ")).composed == 0.0  # flattened


def test_who_says_we_makes_a_statement():
    said = [f"We agreed on point {n} of the new plan for the ports of the two countries in March." for n in range(3)]
    assert reading("\n\n".join([*REPORT, *said])).composed == 1.0


def test_in_a_longer_article_long_sentences_of_facts_count_more_than_the_first():
    first = "It rained in Hanoi on Monday, April 7. The minister was late. He had no umbrella."
    text = "\n\n".join([first, *NEWS.split("\n"), *SCENE.split("\n")])
    chosen = SUMMARIZER.summarize(text, n=2).sentences
    assert [sentence.text[:12] for sentence in chosen] == ["The United S", "Negotiators "]


def test_a_summary_leaves_the_scene_out():
    text = SCENE + NEWS
    chosen = SUMMARIZER.summarize(text, title="Shrimp farmers pay for steel", n=3).sentences
    assert all(sentence.start >= text.index("The United States") for sentence in chosen)


def test_short_texts_and_other_languages_open_with_their_news():
    assert reading(SCENE).scene == 0.0
    assert reading(SCENE + NEWS, "de").scene == 0.0


def test_ceremony_tells_nothing():
    assert is_ceremony("The ministers exchanged views.", tells("views"))
    assert [each.ceremony for each in judged("The ministers thanked him.", "de")] == [False]
    told = [Judged(("a",) * 8, facts=2.0), Judged(("b",) * 8, facts=2.0, ceremony=True)]
    assert read_opening(told).telling.tolist() == [1.0, 0.0]


def test_who_speaks_of_himself_and_who_is_quoted_tells_less():
    assert facts("We raised the duty.", tells("we") | tells("duty")) == 0.5
    assert facts("“The ministry raised it,” he said.", tells("ministry"), quoted=True) == 0.0
    assert [each.facts for each in judged("Das Ministerium hob 5 Zölle an.", "de")] == [0.0]


def test_several_articles_give_what_they_share():
    texts = [NEWS, "", SCENE + NEWS.split("\n", maxsplit=1)[0] + "\nWeather was mild in the capital of the province."]
    chosen = SUMMARIZER.summarize_several(texts, n=2)
    assert chosen[0][1].text.startswith("The United States imposed")
    assert all(texts[number][each.start : each.end] == each.text for number, each in chosen)
    assert SUMMARIZER.summarize_several(["", "…"], n=2) == []


def test_articles_that_share_no_word_give_what_is_central_in_all():
    first, second = Judged(("duty", "steel"), length=20), Judged(("sun", "sea"), length=20)
    assert choose_several([[first], [second]], count=2) == [(0, 0), (1, 0)]
    assert choose_several([[first, Judged(("x",), junk=True)]], count=5, weights=Several()) == [(0, 0)]


def test_a_share_or_a_number_of_characters_sets_the_length():
    assert len(SUMMARIZER.summarize(NEWS, share=0.4).sentences) == 2
    assert len(SUMMARIZER.summarize(NEWS, share=0.01).sentences) == 1
    filled = SUMMARIZER.summarize(NEWS, characters=230).sentences
    assert 1 < len(filled) < 5
    assert sum(len(each.text) + 1 for each in filled) - 1 <= 230
    assert len(SUMMARIZER.summarize(NEWS, characters=1).sentences) == 1
    assert len(SUMMARIZER.summarize(NEWS, characters=10_000).sentences) == 5


@pytest.mark.parametrize("options", [{"share": 0.0}, {"share": 1.5}, {"characters": 0}])
def test_a_wrong_length_is_answered_with_a_sentence(options):
    with pytest.raises(AskedWronglyError, match=r"\.$"):
        SUMMARIZER.summarize(NEWS, **options)


def test_the_mark_of_a_list_is_not_part_of_a_sentence():
    text = "\n".join(f"• The ministry raised duty number {n} on steel plate." for n in range(3))
    found = SUMMARIZER.summarize(text, n=1).sentences[0]
    assert found.text == "The ministry raised duty number 0 on steel plate."
    assert text[found.start : found.end] == found.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\n".join(f"Steel plate {n}\t25 %\t10 %" for n in range(20)), "not_prose"),
        ("Name\nFirst name\nStreet\nTown\nCountry\nPhone\nSignature\nDate", "not_prose"),
        ("รัฐบาลประกาศขึ้นภาษีนำเข้าเหล็ก" * 40, "unsplittable"),
    ],
)
def test_what_has_no_sentences_is_refused_with_a_reason(text, reason):
    with pytest.raises(RefusalError) as refused:
        SUMMARIZER.summarize(text)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "news " * 200_000,
        "DUTY ON STEEL RISES AGAIN " * 20_000,
        "a" * 1_000_000,
        "The duty rose. " * 20_000,
        "\u202eduty\u202c rises. " * 20_000,
        "(" * 100_000 + "a",
        "\ud800 a\x00b. " * 20_000,
        "• a\n" * 50_000,
        "Photo: a/" * 20_000,
        "関税" * 100_000,
    ],
)
def test_huge_odd_texts_give_a_summary_or_a_refusal(text):
    try:
        found = SUMMARIZER.summarize(text, n=3)
    except RefusalError:
        return
    assert all(text[each.start : each.end] == each.text for each in found.sentences)


def test_thousands_of_sentences_are_ranked_up_to_a_bound():
    text = " ".join(f"Region {n} raised duty number {n} on item {n} by law." for n in range(MOST_RANKED + 50))
    assert len(SUMMARIZER.summarize(text, n=3).sentences) == 3


@given(
    texts=st.lists(
        st.text(alphabet=st.characters(), max_size=80)
        | st.lists(st.sampled_from(["He fell. ", "Duty on steel rose. ", "Photo: a\n", "“No”\n"])).map("".join),
        max_size=4,
    ),
    n=st.integers(min_value=1, max_value=6),
)
@settings(max_examples=150)
def test_any_texts_together_give_true_sentences(texts, n):
    chosen = SUMMARIZER.summarize_several(texts, n=n)
    assert len(chosen) <= n
    assert len(set(chosen)) == len(chosen)
    for number, each in chosen:
        assert texts[number][each.start : each.end] == each.text
    assert all(left != right for left, right in pairwise(chosen))
