"""Places: what the shipped vocabulary finds, and what it leaves alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.places import PlaceEntry, PlaceFinder
from bot.seeds import load_places


@pytest.fixture(scope="module")
def finder():
    return PlaceFinder(load_places())


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Japan and the Japanese prime minister met in Tokyo.", "JP"),
        ("US-Japan ties", "US JP"),
        ("The UAE, the U.K. and the DPRK", "AE GB KP"),
        ("The Kremlin answered Downing Street and the Elysee.", "RU GB FR"),
        ("The White House warned Beijing.", "US CN"),
        ("A Briton and two Filipinos were freed.", "GB PH"),
        ("NATO, OPEC+ and the European Commission", "NATO OPEC EU"),
        ("Brussels answered.", "EU"),
        ("UN Security Council", "UN"),
        ("South Sudan and Equatorial Guinea", "SS GQ"),
        ("North Korea fired; Korea’s chipmakers shrugged.", "KP KR"),
        ("American Samoa", "AS"),
        ("Northern Ireland", "GB"),
        ("The Dominican Republic and Dominica", "DO DM"),
        ("Niger left; Nigeria stayed.", "NE NG"),
        ("Papua New Guinea and Guinea-Bissau", "PG GW"),
        ("ＷＴＯ", "WTO"),
        ("日米首脳会談", "JP US"),
        ("中俄两国", "CN RU"),
        ("Россия и Украина", "RU UA"),
        ("وقالت الصين إن الولايات المتحدة", "CN US"),
        ("Die Türkei und Japans Regierung", "TR JP"),
        ("L’Allemagne et les Japonais", "DE JP"),
        ("España y los brasileños", "ES BR"),
    ],
)
def test_places_are_named_by_name_people_capital_and_government(finder, text, places):
    assert set(finder.find(text)) == set(places.split())


@pytest.mark.parametrize(
    "text",
    [
        "china cups and a roast turkey",
        "The Washington Post in Washington state",
        "New England and New Mexico",
        "A guinea pig, Brazil nuts, a Panama hat",
        "Cuba Gooding met Paris Hilton.",
        "Lebanon, Pennsylvania; Moscow, Idaho; Athens, Georgia",
        "Michael Jordan scored for the Bulls. Jordan smiled.",
        "The goalkeeper Jordan Pickford saved. Jordan, 30, was pleased.",
        "Acting with Lee B. Jordan was easy.",
        "Guitarist Chad Hudson left the band and Chad wept.",
        "Republicans in Georgia asked Atlanta for a recount.",
        "tell us who won",
        "MAN WHO ATE US ALL FOR BREAKFAST",
        "US$5 billion",
        "The Commonwealth Bank and the commonwealth of letters",
        "The ICC banned the cricket captain.",
        "タイヤ",
        "上海地区",
        "AU",
        "",
    ],
)
def test_what_means_something_else_names_no_place(finder, text):
    assert finder.find(text) == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Turkey’s president spoke.", ("TR",)),
        ("TURKEY RAISES RATES", ("TR",)),
        ("King Abdullah of Jordan arrived.", ("JO",)),
        ("Jordan Says It Will Open the Border With Israel", ("JO", "IL")),
        ("Eddie Jordan met Jordanian officials in Jordan.", ("JO",)),
        ("Lake Chad is shrinking, and Chad asked for help.", ("TD",)),
        ("Georgia and Armenia signed.", ("GE", "AM")),
        ("Republicans watched Georgia; in Tbilisi crowds stood.", ("GE",)),
        ("The army of Congo took Kinshasa.", ("CD",)),
        ("Congo’s Sassou spoke in Brazzaville.", ("CG",)),
        ("Commonwealth leaders met.", ("COMMONWEALTH",)),
        ("The ICC prosecutor asked.", ("ICC",)),
        ("WHO warned of a new flu.", ("WHO",)),
        ("Jersey, like Guernsey, is a Crown dependency.", ("GG", "JE")),
    ],
)
def test_an_unsure_word_counts_where_its_context_allows(finder, text, places):
    assert sorted(finder.find(text)) == sorted(places)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("TOKYO (Kyodo) — The ministry said", ("JP",)),
        ("GENEVA (Reuters) - Talks went on.", ("CH",)),
        ("BRUSSELS, March 5 (AP) — Ministers met.", ("EU", "BE")),
        ("ISTANBUL -- Grain ships left.", ("TR",)),
        ("Geneva (AFP) – Talks went on.", ("CH",)),
        ("Geneva – a city of banks", ()),
        ("(Kairos Wire) SHANGHAI — Ports reopened.", ("CN",)),
    ],
)
def test_a_dateline_names_the_country_of_its_city(finder, text, places):
    assert finder.find(text) == places


def test_the_most_prominent_place_comes_first(finder):
    assert finder.find("France waited. " + "x " * 300 + "Spain, Spain.", title="Chile votes") == ("CL", "FR", "ES")
    assert finder.find("Peru wrote to Chile, and Chile answered.")[0] == "CL"


def test_wishes_find_places_by_any_of_their_words_but_not_by_words_of_a_sentence(finder):
    words = {"japan": "JP", "japanese": "JP", "usa": "US", "us": "US", "china": "CN", "congo": "CD", "日本": "JP"}
    assert {word: finder.aliases[word] for word in words} == words
    assert finder.aliases["au"] == "AU"
    assert finder.aliases["world bank"] == finder.aliases["world_bank"] == "WORLD_BANK"
    assert not {"in", "at", "pm", "am", "de", "my"} & finder.aliases.keys()


def test_every_alias_is_lower_case_and_leads_to_a_place_that_knows_it(finder):
    assert all(alias == alias.lower() and alias in finder.places[key].aliases for alias, key in finder.aliases.items())
    assert finder.places["JP"].name == "Japan"


def test_every_country_and_every_organisation_of_the_contract_is_there(finder):
    countries = [key for key in finder.places if len(key) == 2 and key not in {"EU", "UN", "G7"}]
    assert len(countries) == 250  # the 249 of ISO 3166-1 and Kosovo
    promised = "NATO EU UN WTO ASEAN BRICS G7 G20 OPEC AUKUS QUAD SCO GCC IMF AFRICAN_UNION"
    assert set(promised.split()) <= finder.places.keys()


def test_every_sure_word_of_the_vocabulary_names_its_place(finder):
    for entry in load_places():
        for word in (*entry.names, *entry.people, *entry.capitals):
            bare = word.removeprefix("=")
            if bare not in entry.unsure:
                assert entry.key in finder.find(f"said {bare} then"), (entry.key, word)


def test_two_entries_of_one_key_are_refused():
    with pytest.raises(ValueError, match="same key"):
        PlaceFinder([PlaceEntry("JP", "Japan"), PlaceEntry("JP", "Nippon")])


@given(text=st.text(st.characters(codec=None), max_size=120), title=st.text(max_size=30))
def test_no_text_breaks_it_and_no_place_comes_twice(finder, text, title):
    places = finder.find(text + " \ud800\x00 Jordan US", title=title)
    assert len(places) == len(set(places))
