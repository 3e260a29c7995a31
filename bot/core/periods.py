# ruff: noqa: RUF001, RUF002, SIM905 -- letters and signs of many scripts; lists of words are read as text
"""Tells whether a period ends a sentence; it does not look for periods, and knows no other sign.

The work is done by NLTK's Punkt (Kiss & Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection"), whose
parameters are filled from our own lists instead of a downloaded model: the abbreviations of `data/abbreviations.toml`
as `abbrev_types`, and the function words of the language as words known to be written small, so that a capital on one
of them shows a sentence's start ("… in the U.S. The next …", but "the U.S. President").

Rules of ours stand before it, where Punkt would need a trained model:
1. A word with a small letter starts no sentence, except a brand (`eBay`), or in a text that has no capitals at all.
2. Titles precede a name and never end a sentence.
3. Some abbreviations are words, too: they abbreviate only before a number ("No. 5", "He said no. Then").
4. Single letters and initials without a space ("J. Smith", "Л.Н. Толстой") are read like an abbreviation;
   a second single letter behind one proves nothing ("А. С. Иванов", though с is a function word).
5. Where ordinals carry a period (German "3. Oktober", "Friedrich II. von"), a number of up to two digits or a Roman
   one before a capital that is no function word is an ordinal.

Known exceptions: "in the U.S. Trump said" stays whole (a name after an abbreviation); a German sentence that ends in
a number below 100 runs on if the next one starts with a noun.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from nltk.tokenize.punkt import PunktSentenceTokenizer

_TITLES = frozenset(
    """mr mrs ms mx messrs dr drs prof profs rev fr st sts msgr gov govs sen sens rep reps gen lt col maj capt cpt cmdr
    adm brig sgt cpl pvt amb pres hon supt insp det hr hrn frl frk dhr mevr mw m mm mme mmes mlle mlles mgr me pr sr sra
    srta sres sras dña d lic ing arq excmo excma don sto sta mons sig sigg sig.ra sig.na dott dott.ssa prof.ssa avv on
    dra profa exmo exma pe eng проф акад св ген полк доц г-н г-жа им ім тов dipl mag skt ks św bp abp gral cnel tte
    e.g i.e z.b d.h u.a p.ej p.ex cf cfr vgl np напр т.е т.н""".split()
)
"""Titles, and what introduces an example: something must follow."""

_BEFORE_NUMBERS = frozenset(
    """no nos art arts ch chap sec secs vol vols fig figs par para pp p pt max min mins est v t s f ff sp tab abs
    abb bd mon tue wed thu fri sat sun mo di mi do fr sa so jan feb mar apr jun jul aug sep set dec lun mar mer
    jeu ven vie dom dim sam ag mag ago gen giu lug ott dic abr mai juil juin out may núm nros cap caps pág pag
    col inc tel fax nn num let lett st ст ч п с т гл рис разд пп approx max eq ed eds ref""".split()
) - {"inc", "gen", "st", "col", "fr"}
"""Abbreviations that are words as well, or end a sentence, unless a number follows."""

_NAMES = frozenset("will may can do so in us most mark don".split())
"""Function words that are names or months as well: no proof of a sentence's start."""

_REMEMBERED = 4096  # decisions; Punkt takes 20 µs for one, and texts repeat themselves
_ORDINAL_LANGUAGES = frozenset("de da no nb nn fi et lv cs sk pl hu hr sl sr bs is fo lb tr eu".split())
_ORDINAL = re.compile(r"(?:\d{1,2}|[IVX]{1,6})\Z")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]{1,2}\Z")
_BRAND = re.compile(r"[a-z]{1,2}[A-Z]")


class PeriodJudge:
    """Decides on periods of one language.

    Args:
        language: ISO 639-1.
        abbreviations: lower case, without the last period.
        starters: lower-case function words; a capital on one starts a sentence.
    """

    def __init__(self, language: str, abbreviations: AbstractSet[str], starters: AbstractSet[str]) -> None:
        self._abbreviations = abbreviations
        self._starters = frozenset(starters) - _NAMES
        self._ordinals = language in _ORDINAL_LANGUAGES
        self._ends = lru_cache(maxsize=_REMEMBERED)(self._punkt_ends)
        self.is_plain = lru_cache(maxsize=_REMEMBERED)(self._is_plain)
        """Say whether a word is no abbreviation, letter or number: before a capital its period ends a sentence."""

    @cached_property
    def _punkt(self) -> PunktSentenceTokenizer:
        from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer  # 0.2 s, 28 MB

        seen_small = 1 << 5  # Punkt's flag "met inside a sentence with a small letter" (its constant is private)
        parameters = PunktParameters()
        parameters.abbrev_types.update(self._abbreviations)
        for word in self._starters:
            parameters.add_ortho_context(word, seen_small)
        return PunktSentenceTokenizer(parameters)

    def _punkt_ends(self, before: str, after: str) -> bool:
        return bool(self._punkt.text_contains_sentbreak(f"{before}. {after} -"))

    def _is_plain(self, word: str) -> bool:
        if len(word) == 1 or not word.isalpha() or word.lower() in self._abbreviations:
            return False
        return not (self._ordinals and _ORDINAL.match(word))

    def starts(self, word: str) -> bool:
        """Say whether a capitalized word is known to be capitalized because a sentence starts."""
        return word.lower() in self._starters

    def ends(self, before: str, after: str, *, uncased: bool = False) -> bool:
        """Say whether the period between two words ends a sentence.

        Args:
            before: the word that carries the period, without it.
            after: the next word, without quotation marks before it.
            uncased: the text has no capitals, so small letters say nothing.

        >>> english = PeriodJudge("en", frozenset({"u.s", "no"}), frozenset({"the"}))
        >>> english.ends("U.S", "President"), english.ends("U.S", "The")
        (False, True)
        >>> english.ends("no", "Then"), english.ends("No", "5")
        (True, False)
        """
        stem = before.lower()
        stem = stem if stem in self._abbreviations else stem.rpartition("-")[2].rpartition("/")[2]
        abbreviated = stem in self._abbreviations
        if after[:1].islower() and not uncased:
            return bool(_BRAND.match(after)) and not abbreviated
        if after[:1].isdigit():
            return not (abbreviated or stem in _BEFORE_NUMBERS or (len(stem) == 1 and stem.isalpha()))
        if stem in _TITLES and abbreviated:
            return False
        if stem in _BEFORE_NUMBERS and len(stem) > 1:
            return True
        if self._ordinals and _ORDINAL.match(before):
            return self.starts(after)
        if len(stem) == 1 and stem.isalpha():
            return len(after) > 1 and self.starts(after)
        if not abbreviated and _INITIALS.match(stem):
            return self.starts(after)
        if uncased:
            return not abbreviated
        if not abbreviated and before.isalpha():
            return True  # as Punkt says of every plain word; it takes 20 µs for it
        return self._ends(before, after)
