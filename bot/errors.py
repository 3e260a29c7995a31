"""The tree of errors; it decides nothing about how they are shown.

Every error has two faces: `str(error)` is for the log, and `chat/words.py` makes a sentence for the person.

    CommuniqueError
    ├── SettingError        a variable has a value it may not have          (exit status 2)
    ├── DataError           a file of data/ is wrong: names file and line   (exit status 2)
    ├── AskedWronglyError   a command or an option was used wrongly         (exit status 2)
    │   └── WishError       words of /subscribe that can't be understood
    ├── StoreError          the database can't be opened or written         (exit status 1)
    │   └── StoreUnwritableError  its folder or file can't be written       (exit status 2)
    ├── ArticleError        a file or message is no article we can read
    ├── RefusalError        a text can't be summarized, for a named reason
    ├── FetchError          an address can't be fetched, for a named reason
    │   └── AddressRefusedError   it is private, or none that may be opened
    └── TelegramError       Telegram refused something
        └── TokenRefusedError     the token is wrong                        (exit status 2)
"""

from __future__ import annotations


class CommuniqueError(Exception):
    """Everything this project raises on purpose."""

    exit_status = 1


class SettingError(CommuniqueError):
    """A variable of the environment has a value it may not have; the message names it and what it may be."""

    exit_status = 2


class DataError(CommuniqueError):
    """A file of `data/` can't be used; the message names the file, the line where known, and what is wrong."""

    exit_status = 2


class AskedWronglyError(CommuniqueError):
    """A command was asked in a way it can't be; the message says what would work."""

    exit_status = 2


class WishError(AskedWronglyError):
    """A word of a wish (`/subscribe tariffs 25:99`) means nothing.

    Args:
        word: what was not understood, as written.
        kind: `time`, `zone`, `days`, `topic` or `word`; `times` for one time of day too many.
        suggestion: what may have been meant, in a form that is understood, where anything is close.
    """

    def __init__(self, word: str, kind: str, *, suggestion: str | None = None) -> None:
        super().__init__(f"not understood as {kind}: {word!r}")
        self.word = word
        self.kind = kind
        self.suggestion = suggestion


class StoreError(CommuniqueError):
    """The database can't be reached, opened or migrated."""


class StoreUnwritableError(StoreError):
    """The database's folder or file can't be written."""

    exit_status = 2


class ArticleError(CommuniqueError):
    """A file or message holds no article that can be read."""


class RefusalError(CommuniqueError):
    """A text can't be summarized.

    Args:
        reason: `empty`, `too_short`, `not_prose`, `unsplittable` …: a key that words.py turns into a sentence.
        count: the number that goes with the reason (sentences found), where there is one.
    """

    def __init__(self, reason: str, *, count: int = 0) -> None:
        super().__init__(f"{reason} ({count})" if count else reason)
        self.reason = reason
        self.count = count


class FetchError(CommuniqueError):
    """An address can't be fetched.

    Args:
        reason: `unreachable`, `timeout`, `too_large`, `status`, `redirects`, `broken` (half an answer, a wrong
            compression), `not_found`, `paywall`, `unreadable` (no article in it), `no_feed`
            (neither a feed nor a page that names one): a key that words.py turns into a sentence.
        address: what was asked for, without credentials.
        status: the HTTP status, where one came.
        retry_after: seconds after which the server allows another try, where it said so.
        detail: what exactly it was, for the log.
    """

    def __init__(
        self,
        reason: str,
        address: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        said = f" {status}" if status is not None else ""
        super().__init__(f"{reason}{said}: {address}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.address = address
        self.status = status
        self.retry_after = retry_after
        self.detail = detail


class AddressRefusedError(FetchError):
    """An address that is never opened.

    Its `reason` is `private` (a loopback, private, link-local or metadata address), `scheme`, `credentials`, `port`
    or `no_address`.
    """


class TelegramError(CommuniqueError):
    """Telegram refused a request, or can't be reached."""


class TokenRefusedError(TelegramError):
    """Telegram does not know the token."""

    exit_status = 2
