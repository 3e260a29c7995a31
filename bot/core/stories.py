"""Articles → stories, one by one as they come: one event, one story, copies known; it orders nothing and drops none.

Rules
    1. A new article is compared with those that share its rarest words (`NEAR` of them); the stories of these and the
       article are linked anew (`linkage.py`), so that a better place is found for what was placed on little ground.
       A story of more than `SMALL` articles is settled: it grows and may merge, but it is not taken apart any more.
    2. A copy (`copies.py`) goes where its original is, and has no voice in what is linked.
    3. What is older than `WINDOW` hours before the newest article is forgotten: a story that was silent for so long
       gets no more articles.
    4. A story's number is the key of the article that began it, and goes with that article when a story is taken apart.
    5. Its headline is its most central title: the one whose words most of its articles have, for its length.

Theory
    `likeness.py` and `linkage.py` say what an event is known by and when two groups tell one. Linking the neighborhood
    anew is what a batch would do there: placing once and for all, as single-pass clustering does, loses 0.09 of B-cubed
    F1 on ECB+, because the first two or three articles of an event say least. The index makes an article cost what
    shares its rare words, not what is in the window.

Known exceptions
    A story that goes on for longer than `WINDOW` is one as long as it is never silent; what is left of its beginning is
    its number only. An event that several outlets foresee and then report may be two stories if days lie between.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from operator import itemgetter

from bot.core.copies import is_copy
from bot.core.likeness import Rarity, likeness
from bot.core.linkage import WINDOW, Group, link
from bot.core.storychanges import Changes, Placed, Told, follow
from bot.core.storywords import Traits, read_traits
from bot.model import Article

ASKED = 30  # rarest words of an article by which it looks for others
INDEXED = 20  # rarest words of an article by which others find it
NEAR = 10  # articles a new one is compared with first
NEAREST = 3  # of these that it may be a copy of
GROWN = 2.0  # times as many articles seen: what an article's words weigh is looked up anew
LIKELY = 0.08  # likeness to one article of a story below which none belongs to it: linkage.BAR is far above
STORIES = 4  # of the nearest articles' stories, that are linked anew
SMALL = 16  # articles
SWEEP = 6.0  # hours between two looks for what is to be forgotten
MOST_KEPT = 20_000  # articles added without such a look: old ones may come in bulk, and move the window no further
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class _Article:
    """An article in the window; `likes` remembers how alike earlier ones are."""

    traits: Traits
    story: int
    copy_of: int | None = None
    length: float = 0.0
    length_at: int = 0
    indexed: tuple[str, ...] = ()
    likes: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Story:
    """A story in the window: its articles there, when the first and last of all were published, whether it was told."""

    members: list[int]
    language: str
    first: float
    last: float
    told: bool = False


class Stories:
    """The stories of a window of time.

    >>> at = datetime(2026, 11, 20, tzinfo=UTC)
    >>> texts = ["Tokyo weighs duties on steel", "Lima opens a port", "Duties on steel are weighed by Tokyo"]
    >>> stories = Stories()
    >>> [stories.add(read_traits(Article("", text, language="en"), key, at=at)) for key, text in enumerate(texts)]
    [0, 1, 0]
    """

    def __init__(self) -> None:
        self._rarity = Rarity()
        self._articles: dict[int, _Article] = {}
        self._stories: dict[int, _Story] = {}
        self._index: dict[str, dict[int, float]] = {}
        self._newest = self._swept = float("-inf")
        self._kept = 0
        self._placed: dict[int, None] = {}
        self._touched: dict[int, None] = {}
        self._merged: dict[int, int] = {}

    def __len__(self) -> int:
        """Return how many articles are in the window."""
        return len(self._articles)

    def learn(self, traits: Traits) -> None:
        """Take note of an article's words before it is added: which are rare is known better the more were seen."""
        self._rarity.learn(traits)

    def add(self, traits: Traits, *, learned: bool = False) -> int:
        """Find the story of an article, or begin one; return its number.

        Args:
            traits: what was read of it; its key must be new.
            learned: its words were noted already.
        """
        if not learned:
            self.learn(traits)
        near = self._near(self._keep(traits, traits.key), traits)
        self._make_findable(traits.key)
        original = next((key for key in near[:NEAREST] if self._copied(key, traits)), None)
        if original is not None:
            self._join_as_copy(traits, original)
        else:
            self._stories[traits.key] = _Story([traits.key], traits.language, traits.hours, traits.hours)
            self._mark(traits.key)
            self._link([traits.key, *self._candidates(traits.key, near)])
        self._newest = max(self._newest, traits.hours)
        return self._articles[traits.key].story

    def restore(self, traits: Traits, placed: Placed) -> None:
        """Take in an article whose story is known, or was changed by somebody else."""
        known = self._articles.get(traits.key)
        if known is None:
            self.learn(traits)
            self._keep(traits, placed.story)
            self._make_findable(traits.key)
        else:
            self._leave(traits.key)
            known.story = placed.story
        self._articles[traits.key].copy_of = placed.copy_of
        story = self._stories.setdefault(
            placed.story, _Story([], traits.language, traits.hours, traits.hours, told=True)
        )
        story.members.append(traits.key)
        story.first, story.last = min(story.first, traits.hours), max(story.last, traits.hours)
        self._newest = max(self._newest, traits.hours)

    def take_changes(self) -> Changes:
        """Return what changed since this was asked last, and forget what is too old to change any more."""
        changes = Changes(
            placed={key: Placed(self._articles[key].story, self._articles[key].copy_of) for key in self._placed},
            told={number: self._told(number) for number in self._touched if number in self._stories},
            merged={old: self._live(old) for old in self._merged if old not in self._stories},
        )
        self._placed, self._touched, self._merged = {}, {}, {}
        if self._newest - self._swept > SWEEP or self._kept > MOST_KEPT:
            self._sweep()
        return changes

    def _live(self, number: int) -> int:
        while number not in self._stories and number in self._merged:
            number = self._merged[number]
        return number

    def _near(self, rarest: Sequence[tuple[float, str]], traits: Traits) -> list[int]:
        """Return the articles that share most of the rare words, the nearest first."""
        of, words = self._rarity.of, traits.words
        shared: dict[int, float] = {}
        for _, word in rarest[:ASKED]:
            found = self._index.get(word)
            if found:
                worth = words[word] * of(word)
                for key, theirs in found.items():
                    shared[key] = shared.get(key, 0.0) + worth * theirs
        return [key for key, _ in heapq.nlargest(NEAR, shared.items(), key=itemgetter(1))]

    def _keep(self, traits: Traits, story: int) -> list[tuple[float, str]]:
        """Take an article in; return its words, those that tell most first."""
        of = self._rarity.of
        weighed = [(-weight * weight * of(word), word) for word, weight in traits.words.items()]
        weighed.sort()
        self._kept += 1
        self._articles[traits.key] = _Article(traits, story, indexed=tuple(word for _, word in weighed[:INDEXED]))
        return weighed

    def _make_findable(self, key: int) -> None:
        article = self._articles[key]
        for word in article.indexed:
            self._index.setdefault(word, {})[key] = article.traits.words[word]

    def _copied(self, key: int, traits: Traits) -> bool:
        found = self._articles[key]
        story = self._stories[found.story]
        near = story.first - WINDOW <= traits.hours <= story.last + WINDOW
        return near and is_copy(traits, found.traits)

    def _join_as_copy(self, traits: Traits, original: int) -> None:
        found = self._articles[original]
        mine = self._articles[traits.key]
        mine.copy_of = original if found.copy_of is None else found.copy_of
        mine.story = found.story
        story = self._stories[found.story]
        story.members.append(traits.key)
        story.first, story.last = min(story.first, traits.hours), max(story.last, traits.hours)
        self._mark(traits.key)

    def _candidates(self, key: int, near: Iterable[int]) -> list[int]:
        """Return the stories that an article may belong to, those with the most alike article first."""
        best: dict[int, float] = {}
        for other in near:
            number = self._articles[other].story
            best[number] = max(best.get(number, 0.0), self._alike(key, other))
        return sorted((number for number in best if best[number] > LIKELY), key=lambda n: (-best[n], n))[:STORIES]

    def _alike(self, key: int, other: int) -> float:
        """Return how alike two articles are, worked out once."""
        late, early = (key, other) if key > other else (other, key)
        mine, theirs = self._articles[late], self._articles[early]
        known = mine.likes.get(early)
        if known is None:
            lengths = self._length(mine) * self._length(theirs)
            known = mine.likes[early] = likeness(mine.traits, theirs.traits, self._rarity, lengths)
        return known

    def _length(self, article: _Article) -> float:
        if self._rarity.seen > article.length_at * GROWN:
            article.length, article.length_at = self._rarity.length(article.traits), self._rarity.seen
        return article.length

    def _link(self, numbers: Sequence[int]) -> None:
        """Link stories anew, and keep what comes of it."""
        if len(numbers) == 1:
            return
        items: list[list[int]] = []
        voices: list[list[int]] = []
        for number in numbers:
            told = self._voices(self._stories[number])
            parts = [[key] for key in told] if len(told) <= SMALL else [told]
            items += parts
            voices += [part[-SMALL:] for part in parts]
        groups = [self._group(item, voice) for item, voice in zip(items, voices, strict=True)]
        between = {
            (a, b): sum(self._alike(one, other) for one in voices[a] for other in voices[b])
            * (len(items[a]) * len(items[b]) / (len(voices[a]) * len(voices[b])))
            for a, b in combinations(range(len(items)), 2)
        }
        linked = link(groups, between)
        self._settle(numbers, [[key for place in places for key in items[place]] for places in linked])

    def _voices(self, story: _Story) -> list[int]:
        """Return the articles of a story that are no copies of another one in the window."""
        return [key for key in story.members if self._articles[key].copy_of not in self._articles]

    def _group(self, keys: Sequence[int], voices: Sequence[int]) -> Group:
        hours = [self._articles[key].traits.hours for key in keys]
        pairs, heard = len(keys) * (len(keys) - 1) / 2, len(voices) * (len(voices) - 1) / 2
        within = sum(self._alike(one, other) for one, other in combinations(voices, 2))
        return Group(len(keys), within * pairs / heard if heard else 0.0, min(hours), max(hours))

    def _settle(self, numbers: Sequence[int], parts: Sequence[Sequence[int]]) -> None:
        """Give the parts that stories were linked into their numbers (rule 4), and write down what changed."""
        copies: dict[int, list[int]] = {}
        gone = {number: self._stories.pop(number) for number in numbers}
        for story in gone.values():
            for key in story.members:
                original = self._articles[key].copy_of
                if original is not None and original in self._articles:
                    copies.setdefault(original, []).append(key)
        taken = self._numbers(parts)
        for number, part in zip(taken, parts, strict=True):
            members = sorted([*part, *(copy for key in part for copy in copies.get(key, ()))])
            hours = [self._articles[key].traits.hours for key in members]
            before = gone.get(number)
            first = min(hours) if before is None else min(*hours, before.first)
            language, told = self._articles[members[0]].traits.language, before is not None and before.told
            self._stories[number] = _Story(members, language, first, max(hours), told)
            for key in members:
                if self._articles[key].story != number:
                    self._articles[key].story = number
                    self._mark(key)
            if before is None or before.members != members:
                self._touched[number] = None
        for number, story in gone.items():
            if number not in self._stories and story.told:  # of the others nobody knows yet
                self._merged[number] = self._articles[story.members[0]].story

    def _numbers(self, parts: Sequence[Sequence[int]]) -> list[int]:
        """Choose a number for each part; that of an article in the window goes with it, so that others stay free."""
        numbers: dict[int, int] = {}
        votes = [
            (-count, number, place)
            for place, part in enumerate(parts)
            for number, count in Counter(self._articles[key].story for key in part).items()
            if number in part or number not in self._articles
        ]
        for _, number, place in sorted(votes):
            if place not in numbers and number not in numbers.values():
                numbers[place] = number
        return [numbers[place] if place in numbers else min(part) for place, part in enumerate(parts)]

    def _mark(self, key: int) -> None:
        self._placed[key] = None
        self._touched[self._articles[key].story] = None

    def _told(self, number: int) -> Told:
        story = self._stories[number]
        story.told = True
        lead = self._lead(story)
        return Told(lead, self._articles[lead].traits.headline, story.language, story.first, story.last)

    def _lead(self, story: _Story) -> int:
        """Return the article with the most central title (rule 5)."""
        voices = self._voices(story)[-SMALL:]
        shared = Counter(word for key in voices for word in self._articles[key].traits.words)

        def centrality(key: int) -> float:
            title = self._articles[key].traits.title
            worth = sum((shared[word] - 1) * math.sqrt(self._rarity.of(word)) for word in title)
            return worth / math.sqrt(len(title) + 1)

        return min(voices, key=lambda key: (-round(centrality(key), 9), self._articles[key].traits.hours, key))

    def _leave(self, key: int) -> None:
        number = self._articles[key].story
        self._stories[number].members.remove(key)
        if not self._stories[number].members:
            del self._stories[number]

    def _sweep(self) -> None:
        """Forget what is older than the window."""
        self._swept, self._kept = self._newest, 0
        for key, article in list(self._articles.items()):
            if article.traits.hours < self._newest - WINDOW:
                self._leave(key)
                for word in article.indexed:
                    found = self._index[word]
                    del found[key]
                    if not found:
                        del self._index[word]
                del self._articles[key]


def group_articles(articles: Sequence[Article]) -> list[tuple[Article, ...]]:
    """Put articles of one event together: the leading article of a group first, groups in time order."""
    order = sorted(range(len(articles)), key=lambda i: (_at(articles[i]), i))
    stories = Stories()
    read = [read_traits(articles[i], key, at=_at(articles[i])) for key, i in enumerate(order)]
    for traits in read:
        stories.learn(traits)
    placed: dict[int, int] = {}
    leads: dict[int, int] = {}
    for traits in read:
        stories.add(traits, learned=True)
        changes = stories.take_changes()
        follow(placed, changes)
        leads.update((number, told.lead) for number, told in changes.told.items())
    groups: dict[int, list[int]] = {}
    for key in range(len(read)):
        groups.setdefault(placed[key], []).append(key)
    return [
        tuple(articles[order[key]] for key in sorted(keys, key=lambda key: (key != leads[number], key)))
        for number, keys in groups.items()
    ]


def _at(article: Article) -> datetime:
    return article.published_at or article.added_at or LONG_AGO
