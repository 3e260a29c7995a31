from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.keywords import keywords
from bot.core.prose import is_fragment, leans, tells_of_silence
from bot.core.ranking import Judged, TermMatrix, choose_news
from bot.core.summary import Summarizer
from bot.core.weights import News


@pytest.mark.parametrize(
    "sentence",
    [
        "The refinery did not comment on the figure.",
        "The ministry did not immediately respond to a request for comment.",
        "Officials at the embassy couldn’t be reached for comment on Friday.",
        "There was no immediate comment from Tehran.",
        "The operator was not immediately available for comment.",
        "The carmaker did not return calls seeking comment.",
        "Huawei did not reply to an emailed request.",
    ],
)
def test_who_says_nothing_tells_nothing(sentence):
    assert tells_of_silence(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Iran did not respond to the offer of talks.",
        "The troops did not return fire, and the refugees did not return to the camps.",
        "Moscow would not return the islands, and two of the planes did not return.",
        "Iran has not responded so far.",
        "The camp could not be reached by road, and a deal could not be reached at all.",
        f"The commission, which had fined {'two makers of turbines, ' * 6}declined to comment.",
    ],
)
def test_what_does_not_happen_is_news_all_the_same(sentence):
    assert not tells_of_silence(sentence)


def test_a_summary_passes_over_who_did_not_comment(analyzer):
    text = (
        "The state bought the port of Kairos on Monday for 340 million euros. The operator did not comment on it. "
        "Union leaders said that 1,200 dockers would keep their jobs until 2031 at least. Ships will call there "
        "twice a week from May on, the ministry of transport said. Shares of the seller rose by 4 percent."
    )
    chosen = analyzer.summarize(text, title="State buys port of Kairos", n=3).sentences
    assert "comment" not in " ".join(sentence.text for sentence in chosen)


@pytest.mark.parametrize(
    ("sentence", "language", "is_leaning"),
    [
        ("But he declined.", "en", True),
        ("These insiders agreed.", "en", True),
        ("“We will not.", "en", True),
        ('It "fell.', "en", True),
        ("The minister said “no.”", "en", False),
        ("„Nein“, sagte der Minister.", "de", False),
        ("Doch der Minister schwieg.", "de", True),
        ("«Нет, сказал министр.", "ru", True),
        ("しかし政府は応じない。", "ja", True),
        ("政府は応じない。", "ja", False),
        ("但政府拒绝了。", "zh", True),
        ("But he declined.", "tlh", False),
        ("25 percent is much.", "en", False),
    ],
)
def test_a_sentence_leans_if_it_needs_the_one_before(sentence, language, is_leaning):
    assert leans(sentence, language) is is_leaning


def test_fragments_are_headings_questions_and_cries():
    assert is_fragment("A turning point for the region and its ports")
    assert is_fragment("Enough said.")
    assert not is_fragment("政府は関税を引き上げると発表した。")
    assert not is_fragment("The duty on steel plate is high.”")


def test_junk_is_chosen_only_where_there_is_nothing_else():
    page = Judged(("read",), junk=True)
    story = Judged(("duty",), paragraph=1)
    assert choose_news([page, story], count=2) == [1]
    assert choose_news([page, page], count=1) == [0]


def test_a_leaning_sentence_follows_the_one_it_leans_on():
    news = News(forward=0, title=0, telling=0, redundancy=0, leaning=0.5, fragment=0, paragraph=0)
    first, leaning, third = Judged(("a",)), Judged(("b",), leans=True), Judged(("c",))
    assert choose_news([first, leaning, third], count=2, news=news) == [0, 1]
    page = Judged(("x",), junk=True)
    assert choose_news([first, page, leaning, third], count=2, news=news) == [0, 2]
    assert choose_news([third, first, third, leaning], count=2, news=news) == [0, 1]


def test_protocol_and_long_sentences_come_after_what_is_as_near():
    said, thanked, endless = (
        Judged(("duty",), 3),
        Judged(("duty",), 1, ceremony=True),
        Judged(("duty",), 2, length=News().longest + 90),
    )
    news = News(forward=0, telling=0, redundancy=0, paragraph=0)
    assert choose_news([endless, thanked, said], count=3, news=news) == [2, 1, 0]


def test_likeness_to_what_follows_is_that_of_the_sums():
    matrix = TermMatrix([("duty", "steel"), ("steel", "port"), (), ("duty", "port", "port")])
    rows = [matrix.row(number) for number in range(4)]
    expected = [sum(float(rows[i] @ rows[j]) for j in range(i + 1, 4)) for i in range(4)]
    assert matrix.forward().tolist() == pytest.approx(expected)
    some = np.array([True, False, True, True])
    assert matrix.forward(some)[0] == pytest.approx(float(rows[0] @ rows[3]))
    assert matrix.total(some).tolist() == pytest.approx((rows[0] + rows[3]).tolist())
    assert TermMatrix([(), ()]).forward().tolist() == [0.0, 0.0]


def test_vectors_of_sentences_have_unit_length_or_none():
    matrix = TermMatrix([("duty", "duty", "steel"), (), ("steel",)])
    assert float(matrix.row(0) @ matrix.row(0)) == pytest.approx(1.0)
    assert not matrix.row(1).any()
    assert matrix.similarity(matrix.row(2)).tolist()[1:] == [0.0, pytest.approx(1.0)]
    assert not matrix.vector(("unknown",)).any()


def test_names_of_several_words_come_whole_and_as_written():
    text = (
        "Kenya left the Nile Basin Initiative on Monday. The Bank of Kenya said exports of tea would suffer. "
        "“Kenya’s tea is our pride,” said the Nile Basin Initiative. The tea trade employs many."
    )
    found = keywords(text, title="Kenya leaves initiative", language="en")
    assert found[:2] == ("Nile Basin Initiative", "Kenya") or found[:2] == ("Kenya", "Nile Basin Initiative")
    assert "Bank of Kenya" not in found[:1]
    assert all(word in text for word in found)
    assert found == keywords(text, title="Kenya leaves initiative")


def test_a_word_with_a_capital_only_at_a_sentence_start_is_no_name():
    assert keywords("Exports fell. Exports rose, and exports fell again.", language="en", limit=1) in {
        ("exports",),
        ("Exports",),
    }


def test_chinese_and_japanese_keywords_are_runs_and_pieces_that_come_again():
    japanese = "日米関税協議が東京で始まった。関税協議ではトランプ政権の要求が焦点だ。関税協議は続く。"
    found = keywords(japanese, limit=5)
    assert "関税協議" in found
    assert all(word in japanese for word in found)
    assert any(
        "关税" in word for word in keywords("钢铁关税提高了。钢铁关税影响出口。出口商反对钢铁关税。", language="zh")
    )


@pytest.mark.parametrize("language", ["de", "ru", "ar", "sw"])
def test_keywords_come_in_any_language(language):
    text = {"de": "Der Zoll auf Stahl steigt.", "ru": "Пошлина на сталь растёт.", "ar": "ارتفعت الرسوم على الصلب.",
            "sw": "Ushuru wa chuma unapanda."}[language]  # fmt: skip
    assert keywords(text, language=language)


def test_the_summarizer_hands_out_keywords_too():
    assert Summarizer.keywords("Kenya exports tea.", language="en") == keywords("Kenya exports tea.", language="en")


@given(text=st.text(alphabet=st.characters(), max_size=200), language=st.sampled_from(["en", "ja", "zh", "tlh", None]))
@settings(max_examples=150)
def test_keywords_are_verbatim_and_distinct(text, language):
    found = keywords(text, language=language, limit=5)
    assert len(found) <= 5
    assert len(set(found)) == len(found)
    assert all(word in text for word in found)
