from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.text import LONGEST, Splitter

ABBREVIATIONS = tomllib.loads(
    (Path(__file__).resolve().parents[2] / "data" / "abbreviations.toml").read_text(encoding="utf-8")
)
SPLITTER = Splitter(
    {language: frozenset(word for kind in table.values() for word in kind) for language, table in ABBREVIATIONS.items()}
)
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "ru", "uk", "ja", "zh", "ar")


def split(text, language="en"):
    return [sentence.text for sentence in SPLITTER.sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["Mr. J. Smith met Gen. Ito on Jan. 5.", "The U.S. President left at 6 p.m. Friday."]),
        ("en", ["Exports to the U.S. fell.", "J.R. Ito and the A.B.C. Bank lost most."]),
        ("en", ["Steel Co. Inc. said so in No. 5 of its notes.", "He said no.", "Then the talks ended."]),
        ("en", ["They live in the U.S.", "The next vote is in May."]),
        ("en", ["“We will settle this at the table,” the minister said.", "Nobody answered."]),
        ("en", ['He said: "Never."', "Then he left."]),
        ("en", ["“Is it over?” Ito asked.", "“No!” he said."]),
        ("en", ["The duty is 25.5 percent.", "It was 3.2."]),
        ("en", ["He waited... and waited.", "Then ... nothing came."]),
        ("en", ["Talks began at 5 p.m. Tokyo time.", "They ended at 8 p.m.", "Kenya was not there."]),
        ("en", ["At 5 a.m. Mr. Ito left."]),
        ("en", ["The site eu.example.org/new.html is down.", "eBay says so.", "Write to a.b@example.org."]),
        ("en", ["A first claim.[1]", "A second claim (see p. 5).", "A third."]),
        ("en", ["He works (he did so for years.) at the port."]),
        ("en", ["It is you and I.", "Did she agree?"]),
        ("de", ["Am 3. Oktober trafen sich Dr. Weber und Friedrich II. von Hessen.", "Es ging z. B. um Zölle."]),
        ("de", ["Die Zahl steht auf Seite 12.", "Dort ist sie falsch.", "„Nein“, sagte er."]),
        ("fr", ["M. Durand a dit « non ».", "Mme Petit (cf. p. 3) a dit « oui. »", "Elle reste."]),
        ("es", ["¡No!", "¿Quién lo dijo?", "El Sr. Gómez, de EE. UU., no lo sabe.", "Dijo que no.", "Luego calló."]),
        ("it", ["Il dott. Rossi e la sig.ra Bianchi tacciono.", "È tardi."]),
        ("pt", ["O Sr. Costa e a Dra. Lima chegaram às 10 horas.", "Não falaram."]),
        ("ru", ["«Когда это будет?» — спросил А. С. Иванов.", "«Скоро», — сказал министр.", "В 2014 г. было иначе."]),
        ("ru", ["Товар стоит 5 тыс. руб. за тонну.", "Это много."]),
        ("uk", ["Ціна — 5 тис. грн за тонну.", "Це т. зв. мито."]),
        ("ja", ["大臣は「関税は上げない。約束だ。」と述べた。", "交渉は続く！", "次回は来月（十日。予定）です。"]),
        ("zh", ["部长说：“我们不会加税。请放心。”", "谈判将继续！", "下次会议在三月吗？"]),
        ("ar", ["هل ارتفعت الرسوم؟", "نعم، ارتفعت كثيرا.", "هذا كل شيء."]),
        ("ur", ["یہ پہلا جملہ ہے۔", "یہ دوسرا ہے۔"]),
        ("hi", ["यह पहला वाक्य है।", "यह दूसरा है।"]),
        ("hy", ["Սա առաջինն է:", "Սա երկրորդն է:"]),
        ("el", ["Ποιος είναι;", "Κανείς."]),
        ("da", ["Hr. Jensen mødte bl.a. fr. Olsen.", "Det var kl. 5."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language, sentences):
    gap = "" if language in {"ja", "zh"} else " "
    assert split(gap.join(sentences), language) == sentences


def test_a_sentence_after_a_chinese_quotation_that_says_who_spoke_is_not_torn_off():
    assert split("“我们反对。”他说。会谈结束了。", "zh") == ["“我们反对。”他说。", "会谈结束了。"]


def test_a_quotation_that_never_closes_still_lets_sentences_end():
    assert len(split("「" + "税は上がる。" * 100, "ja")) == 100
    assert split("」税は上がる。" * 2, "ja") == ["」税は上がる。」", "税は上がる。"]


def test_a_gap_longer_than_a_sentence_may_be_holds_none():
    assert split("Steel rose." + " " * 5000 + "Rice fell.") == ["Steel rose.", "Rice fell."]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It fell! Ships wait.", 2),
        ("It fell (why? Nobody knows) in May.", 2),
        ("He asked (!) Ito about it.", 1),
        ("They met. . . . Then they left.", 2),
        ("Wait for Mr. Ito. He left.", 2),
        ("It was steel ... The ships wait.", 2),
        ("It was steel ... Government steel.", 1),
    ],
)
def test_plain_signs_are_ends_before_a_capital_only_where_the_rules_say_so(text, count):
    assert len(split(text)) == count


@pytest.mark.parametrize(
    "text",
    [
        "1. Steel is dear. 2. Rice is cheap.",
        "1) Steel is dear 2) Rice is cheap",
        "• Steel is dear • Rice is cheap",
        "a. Steel is dear b. Rice is cheap",
        "• 9. Steel is dear • 10. Rice is cheap",
    ],
)
def test_items_of_a_list_are_sentences_with_their_marker(text):
    found = split(text)
    assert len(found) == 2
    assert " ".join(found) == text


def test_a_number_with_a_bracket_inside_a_sentence_makes_no_list():
    assert split("We buy 1)rice 2)salt.") == ["We buy 1)rice 2)salt."]


def test_lost_spaces_between_sentences_are_seen_but_not_in_addresses_and_figures():
    assert split("They signed the deal.The vote follows.") == ["They signed the deal.", "The vote follows."]
    whole = "Version 2.0.The Zafi.D virus at www.example.Com/A is v1.Beta now."
    assert split(whole) == [whole]
    assert split("良い!悪い?終わり", "ja") == ["良い!", "悪い?", "終わり"]


def test_fullwidth_decimals_are_no_ends():
    assert split("率は３．２％です．次は５％です．", "ja") == ["率は３．２％です．", "次は５％です．"]


def test_a_text_without_capitals_is_split_all_the_same():
    assert split("talks went on. nobody agreed. the u.s. left") == ["talks went on.", "nobody agreed.", "the u.s. left"]


def test_lines_wrapped_by_hand_are_one_paragraph_and_their_sentences_run_across():
    text = (
        "The ministry said on Friday that it would decide within ten days whether\n"
        "to answer the duty on steel plate. Two officials who took part said that\n"
        "the dispute had begun to touch Mr.\n"
        "Ito himself.\n"
        "\n"
        "A second paragraph stands alone.\n"
    )
    found = split(text)
    assert len(found) == 4
    assert found[0].endswith("whether\nto answer the duty on steel plate.")
    assert found[-1] == "A second paragraph stands alone."
    assert len(SPLITTER.paragraphs(text)) == 3


def test_a_newline_ends_a_paragraph_where_nothing_was_wrapped():
    long = "A paragraph that is far too long for anybody to have wrapped it by hand at the end of a line " * 2
    text = f"Tokyo weighs reply\n{long.strip()}.\nShare\n- one thing\n- another thing\r\nLast"
    assert [text[start:end] for start, end in SPLITTER.paragraphs(text)] == text.replace("\r", "").split("\n")


def test_wrapped_japanese_lines_are_joined():
    text = (
        "政府は金曜日、鉄鋼に対する関税への対応を十日以内に決めると発表したが、\n"
        "詳細はまだ明らかにされていないと関係者は述べている。"
    )
    assert len(split(text, "ja")) == 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("(MENAFN) The two states signed a pact.", "The two states signed a pact."),
        ("WASHINGTON (Reuters) — The ministry declined.", "The ministry declined."),
        ("TOKYO, July 16 (Kyodo) -- Japan declined to answer.", "Japan declined to answer."),
        ("BRUSSELS, July 16 — Ministers met on Monday.", "Ministers met on Monday."),
        ("Berlin/Paris (dpa) - Die Minister trafen sich.", "Die Minister trafen sich."),
        ("[東京 16日 ロイター] - 政府は新しい関税への対応を公表した。", "政府は新しい関税への対応を公表した。"),
        ("新华社北京7月16日电（记者某某）外交部宣布了新措施，将继续谈判。", "外交部宣布了新措施，将继续谈判。"),
        ("МОСКВА, 16 июл - РИА Новости. Министр отказался.", "Министр отказался."),
        ("NATO — the northern alliance — met on Monday.", "NATO — the northern alliance — met on Monday."),
        ("Japan (the island state) declined to answer.", "Japan (the island state) declined to answer."),
    ],
)
def test_an_agency_line_is_not_part_of_the_first_sentence(text, first):
    assert split(text) == [first]


def test_stray_signs_go_with_the_sentence_before():
    assert split("They won! 🎉🎉") == ["They won! 🎉🎉"]
    assert split("It is over. * * *") == ["It is over. * * *"]


def test_a_line_of_signs_is_no_sentence():
    assert split("One thing happened.\n***\n!!!\nAnother followed.") == ["One thing happened.", "Another followed."]


def test_a_text_without_punctuation_comes_back_in_bounded_pieces():
    pieces = SPLITTER.sentences("steel " * 5000, "en")
    assert max(len(piece.text) for piece in pieces) <= LONGEST
    assert sum(len(piece.text.split()) for piece in pieces) == 5000
    assert [len(piece.text) for piece in SPLITTER.sentences("x" * 4000, "en")] == [1500, 1500, 1000]


def test_words_are_small_and_pairs_of_characters_where_nothing_is_spaced():
    assert SPLITTER.words("The EU’s 25% duty, U.S.-made", "en") == ["the", "eu's", "25", "duty", "u.s", "made"]
    assert SPLITTER.words("貿易協定の", "ja") == ["貿易", "易協", "協定", "定の"]
    assert SPLITTER.words("税 は それから", "ja") == ["税", "は"]
    assert SPLITTER.words("व्यापार समझौता", "hi") == ["व्यापार", "समझौता"]


def test_a_language_without_abbreviations_is_read_all_the_same():
    assert [s.text for s in Splitter({}).sentences("One ends. Two begins.", "en")] == ["One ends.", "Two begins."]
    assert Splitter.reads("uk")
    assert not Splitter.reads("tlh")


@given(
    text=st.text(alphabet=st.characters(), max_size=200)
    | st.text(alphabet="aB. !?\n\r“”\"'()1)•。「」（）:;-—…\u200f\x00\ud800", max_size=120),
    language=st.sampled_from([*LANGUAGES, "hy", "el", "tlh", ""]),
)
@settings(max_examples=300)
def test_sentences_are_verbatim_ordered_disjoint_and_within_a_paragraph(text, language):
    sentences = SPLITTER.sentences(text, language)
    spans = SPLITTER.paragraphs(text)
    last = 0
    for index, sentence in enumerate(sentences):
        assert sentence.index == index
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()
        assert last <= sentence.start < sentence.end
        assert any(start <= sentence.start and sentence.end <= end for start, end in spans)
        last = sentence.end
    SPLITTER.words(text, language)


@given(st.text(alphabet="ab1 .", max_size=300))
@settings(max_examples=100)
def test_no_letter_gets_lost_between_sentences(text):
    kept = "".join(sentence.text for sentence in SPLITTER.sentences(text, "en"))
    assert [sign for sign in kept if sign.isalnum()] == [sign for sign in text if sign.isalnum()]


def test_small_words_are_the_same_whether_read_alone_or_in_a_line():
    line = "İstanbul’s ΟΔΟΣ, EU’s 25% ΣΑΣ"
    alone = [word for part in line.split() for word in SPLITTER.words(part, "en")]
    assert SPLITTER.words(line, "en") == alone
    assert SPLITTER.words("The EU’s duty", "en") == ["the", "eu's", "duty"]
