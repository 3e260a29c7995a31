"""Chooses a text's key sentences, verbatim; the one door to sumy, and no judge of what a text is about.

The method `news` is ours (`ranking.py`), on sumy's document model and base class; `lead` takes the first sentences;
the others are sumy's. All of them see one document, made of our sentences, so that what is chosen keeps its span:
sumy gives back the very objects it was given, and these are told apart by identity, never by their words. `news` gets
our own objects, since sumy's take as long to make as to rank.

Bounded cost: `news` ranks the first `MOST_RANKED` sentences; sumy's methods, which compare each sentence with each in
Python, get the first `MOST_COMPARED` of at most `MOST_WORDS` words in all. Where they fail on tiny or odd texts (a
division by zero, a matrix without words), the first sentences are taken. The same text gives the same summary always:
sumy's LSA is kept from depending on the order of a set.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from bot.core.judging import judge, refuse_lists, refuse_unsplit
from bot.core.keywords import keywords
from bot.core.klorder import kl_order
from bot.core.language import detect_language
from bot.core.multidoc import choose_several
from bot.core.ranking import Judged, choose_news
from bot.core.stopwords import stop_words
from bot.errors import AskedWronglyError, RefusalError
from bot.model import Sentence, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.text import Splitter

__all__ = ["METHODS", "Summarizer", "keywords"]

METHODS: Final = ("news", "lexrank", "textrank", "lsa", "luhn", "sumbasic", "kl", "lead")

MOST_RANKED = 2000
"""Sentences that `news` ranks, in linear time: a book's first chapters, a tenth of a second."""

MOST_COMPARED = 400
"""Sentences that sumy's methods compare with each other: 2 s for the slowest (LexRank: 0.26 s for 220)."""

MOST_WORDS = 10_000
_MOST_WORDS_EACH = 200  # TextRank compares each word of a sentence with each of another

_MARK: Final = re.compile(r"[•●▪‣\u2043►▶→»*–—-]+\s+(?=\w)")

_WORDS_A_MINUTE = 230
"""Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019, 190 studies), rounded down."""

_CHARACTERS_A_MINUTE = 500
_BY_CHARACTERS = frozenset({"ja", "zh", "th", "lo", "km", "my", "bo"})

_SUMY = {
    "lexrank": ("lex_rank", "LexRankSummarizer"),
    "textrank": ("text_rank", "TextRankSummarizer"),
    "luhn": ("luhn", "LuhnSummarizer"),
    "sumbasic": ("sum_basic", "SumBasicSummarizer"),
}

_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish",
}  # fmt: skip
"""The languages NLTK's Snowball stems; sumy adds Ukrainian."""


class Summarizer:
    """Summarizes texts.

    Args:
        splitter: finds sentences and words.
    """

    def __init__(self, splitter: Splitter) -> None:
        self._splitter = splitter

    def summarize(
        self,
        text: str,
        *,
        title: str = "",
        language: str | None = None,
        n: int = 3,
        share: float | None = None,
        characters: int | None = None,
        method: str = "news",
    ) -> Summary:
        """Return at most `n` sentences of a text, in its order, none twice.

        A text of no more than `n` sentences is its own summary. Fewer than `n` come back where the rest repeats
        them or, with `news`, is junk. Marks of a list in front of a sentence are not part of it.

        Args:
            text: what is read; spans count into it.
            title: helps `news` to find what the text is about.
            language: ISO 639-1 (a region is ignored); detected where not given.
            n: how many sentences, at least 1.
            share: instead of `n`, the share of the text's sentences (0-1), at least one.
            characters: instead of `n`, as many as fit into so many characters; one where none fits.
            method: one of `METHODS`.

        Raises:
            RefusalError: the text is `empty`, has no letter or no sentence or is a list, a table or a form
                (`not_prose`), or is in a script that can't be split (`unsplittable`).
            AskedWronglyError: there is no such method, or the length is below 1 or no share.
        """
        _check(n, share, characters, method)
        language, sentences = self._read(text, language)
        distinct = _distinct(sentences)
        if share is not None:
            n = max(1, round(share * len(distinct)))
        if characters is not None:
            chosen = self._fill(distinct, text, title, language, characters, method)
        else:
            chosen = distinct if len(distinct) <= n else self._choose(distinct, text, title, language, n, method)
        return _summary(chosen, sentences, language, method, known=self._splitter.reads(language))

    def summarize_several(
        self, texts: Sequence[str], *, language: str | None = None, n: int = 3
    ) -> list[tuple[int, Sentence]]:
        """Return up to `n` sentences that several texts on one event share, best first, each with its text's place.

        Texts that can't be read are passed over; see `multidoc.py` for what counts.
        """
        read: dict[int, Sequence[Sentence]] = {}
        found: list[Sequence[Judged]] = []
        for number, text in enumerate(texts):
            try:
                known, sentences = self._read(text, language)
            except RefusalError:
                continue
            read[number] = _distinct(sentences)[:MOST_RANKED]
            found.append(judge(read[number], text, self._splitter, known))
        places = list(read)
        chosen = choose_several(found, count=n)
        return [(places[number], _unmarked(read[places[number]][place])) for number, place in chosen]

    def _read(self, text: str, language: str | None) -> tuple[str, list[Sentence]]:
        """Return a text's language and sentences.

        Raises:
            RefusalError: see `summarize`.
        """
        if not text.strip():
            raise RefusalError("empty")
        if not any(map(str.isalpha, text)):
            raise RefusalError("not_prose")
        known = (language or "").replace("_", "-").partition("-")[0].lower() or detect_language(text)
        refuse_lists(text, self._splitter.paragraphs(text))
        sentences = self._splitter.sentences(text, known)
        refuse_unsplit(sentences)
        return known, sentences

    @staticmethod
    def keywords(text: str, *, title: str = "", language: str | None = None, limit: int = 8) -> tuple[str, ...]:
        """Return the words and names a text is about, best first; see `keywords.py`."""
        return keywords(text, title=title, language=language, limit=limit)

    def _choose(
        self, sentences: Sequence[Sentence], text: str, title: str, language: str, n: int, method: str
    ) -> Sequence[Sentence]:
        if method == "lead":
            return sentences[:n]
        if method == "news":
            pool = sentences[:MOST_RANKED]
            words = [
                word for word in _Words(self._splitter, language).to_words(title) if word not in stop_words(language)
            ]
            document_of, summarizer = _news_method()
            judged = judge(pool, text, self._splitter, language)
            return sorted(summarizer()(document_of(pool, judged, words), n), key=_start)
        pool = self._comparable(sentences, language)
        document = self._document(pool, text, title, language)
        chosen = _run(_sumy_method(method), document, pool, min(n, len(pool)), language)
        taken = {sentence.index for sentence in chosen}
        rest = [sentence for sentence in sentences if sentence.index not in taken][: n - len(chosen)]
        return sorted([*chosen, *rest], key=lambda sentence: sentence.index)

    def _fill(
        self, sentences: Sequence[Sentence], text: str, title: str, language: str, characters: int, method: str
    ) -> Sequence[Sentence]:
        """Return the longest choice that fits into so many characters, a space between sentences; at least one."""
        best: Sequence[Sentence] = ()
        for n in range(1, len(sentences) + 1):
            chosen = self._choose(sentences, text, title, language, n, method)
            if best and (sum(len(each.text) + 1 for each in chosen) - 1 > characters or len(chosen) == len(best)):
                break
            best = chosen
        return best

    def _comparable(self, sentences: Sequence[Sentence], language: str) -> Sequence[Sentence]:
        """Return the first sentences that sumy can compare at a bounded cost, at least one."""
        words = 0
        for number, sentence in enumerate(sentences[:MOST_COMPARED]):
            words += min(len(self._splitter.words(sentence.text, language)), _MOST_WORDS_EACH)
            if number and words > MOST_WORDS:
                return sentences[:number]
        return sentences[:MOST_COMPARED]

    def _document(self, sentences: Sequence[Sentence], text: str, title: str, language: str) -> Any:
        """Return sumy's document of our sentences, in their order and paragraphs, the title as its heading."""
        from sumy.models.dom import ObjectDocumentModel, Paragraph  # with nltk 0.5 s, 50 MB
        from sumy.models.dom import Sentence as SumySentence

        tokenizer = _Words(self._splitter, language)
        heading = [SumySentence(title, tokenizer, is_heading=True)] if title.strip() else []
        starts = [start for start, _ in self._splitter.paragraphs(text[: sentences[-1].end])]
        paragraphs: list[list[Any]] = [heading, *([] for _ in starts)]
        for sentence in sentences:
            paragraphs[bisect_right(starts, sentence.start)].append(SumySentence(sentence.text, tokenizer))
        return ObjectDocumentModel([Paragraph(body) for body in paragraphs])


class _Words:
    """What sumy calls a tokenizer: our words."""

    def __init__(self, splitter: Splitter, language: str) -> None:
        self._splitter = splitter
        self.language = language

    def to_words(self, text: str) -> tuple[str, ...]:
        return tuple(self._splitter.words(text, self.language)[:_MOST_WORDS_EACH])


def _start(sentence: Sentence) -> int:
    return sentence.start


def _distinct(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Leave out sentences that repeat an earlier one's words, white space and case aside."""
    first: dict[str, Sentence] = {}
    for sentence in sentences:
        first.setdefault(" ".join(sentence.text.split()).casefold(), sentence)
    return list(first.values())


def _check(n: int, share: float | None, characters: int | None, method: str) -> None:
    if method not in METHODS:
        raise AskedWronglyError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    if n < 1:
        raise AskedWronglyError(f"A summary has at least 1 sentence, not {n}.")
    if share is not None and not 0 < share <= 1:
        raise AskedWronglyError(f"A share is more than 0 and at most 1, not {share}.")
    if characters is not None and characters < 1:
        raise AskedWronglyError(f"A summary has at least 1 character, not {characters}.")


def _run(make: Callable[..., Any], document: Any, pool: Sequence[Sentence], n: int, language: str) -> list[Sentence]:
    """Run a sumy summarizer; return what it chose, or nothing where the text is too odd for its arithmetic."""
    import numpy as np

    method = make(_stemmer(language))
    method.stop_words = stop_words(language)
    try:
        with np.errstate(divide="raise", invalid="raise"):
            chosen = method(document, n)
    except (ArithmeticError, ValueError, LookupError, AssertionError):
        return []
    numbers = {id(sentence): number for number, sentence in enumerate(document.sentences)}
    return [pool[number] for number in sorted({numbers[id(sentence)] for sentence in chosen})]


def _unmarked(sentence: Sentence) -> Sentence:
    """Return a sentence without the mark of a list in front of it."""
    mark = _MARK.match(sentence.text)
    if mark is None:
        return sentence
    return replace(sentence, text=sentence.text[mark.end() :], start=sentence.start + mark.end())


def _summary(
    chosen: Sequence[Sentence], sentences: Sequence[Sentence], language: str, method: str, *, known: bool
) -> Summary:
    characters = sum([len(sentence.text) for sentence in sentences])
    kept = sum([len(sentence.text) for sentence in chosen])
    saved = _minutes(sentences, characters, language) - _minutes(chosen, kept, language)
    return Summary(
        sentences=tuple(map(_unmarked, chosen)),
        total=len(sentences),
        kept=round(kept / characters, 2),
        minutes_saved=round(max(saved, 0.0), 1),
        language=language,
        method=method,
        note=None if known else "language_fallback",
    )


def _minutes(sentences: Sequence[Sentence], characters: int, language: str) -> float:
    if language in _BY_CHARACTERS:
        return characters / _CHARACTERS_A_MINUTE
    return sum([len(sentence.text.split()) for sentence in sentences]) / _WORDS_A_MINUTE


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    """Return a stemmer that remembers; words stay as they are in a language without one."""
    if language in _STEMMERS:
        from nltk.stem.snowball import SnowballStemmer

        return lru_cache(maxsize=20_000)(SnowballStemmer(_STEMMERS[language]).stem)
    if language == "uk":
        from sumy.nlp.stemmers.ukrainian import stem_word

        return lru_cache(maxsize=20_000)(stem_word)
    return str.lower


@cache
def _news_method() -> tuple[type[Any], type[Any]]:
    """Make the classes of our own document and method, once sumy is there."""
    from sumy.models.dom import ObjectDocumentModel  # with nltk 0.5 s, 50 MB
    from sumy.summarizers._summarizer import AbstractSummarizer

    class JudgedDocument(ObjectDocumentModel):  # type: ignore[misc] # sumy has no types
        """A document of our sentences, how they were judged, and the words of the title."""

        def __init__(self, sentences: Sequence[Sentence], judged: Sequence[Judged], title: Sequence[str]) -> None:
            super().__init__(())
            self._own = tuple(sentences)
            self.judged = judged
            self.title = title

        @property
        def sentences(self) -> tuple[Sentence, ...]:
            return self._own

    class NewsSummarizer(AbstractSummarizer):  # type: ignore[misc] # sumy has no types
        """Ranks a document's sentences, as they were judged, by `choose_news`."""

        def __call__(self, document: JudgedDocument, sentences_count: int) -> tuple[Any, ...]:
            chosen = choose_news(document.judged, document.title, count=sentences_count)
            return tuple(document.sentences[number] for number in chosen)

    return JudgedDocument, NewsSummarizer


@cache
def _sumy_method(method: str) -> type[Any]:
    """Return the class of one of sumy's methods."""
    if method in {"lsa", "kl"}:
        return _lsa_method() if method == "lsa" else _kl_method()
    module, name = _SUMY[method]
    found: type[Any] = getattr(import_module(f"sumy.summarizers.{module}"), name)
    return found


def _lsa_method() -> type[Any]:
    import numpy as np
    from sumy.summarizers.lsa import LsaSummarizer

    class SortedLsaSummarizer(LsaSummarizer):  # type: ignore[misc] # sumy has no types
        """LSA whose dictionary has an order; too few words are an error here, not a warning."""

        def _create_dictionary(self, document: Any) -> dict[str, int]:
            words = {self.stem_word(word) for word in document.words if word not in self.stop_words}
            if len(words) < len(document.sentences):
                raise ValueError("fewer words than sentences")
            return {word: number for number, word in enumerate(sorted(words))}

        def _compute_term_frequency(self, matrix: Any, smooth: float = 0.4) -> Any:
            most = np.max(matrix, axis=0)
            return np.where(most > 0, smooth + (1 - smooth) * matrix / np.maximum(most, 1), matrix)

    return SortedLsaSummarizer


def _kl_method() -> type[Any]:
    from sumy.summarizers.kl import KLSummarizer

    class IncrementalKlSummarizer(KLSummarizer):  # type: ignore[misc] # sumy has no types
        """KL whose sums are carried along: sumy counts the whole summary again for each sentence (cubic)."""

        def __init__(self, stemmer: Callable[[str], str]) -> None:
            super().__init__(stemmer)
            self._count = 0

        def __call__(self, document: Any, sentences_count: int) -> Any:
            self._count = sentences_count
            return super().__call__(document, sentences_count)

        def _compute_ratings(self, sentences: Sequence[Any]) -> dict[Any, float]:
            words = [self._get_content_words_in_sentence(sentence) for sentence in sentences]
            order = kl_order(words, self.compute_tf(sentences), self._count)
            places = {number: place for place, number in enumerate(order)}
            return {sentence: -places.get(number, len(places)) for number, sentence in enumerate(sentences)}

    return IncrementalKlSummarizer
