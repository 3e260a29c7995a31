from __future__ import annotations

import asyncio

from bot.chat.contents import Contents
from bot.chat.parts import MOST_PARTS, NEARLY_FULL, Parts

FULL = "x" * NEARLY_FULL
KEY = (1, 1)


class Heard:
    def __init__(self):
        self.texts = []
        self.contents = []

    async def __call__(self, contents):
        self.texts.append(contents.text)
        self.contents.append(contents)


async def take(parts, key, text, heard, *, album=None, documents=()):
    contents = Contents(message_id=1, text=text, album=album, documents=documents)
    await parts.take(*key, contents, heard)


async def test_a_whole_text_is_answered_at_once():
    heard = Heard()
    await take(Parts(), KEY, "short", heard)
    assert heard.texts == ["short"]


async def test_parts_are_one_text_when_the_last_is_there():
    heard, parts = Heard(), Parts(patience=60)
    await take(parts, KEY, FULL, heard)
    await take(parts, KEY, FULL + ".", heard)
    assert heard.texts == []
    await take(parts, KEY, "the end", heard)
    assert heard.texts == [f"{FULL} {FULL}.\nthe end"]
    await take(parts, KEY, "another", heard)
    assert heard.texts[1:] == ["another"]


async def test_a_full_text_that_does_not_go_on_is_answered_when_its_time_is_over():
    heard, parts = Heard(), Parts(patience=0)
    await take(parts, KEY, FULL, heard)
    await asyncio.sleep(0.01)
    assert heard.texts == [FULL]


async def test_another_persons_text_is_no_part():
    heard, parts = Heard(), Parts(patience=60)
    await take(parts, KEY, FULL, heard)
    await take(parts, (1, 2), "mine", heard)
    assert heard.texts == ["mine"]
    await parts.finish(within=1)
    assert heard.texts == ["mine", FULL]


async def test_no_more_parts_are_held_than_an_article_has():
    heard, parts = Heard(), Parts(patience=60)
    for _ in range(MOST_PARTS):
        await take(parts, KEY, FULL, heard)
    assert len(heard.texts) == 1


async def test_finishing_with_nothing_held_is_nothing():
    await Parts().finish(within=1)


async def test_an_album_is_one_message():
    heard, parts = Heard(), Parts(patience=0.01)
    await take(parts, KEY, "", heard, album="a", documents=("one",))
    await take(parts, KEY, "Caption", heard, album="a", documents=("two",))
    assert heard.texts == []
    await asyncio.sleep(0.05)
    assert heard.texts == ["Caption"]
    assert heard.contents[0].documents == ("one", "two")
