"""What the spellings of a phrase share: singular and plural, a country and its people.

It knows no language but English and no vocabulary; it finds nothing in texts.
"""

from __future__ import annotations

from functools import lru_cache

_ROOT = 4  # letters


@lru_cache(maxsize=4_000)  # the names of countries, in their spellings
def root(text: str) -> str:
    """Return what the words for a country and its people mostly share.

    >>> root("Iraqis") == root("Iraq"), root("South Korean") == root("South Africa")
    (True, False)
    """
    return text.lower().replace("-", " ").split()[-1][:_ROOT]


@lru_cache(maxsize=20_000)  # as many as a vocabulary has phrases, in all their spellings
def stem(phrase: str) -> str:
    """Return what singular and plural of an English phrase share, white space and case apart.

    >>> stem("Import  duties") == stem("import duty"), stem("tariffs")
    (True, 'tariff')
    """
    words = " ".join(phrase.lower().split())
    for ending, singular in (("ies", "y"), ("ss", "ss"), ("s", "")):
        if words.endswith(ending):
            return words.removesuffix(ending) + singular
    return words
