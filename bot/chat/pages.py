"""Nouns → messages as the reader sees them: what stands where, in which order. PURE.

Markup, limits and cutting are `render.py`'s; sentences are `words.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat import words
from bot.chat.render import Button, Message, Run, block, bold, italic, link, messages
from bot.chat.storypages import StoryPages
from bot.model import Article, Counts, Feed, FeedState, Subscription
from bot.service.answer import Reading

LENGTHS = (1, 3, 5, 8, 12)  # sentences a summary can have by its buttons


@dataclass(frozen=True, slots=True)
class Page(StoryPages):
    """Pages about articles, what is known, what is set, and what operators see; those about stories come with it."""

    # Summaries

    def summary(self, reading: Reading, *, person: str = "") -> list[Message]:
        """Lay out the summary of an article: title, signs, sentences word for word, where they are from.

        `person` is who a message was forwarded from; it is shown here and kept nowhere.
        """
        article, analysis = reading.article, reading.analysis
        summary = analysis.summary
        blocks = [block(bold(article.title))] if article.title else []
        signs = self.signs(article.places, tuple(match.topic for match in analysis.topics))
        if signs:
            blocks.append(block(signs, glued=bool(blocks)))
        blocks += [block(sentence.text) for sentence in summary.sentences]
        if summary.note is not None:
            blocks.append(block(italic(words.FALLBACK_LANGUAGE)))
        kept = words.provenance(len(summary.sentences), summary.total, summary.minutes_saved)
        blocks.append(block(italic(kept), *self._origin(article, person)))
        return messages(blocks, self._summary_buttons(reading))

    def full_text(self, article: Article) -> list[Message]:
        """Lay out an article as it was sent."""
        paragraphs = [block(part) for part in article.text.split("\n") if part.strip()]
        return messages([block(bold(article.title)), *paragraphs])

    def _origin(self, article: Article, person: str) -> list[Run]:
        runs: list[Run] = []
        if article.source or article.url or person:
            name = article.source or person or "link"
            runs += [italic(" · from "), link(name, article.url) if article.url else italic(name)]
        if article.published_at is not None:
            runs += [italic(", " if runs else " · "), self.moment(article.published_at)]
        return runs

    def _summary_buttons(self, reading: Reading) -> list[list[Button]]:
        article, shown, total = reading.article, len(reading.analysis.summary.sentences), reading.analysis.summary.total
        shorter = max((n for n in LENGTHS if n < shown), default=None)
        longer = min((n for n in LENGTHS if n > shown), default=None)
        first = [
            Button(words.SHORTER, f"s:{article.id}:{shorter}") if shorter else None,
            Button(words.LONGER, f"s:{article.id}:{longer}") if longer and shown < total else None,
            Button(words.FULL_TEXT, f"f:{article.id}"),
        ]
        rows = [[button for button in first if button is not None]]
        if reading.related:
            rows.append([Button(words.related(len(reading.related)), f"r:{article.id}")])
        return rows

    # What is known, and what is set

    def topics(self) -> list[Message]:
        """List the topics with the words they are asked for by."""
        blocks = [block(bold(words.TITLE_TOPICS))]
        for n, topic in enumerate(self.vocabulary.topics.values()):
            blocks.append(block(f"{topic.emoji} ", bold(topic.name), f": /latest {topic.key}", glued=n > 0))
        return messages(blocks)

    def subscribed(self, subscription: Subscription) -> list[Message]:
        """Say back what was understood and when the next digest comes."""
        understood, upcoming = words.subscribed(subscription, self.vocabulary, self.chat.language)
        return messages([block(bold("Subscribed: "), understood), block(upcoming)])

    # What operators see

    def sources(self, feeds: Sequence[Feed]) -> list[Message]:
        """List the outlets that are read, by country."""
        if not feeds:
            return messages([block(words.NO_FEEDS)])
        by_country: dict[str, list[str]] = {}
        for feed in feeds:
            by_country.setdefault(feed.country or "", []).append(feed.name or feed.url)
        blocks = [block(bold(f"{words.TITLE_SOURCES}: {len(feeds)}"))]
        for country, names in sorted(by_country.items(), key=lambda item: (-len(item[1]), item[0])):
            sign = words.place_sign(self.vocabulary.places.get(country), country)
            blocks.append(block(f"{sign} {' · '.join(names)}".strip(), glued=True))
        return messages(blocks)

    def feeds(self, feeds: Sequence[Feed]) -> list[Message]:
        """Tell how the feeds are, and which have trouble."""
        blocks = [block(bold(words.TITLE_FEEDS)), block(words.feeds_in_short(feeds))]
        troubled = [feed for feed in feeds if feed.failures or feed.state is FeedState.ASIDE]
        blocks += [block(words.feed_trouble(feed), glued=n > 0) for n, feed in enumerate(troubled)]
        return messages(blocks)

    def stats(self, counts: Counts) -> list[Message]:
        """Count what is kept and sent."""
        rows = [
            f"{counts.articles:,} articles from {words.counted(counts.sources, 'source')}",
            f"{words.counted(counts.chats, 'chat')}, {counts.chats_lost:,} of them lost",
            words.counted(counts.subscriptions, "subscription"),
            *(f"{number:,} deliveries {state}" for state, number in counts.deliveries.items()),
        ]
        return messages([block(bold(words.TITLE_STATS)), *(block(row, glued=n > 0) for n, row in enumerate(rows))])


def notice(*paragraphs: str, buttons: Sequence[Sequence[Button]] = ()) -> list[Message]:
    """Lay out plain sentences."""
    return messages([block(paragraph) for paragraph in paragraphs], buttons)
