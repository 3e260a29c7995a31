"""The forms of regular verbs, as the fields of words need them."""

import pytest

from bot.core.verbforms import verb_forms


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("accuse", {"accuses", "accused", "accusing"}),
        ("levy", {"levies", "levied", "levying"}),
        ("delay", {"delays", "delayed", "delaying"}),
        ("address", {"addresses", "addressed", "addressing"}),
        ("launch", {"launches", "launched", "launching"}),
        ("veto", {"vetos", "vetoed", "vetoing"}),
        ("row", {"rows", "rowed", "rowing"}),
        ("wave through", {"waves through", "waved through", "waving through"}),
    ],
)
def test_a_regular_verb_has_its_endings(base, forms):
    assert set(verb_forms(base)) == {base, *forms}


def test_a_last_letter_that_may_be_doubled_is_and_is_not():
    assert {"banned", "banning", "visited", "visiting"} <= {*verb_forms("ban"), *verb_forms("visit")}
