"""What every page needs: who reads, the present, and how topics, places and instants are shown in little room. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from bot.chat import words
from bot.chat.render import Block, Button, Message, Run, messages
from bot.chat.rich import rich_messages
from bot.model import Chat, Vocabulary

FLAGS_MOST = 4  # beside a headline; more say nothing
TOPICS_MOST = 3


@dataclass(frozen=True, slots=True)
class Signs:
    """What pages need to know besides their nouns.

    `rich` says that pages which gain by it are made as rich messages.
    """

    vocabulary: Vocabulary
    now: datetime
    chat: Chat
    rich: bool = False

    def lay_out(self, blocks: Iterable[Block], buttons: Sequence[Sequence[Button]] = ()) -> list[Message]:
        """Make messages of blocks: one that is rich where this reader's server may take it, else classic ones.

        What is too long for one rich message goes out in classic ones: the ledger counts on a rich digest being whole.
        """
        blocks = list(blocks)
        made = rich_messages(blocks, buttons) if self.rich else []
        return made if len(made) == 1 else messages(blocks, buttons)

    def in_zone(self, zone: str) -> Self:
        """Return the same pages for a reader in another zone."""
        return replace(self, chat=replace(self.chat, zone=zone))

    def moment(self, at: datetime, zone: str | None = None) -> Run:
        """Show an instant: the time of day in the reader's own zone where it was today, else the date."""
        text = words.moment(at, self.now, zone or self.chat.zone, self.chat.language)
        return Run(text, at=at) if ":" in text else Run(text)

    def signs(self, places: Sequence[str], topics: Sequence[str]) -> str:
        """Show places and topics: `🇯🇵 🇺🇸 · 📦 tariffs`."""
        named = [self.topic_name(key) for key in topics[:TOPICS_MOST]]
        flags = self.flags(places)
        return " · ".join([*([flags] if flags else []), *named])

    def flags(self, places: Sequence[str]) -> str:
        """Show places in little room: flags side by side, then names."""
        known = [self.vocabulary.places.get(key) for key in places[:FLAGS_MOST]]
        flags = "".join(place.flag for place in known if place is not None)
        names = [
            words.place_sign(place, key)
            for key, place in zip(places, known, strict=False)
            if place is None or not place.flag
        ]
        return " ".join([flags, *names] if flags else names)

    def topic_name(self, key: str) -> str:
        """Name a topic with its emoji."""
        return words.topic_name(self.vocabulary.topics.get(key), key)

    def name_of(self, key: str) -> str:
        """Name a topic or a place."""
        if key in self.vocabulary.topics:
            topic = self.vocabulary.topics[key]
            return f"{topic.emoji} {topic.name}".strip()
        if key in self.vocabulary.places:
            place = self.vocabulary.places[key]
            return f"{place.flag} {place.name}".strip()
        return key
