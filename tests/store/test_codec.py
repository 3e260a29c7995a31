"""A noun written as JSON comes back as the same noun."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Article, Chat, Counts, Digest, Run, Schedule, Story, Wish
from bot.store.codec import json_from_noun, noun_from_json

st.register_type_strategy(str, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False))
NOUNS = st.one_of(*(st.from_type(kind) for kind in (Article, Chat, Counts, Run, Schedule, Story, Wish, Digest)))


@given(noun=NOUNS)
def test_a_noun_comes_back_as_it_was(noun):
    written = json.dumps(json_from_noun(noun))
    assert noun_from_json(type(noun), json.loads(written)) == noun


def test_a_naive_time_is_not_written():
    with pytest.raises(ValueError, match="naive"):
        json_from_noun(Article("Duty", "It stays.", published_at=datetime(2026, 11, 20)))


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_what_no_noun_has_is_not_written(value):
    with pytest.raises(TypeError, match="no noun has a"):
        json_from_noun(value)


def test_a_type_that_no_noun_has_is_not_read():
    with pytest.raises(TypeError, match="no noun has a"):
        noun_from_json(Any, 1)
