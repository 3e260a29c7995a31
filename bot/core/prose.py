# ruff: noqa: RUF001 -- letters and signs of many scripts
"""Tells what a sentence lacks to stand alone in a summary; it ranks nothing and drops nothing.

Three judgments, each a rule on the sentence's own characters (what is no part of the story at all tells `junk.py`):
1. A sentence *leans* on the one before it if it starts with a conjunction, pronoun or demonstrative ("But he …",
   "These insiders …"), or opens or closes a quotation that it does not hold whole.
2. A *fragment* ends without a closing sign (headings, captions), asks a question, or has less than `FEWEST` words.
3. A sentence of at most `LONGEST_SILENCE` words that says that somebody *said nothing* ("declined to comment") tells a
   reader who has a minute no more than a fragment does. Only English is asked for it.

Known exceptions: "It is" and "There is" may stand alone, and are not listed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST = 5
"""Fewest words of a sentence that tells something; for scripts without spaces, four characters count as a word."""

LONGEST_SILENCE = 25
"""Most words of a sentence that only tells of silence; longer ones tell who is silent about what. Chosen by eye, on
thirty such sentences of the open half of the evaluation sets."""

_LEANING = {
    "en": """But And So Yet Or Nor However Still Meanwhile Instead Thus Therefore Moreover Furthermore Besides
        Nevertheless He She They His Her Their Its This That These Those Such Both Another Others Then Here Also
        Even""",
    "de": """Aber Doch Und Oder Er Sie Sein Seine Ihr Ihre Dies Diese Dieser Dieses Das Dabei Damit Dadurch
        Deshalb Daher Zudem Außerdem Auch Dagegen Danach Dann Allerdings Jedoch Denn Solche Beide""",
    "fr": """Mais Et Ou Or Donc Car Il Elle Ils Elles Ce Cet Cette Ces Son Sa Ses Leur Leurs Cela Ceci Ainsi
        Cependant Aussi Pourtant Toutefois Celui Celle""",
    "es": """Pero Y O Así Además También Él Ella Ellos Ellas Este Esta Estos Estas Ese Esa Esos Esas Esto Eso Su
        Sus Sin Aquel Aunque Luego Entonces Ambos""",
    "it": """Ma E O Però Quindi Inoltre Così Anche Egli Lui Lei Loro Questo Questa Questi Queste Quello Quella
        Suo Sua Suoi Ciò Tuttavia Infatti Entrambi""",
    "pt": """Mas E Ou Porém Assim Além Também Ele Ela Eles Elas Este Esta Estes Estas Esse Essa Esses Essas Isso
        Isto Seu Sua Seus Suas Entretanto Contudo Ambos""",
    "ru": """Но А И Или Однако Он Она Они Оно Это Этот Эта Эти Такой Такая Такие Его Её Ее Их Также Поэтому Тем
        Затем Кроме При Тогда Там""",
    "uk": """Але А І Й Та Або Однак Проте Він Вона Вони Воно Це Цей Ця Ці Такий Така Такі Його Її Їх Їхній Також
        Тому Тоді Крім При Там""",
    "ar": "لكن ولكن كما وهو وهي وهذا وهذه هذا هذه ذلك وذلك لذلك إلا أيضا",
}
_LEANING_UNSPACED = {
    "ja": "しかし だが また そして これ それ この その 彼 さらに 一方 なお ただ",
    "zh": "但 然而 不过 不過 而且 同时 同時 他 她 它 这 這 那 该 該 此外 因此 所以 另外",
}
_LEANS = {language: frozenset(words.split()) for language, words in _LEANING.items()}
_LEANS_UNSPACED = {language: tuple(words.split()) for language, words in _LEANING_UNSPACED.items()}
_FIRST_WORD = re.compile(r"[\"'“„«‘(\s—–-]*([^\W\d_]+)")
_CLOSED = re.compile(r"[.!…։。！．।॥؟۔][\"'”’»“)\]」』）\u200e\u200f\s]*\Z")
_ASKED = r"(?:an? |the |several |repeated |our |written )?(?:\w+ )?(?:request|call|question|message|e-?mail|inquir)"
_SILENCE = re.compile(
    r"\b(?:declin|refus)(?:ed|es|ing) (?:to comment|comment|further comment|an interview)\b"
    r"|\b(?:did|does|do|had|has|have|would)(?: not|n['’]t)(?: immediately| yet| publicly| directly)?"
    # what is answered must be a question: who does not respond to an offer, or return an island, makes news
    rf" (?:comment|(?:repl(?:y|ied)|respond(?:ed)?) to {_ASKED}|return(?:ed)? {_ASKED})"
    r"|\b(?:be reached|available|reachable) for comment\b"
    r"|\bno (?:immediate |official |further )?(?:comment|reaction|response|reply) (?:from|was|came)\b",
    re.IGNORECASE,
)
_HINTS_OF_SILENCE = ("comment", "interview", "respon", "repl", "return", "reaction")
_UNSPACED = re.compile(r"[\u2e80-\U0010ffff]")  # from here on scripts stand without spaces
_PAIRS = (("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"), ("(", ")"), ("（", "）"))


def pairs_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of signs, one opening and one closing, of which a text has any."""
    return tuple([pair for pair in _PAIRS if pair[0] in text or pair[1] in text])


def leans(sentence: str, language: str, pairs: Sequence[tuple[str, str]] = _PAIRS) -> bool:
    """Say whether a sentence needs the one before it to be understood.

    Args:
        sentence: as it stands.
        language: ISO 639-1.
        pairs: those of `pairs_in` its text, where many sentences of one text are asked.

    >>> leans("But he declined.", "en"), leans("“We will not.", "en"), leans("The minister declined.", "en")
    (True, True, False)
    """
    leaning = _LEANS.get(language)
    if leaning and (first := _FIRST_WORD.match(sentence)) and first[1] in leaning:
        return True
    starts = _LEANS_UNSPACED.get(language)
    if starts and sentence.lstrip("「“『").startswith(starts):
        return True
    if sentence.count('"') % 2:
        return True
    for opening, closing in pairs:
        if sentence.count(opening) != sentence.count(closing) and not (opening == "“" and "„" in sentence):
            return True
    return False


def is_fragment(sentence: str, words: int | None = None) -> bool:
    """Say whether a sentence is a heading, a caption, a question or a cry rather than a statement.

    Args:
        sentence: as it stands.
        words: its length, where that is known.

    >>> is_fragment("A turning point"), is_fragment("Who pays?"), is_fragment("The duty on steel rises to 25 %.")
    (True, True, False)
    """
    if (length(sentence) if words is None else words) < FEWEST:
        return True
    return sentence[-1] not in ".!…" and not _CLOSED.search(sentence)


def tells_of_silence(sentence: str, words: int | None = None) -> bool:
    """Say whether an English sentence tells that somebody said nothing, and hardly more.

    Args:
        sentence: as it stands.
        words: its length, where that is known.

    >>> tells_of_silence("The ministry declined to comment."), tells_of_silence("It did not respond to the tariffs.")
    (True, False)
    """
    if not any(hint in sentence for hint in _HINTS_OF_SILENCE):  # most sentences: a tenth of asking the pattern
        return False
    return (length(sentence) if words is None else words) <= LONGEST_SILENCE and bool(_SILENCE.search(sentence))


def length(sentence: str, written: Sequence[str] | None = None) -> int:
    """Return a sentence's length in words; four characters of a script without spaces count as one.

    Args:
        sentence: as it stands.
        written: what white space parts in it, where that is known.

    >>> length("The duty rises."), length("政府は関税を引き上げると発表した。")
    (3, 5)
    """
    unspaced = 0 if sentence.isascii() else len(_UNSPACED.findall(sentence))
    return len(sentence.split() if written is None else written) + unspaced // 4
