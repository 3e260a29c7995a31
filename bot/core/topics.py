"""Finds the subjects a text has, with the phrases that show each.

It does not learn from texts and knows no places; what a topic is stands in the vocabulary alone.

Rules
    1. A topic's strong phrases show it by themselves. Supporting ones show it if there are three different ones; with
       a word of the setting (a foreign country, say) two are enough, in a headline alone one. The setting shows nothing
       by itself and counts once, however many of its words are there. Phrases that mean something else (conflict of
       interest) swallow the ones inside them.
    2. A phrase weighs 1 if strong and 0.3 if supporting or setting, twice that in the title, half as much again in
       the first 300 characters. Said again it adds the logarithm of how often; singular and plural are one phrase.
       All supporting phrases together weigh 1.2 at most, so that in a long article one strong phrase must be there.
    3. The sum is divided by a measure of the text's length, so that a passing word in a long text is no subject; the
       score is the share 1 - exp(-sum) and a topic is there from 0.5.
    4. With a language given, the phrases of that language and of English count; without, all do.

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
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from bot.core.phrases import Phrase, Phrases
from bot.model import Topic, TopicMatch


@dataclass(frozen=True, slots=True)
class TopicWords:
    """The phrases of a topic in one language; `shadows` is what the file calls `not`."""

    strong: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
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
    SETTING = "setting"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class _Cue:
    """What a phrase of the vocabulary stands for; `language` is None where it counts in any."""

    topic: str
    language: str | None
    kind: _Kind


@dataclass(slots=True)
class _Evidence:
    """What a text says for one phrase of a topic: its verbatim first mention, its weight and how often."""

    text: str
    kind: _Kind
    place: float
    count: int = 1

    @property
    def worth(self) -> float:
        return _WEIGHTS[self.kind] * self.place * (1 + math.log(self.count))


# Weights, threshold and lengths were chosen on six sets of labeled English news, bills and event sentences.
_WEIGHTS = {_Kind.STRONG: 1.0, _Kind.SUPPORTING: 0.3, _Kind.SETTING: 0.3}
_TITLE, _LEAD_PLACE, _LEAD = 2.0, 1.5, 300  # characters: about the first two sentences of a news text
_THRESHOLD = 0.5
_HEADLINE = 25  # words up to which nothing is said in passing
_GROWTH = 0.25  # what each doubling beyond asks in addition
_MOST_SUPPORT = 1.2  # what supporting phrases can weigh together: in a long article they are not enough
_ENOUGH_SUPPORT = 3  # different supporting phrases, where there is neither a strong one nor a setting
_MOST_EVIDENCE = 6
_WORD_LENGTH = 6.0  # characters of a word and its space in our alphabetic languages
_UNSPACED_WORD_LENGTH = 2.0  # characters of a Chinese or Japanese word
_UNSPACED = re.compile("[\u3000-\U0010ffff]")  # Chinese, Japanese and what stands behind them


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

    def __init__(self, topics: Iterable[TopicEntry]) -> None:
        entries = list(topics)
        self._entries = {entry.key: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise ValueError("two topics have the same key")

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
    def _phrases(self) -> Phrases[_Cue]:
        phrases: list[Phrase[_Cue]] = []
        for key, entry in self._entries.items():
            lists = [(_Cue(key, None, _Kind.SETTING), entry.setting)]
            for language, words in entry.words.items():
                lists.append((_Cue(key, language, _Kind.STRONG), words.strong))
                lists.append((_Cue(key, language, _Kind.SUPPORTING), words.supporting))
                lists.append((_Cue(key, language, _Kind.SHADOW), words.shadows))
            phrases.extend(
                Phrase(word.removeprefix("="), cue, exact=word.startswith("="))
                for cue, words in lists
                for word in words
            )
        return Phrases(phrases)

    def find(self, text: str, *, title: str = "", language: str | None = None) -> tuple[TopicMatch, ...]:
        """Return the topics of a text, the surest first, each with at most six phrases of the text or title."""
        evidence: dict[str, dict[str, _Evidence]] = {}
        body = "" if text.strip() == title.strip() else text  # a headline given as both is read once
        self._collect(title, language, evidence, in_title=True)
        self._collect(body, language, evidence, in_title=False)
        allowance = _allowance(f"{title} {body}")
        matches = []
        for topic, cues in evidence.items():
            score = _score(list(cues.values()), allowance)
            if score >= _THRESHOLD:
                shown = [cue for cue in cues.values() if cue.kind is not _Kind.SETTING]
                best = sorted(shown, key=lambda cue: -cue.worth)[:_MOST_EVIDENCE]
                matches.append(TopicMatch(topic, round(score, 4), tuple(cue.text for cue in best)))
        order = list(self._entries)
        return tuple(sorted(matches, key=lambda match: (-match.score, order.index(match.topic))))

    def _collect(
        self, text: str, language: str | None, evidence: dict[str, dict[str, _Evidence]], *, in_title: bool
    ) -> None:
        """Add the phrases of a text to the evidence for each topic."""
        for found in self._phrases.find(text):
            cue = found.payload
            if cue.kind is _Kind.SHADOW or (language and cue.language not in {language, "en", None}):
                continue
            place = _TITLE if in_title else _LEAD_PLACE if found.start < _LEAD else 1.0
            cues = evidence.setdefault(cue.topic, {})
            stem = "" if cue.kind is _Kind.SETTING else _stem(found.text)
            known = cues.get(stem)
            if known is None:
                cues[stem] = _Evidence(found.text, cue.kind, place)
            else:
                known.count += cue.kind is not _Kind.SETTING
                known.place = max(known.place, place)


def _stem(phrase: str) -> str:
    """Return what singular and plural of an English phrase share, white space and case apart.

    >>> _stem("Import  duties") == _stem("import duty"), _stem("tariffs")
    (True, 'tariff')
    """
    words = " ".join(phrase.lower().split())
    for ending, singular in (("ies", "y"), ("ss", "ss"), ("s", "")):
        if words.endswith(ending):
            return words.removesuffix(ending) + singular
    return words


def _allowance(text: str) -> float:
    """Return by how much evidence is divided: 1 for a short text, more with each doubling of its length."""
    unspaced = 0 if text.isascii() else len(_UNSPACED.findall(text))
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
    weak = sum(cue.worth for cue in cues if cue.kind is not _Kind.STRONG)
    return 1 - math.exp(-(strong + min(weak, _MOST_SUPPORT)) / allowance)
