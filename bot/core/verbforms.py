"""The forms of regular English verbs, from their base; it knows no irregular ones and reads no text."""

from __future__ import annotations

import re

_SIBILANT = re.compile(r"(s|x|z|ch|sh)$")
_DOUBLING = re.compile(r"[^aeiou][aeiou][^aeiouwxy]$")


def verb_forms(base: str) -> tuple[str, ...]:
    """Return a verb with its endings; of the first word, where it is a verb with its particle.

    Where the last letter may be doubled both spellings are given: the stress that decides can't be seen.

    >>> verb_forms("levy"), verb_forms("wave through")
    (('levy', 'levies', 'levied', 'levying'), ('wave through', 'waves through', 'waved through', 'waving through'))
    >>> verb_forms("ban")[1:]
    ('bans', 'baned', 'baning', 'banned', 'banning')
    """
    verb, _, particle = base.partition(" ")
    if verb.endswith("e"):
        forms = [f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
    elif verb.endswith("y") and verb[-2:-1] not in set("aeiou"):
        forms = [f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"]
    elif _SIBILANT.search(verb):
        forms = [f"{verb}es", f"{verb}ed", f"{verb}ing"]
    else:
        stems = [verb, verb + verb[-1]] if _DOUBLING.search(verb) else [verb]
        forms = [f"{verb}s", *(f"{stem}{ending}" for stem in stems for ending in ("ed", "ing"))]
    return (base, *(f"{form} {particle}".strip() for form in forms))
