"""Digests, lists of stories, and a story's own page: what stands where, and which buttons below it. PURE.

The same blocks become a rich message, where stories unfold, and classic HTML, where they are folded quotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.chat import storywords, words
from bot.chat.refs import data_of, packed
from bot.chat.render import Block, Button, Message, Run, block, bold, italic, link, messages
from bot.chat.rich import PARAGRAPH
from bot.chat.signs import Signs
from bot.core.digest import reading_minutes, sources, told_texts, under_topics
from bot.model import Article, Digest, DigestKind, Mark, Story

SOURCES_MOST = 4  # named under a story, the rest is counted
SENTENCE_MOST = 700  # characters of a sentence in a digest; a longer one is left to the story's own page
LEANS_MOST = 6  # topics and places of a story that can be made to count more or less
WEEK = 7  # days
TIMELINE_MOST = 30  # reports of a story, the newest; one that has more is told by its sources

Buttons = list[list[Button]]


@dataclass(frozen=True, slots=True)
class StoryPages(Signs):
    """Pages about stories."""

    def digest(self, digest: Digest, *, paged: bool = True) -> list[Message]:
        """Lay out a digest for a chat; `paged` says that stories it has no room for can be asked for."""
        more = paged and _may_have_more(digest)
        following = _next_page(digest) if more else None
        buttons = digest_buttons(_references(_ordered(digest)), following)
        return self.lay_out(self.digest_blocks(digest), buttons)

    def digest_blocks(self, digest: Digest) -> list[Block]:
        """Lay out a digest: the day, how long it is, stories by topic; or one line on a day with nothing."""
        day = digest.local_date or digest.until_at.date()
        heading = storywords.heading(digest.kind, day, digest.language)
        blocks = [block(bold(heading), kind="heading")]
        if not digest.stories:
            nothing = words.nothing_new(digest.wish, digest.sources, self.vocabulary)
            return [*blocks, block(nothing), *self._footer(digest)]
        if digest.kind is not DigestKind.ALERT:
            blocks.append(block(self._size(digest), glued=True))
        if digest.counts:
            blocks.append(block("\n".join(self._week(digest))))
        number = 1
        for topic, stories in under_topics(digest.stories, digest.wish):
            if topic is not None:
                blocks.append(block(bold(self.name_of(topic)), kind="topic"))
            for place, story in enumerate(stories):
                blocks += self._story(story, number, glued=place == 0 and topic is not None, zone=digest.zone)
                number += 1
        return [*blocks, *self._footer(digest)]

    def stories(self, title: str, stories: Sequence[Story], nothing: str) -> list[Message]:
        """Lay out a list of stories."""
        if not stories:
            return self.lay_out([block(nothing)])
        blocks = [block(bold(title), kind="heading")]
        for number, story in enumerate(stories, start=1):
            blocks += self._story(story, number)
        return self.lay_out(blocks, list_buttons(_references(stories)))

    def story(self, story: Story) -> list[Message]:
        """Lay out all there is on one story: its sentences, each with its source, how it went on, who told it."""
        blocks = [block(bold(story.title or _opening(story)), kind="heading")]
        if signs := self.signs(story.places, story.topics):
            blocks.append(block(signs, glued=True))
        blocks += [block(*runs) for runs in self._sentences(story, story.sentences)]
        reports = sorted(story.articles, key=lambda article: article.published_at or self.now)
        if len(reports) > 1:
            blocks.append(block(bold(storywords.TIMELINE), kind="headline"))
            told: list[Run | str] = []
            for article in reports[-TIMELINE_MOST:]:
                told += self._report(article, story)
            blocks.append(block(*told[1:], fold="folded", glued=True))
        line = self._line(story.articles, most=len(reports))
        if line:
            blocks.append(block(f"{storywords.ALL_SOURCES}: " if len(reports) > 1 else "", *line))
        reference = reference_of(story)
        return self.lay_out(blocks, story_buttons(reference, muted=False) if reference is not None else [])

    def lean(self, story: Story, *, more: bool) -> list[Message]:
        """Ask what of a story shall count more or less."""
        title = story.title or _opening(story)
        rows = self.lean_buttons(story, more=more)
        return messages([block(storywords.what_counts(title, more=more))], rows)  # classic: it is changed in its place

    def lean_buttons(self, story: Story, *, more: bool) -> Buttons:
        """Offer a story's topics and places, and to mute it."""
        reference = reference_of(story)
        way = "m" if more else "f"
        keys = [key for key in (*story.topics[:2], *story.places) if len(key) < 40]  # noqa: PLR2004 -- data has 64 bytes
        leans = [Button(self.name_of(key), f"l:{way}:{key}") for key in keys[:LEANS_MOST]]
        rows = in_rows(leans, 2)
        if not more and reference is not None:
            rows.append([Button(storywords.MUTE, f"m:1:{packed(reference)}")])
        return rows

    # Parts of them

    def _week(self, digest: Digest) -> list[str]:
        """Tell of each topic how many stories its days had, the last being the day of the review."""
        last = digest.local_date or digest.until_at.date()
        days = [last - timedelta(days=n) for n in reversed(range(WEEK))]
        by_topic: dict[str, dict[date, int]] = {}
        for count in digest.counts:
            by_topic.setdefault(count.topic, {})[count.day] = count.stories
        return [
            storywords.week_of(self.name_of(topic) if topic else storywords.OTHER, [of.get(day, 0) for day in days])
            for topic, of in by_topic.items()
        ]

    def _size(self, digest: Digest) -> str:
        if digest.older:
            return words.older_stories(digest.wish, self.vocabulary)
        told = [text for story in digest.stories for text in told_texts(story)]
        names = {name for story in digest.stories for name in sources(story)}
        return words.digest_size(len(digest.stories), max(digest.sources, len(names)), reading_minutes(told))

    def _footer(self, digest: Digest) -> list[Block]:
        runs: list[Run] = []
        if digest.silent:
            runs.append(italic(f"{storywords.silent_feeds(digest.silent)} "))
        if digest.next_at is not None:
            day = digest.local_date or digest.until_at.date()
            said, at = storywords.next_digest(digest.next_at, day, digest.zone, digest.language)
            runs += [italic(said), Run(at, "italic", at=digest.next_at), italic(".")]
        return [block(*runs, kind="footer")] if runs else []

    def _story(self, story: Story, number: int, *, glued: bool = False, zone: str | None = None) -> list[Block]:
        flags = self.flags(story.places)
        count = story.standing.sources if story.standing is not None else len(sources(story))
        tail = (f" {flags}" if flags else "") + (f" · {words.counted(count, 'source')}" if count > 1 else "")
        mark = storywords.MARKS[story.mark]
        runs: list[Run | str] = [bold(f"{number}. {story.title or _opening(story)}"), tail]
        if mark:
            runs += [" · ", italic(mark)]
        blocks = [block(*runs, glued=glued, kind="headline")]
        told = self._told(story)
        if told:
            blocks.append(block(*told, fold="folded", glued=True))
        line = [*self._line(story.articles), *self._published(story, zone)]
        return [*blocks, block(*line, glued=True)] if line else blocks

    def _told(self, story: Story) -> list[Run | str]:
        """Return what unfolds: the key sentences, then what is new in a story that was told before."""
        paragraphs = self._sentences(story, [text for text in story.sentences if len(text) <= SENTENCE_MOST])
        if story.mark is Mark.DEVELOPING:
            new = [text for text in story.changes if text not in story.sentences and len(text) <= SENTENCE_MOST]
            paragraphs += [[bold(storywords.NEW_SINCE) if n == 0 else "", text] for n, text in enumerate(new)]
        runs = [run for paragraph in paragraphs for run in (PARAGRAPH, *paragraph)]
        return runs[1:]

    def _sentences(self, story: Story, texts: Sequence[str]) -> list[list[Run | str]]:
        """Return sentences, each with who wrote it where not all are from one."""
        by_text = dict(zip(story.sentences, story.told_by, strict=False))
        several = len({place for text, place in by_text.items() if text in texts}) > 1
        paragraphs: list[list[Run | str]] = []
        for text in texts:
            place = by_text.get(text, -1)
            runs: list[Run | str] = [text]
            if several and 0 <= place < len(story.articles) and story.articles[place].source:
                article = story.articles[place]
                runs += [" – ", replace(link(article.source, article.url), style="italic")]
            paragraphs.append(runs)
        return paragraphs

    def _line(self, articles: Iterable[Article], *, most: int = SOURCES_MOST) -> list[Run | str]:
        """Name sources, each once, with links."""
        named = {article.source: article for article in reversed(list(articles)) if article.source}
        outlets = list(reversed(named.values()))
        runs: list[Run | str] = []
        for article in outlets[:most]:
            runs += [" · "] if runs else []
            runs.append(link(article.source, article.url))
        if len(outlets) > most:
            runs.append(f" · {len(outlets) - most} more")
        return runs

    def _published(self, story: Story, zone: str | None) -> list[Run | str]:
        at = story.published_at or story.articles[0].published_at
        if at is None:
            return []
        return [", " if any(article.source for article in story.articles) else "", self.moment(at, zone)]

    def _report(self, article: Article, story: Story) -> list[Run | str]:
        """Tell one report of a story's timeline, on a line of its own: when, who, how it was headed."""
        runs: list[Run | str] = ["\n"]
        if article.published_at is not None:
            runs += [self.moment(article.published_at), " "]
        if article.source:
            runs += [link(article.source, article.url), ": "]
        copied = f" ({storywords.COPY})" if article.id in story.copies else ""
        return [*runs, f"{article.title}{copied}"]


# Buttons


def digest_buttons(references: Sequence[int], following: str | None = None) -> Buttons:
    """Return what stands below a digest; `following` is the data of its next page."""
    about = [
        Button(storywords.MORE_ON_A_STORY, data_of("pm", references)),
        Button(storywords.LESS_LIKE_THIS, data_of("pf", references)),
    ]
    more = [Button(storywords.MORE_STORIES, following)] if following is not None else []
    return [
        about if references else [],
        [*more, Button(storywords.SEARCH, "find"), Button(storywords.SETTINGS, "o")],
    ]


def list_buttons(references: Sequence[int]) -> Buttons:
    """Return what stands below a list of stories."""
    return [[Button(storywords.MORE_ON_A_STORY, data_of("pm", references))]] if references else []


def picking_buttons(references: Sequence[int], way: str, following: str | None = None) -> Buttons:
    """Return numbers to pick a story by, and the way back; `way` is `m` for more on it, `f` for less like it."""
    word = "t" if way == "m" else "lf"
    rows = in_rows([Button(str(n), f"{word}:{packed(each)}") for n, each in enumerate(references, start=1)], 3)
    more = [Button(storywords.MORE_STORIES, following)] if following else []
    return [*rows, [*more, Button(storywords.BACK, data_of("pb", references))]]


def story_buttons(reference: int, *, muted: bool) -> Buttons:
    """Return what stands below a story's own page."""
    mute = Button(storywords.UNMUTE if muted else storywords.MUTE, f"m:{int(not muted)}:{packed(reference)}")
    leaning = [
        Button(storywords.MORE_LIKE_THIS, f"lm:{packed(reference)}"),
        Button(storywords.LESS_LIKE_THIS, f"lf:{packed(reference)}"),
    ]
    return [leaning, [mute]]


def in_rows(buttons: Sequence[Button], length: int) -> Buttons:
    """Put buttons in rows of a length."""
    return [list(buttons[at : at + length]) for at in range(0, len(buttons), length)]


def reference_of(story: Story) -> int | None:
    """Return the id by which a story is found again: its own, or that of its leading article."""
    return story.id if story.id is not None else story.articles[0].id


def _references(stories: Iterable[Story]) -> list[int]:
    return [reference for story in stories if (reference := reference_of(story)) is not None]


def _may_have_more(digest: Digest) -> bool:
    """Tell whether a digest is as long as its wish allows, so that there may be more; by number, or within a minute."""
    if digest.kind is not DigestKind.DIGEST or digest.older or not digest.stories:
        return False
    told = [text for story in digest.stories for text in told_texts(story)]
    return len(digest.stories) >= digest.wish.most_stories or reading_minutes(told) > digest.wish.most_minutes - 1


def _next_page(digest: Digest) -> str:
    return data_of("n", [int(digest.since_at.timestamp()), int(digest.until_at.timestamp()), 1])


def _ordered(digest: Digest) -> list[Story]:
    return [story for _, stories in under_topics(digest.stories, digest.wish) for story in stories]


def _opening(story: Story) -> str:
    """Name a story without a headline by the opening words of its article, marked as cut."""
    text = " ".join(story.articles[0].text.split()[:10])
    return f"{text} …"
