"""How the command line answers: a line on stdout, a complaint on stderr, JSON; it knows no verb."""

from __future__ import annotations

import json
import sys


def say(line: str = "") -> None:
    """Print a line of the answer."""
    print(line)  # noqa: T201 -- the answer


def complain(line: str) -> None:
    """Print a line about what went wrong."""
    print(f"communique: {line}", file=sys.stderr)  # noqa: T201 -- one line on stderr


def dumped(document: object) -> str:
    """Write JSON as people read it, in one line; lone surrogates are escaped, being no UTF-8."""
    text = json.dumps(document, ensure_ascii=False)
    return text if text.isascii() or _encodable(text) else json.dumps(document)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
