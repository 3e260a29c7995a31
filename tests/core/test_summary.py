from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import summary as module
from bot.core.klorder import kl_order
from bot.core.summary import METHODS, MOST_COMPARED, MOST_WORDS, Summarizer
from bot.errors import AskedWronglyError, RefusalError
from tests.core.test_text import LANGUAGES, SPLITTER

SUMMARIZER = Summarizer(SPLITTER)
TITLE = "Tokyo weighs reply to steel duty"
TEXT = """(KAIROS) The ministry in Tokyo said on Friday it would decide soon whether to answer the duty on steel.
This step comes two weeks before the summit of both governments.
Read more: Ten things to know about steel
Two officials who took part in the talks said the steel dispute had begun to touch the timetable. They left.
“We would rather settle this at the table,” the deputy minister told reporters.
Weather in the capital was mild.
The duty of 15 percent on steel plate applies from next Monday, and Tokyo exports most of its plate to the region.
Will it last?
By Mary Ito
"""

NEWS = {
    "en": (
        "The ministry raised the duty on steel. Exporters protested loudly. The union asked for talks. "
        "Ships waited in the harbor. The vote follows in May."
    ),
    "de": (
        "Das Ministerium erhöhte den Zoll auf Stahl. Die Exporteure protestierten laut. "
        "Die Gewerkschaft bat um Gespräche. Schiffe warteten im Hafen. Die Wahl folgt im Mai."
    ),
    "fr": (
        "Le ministère a relevé le droit sur l'acier. Les exportateurs ont protesté. "
        "Le syndicat demande des pourparlers. Des navires attendent au port. Le vote suivra en mai."
    ),
    "es": (
        "El ministerio subió el arancel al acero. Los exportadores protestaron. "
        "El sindicato pidió diálogo. Los barcos esperan en el puerto. La votación será en mayo."
    ),
    "it": (
        "Il ministero ha alzato il dazio sull'acciaio. Gli esportatori protestano. "
        "Il sindacato chiede colloqui. Le navi aspettano nel porto. Il voto segue a maggio."
    ),
    "pt": (
        "O ministério subiu a tarifa sobre o aço. Os exportadores protestaram. "
        "O sindicato pediu conversas. Os navios esperam no porto. A votação será em maio."
    ),
    "ru": (
        "Министерство повысило пошлину на сталь. Экспортёры протестуют. Профсоюз просит о переговорах. "
        "Суда ждут в порту. Голосование пройдёт в мае."
    ),
    "uk": (
        "Міністерство підвищило мито на сталь. Експортери протестують. "
        "Профспілка просить про переговори. Судна чекають у порту. Голосування відбудеться в травні."
    ),
    "ja": (
        "経済省は鉄鋼の関税を引き上げた。輸出業者は抗議している。労働組合は協議を求めた。船は港で待っている。投票は五月に行われる。"
    ),
    "zh": ("经济部提高了钢铁关税。出口商表示抗议。工会要求谈判。船只在港口等待。投票将于五月举行。"),
    "ar": (
        "رفعت الوزارة الرسوم على الصلب. احتج المصدرون بشدة. طلبت النقابة إجراء محادثات. "
        "تنتظر السفن في الميناء. يجري التصويت في مايو."
    ),
    "sw": (
        "Wizara ilipandisha ushuru wa chuma. Wauzaji walilalamika sana. Chama kiliomba mazungumzo. "
        "Meli zinasubiri bandarini. Kura itafuata mwezi Mei."
    ),
}


def summarize(text=TEXT, **options):
    return SUMMARIZER.summarize(text, **options)


def picks(summary):
    return [sentence.index for sentence in summary.sentences]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("language", NEWS)
def test_every_method_reads_every_language(method, language):
    text = NEWS[language]
    found = summarize(text, n=2, method=method, language=language)
    assert len(found.sentences) == 2
    assert found.total == 5
    assert found.method == method
    assert all(text[s.start : s.end] == s.text for s in found.sentences)
    assert found.note == (None if language in LANGUAGES else "language_fallback")
    assert found == summarize(text, n=2, method=method, language=language)


def test_news_takes_the_lead_and_leaves_boilerplate_fragments_and_leaning_sentences():
    found = summarize(title=TITLE, n=3)
    texts = [sentence.text for sentence in found.sentences]
    assert texts[0].startswith("The ministry in Tokyo said")
    assert not any(text.startswith(("Read more", "By Mary", "Will it", "They", "Weather")) for text in texts)
    everything = summarize(title=TITLE, n=9)
    assert not any(sentence.text.startswith(("Read more", "By Mary")) for sentence in everything.sentences)


def test_the_title_moves_the_choice():
    text = NEWS["en"]
    assert picks(summarize(text, n=2, title="Ships wait in harbor"))[-1] == 3
    assert picks(summarize(text, n=2))[-1] != 3


def test_what_was_kept_and_saved_is_told():
    found = summarize(
        "One two three four. " + "Five six seven eight nine. " + "Ten eleven twelve. " * 60, n=1, method="lead"
    )
    assert found.total == 62
    assert found.kept == 0.02
    assert found.minutes_saved == 0.8
    japanese = summarize("関税は上がる。" + "".join(f"{n}番目の協議が行われた。" for n in range(100)), n=1)
    assert japanese.minutes_saved == pytest.approx(2.5, abs=0.2)


def test_a_short_text_is_its_own_summary_and_repeats_are_told_once():
    assert picks(summarize("One ends here. Two ends here.", n=5)) == [0, 1]
    assert summarize("One ends here. Two ends here.").kept == 1.0
    assert picks(summarize("It fell. It  fell. IT FELL. It rose.", n=3)) == [0, 3]


@pytest.mark.parametrize("method", METHODS)
def test_repeated_sentences_are_never_chosen_twice(method):
    text = (
        "The duty on steel rose again. " * 5 + "Exporters of steel protested. The duty on steel rose again. Ships wait."
    )
    found = summarize(text, n=2, method=method)
    assert len({sentence.text for sentence in found.sentences}) == 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "text",
    ["He is. She was. It is. They are.", "A. B! C? D. E!", "Yes. Yes! No. No! Oh?", "x. " * 30, "5 a. 6 b? 7 c! 8 d."],
)
def test_texts_without_content_give_a_summary_all_the_same(method, text):
    assert len(summarize(text, n=2, method=method, language="en").sentences) <= 2


def test_no_more_than_the_first_sentences_are_compared_and_the_rest_may_still_fill_up():
    text = " ".join(f"Region {n} raised duty number {n} on item {n}." for n in range(MOST_COMPARED + 60))
    found = summarize(text, n=3, method="luhn")
    assert max(picks(found)) < MOST_COMPARED
    assert len(summarize(text, n=MOST_COMPARED + 20, method="sumbasic").sentences) == MOST_COMPARED + 20
    wide = " ".join(" ".join(f"w{n}x{i}" for i in range(150)) + "." for n in range(MOST_WORDS // 100))
    assert len(SUMMARIZER._comparable(SPLITTER.sentences(wide, "en"), "en")) == MOST_WORDS // 150


def test_arithmetic_that_fails_gives_the_first_sentences(monkeypatch):
    class Broken:
        def __init__(self, _stemmer):
            pass

        def __call__(self, _document, _count):
            raise ZeroDivisionError

    monkeypatch.setattr(module, "_sumy_method", lambda _method: Broken)
    assert picks(summarize(n=2, method="luhn")) == [0, 1]


def test_kl_chooses_what_sumy_itself_would_choose():
    from sumy.summarizers.kl import KLSummarizer

    sentences = SPLITTER.sentences(TEXT + NEWS["en"], "en")
    words = [SPLITTER.words(sentence.text, "en") for sentence in sentences]
    theirs = KLSummarizer()
    count = Counter(word for sentence in words for word in sentence)
    frequency = {word: number / sum(count.values()) for word, number in count.items()}
    held: list[str] = []
    expected: list[int] = []
    for _ in range(4):
        left = [n for n in range(len(words)) if n not in expected]
        values = [theirs._kl_divergence(theirs._joint_freq(words[n], held), frequency) for n in left]
        best = next(n for n, value in zip(left, values, strict=True) if value <= min(values) + 1e-12)
        expected.append(best)
        held += words[best]
    assert kl_order(words, frequency, 4) == expected


def test_kl_has_an_order_for_sentences_without_words():
    assert kl_order([[], []], {}, 2) == [0, 1]
    assert math.isfinite(len(kl_order([["a"], []], {"a": 1.0}, 1)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "empty"), (" \n\t", "empty"), ("123 456. 7!", "not_prose"), ("🙂🙂", "not_prose"), ("\x00", "not_prose")],
)
def test_what_is_no_text_is_refused_with_a_reason(text, reason):
    with pytest.raises(RefusalError) as refused:
        summarize(text)
    assert refused.value.reason == reason


def test_letters_outside_every_sentence_are_no_prose(monkeypatch):
    monkeypatch.setattr(SPLITTER, "sentences", lambda _text, _language: [])
    with pytest.raises(RefusalError, match="not_prose"):
        summarize("a")


@pytest.mark.parametrize("options", [{"n": 0}, {"n": -1}, {"method": "magic"}])
def test_a_wrong_wish_is_answered_with_a_sentence(options):
    with pytest.raises(AskedWronglyError, match=r"\.$"):
        summarize(**options)


def test_a_region_of_a_language_is_ignored():
    assert summarize(language="pt-BR").language == "pt"
    assert summarize(language="zh_Hant").language == "zh"


@given(
    text=st.text(alphabet=st.characters(), max_size=150)
    | st.text(alphabet='aB. !?\n“")1•。「」\u200f\x00\ud800🙂é', max_size=100)
    | st.lists(st.sampled_from(["He fell. ", "It rose! ", "Duty on steel? ", "(KAIROS) No. ", "Read more. "])).map(
        "".join
    ),
    method=st.sampled_from(METHODS),
    n=st.integers(min_value=1, max_value=6),
    language=st.sampled_from([*LANGUAGES, "tlh", None]),
    title=st.text(max_size=10),
)
@settings(max_examples=300)
def test_any_text_gets_a_true_summary_or_a_refusal(text, method, n, language, title):
    try:
        found = SUMMARIZER.summarize(text, title=title, language=language, n=n, method=method)
    except RefusalError:
        return
    assert 1 <= len(found.sentences) <= n
    spans = [(s.start, s.end) for s in found.sentences]
    assert spans == sorted(spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(text[s.start : s.end] == s.text for s in found.sentences)
    assert len({" ".join(s.text.split()).casefold() for s in found.sentences}) == len(found.sentences)
    assert 0 <= found.kept <= 1
    assert found.minutes_saved >= 0
