"""Nouns → messages as the reader sees them: what stands where, in which order. PURE.

Markup, limits and cutting are `render.py`'s; sentences are `words.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.chat import words
from bot.chat.render import Block, Button, Message, Run, block, bold, italic, link, messages
from bot.core.digest import reading_minutes, sources
from bot.model import Article, Chat, Counts, Digest, Feed, FeedState, Story, Subscription, Vocabulary, Wish
from bot.service.answer import Reading

FLAGS_MOST = 4  # beside a headline; more say nothing
TOPICS_MOST = 3
SOURCES_MOST = 4  # named under a story, the rest is counted
SENTENCE_MOST = 700  # characters of a sentence in a digest; a longer one is left to the article's own summary
LENGTHS = (1, 3, 5, 8, 12)  # sentences a summary can have by its buttons


@dataclass(frozen=True, slots=True)
class Page:
    """What pages need to know besides their nouns: the vocabulary, the present, and who reads."""

    vocabulary: Vocabulary
    now: datetime
    chat: Chat

    # Summaries

    def summary(self, reading: Reading, *, person: str = "") -> list[Message]:
        """Lay out the summary of an article: title, signs, sentences word for word, where they are from.

        `person` is who a message was forwarded from; it is shown here and kept nowhere.
        """
        article, analysis = reading.article, reading.analysis
        summary = analysis.summary
        blocks = [block(bold(article.title))] if article.title else []
        signs = self._signs(article.places, tuple(match.topic for match in analysis.topics))
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
            runs += [italic(", " if runs else " · "), self._moment(article.published_at)]
        return runs

    def _moment(self, at: datetime) -> Run:
        text = words.moment(at, self.now, self.chat.zone, self.chat.language)
        return Run(text, at=at) if ":" in text else Run(text)

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

    # Stories

    def digest(self, digest: Digest) -> list[Message]:
        """Lay out a digest for a chat."""
        return messages(self.digest_blocks(digest))

    def digest_blocks(self, digest: Digest) -> list[Block]:
        """Lay out a digest: the day, how long it is, stories by topic; or one line on a day with nothing."""
        heading = block(bold(words.day(digest.local_date or digest.until_at.date(), digest.language)))
        if not digest.stories:
            return [heading, block(words.nothing_new(digest.wish, digest.sources, self.vocabulary))]
        if digest.older:
            said = words.older_stories(digest.wish, self.vocabulary)
        else:
            told = [text for story in digest.stories for text in (story.title, *story.sentences)]
            said = words.digest_size(len(digest.stories), self._sources(digest), reading_minutes(told))
        blocks = [heading, block(said, glued=True)]
        for topic, stories in _by_topic(digest.stories, digest.wish):
            if topic is not None:
                blocks.append(block(bold(self._topic_heading(topic))))
            for place, story in enumerate(stories):
                story_blocks = self._story(story, dated=digest.older)
                if place == 0 and topic is not None:
                    story_blocks[0] = block(*story_blocks[0].runs, glued=True)
                blocks += story_blocks
        return blocks

    def stories(self, title: str, stories: Sequence[Story], nothing: str) -> list[Message]:
        """Lay out a list of stories with their dates."""
        if not stories:
            return messages([block(nothing)])
        blocks = [block(bold(title))]
        for story in stories:
            blocks += self._story(story, dated=True)
        return messages(blocks)

    def _story(self, story: Story, *, dated: bool) -> list[Block]:
        flags = self._flags(story.places)
        count = len(sources(story))
        tail = (f" {flags}" if flags else "") + (f" · {words.counted(count, 'source')}" if count > 1 else "")
        blocks = [block("▸ ", bold(story.title or _opening(story)), tail)]
        told = "\n\n".join(sentence for sentence in story.sentences if len(sentence) <= SENTENCE_MOST)
        if told:
            blocks.append(block(told, fold="folded", glued=True))
        line = self._line(story.articles, dated=dated)
        return [*blocks, block(*line, glued=True)] if line else blocks

    def _line(self, articles: Iterable[Article], *, dated: bool = True) -> list[Run | str]:
        """Name sources, each once, with links; and the date of the first where asked."""
        articles = list(articles)
        named = {article.source: article for article in reversed(articles) if article.source}
        outlets = list(reversed(named.values()))
        runs: list[Run | str] = []
        for article in outlets[:SOURCES_MOST]:
            runs += [" · "] if runs else []
            runs.append(link(article.source, article.url))
        if len(outlets) > SOURCES_MOST:
            runs.append(f" · {len(outlets) - SOURCES_MOST} more")
        at = articles[0].published_at
        if at is not None and dated:
            runs += [", " if runs else "", self._moment(at)]
        return runs

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

    def settings(self, subscription: Subscription | None, command: str | None) -> list[Message]:
        """Show what is set here and the command that sets it."""
        blocks = [block(bold(words.TITLE_SETTINGS))]
        if subscription is None or subscription.next_run is None:
            blocks.append(block(words.NOT_SUBSCRIBED))
        else:
            understood, upcoming = words.subscribed(subscription, self.vocabulary, self.chat.language)
            blocks += [block(understood), block(upcoming)]
            blocks += [block(bold(words.paused(subscription.paused)))] if subscription.paused else []
        zone = subscription.schedule.zone if subscription is not None else self.chat.zone
        blocks.append(block(f"Time zone: {zone}. Language: {self.chat.language}."))
        if command is not None:
            blocks.append(block("To change it, send it changed: ", Run(command, "code")))
        if who := words.whose_settings(self.chat.kind):
            blocks.append(block(italic(who)))
        return messages(blocks)

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

    # Signs

    def _signs(self, places: Sequence[str], topics: Sequence[str]) -> str:
        named = [words.topic_name(self.vocabulary.topics.get(key), key) for key in topics[:TOPICS_MOST]]
        flags = self._flags(places)
        return " · ".join([*([flags] if flags else []), *named])

    def _flags(self, places: Sequence[str]) -> str:
        return " ".join(words.place_sign(self.vocabulary.places.get(key), key) for key in places[:FLAGS_MOST])

    def _topic_heading(self, key: str) -> str:
        topic = self.vocabulary.topics.get(key)
        return f"{topic.emoji} {topic.name}".strip() if topic is not None else key

    @staticmethod
    def _sources(digest: Digest) -> int:
        return max(digest.sources, len({name for story in digest.stories for name in sources(story)}))


def notice(*paragraphs: str, buttons: Sequence[Sequence[Button]] = ()) -> list[Message]:
    """Lay out plain sentences."""
    return messages([block(paragraph) for paragraph in paragraphs], buttons)


def _opening(story: Story) -> str:
    """Name a story without a headline by the opening words of its article, marked as cut."""
    text = " ".join(story.articles[0].text.split()[:10])
    return f"{text} …"


def _by_topic(stories: Sequence[Story], wish: Wish) -> list[tuple[str | None, list[Story]]]:
    """Put stories under their first topic, topics in the order of the wish, then of appearance."""
    order = list(dict.fromkeys([*wish.topics, *(topic for story in stories for topic in story.topics[:1])]))
    under: dict[str | None, list[Story]] = {topic: [] for topic in [*order, None]}
    for story in stories:
        under[story.topics[0] if story.topics else None].append(story)
    return [(topic, told) for topic, told in under.items() if told]
