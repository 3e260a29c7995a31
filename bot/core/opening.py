# ruff: noqa: SIM905 -- lists of words are read as text
"""Tells how much a sentence tells, and whether a text's opening is its news; it chooses nothing.

Rules:
1. A sentence *tells* by its facts: a number, up to three names (half a fact each), a word of deciding or measuring, an
   actor of public life, a day. Quotations have numbers and names only; who says "I" or "you", and what leans on the
   sentence before it, count half; a fragment or a ceremony ("The ministers thanked …") tells nothing.
2. Facts and length are relative to the text itself: to the mean of its four most factual sentences, and to the length
   below which four fifths of its sentences stay.
3. The opening is *not the news* if its first `OPENING` sentences hold few facts and are short for the text: a scene, a
   person, a riddle, a protocol. The story *turns* to the news at the first sentence with `TURN` of the text's facts.

4. A timeline (`FEWEST_DATES` dates as headings), an explainer (`FEWEST_QUESTIONS` questions as headings) and a
   statement (`FEWEST_CEREMONIES` ceremonies) have a *form* of their own, in which the order says little.
5. A text with paragraphs is *composed* if these hold several sentences each (`SINGLE` to `SEVERAL` on average), or if
   many sentences (`EVEN` to `MIXED` of them) have fewer than `SHORT` words, or if many (`SPOKEN` to `STATED`) are
   ceremonies or say "we": a statement. There the facts of a sentence, and its length beside the longest ones, say more
   than its place, and whether the opening is the news is in `DOUBT` at least.

Theory: reporters open a feature with a scene of few facts and pay with a paragraph full of them. In the longer articles
of `tests/quality` the opening's sum is below 0.6 for anecdotes and explainers and above 1.0 for news. A text without
paragraphs (fewer than `FEWEST_PARAGRAPHS`) was flattened, mostly by a program that left captions in front; it needs
more evidence (`FLAT`). Reports for agencies and popular papers have a sentence a paragraph, of even length, first
things first; who composes a longer article gathers sentences into paragraphs, and puts facts into long ones, color and
comment into short ones. In the longer articles of `tests/quality` a paragraph has 1.6 to 2.8 sentences (fifth and
ninety-fifth percentile); in the 56 news articles of the open half of the evaluation sets that have paragraphs, 1.0 to
1.9 (tenth and ninetieth). What counts instead in a composed text tells `weights.Longer`.
Known exceptions: the words are English ones; in other languages position counts as it does in news. A scene full of
dates and names passes for news; a lead without any is taken for a scene. A report that lost some of its line ends looks
composed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bot.core.ranking import Judged

    Floats = NDArray[np.float64]

OPENING = 3
FEWEST_SENTENCES = 8
"""Shorter texts have no opening."""

FEWEST_PARAGRAPHS = 5
FORMED, STRUCTURED, FLAT, WIDTH = 1.1, 0.8, 0.4, 0.1
"""Sums below which an opening is not the news: in a text of a form of its own, in one with paragraphs, in one without;
and how far around them it is in doubt."""

FEWEST_DATES, FEWEST_QUESTIONS, FEWEST_CEREMONIES = 3, 2, 4
"""Headings and sentences that make a text a timeline, an explainer, a statement."""

SINGLE, SEVERAL = 1.4, 1.7
"""Sentences a paragraph between which a text becomes a composed one. With 1.2 and 1.4 the news articles with paragraphs
lose 0.9 (mean of ROUGE-1, -2 and -L), with 1.5 and 2.0 the longer articles two points of their share."""

SHORT = 12
EVEN, MIXED = 0.3, 0.4
"""Shares of sentences of fewer than so many words between which a text becomes a composed one, whatever its paragraphs.
With 0.2 and 0.35 the longer articles gain nothing, and the news articles with paragraphs lose 0.3."""

SPOKEN, STATED = 0.1, 0.2
"""Shares of ceremonies and sentences that say "we" between which a text becomes a statement: most of those among the
longer articles have a quarter to all, the news articles with paragraphs at most an eighth."""

DOUBT = 0.7
"""How surely, at least, the opening of a composed text is taken for a scene: from 0.5 to 1.0 the share of key sentences
changes by a point, at 0.0 it falls by three. Were no scene told by its facts, it would be 0.91 with it, 0.77 at 0.0."""

TURN = 0.7
_RICHEST = 4  # sentences whose facts are a text's measure
_LONGEST, _FEWEST_LONGEST = 0.25, 3  # share of the sentences whose length is, and how many at least
_LENGTHS = 0.8  # share of the sentences that are no longer than what counts as a text's full length
_SHORTEST_FULL, _LONGEST_FULL = 8, 14  # words of content
_LENGTH_SHARE = 0.65  # of how much a sentence tells; facts are the rest

_NUMBER = re.compile(r"\d")
_NAME = re.compile(r"[A-Z](?<=[a-z,] [A-Z])\w+")  # a capital in front is searched for fast
_MOST_NAMES = 3
_DECIDES = frozenset(
    """will shall must according announce announced announces agree agreed agrees sign signed signs approve
    approved approves decide decided decides vote voted votes rule ruled rules order ordered orders impose
    imposed imposes ban banned bans suspend suspended suspends withdraw withdraws withdrew accuse accused
    accuses warn warned warns launch launched launches reject rejected rejects demand demanded demands adopt
    adopted adopts end ended ends lift lifted lifts rose fell rise rises fall falls percent estimate estimates
    expect expected expects""".split()
)
_ACTORS = frozenset(
    """government governments minister ministers ministry ministries president presidents parliament parliaments
    court courts judge judges police official officials lawmaker lawmakers senate senator senators congress
    commission council union army military troops forces company companies bank banks agency authorities party
    ambassador countries nation nations alliance treaty sanctions tariff tariffs duty duties talks trade
    prosecutor prosecutors researcher researchers scientists diplomat diplomats kremlin""".split()
)
_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday yesterday week january february march april june
    july august september october november december""".split()
)
_CEREMONY = frozenset(
    """thank thanks thanked recall recalls recalled reaffirm reaffirms reaffirmed reiterates reiterated
    gratitude grateful pleased tribute commend commends commended underlines underlined welcomes welcomed pleasure
    honored honoured hospitality congratulates congratulated appreciation underscored emphasized emphasised
    long-standing cordial friendly""".split()
)
_CEREMONIES = (
    "exchanged views", "great importance", "took note", "takes note", "looked forward", "looks forward",
    "looking forward", "met today", "was opened by", "stressed the", "ordinary session", "has always",
    "was held in", "were held in", "was held via", ", met in", ", met on", "look forward", "were joined by",
)  # fmt: skip
_WE_SAY = tuple(
    f"We {verb} "
    for verb in """met welcome welcomed acknowledge recognize recognise reiterate emphasize emphasise underline
    underscore stress affirm appreciate""".split()
)
_VOICES = ("We ", "We, ", "Our ")
_NEAR = frozenset("i i'm i've my me you your you're we our us".split())
NUMBER, DECIDES, ACTS, DATES, NEAR, THANKS = 1, 2, 4, 8, 16, 32
"""What a word may tell, added up: a number stands in it, it decides, is an actor, dates, speaks to or of those who are
near, or belongs to a ceremony."""

_SIGNS = ((_DECIDES, DECIDES), (_ACTORS, ACTS), (_DAYS, DATES), (_NEAR, NEAR), (_CEREMONY, THANKS))
_TELLING = {word: sum(sign for others, sign in _SIGNS if word in others) for words, _ in _SIGNS for word in words}
_LONGEST_DATE = 30
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b", re.IGNORECASE)


def tells(word: str) -> int:
    """Return what a word tells, in small letters and English: any of the signs above, added up.

    >>> tells("ministry") == ACTS, tells("2030") == NUMBER, tells("steel")
    (True, True, 0)
    """
    signs = _TELLING.get(word, 0)
    return signs if word.isalpha() or not _NUMBER.search(word) else signs | NUMBER


def is_quoted(sentence: str) -> bool:
    """Say whether a sentence quotes somebody."""
    return '"' in sentence or "“" in sentence or "”" in sentence


def ceremonies_in(text: str) -> tuple[str, ...]:
    """Return the phrases of protocol that a text has at all: most texts have none, and no sentence of them is asked."""
    return tuple([phrase for phrase in _CEREMONIES if phrase in text])


def is_ceremony(sentence: str, signs: int, phrases: Sequence[str] = _CEREMONIES) -> bool:
    """Say whether a sentence is protocol: thanks, greetings, importance attached; one that decides something is none.

    Args:
        sentence: as it stands, in English.
        signs: what its words tell.
        phrases: those of protocol that its text has.

    >>> is_ceremony("The ministers thanked their host.", ACTS | THANKS), is_ceremony("They took note.", 0)
    (True, True)
    >>> is_ceremony("They welcomed it and will pay.", THANKS | DECIDES)
    False
    """
    if signs & DECIDES:
        return False
    if signs & THANKS or (sentence.startswith("We ") and sentence.startswith(_WE_SAY)):
        return True
    return bool(phrases) and any(phrase in sentence for phrase in phrases)


def is_voiced(sentence: str) -> bool:
    """Say whether a sentence without a quotation speaks for those who issue it, as statements do.

    >>> is_voiced("We have agreed on a duty."), is_voiced("Western banks fell.")
    (True, False)
    """
    return sentence.startswith(_VOICES)


def facts(sentence: str, signs: int, *, quoted: bool = False) -> float:
    """Return how many facts a sentence holds, from 0 to 5.5 (rule 1).

    Args:
        sentence: as it stands, in English.
        signs: what its words tell.
        quoted: it quotes somebody.

    >>> facts("She dips a glass into it.", 0)
    0.0
    >>> facts("On Monday, the ministry set 25 percent.", DATES | ACTS | NUMBER | DECIDES)
    4.5
    """
    count = (1.0 if signs & NUMBER else 0.0) + min(_MOST_NAMES, len(_NAME.findall(sentence))) / 2
    if quoted:
        return count
    count += (signs & (DECIDES | ACTS | DATES)).bit_count()
    return count / 2 if signs & NEAR else count


@dataclass(frozen=True, slots=True)
class Reading:
    """How much each sentence tells (0–1), how surely the opening is not the news, and where the news begins.

    `length` and `facts`: how long each sentence is, and how many facts it holds, beside the text's most (0-1); what is
    empty has none. `composed`: how surely the text is a longer article, and no report (rule 5). `scene` and `composed`
    are from 0 to 1. `structured`: whether the text has paragraphs.
    """

    telling: Floats
    length: Floats
    facts: Floats
    scene: float = 0.0
    turn: int = 0
    composed: float = 0.0
    structured: bool = False


def has_form(sentences: Sequence[Judged]) -> bool:
    """Say whether a text, headings and all, is a timeline, an explainer or a statement (rule 4).

    >>> from bot.core.ranking import Judged
    >>> has_form([Judged((), junk=True, heading="date")] * 3), has_form([Judged((), ceremony=True)] * 3)
    (True, False)
    """
    headings = [sentence.heading for sentence in sentences if sentence.junk]
    return (
        headings.count("date") >= FEWEST_DATES
        or headings.count("question") >= FEWEST_QUESTIONS
        or sum(sentence.ceremony for sentence in sentences) >= FEWEST_CEREMONIES
    )


def heading(line: str) -> str:
    """Return what a heading is, if it is one: a `date`, a `question`, or nothing known.

    >>> heading("What happens next?"), heading("4 March 2022:"), heading("A turning point")
    ('question', 'date', '')
    """
    if line.endswith("?"):
        return "question"
    return "date" if len(line) <= _LONGEST_DATE and _NUMBER.search(line) and _MONTH.search(line) else ""


def read_opening(sentences: Sequence[Judged], *, formed: bool = False) -> Reading:
    """Read how a text opens; a text without facts opens with its news.

    Args:
        sentences: without junk.
        formed: the text is a timeline, an explainer or a statement.
    """
    import numpy as np  # 0.2 s, 14 MB

    counts = np.array([len(sentence.words) for sentence in sentences], dtype=np.float64)
    empty = np.array([sentence.fragment or sentence.ceremony for sentence in sentences])
    held = np.array([sentence.facts / 2 if sentence.leans else sentence.facts for sentence in sentences])
    held[empty] = 0.0
    in_order = counts.copy()
    in_order.sort()
    full = min(max(float(in_order[int(_LENGTHS * (len(counts) - 1))]), _SHORTEST_FULL), _LONGEST_FULL)
    lengths = counts / full
    held_in_order = held.copy()
    held_in_order.sort()
    richest = _mean(held_in_order[-_RICHEST:])
    told = np.minimum(1, held / richest) if richest else held
    telling = np.minimum(1, lengths)
    telling[empty] = 0.0
    telling = _LENGTH_SHARE * telling + (1 - _LENGTH_SHARE) * told
    longest = in_order[-max(_FEWEST_LONGEST, round(_LONGEST * len(counts))) :]
    long = np.minimum(1, counts / max(1.0, _mean(longest)))
    long[empty] = 0.0
    if not richest or len(sentences) < FEWEST_SENTENCES:
        return Reading(telling, long, told)
    opening = _mean(told[:OPENING]) + _mean(np.minimum(1.2, lengths[:OPENING])) / 2
    paragraphs = len({sentence.paragraph for sentence in sentences})
    structured = paragraphs >= FEWEST_PARAGRAPHS
    least = FORMED if formed else STRUCTURED if structured else FLAT
    scene = (least + WIDTH / 2 - opening) / WIDTH
    composed = _composed(sentences, paragraphs) if structured else 0.0
    turn = int((told >= TURN).argmax())
    return Reading(telling, long, told, max(_bounded(scene), DOUBT * composed), turn, composed, structured)


def _mean(numbers: Floats) -> float:
    return float(numbers.sum()) / len(numbers)  # a third of the time of numbers.mean()


def _composed(sentences: Sequence[Judged], paragraphs: int) -> float:
    """Say how surely a text with paragraphs is a longer article (rule 5)."""
    several = (len(sentences) / paragraphs - SINGLE) / (SEVERAL - SINGLE)
    short = [sentence.length < SHORT for sentence in sentences].count(True) / len(sentences)
    stated = [sentence.ceremony or sentence.voiced for sentence in sentences].count(True) / len(sentences)
    return _bounded(max(several, (short - EVEN) / (MIXED - EVEN), (stated - SPOKEN) / (STATED - SPOKEN)))


def _bounded(share: float) -> float:
    return min(1.0, max(0.0, share))
