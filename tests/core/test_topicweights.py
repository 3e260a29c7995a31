"""The table of weights: how words are counted, what they add up to, and what the shipped table makes of texts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.topics import TopicEntry, TopicFinder, TopicWords
from bot.core.topicweights import FIELDS, MEASURES, PhraseWeights, Signs, TopicWeights, measured_subjects
from bot.core.wordcounts import singular
from bot.seeds import load_topic_weights, load_topics

NO_SIGNS = Signs(0, 1.0)


@pytest.fixture(scope="module")
def finder():
    return TopicFinder(load_topics(), load_topic_weights())


def small(measures, words, **phrases):
    entries = [
        TopicEntry("war", "War", words={"en": TopicWords(**phrases)}, setting=("Peru", "Chile")),
        TopicEntry("peace", "Peace", setting=("Peru", "Chile")),
    ]
    return TopicFinder(entries, [TopicWeights("en", measures, words, {"everyday": ("recipe",)})])


def keys(matches):
    return {match.topic for match in matches}


def test_words_are_counted_in_their_singular_alone_and_in_pairs():
    weights = TopicWeights("en", {"war": {}}, {"war": {"rebel": 1.0, "rebel army": 1.0}})
    parts = [("Rebels", 2, ()), ("The rebel Army, rebels", 1, ())]
    assert weights.count(parts).counts == {"rebel": 4, "rebel army": 1}
    assert weights.telling(parts, "war") == ["Rebels", "rebel Army"]


def test_pairs_do_not_reach_over_a_gap_or_into_the_next_part():
    weights = TopicWeights("en", {"war": {}}, {"war": {"rebel army": 1.0}})
    assert not weights.count([("rebel", 1, ()), ("army", 1, ())]).counts
    assert not weights.count([("rebel Peru army", 1, [(6, 10)])]).counts


def test_words_of_every_topic_and_of_one_add_up():
    weights = TopicWeights("en", {"war": {}, "peace": {}}, {"all": {"coach": -1.0}, "war": {"coach": 0.25}})
    assert weights.sums(weights.count([("coach", 1, ())]), {}, NO_SIGNS) == {"war": -0.75, "peace": -1.0}


def test_every_measure_is_weighed():
    fields = {"everyday": ("recipe",), "officials": ("envoy",), "deeds": ("threats",), "local": ("recipe",)}
    weights = TopicWeights("en", {"war": dict.fromkeys(MEASURES, 1.0)}, {}, fields)
    words = weights.count([("recipe, an envoy's threat", 1, ())])
    assert {name: count for name, count in words.fields.items() if count} == dict.fromkeys(fields, 1)
    field, phrases = 0.6931 / 2, 3 * 1.5 + 2 * 0.5 + 0.1 + 2 * 0.2 + 2.0
    sums = weights.sums(words, {"war": PhraseWeights(1.5, 0.5, 0.1, 0.2, 1.3)}, Signs(3, 2.0, headline=True))
    assert sums["war"] == pytest.approx(1 + phrases + 3 + 1 + 4 * field + field * field + 3, abs=1e-3)
    (short,) = weights.sums(words, {}, Signs(0, 1.0, titled=False)).values()
    assert short == pytest.approx(1 + 4 * 0.6931 + 0.6931**2 + 1 + 0.6931**2, abs=1e-3)


def test_phrases_of_a_text_that_names_a_foreign_country_are_weighed_once_more():
    weights = TopicWeights("en", {"war": {"strong_abroad": 1.0, "supporting_abroad": 2.0}}, {})
    at_home, abroad = (weights.sums(weights.count([]), {"war": PhraseWeights(1.0, 0.5)}, Signs(n, 1.0)) for n in (0, 1))
    assert (at_home, abroad) == ({"war": 0.0}, {"war": 2.0})


def test_the_lead_of_a_topic_is_what_its_phrases_weigh_against_those_of_the_strongest_other():
    entries = [
        TopicEntry("war", "War", words={"en": TopicWords(strong=("battle",), hints=("held",))}),
        TopicEntry("peace", "Peace", words={"en": TopicWords(supporting=("talks", "envoy"))}),
    ]
    read = TopicFinder(entries).read("Talks held, a battle, an envoy.", language="en")
    war, peace = read.phrases()["war"], read.phrases()["peace"]
    assert (war.strong, war.hints, war.rival) == pytest.approx((1.5, 0.45, 0.9))
    assert (peace.supporting, peace.more, peace.rival) == pytest.approx((0.9, 0.0, 1.5))


def test_supporting_phrases_beyond_what_is_enough_are_weighed_apart():
    words = TopicWords(supporting=("talks", "envoy", "visit", "summit"))
    read = TopicFinder([TopicEntry("peace", "Peace", words={"en": words})]).read("Talks, envoy, visit, summit.")
    assert (read.phrases()["peace"].supporting, read.phrases()["peace"].more) == pytest.approx((1.2, 0.6))


def test_a_country_inside_a_phrase_is_a_country_named():
    words = {"en": TopicWords(strong=("Russian gas",))}
    finder = TopicFinder([TopicEntry("energy", "Energy", words=words, setting=("Russian", "Poland"))])
    assert finder.read("Russian gas and Poland").countries() == ["Poland", "Russian"]
    assert finder.read("Russian gas and Russians").signs().abroad == 1


def test_words_of_a_field_are_weighed_again_beside_one_country_and_beside_two():
    fields = {"farm_goods": ("soybean", "beef"), "everyday": ("recipe",)}
    weights = TopicWeights("en", {"war": {}}, {}, fields, {"war": {"farm_goods": [1.0, 0.5, 0.25]}})
    words = weights.count([("Soybeans and beef", 1, ())])
    assert words.fields == {"farm_goods": 2}
    (alone, one, two, three) = (weights.sums(words, {}, Signs(n, 1.25))["war"] for n in range(4))
    assert (alone, one, two) == pytest.approx([math.log1p(2) / 1.25 * weight for weight in (1, 1.5, 1.75)], abs=1e-4)
    assert three == two
    assert weights.sums(words, {}, Signs(2, 2.0)) == {"war": 0.0}  # a long text


def test_the_fit_sees_of_fields_what_is_weighed_later():
    fields = {"oil": ("crude", "pump~"), "gas": ("lng",)}
    ways = {"oil": [1.0, 0.5, 0.25], "gas": [-1.0, 2.0, 0.0]}
    weights = TopicWeights("en", {"war": {}}, {}, fields, {"war": ways})
    words = weights.count([("Crude was pumped, no LNG", 1, ())])
    for abroad, allowance in ((0, 1.0), (1, 1.0), (2, 1.25), (3, 1.0), (2, 2.0)):
        signs = Signs(abroad, allowance)
        values = measured_subjects(words, signs, ["oil", "gas"])
        weighed = sum(
            x * w for x, w in zip(values, [w for row in zip(*ways.values(), strict=True) for w in row], strict=True)
        )
        assert weights.sums(words, {}, signs)["war"] == pytest.approx(weighed, abs=1e-4)


def test_hints_say_nothing_without_a_table():
    finder = small({"war": {"hints": 9.0}}, {}, hints=("held",))
    assert keys(finder.find("They held it.", language="en")) == {"war"}
    assert finder.find("They held it in Peru.") == ()


def test_a_long_text_is_weighed_by_the_tables_for_long_texts_if_there_are_any():
    weights = TopicWeights(
        "en",
        {"war": {"start": 4.0, "strong_once": 1.0}, "peace": {"start": 1.0}},
        {"war": {"rebel": 8.0}, "all": {"rebel": 1.0, "truce": 2.0}},
        long_measures={"war": {"start": -1.0, "strong_once": -2.0}},
        long_words={"war": {"truce": 0.5}},
    )
    short, long = (
        weights.sums(weights.count([("a rebel and a truce", 1, ())], size), {"war": PhraseWeights(1.0)}, Signs(0, size))
        for size in (1.25, 2.0)
    )
    assert short["war"] == pytest.approx((4.0 * 1.25 + 8.0 + 3.0) / 1.25 + 1.25)
    assert long["war"] == pytest.approx(-1.0 + 0.5 / 2.0 - 2.0 * 1.5)
    assert long["peace"] == pytest.approx(1.0 + 3.0 / 2.0)  # it has none of its own


def test_evidence_in_a_long_text_is_what_speaks_there():
    words = {"war": {"rebel": 1.0}, "all": {"truce": 1.0}}
    weights = TopicWeights("en", {"war": {}}, words, long_words={"war": {"army": 1.0, "rebel": -1.0}})
    parts = [("Army, rebels, truce", 1, ())]
    assert weights.telling(parts, "war") == ["rebels", "truce"]
    assert weights.telling(parts, "war", is_long=True) == ["Army"]


def test_of_a_long_article_the_words_of_its_beginning_count():
    finder = small({"war": {"start": -1.0}}, {"war": {"rebel": 60.0}})
    rain = "Rain fell. " * 170
    assert keys(finder.find(f"Rebels came. {rain}", language="en")) == {"war"}
    assert finder.find(f"{rain}Rebels came to Peru.", language="en") == ()


def test_a_table_counts_for_its_own_language_only():
    finder = small({"war": {"start": -20.0}}, {}, strong=("battle",))
    assert finder.find("A battle.", language="en") == ()
    assert keys(finder.find("A battle.", language="de")) == keys(finder.find("A battle.")) == {"war"}


def test_a_topic_the_table_does_not_know_goes_by_its_phrases():
    finder = small({"peace": {"start": -20.0}}, {}, strong=("battle",))
    assert keys(finder.find("A battle.", language="en")) == {"war"}


def test_words_show_a_topic_that_has_no_phrase():
    finder = small({"war": {"start": -1.0}}, {"war": {"rebel": 3.0, "the": 0.25}})
    (match,) = finder.find("The Rebels came.", language="en")
    assert (match.topic, match.evidence) == ("war", ("Rebels", "The"))


def test_countries_show_a_topic_that_has_neither_phrase_nor_word():
    finder = small({"war": {"start": -1.0, "abroad_two": 3.0}}, {})
    assert finder.find("Peru and Peru", language="en") == ()
    assert finder.find("Peru and Chile", language="en")[0].evidence == ("Peru", "Chile")


def test_a_topic_without_anything_to_show_is_none():
    assert small({"war": {"start": 3.0}}, {}).find("Rain.", language="en") == ()


def test_a_topic_with_supporting_phrases_only_stands_beside_a_strong_one():
    finder = TopicFinder(
        [
            TopicEntry("war", "War", words={"en": TopicWords(strong=("battle",))}),
            TopicEntry("peace", "Peace", words={"en": TopicWords(supporting=("talks",))}),
        ],
        [TopicWeights("en", {"war": {"strong": 1.0}, "peace": {"supporting": 9.0}}, {})],
    )
    assert keys(finder.find("A battle and talks.", language="en")) == {"war", "peace"}
    assert keys(finder.find("And talks.", language="en")) == {"peace"}


def test_where_none_is_likely_but_one_of_them_is_the_likeliest_stands_for_all():
    finder = small({"war": {"start": -0.1}, "peace": {"start": -0.2}}, {}, supporting=("talks",))
    (match,) = finder.find("Talks.", language="en")
    assert match.topic == "war"
    assert match.score == pytest.approx(1 - 0.525 * 0.5498, abs=1e-3)
    assert finder.find("Talks." + " It rained." * 30, language="en") == ()  # a report may be about none


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("The White House will put a 20% duty on imported furniture from Monday.", "tariffs"),
        ("The two navies will guard the strait together under their defense treaty.", "alliances"),
        ("Ottawa froze the assets of two generals and barred them from Canada.", "sanctions"),
        ("Artillery hit the border town for a third night and nine soldiers died.", "conflict"),
        ("The Peruvian and Chilean foreign ministers held talks on restoring relations.", "diplomacy"),
        ("The pipeline will carry Azerbaijani gas to Hungary from next year.", "energy"),
        ("Dutch export controls on chip tools for China were widened.", "technology"),
    ],
)
def test_the_shipped_table_leaves_the_plain_cases_plain(finder, text, topic):
    assert topic in keys(finder.find(text, language="en"))


def test_a_long_article_may_have_several_topics(finder):
    text = (
        "The American ambassador called Japan an important ally and spoke of the military bases on its soil and of a "
        "joint exercise in spring. The two governments are at odds over a tariff on cars that took effect on Monday. "
        "Tokyo wants an exemption, its trade minister said, and has asked for a meeting before the end of the month. "
    )
    text += "Dealers in Nagoya told of parked cars and idle trucks, and of workers sent home for a week. " * 3
    assert {"alliances", "tariffs"} <= keys(finder.find(text, title="Tokyo asks its partner for time", language="en"))


@pytest.mark.parametrize(
    "text",
    [
        "The goalkeeper saved twice and his coach praised the defense after the attack of the hosts failed.",
        "Bake the bread for an hour, then let it cool: a truce between crust and crumb.",
        "The hotel raised its room tariffs for the summer.",
        "The actor buried the hatchet with his rival at the film festival.",
        "Shares of the retailer fell after quarterly profit missed forecasts.",
    ],
)
def test_the_shipped_table_finds_no_topic_in_everyday_life(finder, text):
    assert finder.find(text, language="en") == ()


def test_the_shipped_table_weighs_every_topic_by_known_measures():
    (table,) = load_topic_weights()
    assert table.language == "en"
    assert list(table.measures) == [entry.key for entry in load_topics()]
    assert all(set(values) == set(MEASURES) for values in table.measures.values())
    assert list(table.long_measures) == list(table.long_words) == list(table.measures)
    assert {singular(word) for words in table.words.values() for word in words if " " not in word} == {
        word for words in table.words.values() for word in words if " " not in word
    }


@given(text=st.text(st.characters(codec=None), max_size=150), title=st.text(max_size=30))
def test_no_text_breaks_the_weights_and_evidence_is_verbatim(finder, text, title):
    text = f"{text} \ud800 rebels in Peru"
    for match in finder.find(text, title=title, language="en"):
        assert 0.5 <= match.score <= 1
        assert match.evidence
        assert all(phrase in text or phrase in title for phrase in match.evidence)


@given(
    st.dictionaries(st.sampled_from(["rebel", "envoy", "coach", "duty"]), st.integers(1, 9), max_size=4),
    st.dictionaries(
        st.sampled_from(["all", "war", "peace"]),
        st.dictionaries(st.sampled_from(["rebel", "envoy", "coach"]), st.integers(-2000, 2000)),
        min_size=1,
    ),
)
def test_weights_packed_into_one_number_add_up_as_one_by_one(counts, units):
    words = {topic: {word: unit / 100 for word, unit in row.items()} for topic, row in units.items()}
    weights = TopicWeights("en", {"war": {}, "peace": {}}, words)
    parts = [(" ".join([word] * count), 1, ()) for word, count in counts.items()]
    sums = weights.sums(weights.count(parts), {}, Signs(0, 1.25))
    for topic, total in sums.items():
        own = {word: words.get("all", {}).get(word, 0) + words.get(topic, {}).get(word, 0) for word in counts}
        expected = sum(own[word] * (1 + math.log(count)) / 1.25 for word, count in counts.items())
        assert total == pytest.approx(expected, abs=1e-4)


def test_in_a_long_text_fields_of_one_part_of_life_are_not_counted():
    weights = load_topic_weights()[0]
    parts = [("Generals and soybeans", 2, ()), ("The envoy shelled oil tankers, a goal in the cup. " * 9, 1, ())]
    short, long = weights.count(parts).fields, weights.count(parts, 2.0).fields
    assert long == {name: count for name, count in short.items() if name in FIELDS} != short
