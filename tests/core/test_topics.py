"""Topics: what the shipped vocabulary finds, and how evidence adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.topics import TopicEntry, TopicFinder, TopicWords
from bot.seeds import load_topics

FILLER = "The weather in the valley was mild and the harvest good. " * 40


@pytest.fixture(scope="module")
def finder():
    return TopicFinder(load_topics())


def keys(matches):
    return {match.topic for match in matches}


def small(**words):
    return TopicFinder([TopicEntry("t", "T", words={"en": TopicWords(**words)}, setting=("Peru",))])


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        ("The ministry set a 15 percent duty on steel plate and spoke of a trade war.", "en", "tariffs"),
        ("The two navies renewed their mutual defense treaty.", "en", "alliances"),
        ("New sanctions froze the assets of three banks.", "en", "sanctions"),
        ("An airstrike hit the town hours before the ceasefire.", "en", "conflict"),
        ("The foreign minister recalled the ambassador.", "en", "diplomacy"),
        ("OPEC agreed on an output cut.", "en", "energy"),
        ("Export controls on advanced chips were widened.", "en", "technology"),
        ("Der Handelsstreit um die Strafzölle geht weiter.", "de", "tariffs"),
        ("Bruxelles prépare des droits de douane.", "fr", "tariffs"),
        ("El arancel abre una guerra comercial.", "es", "tariffs"),
        ("I dazi tornano.", "it", "tariffs"),
        ("A guerra tarifária continua.", "pt", "tariffs"),
        ("Пошлины на сталь выросли.", "ru", "tariffs"),
        ("Країни НАТО говорили про гарантії безпеки.", "uk", "alliances"),
        ("追加関税を発表した。", "ja", "tariffs"),
        ("中国宣布对进口商品加征关税。", "zh", "tariffs"),
        ("فرض رسوم جمركية جديدة", "ar", "tariffs"),
    ],
)
def test_each_topic_is_found_in_each_language(finder, text, language, topic):
    assert topic in keys(finder.find(text, language=language))
    assert topic in keys(finder.find(text))


@pytest.mark.parametrize(
    "text",
    [
        "The striker’s trade to the Boston club came at the trade deadline.",
        "The airline alliance Oneworld welcomed a carrier to the Star Alliance.",
        "The rail strike ended after wage talks with the trade unions.",
        "Phone tariffs and electricity tariffs rise in spring.",
        "The judge denied a conflict of interest.",
        "She gave a diplomatic answer.",
        "FIFA sanctions hit the club.",
        "An energy drink with olive oil",
        "The officer was on duty.",
        "",
    ],
)
def test_the_same_words_for_something_else_are_no_topic(finder, text):
    assert finder.find(text, language="en") == ()


def test_a_text_may_have_several_topics_the_surest_first(finder):
    matches = finder.find(
        "The tariff strains the alliance, diplomats say; import duties came up at the defense ministers’ talks.",
        title="Tariffs shake an old military alliance",
    )
    assert [match.topic for match in matches][:2] == ["tariffs", "alliances"]
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)


def test_a_passing_word_in_a_long_text_is_no_topic(finder):
    assert finder.find(FILLER + "He once wrote about tariffs. " + FILLER) == ()


def test_the_title_and_the_first_lines_outweigh_the_rest():
    finder = small(strong=("tariff",))
    assert finder.find(FILLER, title="A tariff")
    assert finder.find(FILLER + "A tariff.", title="The rain") == ()
    title, lead, deep = (
        finder.find(text, title=title)[0].score
        for text, title in (
            ("Rain. ", "A tariff"),
            ("A tariff.", "Rain."),
            ("Rain fell. " * 30 + "A tariff, a tariff.", ""),
        )
    )
    assert title > lead > deep


def test_supporting_phrases_need_each_other_or_a_setting():
    finder = small(supporting=("talks", "visit", "envoys"))
    long_tail = " It rained on the hills." * 8
    assert finder.find("The talks went on.") == ()
    assert finder.find("The talks and the visit went on.") == ()
    assert finder.find("The talks, the visit, the envoys.")
    assert finder.find("Talks in Peru")[0].evidence == ("Talks",)
    assert finder.find("Talks in Peru." + long_tail) == ()
    assert finder.find("Talks on a visit in Peru, and more talks.")
    assert finder.find("Peru, Peru and Peru") == ()


def test_evidence_is_verbatim_distinct_and_at_most_six(finder):
    text = "Tariffs! A tariff, import duties, quotas, a trade war, dumping duties, free trade, protectionism and GATT."
    (match,) = [match for match in finder.find(text) if match.topic == "tariffs"]
    assert all(phrase in text for phrase in match.evidence)
    assert len(match.evidence) == len({phrase.lower() for phrase in match.evidence}) == 6
    assert not {"Tariffs", "tariff"} <= set(match.evidence)


def test_repeating_a_phrase_adds_less_than_another_phrase():
    finder = small(strong=("tariff", "quota"))
    once, twice, other = (finder.find(text)[0].score for text in ("a tariff b", "a tariff tariff", "a tariff quota"))
    assert once < twice < other


def test_a_headline_given_as_title_and_text_is_read_once():
    finder = small(strong=("tariff",))
    assert finder.find("A tariff", title="A tariff") == finder.find("", title="A tariff")


def test_phrases_of_another_language_do_not_count_where_the_language_is_known():
    words = {"en": TopicWords(strong=("tariff",)), "it": TopicWords(strong=("dazi",))}
    finder = TopicFinder([TopicEntry("tariffs", "Tariffs", words=words)])
    assert finder.find("dazi", language="fr") == ()
    assert finder.find("dazi", language="it")
    assert finder.find("dazi")
    assert finder.find("tariff", language="it")


def test_chinese_and_japanese_lengths_are_measured_in_their_own_words(finder):
    assert finder.find("天气很好。" * 400 + "关税。") == ()


def test_topics_and_aliases_are_the_contracts(finder):
    assert list(finder.topics) == ["alliances", "tariffs", "sanctions", "conflict", "diplomacy", "energy", "technology"]
    assert [topic.emoji for topic in finder.topics.values()] == ["🤝", "📦", "⛔", "⚔️", "🕊", "🛢", "🔬"]
    wanted = {"trade": "tariffs", "duties": "tariffs", "defence": "alliances", "关税": "tariffs", "tariffs": "tariffs"}
    assert {word: finder.aliases[word] for word in wanted} == wanted
    assert "trade" in finder.topics["tariffs"].aliases


def test_two_entries_of_one_key_are_refused():
    with pytest.raises(ValueError, match="same key"):
        TopicFinder([TopicEntry("t", "T"), TopicEntry("t", "T")])


@given(text=st.text(st.characters(codec=None), max_size=150), title=st.text(max_size=30))
def test_no_text_breaks_it_and_scores_are_shares(finder, text, title):
    for match in finder.find(text + " \ud800 tariffs", title=title):
        assert 0.5 <= match.score <= 1
        assert match.evidence
        assert all(phrase in text + " \ud800 tariffs" or phrase in title for phrase in match.evidence)
