# ruff: noqa: RUF001, RUF002, SIM905 -- letters and signs of many scripts; lists of words are read as text
"""Tells which language a text is in; it does not say how surely, and knows no dialects.

1. The script decides where it can: kana is Japanese, Hangul Korean, Thai Thai …; the most used script of the text's
   beginning counts, a Chinese character as much as two and a half letters.
2. Cyrillic and Arabic letters that only one language has tell those languages apart (і ї є ґ and ы э ъ ё; پ چ ژ گ).
3. In Latin script the share of function words decides: an article has 35 to 50 % of them in its own language and less
   than 15 % in any other, close relatives aside; the best language must have `ENOUGH`.
4. What is left goes to py3langid, restricted to languages in Latin script. Loading it costs 1 s and 60 MB, so that
   this is the last step, and texts of a few words with no sign at all are taken for English.

Known exceptions: Danish and Norwegian, Croatian and Serbian in Latin script may be taken for each other.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.core.remembered import Remembered
from bot.core.stopwords import FREQUENT_WORDS, STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOKED_AT = 1_500  # characters of the text's beginning; more changes no decision
_CHARACTER = 2.5  # a Chinese character or kana says as much as so many letters
_KANA_SHARE = 0.05  # Japanese has 30 % kana and more; a Chinese text may quote の

ENOUGH = ((0.18, 1.25, 0.0), (0.07, 2.0, 1.5))
"""What decides for a language: a share of function words (weighted by how few languages have them), with a ratio to
the second language's, and a least sum. Of 8,354 English news texts 2 % fall below, most of them tables or headlines.
"""

_FEW = 4  # words; fewer are not worth loading a model for

_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "latin"),
    (0x1E00, 0x1EFF, "latin"),
    (0x0370, 0x03FF, "el"),
    (0x1F00, 0x1FFF, "el"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFC, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B00, 0x0B7F, "or"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0D80, 0x0DFF, "si"),
    (0x0E00, 0x0E7F, "th"),
    (0x0E80, 0x0EFF, "lo"),
    (0x0F00, 0x0FFF, "bo"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x139F, "am"),
    (0x1780, 0x17FF, "km"),
    (0x1100, 0x11FF, "ko"),
    (0xAC00, 0xD7AF, "ko"),
    (0x3040, 0x30FF, "kana"),
    (0x31F0, 0x31FF, "kana"),
    (0xFF66, 0xFF9D, "kana"),
    (0x3400, 0x4DBF, "han"),
    (0x4E00, 0x9FFF, "han"),
    (0xF900, 0xFAFF, "han"),
    (0x20000, 0x323AF, "han"),
)

_CYRILLIC: tuple[tuple[str, frozenset[str]], ...] = (
    ("kk", frozenset("қңғұһ")),
    ("tg", frozenset("ҷӣӯҳ")),
    ("be", frozenset("ў")),
    ("sr", frozenset("ђћџјљњ")),
    ("uk", frozenset("їєґі")),
    ("ru", frozenset("ыэё")),
)
_ARABIC: tuple[tuple[str, frozenset[str]], ...] = (("ur", frozenset("ٹڈڑےں")), ("fa", frozenset("پچژگکی")))
_BULGARIAN = frozenset("се са със който която което които ще бъде към според след няма".split())
_RARE = 0.004  # share of a language's own letters below which they are names and quotations

Weight = tuple[tuple[str, ...], float]
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LATIN_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LATIN_LANGUAGES = tuple(
    """af az br bs ca cs cy da de en eo es et eu fi fr fy ga gl ha hr ht hu id is it la lt lv mg ms nl no pl pt ro sk sl
    so sq sv sw tl tr uz vi zu""".split()
)


def detect_language(text: str) -> str:
    """Return a text's language as an ISO 639-1 code; English where nothing tells.

    >>> [detect_language(text) for text in ("関税の引き上げ", "Рада ухвалила її", "Der Zoll gilt für alle")]
    ['ja', 'uk', 'de']
    """
    beginning = text[:_LOOKED_AT]
    script = _script(beginning)
    if script == "latin":
        return _latin_language(beginning)
    if script == "cyrillic":
        return _cyrillic_language(beginning.lower())
    if script == "arabic":
        return _own_letters(beginning, _ARABIC) or "ar"
    if script == "devanagari":
        return "mr" if "आहे" in text or "ळ" in text else "hi"
    return script


def _script(text: str) -> str:
    """Return the script (or the language that alone uses it) of most letters; Latin where there are none."""
    # Where plain letters are more than all else can count for, nothing else need be counted.
    plain = text.encode("ascii", "ignore")
    letters = len(plain) - len(plain.translate(None, _LETTERS))
    if text.isascii() or letters > _CHARACTER * (len(text) - len(plain)) + 1:
        return "latin"
    counts: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if not letter.isalpha():
            continue
        code = ord(letter)
        script = next((name for first, last, name in _SCRIPTS if first <= code <= last), None)
        if script:
            counts[script] += count
    eastern = counts.pop("han", 0), counts.pop("kana", 0)
    if sum(eastern):
        counts["ja" if eastern[1] > _KANA_SHARE * sum(eastern) else "zh"] = round(sum(eastern) * _CHARACTER)
    return max(sorted(counts), key=counts.__getitem__) if counts else "latin"


def _own_letters(text: str, languages: tuple[tuple[str, frozenset[str]], ...]) -> str | None:
    for language, letters in languages:
        if sum(text.count(letter) for letter in letters) > _RARE * len(text):
            return language
    return None


def _cyrillic_language(text: str) -> str:
    if "ќ" in text or "ѓ" in text or "ѕ" in text:
        return "mk"
    own = _own_letters(text, _CYRILLIC)
    if own:
        return own
    words = _LATIN_WORD.findall(text)
    bulgarian = sum(word in _BULGARIAN or word.endswith(("ът", "ият", "ите", "ята")) for word in words)
    if bulgarian * 20 > len(words) or (bulgarian and "ъ" in text):
        return "bg"
    shares = {language: sum(word in STOP_WORDS[language] for word in words) for language in ("ru", "uk")}
    return "uk" if shares["uk"] > shares["ru"] else "ru"


@cache
def _weights() -> Mapping[str, Weight]:
    """Map each function word of the languages in Latin script to these, and to 1 / how many they are."""
    owners: dict[str, list[str]] = {}
    for lists in (STOP_WORDS, FREQUENT_WORDS):
        for language, words in lists.items():
            for word in words:
                owners.setdefault(word, []).append(language)
    weights = {word: (tuple(languages), len(languages) ** -0.5) for word, languages in owners.items()}
    elided = {word[:-1]: weight for word, weight in weights.items() if word.endswith("'")}  # for "l", "l'" counts
    return {**elided, **weights}


def _weight(written: str) -> Weight | None:
    weights = _weights()
    word = written.lower().replace("’", "'")
    return weights.get(word) or (weights.get(word.partition("'")[0] + "'") if "'" in word else None)


_WRITTEN = Remembered(_weight)


def _latin_language(text: str) -> str:
    words = _LATIN_WORD.findall(text)
    scores: dict[str, float] = {}
    for written, count in Counter(words).items():
        known = _WRITTEN[written]
        if known is not None:
            languages, weight = known
            for language in languages:
                scores[language] = scores.get(language, 0.0) + count * weight
    ranked = sorted(scores, key=lambda language: (-scores[language], language not in STOP_WORDS, language != "en"))
    if ranked:
        score = scores[ranked[0]]
        second = max((scores[language] for language in ranked[1:]), default=0.0)
        if any(score >= max(share * len(words), lead * second, least) for share, lead, least in ENOUGH):
            return ranked[0]
    if len(words) < _FEW:
        return ranked[0] if ranked else "en"
    return str(_identifier().classify(text)[0])


@cache
def _identifier() -> Any:
    """Load py3langid's model with the columns of languages in Latin script only: 60 MB instead of 80."""
    import numpy as np  # 0.2 s
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier  # 1 s with its model
    from py3langid.modelio import load_model

    likelihoods, priors, languages, moves, rows, output = load_model(MODEL_DIR / MODEL_FILE)
    columns = [number for number, language in enumerate(languages) if language in _LATIN_LANGUAGES]
    return LanguageIdentifier(
        np.ascontiguousarray(likelihoods[:, columns]),
        np.asarray(priors)[columns],
        [languages[number] for number in columns],
        moves,
        output,
        tk_row=rows,
    )
