"""One text → everything the product reads out of it; it decides nothing that its parts have not decided."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from bot.core.annotation import MOST_READ, annotation
from bot.core.language import detect_language
from bot.core.places import PlaceFinder
from bot.core.topics import TopicFinder
from bot.errors import RefusalError
from bot.model import Analysis, Article, Sentence, Summary, Vocabulary

if TYPE_CHECKING:
    from bot.core.summary import Summarizer

REMEMBERED = 4000  # articles whose key sentences are kept at hand: a day of 100 feeds, about 4 MB
SAME_WORDS = 0.5  # share of the shorter sentence's words: half of them again is a repetition
SPARE = 3  # times n: so many of a story's sentences are ranked, since some say what a better one says

WHOLE = 1_000_000  # sentences: a text is its own summary, so that only whether it can be read is found out

Key = tuple[int, int]  # an article's words and how many sentences; an id alone may come again after a removal


@dataclass(frozen=True, slots=True)
class StoryAnalysis:
    """What several articles say together: sentences, each with the place of its article in the list given."""

    sentences: tuple[tuple[int, Sentence], ...]
    analysis: Analysis


class Analyzer:
    """Reads texts; made once, used from several threads."""

    def __init__(self, summarizer: Summarizer, topics: TopicFinder, places: PlaceFinder) -> None:
        self._summarizer = summarizer
        self._topics = topics
        self._places = places
        self._key_sentences: OrderedDict[Key, tuple[str, ...]] = OrderedDict()
        self._lock = Lock()

    @property
    def vocabulary(self) -> Vocabulary:
        """The topics and places that are known."""
        return Vocabulary(self._topics.topics, self._places.places)

    @property
    def topic_words(self) -> Mapping[str, str]:
        """The words a wish may use for topics, and the keys they mean."""
        return self._topics.aliases

    @property
    def place_words(self) -> Mapping[str, str]:
        """The words a wish may use for places, and the keys they mean."""
        return self._places.aliases

    def analyze(
        self,
        text: str,
        *,
        title: str = "",
        language: str | None = None,
        n: int = 3,
        share: float | None = None,
        characters: int | None = None,
        method: str = "news",
    ) -> Analysis:
        """Read a text; the summary is as long as `Summarizer.summarize` is told to make it.

        Raises:
            RefusalError: it can't be summarized.
            AskedWronglyError: there is no such method, or the length is below 1 or no share.
        """
        language = language or detect_language(f"{title}\n{text}")
        summary = self._summarizer.summarize(
            text, title=title, language=language, n=n, share=share, characters=characters, method=method
        )
        return Analysis(
            title=title,
            language=summary.language,
            summary=summary,
            topics=self._topics.find(text[:MOST_READ], title=title, language=language),
            places=self._places.find(text[:MOST_READ], title=title),
            keywords=self._summarizer.keywords(text, title=title, language=language),
        )

    def summarize(
        self, text: str, *, title: str = "", language: str | None = None, n: int = 3, method: str = "news"
    ) -> Summary:
        """Summarize a text, and read nothing else out of it.

        Raises:
            RefusalError: it can't be summarized.
        """
        return self._summarizer.summarize(text, title=title, language=language, n=n, method=method)

    def analyze_story(
        self,
        articles: Sequence[tuple[str, str]],
        *,
        title: str = "",
        language: str | None = None,
        n: int = 3,
        method: str = "news",
    ) -> StoryAnalysis:
        """Read several articles (title, text) on one event as one story.

        With `news`, the sentences are those that the articles share; with another method each article's key
        sentences are taken in turn. A sentence that mostly says what a chosen one says (`SAME_WORDS`) is passed over.
        Articles that can't be summarized are left out.

        Raises:
            RefusalError: none of them can be.
        """
        readable, sentences = self._read_together(articles, title, language, n, method)
        own_title, text = articles[readable]
        first = self.analyze(text, title=own_title or title, language=language, n=n, method=method)
        together, headline = "\n\n".join(text for _, text in articles)[:MOST_READ], title or first.title
        return StoryAnalysis(
            sentences=sentences,
            analysis=replace(
                first,
                title=headline,
                topics=self._topics.find(together, title=headline, language=first.language),
                places=self._places.find(together, title=headline),
            ),
        )

    def story_sentences(
        self, articles: Sequence[tuple[str, str]], *, title: str = "", language: str | None = None, n: int = 3
    ) -> tuple[tuple[int, Sentence], ...]:
        """Return the sentences of `analyze_story`, each with the place of its article, and read nothing else.

        Raises:
            RefusalError: none of the articles can be summarized.
        """
        return self._read_together(articles, title, language, n, "news")[1]

    def _read_together(
        self, articles: Sequence[tuple[str, str]], title: str, language: str | None, n: int, method: str
    ) -> tuple[int, tuple[tuple[int, Sentence], ...]]:
        """Return the place of the first article that can be read, and the story's sentences with theirs."""
        shared = method == "news" and len(articles) > 1
        summaries = self._summaries(articles, title, language, WHOLE if shared and n > 0 else n, method)
        if shared and len(summaries) > 1:
            texts = [text for _, text in articles]
            ranked = self._summarizer.summarize_several(texts, language=language, n=SPARE * n)
        else:
            if shared:
                summaries = self._summaries(articles, title, language, n, method)
            ranked = [
                (i, each)
                for rank in range(n)
                for i, one in summaries.items()
                for each in one.sentences[rank : rank + 1]
            ]
        return min(summaries), _saying_different_things(ranked, n)

    def _summaries(
        self, articles: Sequence[tuple[str, str]], title: str, language: str | None, n: int, method: str
    ) -> dict[int, Summary]:
        """Summarize those articles that can be, each by its place.

        Raises:
            RefusalError: none of them can be.
        """
        read: dict[int, Summary] = {}
        refusal = RefusalError("empty")
        for i, (own_title, text) in enumerate(articles):
            try:
                read[i] = self.summarize(text, title=own_title or title, language=language, n=n, method=method)
            except RefusalError as error:
                refusal = error
        if not read:
            raise refusal
        return read

    def annotate(self, article: Article) -> Article:
        """Return the article with its language, topics and places, as far as it does not have them yet."""
        language, topics, places = annotation(article, self._topics, self._places)
        return replace(article, language=language, topics=topics, places=places)

    def key_sentences(self, article: Article, n: int) -> tuple[str, ...]:
        """Return the article's n key sentences; of a stored article they are remembered.

        Raises:
            RefusalError: the article's text can't be summarized.
        """
        key = (hash((article.title, article.text)), n)
        if article.id is not None and (known := self._remembered(key)) is not None:
            return known
        summary = self.summarize(article.text, title=article.title, language=article.language, n=n)
        sentences = tuple(sentence.text for sentence in summary.sentences)
        if article.id is not None:
            self._remember(key, sentences)
        return sentences

    def _remembered(self, key: Key) -> tuple[str, ...] | None:
        with self._lock:
            if key in self._key_sentences:
                self._key_sentences.move_to_end(key)
                return self._key_sentences[key]
            return None

    def _remember(self, key: Key, sentences: tuple[str, ...]) -> None:
        with self._lock:
            self._key_sentences[key] = sentences
            while len(self._key_sentences) > REMEMBERED:
                self._key_sentences.popitem(last=False)


def _saying_different_things(ranked: Sequence[tuple[int, Sentence]], n: int) -> tuple[tuple[int, Sentence], ...]:
    """Return the first n that do not say what an earlier one says, in the order of articles and their texts."""
    chosen: list[tuple[int, Sentence]] = []
    for i, sentence in ranked:
        if len(chosen) < n and not any(_says_the_same(sentence, other) for _, other in chosen):
            chosen.append((i, sentence))
    return tuple(sorted(chosen, key=lambda pair: (pair[0], pair[1].start)))


def _says_the_same(sentence: Sentence, other: Sentence) -> bool:
    words, others = set(sentence.text.casefold().split()), set(other.text.casefold().split())
    return len(words & others) >= SAME_WORDS * min(len(words), len(others))
