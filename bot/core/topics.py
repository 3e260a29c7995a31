"""Finds the subjects a text has, with the phrases that show each.

It does not learn from texts and knows no places; what a topic is stands in the vocabulary and the table of weights.

Rules
    1. A topic's strong phrases show it by themselves. Supporting ones show it if there are three different ones; with
       a word of the setting (a foreign country, say) two are enough, in a headline alone one. The setting shows nothing
       by itself and counts once, however many of its words are there. Phrases that mean something else (conflict of
       interest) swallow the ones inside them. Hints (deal, percent), which everyday news has as well, count with a
       table of weights only.
    2. A phrase weighs 1 if strong and 0.3 if supporting or setting, twice that in the title, half as much again in
       the first 300 characters. Said again it adds the logarithm of how often; singular and plural are one phrase.
       All supporting phrases together weigh 1.2 at most, so that in a long article one strong phrase must be there.
    3. The sum is divided by a measure of the text's length, so that a passing word in a long text is no subject; the
       score is the share 1 - exp(-sum) and a topic is there from 0.5.
    4. With a language given, the phrases of that language and of English count; without, all do.
    5. Where the language has a table of weights (`bot.core.topicweights`), these sums are put in the scales with all
       words of the text, and the score is the chance that comes of it; a topic whose phrases weigh less than those of
       another is the less likely for it. A country inside a phrase ("Russian gas") is a country named. Where no
       topic is likely by itself but one of them is, the likeliest stands in a text of up to 50 words.

Theory
    Evidence of independent cues adds up in the exponent, as in a noisy-or: each further cue takes the same share of
    the doubt that is left. Damping repetition by the logarithm is Salton and Buckley, "Term-weighting approaches in
    automatic text retrieval" (1988).

Known exceptions
    Irony, history and fiction about a topic read like the topic. Domestic trade and strikes abroad are not told from
    foreign policy where the words are the same. A topic only hinted at by names of people is missed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from types import MappingProxyType

from bot.core.phrases import Heads, Phrases, Synonyms, synonyms
from bot.core.spellings import root, stem
from bot.core.topicweights import PhraseWeights, Signs, TopicWeights
from bot.core.wordcounts import Part
from bot.model import Topic, TopicMatch


@dataclass(frozen=True, slots=True)
class TopicWords:
    """The phrases of a topic in one language; `shadows` is what the file calls `not`.

    `hints` are supporting phrases that everyday news has as well.
    """

    strong: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """A topic as `data/topics.toml` has it: `words` holds its phrases by language code, English included.

    `setting` are words of any language beside which fewer supporting phrases are enough.
    """

    key: str
    name: str
    emoji: str = ""
    aliases: tuple[str, ...] = ()
    words: Mapping[str, TopicWords] = field(default_factory=dict)
    setting: tuple[str, ...] = ()


class _Kind(Enum):
    STRONG = "strong"
    SUPPORTING = "supporting"
    HINT = "hint"
    SETTING = "setting"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, eq=False)
class _Cue:
    """What the phrases of a list stand for; `language` is None where they count in any."""

    topic: str
    language: str | None
    kind: _Kind


@dataclass(frozen=True, slots=True, eq=False)
class _Meaning:
    """What a stretch of a text shows: topics, each with the kind of its phrase; whether it is a word of the setting."""

    topics: tuple[tuple[str, _Kind], ...]
    has_setting: bool
    only_setting: bool


@dataclass(slots=True)
class _Evidence:
    """What a text says for one phrase of a topic: its verbatim first mention, its weight and how often."""

    text: str
    kind: _Kind
    place: float
    count: int = 1

    @property
    def worth(self) -> float:
        worth = self.place * (_STRONG if self.kind is _STRONG_KIND else _WEAK)
        return worth * (1 + math.log(self.count)) if self.count > 1 else worth


# Weights, threshold and lengths were chosen on six sets of labeled English news, bills and event sentences.
_STRONG, _WEAK = 1.0, 0.3  # of a strong phrase; of a supporting one, or one of the setting
_TITLE, _LEAD_PLACE, _LEAD = 2.0, 1.5, 300  # characters: about the first two sentences of a news text
_THRESHOLD = 0.5
_HEADLINE = 25  # words up to which nothing is said in passing
_GROWTH = 0.25  # what each doubling beyond asks in addition
_MOST_SUPPORT = 1.2  # what supporting phrases can weigh together: in a long article they are not enough
_MOST_SUPPORT_SEEN = 3.6  # before the table of weights, which counts what is beyond that for less
_MOST_STRONG = 4.0  # what strong phrases can weigh together before the table of weights
_TITLE_COUNT = 2  # a word of the title counts as if it were there twice
_WORDS_READ = 1_800  # characters, 300 words: what an article is about stands there, and its other words only add noise
_MOST_SUM = 30.0  # beyond this a chance is 0 or 1 to all its digits
_ENOUGH_SUPPORT = 3  # different supporting phrases, where there is neither a strong one nor a setting
_MOST_EVIDENCE = 6
_STRONG_KIND, _SUPPORTING, _HINT, _SETTING = _Kind.STRONG, _Kind.SUPPORTING, _Kind.HINT, _Kind.SETTING
_SETTING_KEY = ""  # of all words of the setting
_OTHER_LANGUAGE = "other"  # in which the vocabulary has no phrases
_WORD_LENGTH = 6.0  # characters of a word and its space in our alphabetic languages
_UNSPACED_WORD_LENGTH = 2.0  # characters of a Chinese or Japanese word
# In UTF-8 a character from U+3000 on (Chinese, Japanese and what stands behind them) begins with 0xE3 or more.
_NOT_UNSPACED = bytes(range(0xE3))


class TopicFinder:
    """The topics of a vocabulary.

    >>> words = TopicWords(strong=("tariffs",), supporting=("exports",), shadows=("phone tariffs",))
    >>> finder = TopicFinder([TopicEntry("tariffs", "Tariffs", words={"en": words})])
    >>> finder.find("New tariffs on steel hurt exports.", title="Tariffs at midnight")[0].evidence
    ('Tariffs', 'exports')
    >>> finder.find("Phone tariffs went up.")
    ()

    Raises:
        ValueError: two entries have one key, or a phrase is empty.
    """

    def __init__(
        self, topics: Iterable[TopicEntry], weights: Iterable[TopicWeights] = (), *, heads: Heads | None = None
    ) -> None:
        entries = list(topics)
        self._weights = {table.language: table for table in weights}
        self._meanings: dict[str | None, dict[tuple[_Cue, ...], _Meaning]] = {}
        self._entries = {entry.key: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise ValueError("two topics have the same key")
        self._heads = heads or Heads()
        self._heads.expect(lambda: self._phrases)

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """Every topic by its key, in the order of the vocabulary."""
        return MappingProxyType(
            {
                key: Topic(key, entry.name, entry.emoji, tuple(word for word, of in self.aliases.items() if of == key))
                for key, entry in self._entries.items()
            }
        )

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """The words a wish may use (lower case), and the key each stands for; the first topic that has one keeps it."""
        aliases = {key.lower(): key for key in self._entries}
        for key, entry in self._entries.items():
            for word in (entry.name, *entry.aliases):
                aliases.setdefault(word.lower(), key)
        return MappingProxyType(aliases)

    @cached_property
    def _languages(self) -> frozenset[str]:
        return frozenset(language for entry in self._entries.values() for language in entry.words)

    @cached_property
    def _phrases(self) -> Phrases[_Cue]:
        phrases: list[Synonyms[_Cue]] = []
        for key, entry in self._entries.items():
            lists = [(_Cue(key, None, _Kind.SETTING), entry.setting)]
            for language, words in entry.words.items():
                lists.append((_Cue(key, language, _Kind.STRONG), words.strong))
                lists.append((_Cue(key, language, _Kind.SUPPORTING), words.supporting))
                lists.append((_Cue(key, language, _Kind.HINT), words.hints))
                lists.append((_Cue(key, language, _Kind.SHADOW), words.shadows))
            for cue, phrases_of_cue in lists:
                phrases += synonyms(cue, phrases_of_cue)
        return Phrases(phrases, heads=self._heads)

    @cached_property
    def _country_in(self) -> Callable[[str], str]:
        """Tell the first country that a phrase names ("Russian gas"), or nothing."""
        countries = {word.removeprefix("=").lower() for entry in self._entries.values() for word in entry.setting}

        @lru_cache(maxsize=20_000)  # as many as a vocabulary has phrases
        def country_in(phrase: str) -> str:
            return next((word for word in phrase.split() if word.lower().removesuffix("'s") in countries), "")

        return country_in

    def find(self, text: str, *, title: str = "", language: str | None = None) -> tuple[TopicMatch, ...]:
        """Return the topics of a text, the surest first, each with at most six phrases of the text or title."""
        read = self.read(text, title=title, language=language)
        weights = self._weights.get(language or "")
        found = self._by_rules(read, weights)
        if weights is not None:
            found.extend(_by_weights(read, weights))
        order = list(self._entries)
        return tuple(sorted(found, key=lambda match: (-match.score, order.index(match.topic))))

    def read(self, text: str, *, title: str = "", language: str | None = None) -> Reading:
        """Return what the vocabulary sees in a text, before anything is weighed."""
        body = "" if text.strip() == title.strip() else text  # a headline given as both is read once
        read = Reading(title, body, _allowance(f"{title} {body}"))
        self._collect(read, language)
        return read

    def _by_rules(self, read: Reading, weights: TopicWeights | None) -> list[TopicMatch]:
        """Return the topics that the phrases show by themselves, of those that no table weighs."""
        matches = []
        for topic, cues in read.evidence.items():
            if weights is None or topic not in weights.measures:
                score = _score(list(cues.values()), read.allowance)
                if score >= _THRESHOLD:
                    matches.append(TopicMatch(topic, round(score, 4), _shown(cues.values())))
        return matches

    def _collect(self, read: Reading, language: str | None) -> None:
        """Add the phrases of a text to what is read of it."""
        meanings = self._meanings_in(language)
        for part, in_title in ((read.title, True), (read.body, False)):
            gaps = read.gaps[in_title]
            for start, end, cues in self._phrases.stretches(part):
                meaning = meanings.get(cues)
                if meaning is None:
                    meaning = meanings[cues] = _meaning(cues, language)
                if meaning.topics:
                    text = part[start:end]
                    place = _TITLE if in_title else _LEAD_PLACE if start < _LEAD else 1.0
                    read.add(text, meaning, place)
                    if meaning.has_setting:
                        gaps[start, end] = text
                    elif " " in text and (country := self._country_in(text)):
                        read.named.append(country)

    def _meanings_in(self, language: str | None) -> dict[tuple[_Cue, ...], _Meaning]:
        """Return the meanings of lists of cues in a language that are known so far."""
        known = language if language in self._languages else _OTHER_LANGUAGE
        return self._meanings.setdefault(known if language else None, {})


def _meaning(cues: tuple[_Cue, ...], language: str | None) -> _Meaning:
    """Return what cues show in a text of a language: those of that language, of English and of all; without, all."""
    languages = {language, "en", None}
    counted = [cue for cue in cues if cue.kind is not _Kind.SHADOW and (not language or cue.language in languages)]
    kinds = {cue.kind for cue in counted}
    return _Meaning(tuple((cue.topic, cue.kind) for cue in counted), _Kind.SETTING in kinds, kinds == {_Kind.SETTING})


@dataclass(slots=True)
class Reading:
    """What has been read of a text: its evidence by topic and phrase, and where words of the setting stand."""

    title: str
    body: str
    allowance: float
    evidence: dict[str, dict[str, _Evidence]] = field(default_factory=dict)
    settings: set[_Meaning] = field(default_factory=set)
    gaps: dict[bool, dict[tuple[int, int], str]] = field(default_factory=lambda: {True: {}, False: {}})
    named: list[str] = field(default_factory=list)

    def add(self, text: str, meaning: _Meaning, place: float) -> None:
        """Note a phrase, those first whose place weighs most; words of the setting are one, whichever they are."""
        if meaning.only_setting:
            if meaning in self.settings:
                return
            self.settings.add(meaning)
        shared, evidence = stem(text), self.evidence
        for topic, kind in meaning.topics:
            cues = evidence.get(topic)
            if cues is None:
                cues = evidence[topic] = {}
            if kind is _SETTING:
                if _SETTING_KEY not in cues:
                    cues[_SETTING_KEY] = _Evidence(text, kind, place)
            elif shared in cues:
                cues[shared].count += 1
            else:
                cues[shared] = _Evidence(text, kind, place)

    def phrases(self) -> dict[str, PhraseWeights]:
        """Return what the strong and the supporting phrases of each topic weigh, by the text's length."""
        weights = {}
        for topic, cues in self.evidence.items():
            strong = supporting = hints = 0.0
            for cue in cues.values():
                kind = cue.kind
                if kind is _SUPPORTING:
                    supporting += cue.worth
                elif kind is _STRONG_KIND:
                    strong += cue.worth
                elif kind is _HINT:
                    hints += cue.worth
            enough = min(_MOST_SUPPORT, supporting)
            more = min(_MOST_SUPPORT_SEEN, supporting) - enough
            values = (enough / self.allowance, more / self.allowance, min(_MOST_SUPPORT, hints) / self.allowance)
            weights[topic] = (min(_MOST_STRONG, strong / self.allowance), *values)
        sums = {topic: sum(each[:3]) for topic, each in weights.items()}
        first, second = (*sorted(sums.values(), reverse=True), 0.0, 0.0)[:2]
        return {
            topic: PhraseWeights(*each, second if sums[topic] == first else first) for topic, each in weights.items()
        }

    def countries(self) -> list[str]:
        """Return the words of the setting, of those that begin their last word alike only one (Iraq, Iraqi)."""
        named = [*self.gaps[True].values(), *self.gaps[False].values(), *self.named]
        alike = {root(text): text for text in named}
        return list(alike.values())

    def parts(self) -> tuple[Part, Part]:
        """Return the title and the beginning of the body as the table of weights reads them."""
        body, gaps = self.body, self.gaps[False]
        if len(body) > _WORDS_READ:
            body = body[: (body.find(" ", _WORDS_READ) + 1 or _WORDS_READ) - 1]
            gaps = {span: text for span, text in gaps.items() if span[1] <= len(body)}
        return (self.title, _TITLE_COUNT, self.gaps[True]), (body, 1, gaps)

    def signs(self) -> Signs:
        """Return what the weights want to know besides words."""
        titled = bool(self.title.strip())
        return Signs(len(self.countries()), self.allowance, headline=titled and not self.body.strip(), titled=titled)


def _by_weights(read: Reading, weights: TopicWeights) -> list[TopicMatch]:
    """Return the topics that a table finds likely (rule 5)."""
    words = weights.count(read.parts(), read.allowance)
    phrases, signs = read.phrases(), read.signs()
    sums = weights.sums(words, phrases, signs)
    chances = {topic: _chance(total) for topic, total in sums.items()}
    chosen = {topic: chance for topic, chance in chances.items() if chance >= _THRESHOLD}
    any_of_them = 1 - math.prod(1 - chance for chance in chances.values())
    if not chosen and any_of_them >= _THRESHOLD and not signs.is_long:
        chosen = {max(chances, key=chances.__getitem__): any_of_them}
    matches = ((topic, chance, _evidence(read, topic, weights)) for topic, chance in chosen.items())
    return [TopicMatch(topic, round(chance, 4), shown) for topic, chance, shown in matches if shown]


def _evidence(read: Reading, topic: str, weights: TopicWeights) -> tuple[str, ...]:
    """Return what shows a topic: its phrases; where there are none its words, and else the countries named."""
    shown = _shown(read.evidence.get(topic, {}).values())
    if shown:
        return shown
    telling = weights.telling(read.parts(), topic, is_long=read.signs().is_long)
    return tuple((telling or read.countries())[:_MOST_EVIDENCE])


def _shown(cues: Iterable[_Evidence]) -> tuple[str, ...]:
    shown = sorted((cue for cue in cues if cue.kind is not _Kind.SETTING), key=lambda cue: -cue.worth)
    return tuple(cue.text for cue in shown[:_MOST_EVIDENCE])


def _chance(total: float) -> float:
    return 1 / (1 + math.exp(-max(-_MOST_SUM, min(_MOST_SUM, total))))


def _allowance(text: str) -> float:
    """Return by how much evidence is divided: 1 for a short text, more with each doubling of its length."""
    unspaced = 0 if text.isascii() else len(text.encode(errors="surrogatepass").translate(None, _NOT_UNSPACED))
    words = (len(text) - unspaced) / _WORD_LENGTH + unspaced / _UNSPACED_WORD_LENGTH
    return 1 + _GROWTH * math.log2(max(words, _HEADLINE) / _HEADLINE)


def _score(cues: list[_Evidence], allowance: float) -> float:
    """Return how surely (0-1) a topic is a subject, from the evidence for it."""
    kinds = [cue.kind for cue in cues]
    support = kinds.count(_Kind.SUPPORTING)
    needed = _ENOUGH_SUPPORT if _Kind.SETTING not in kinds else 1 if allowance == 1 else 2
    if _Kind.STRONG not in kinds and support < needed:
        return 0.0
    strong = sum(cue.worth for cue in cues if cue.kind is _Kind.STRONG)
    weak = sum(cue.worth for cue in cues if cue.kind in {_Kind.SUPPORTING, _Kind.SETTING})
    return 1 - math.exp(-(strong + min(weak, _MOST_SUPPORT)) / allowance)
