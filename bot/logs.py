"""How the log is written: lines or JSON on stderr, never with the token; what is logged is everybody's own matter."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor

QUIET = ("telegram", "apscheduler", "alembic", "aiohttp.access", "asyncio")  # below warnings they talk of themselves


class Redacting(structlog.stdlib.ProcessorFormatter):
    """Takes secrets out of whole lines, tracebacks included."""

    def __init__(self, secrets: tuple[str, ...], processors: tuple[Processor, ...], before: list[Processor]) -> None:
        super().__init__(processors=processors, foreign_pre_chain=before)
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "<token>")
        return line


def set_up_logs(form: Literal["text", "json"], level: str, secrets: tuple[str, ...] = ()) -> None:
    """Direct structlog and the standard library's loggers to stderr, in one form.

    Args:
        form: `text` for people, `json` for programs: one object a line.
        level: the lowest level that is written.
        secrets: texts that must not appear.
    """
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: tuple[Processor, ...] = (
        (structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False))
        if form == "json"
        else (
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        )
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        Redacting(secrets, (structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last), before)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*before, structlog.stdlib.PositionalArgumentsFormatter(), _with_traceback, _wrapped],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _with_traceback(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Turn an exception handed over as `exc_info` into the triple that formatters expect."""
    error = event.get("exc_info")
    if isinstance(error, BaseException):
        event["exc_info"] = (type(error), error, error.__traceback__)
    return event


_wrapped = structlog.stdlib.ProcessorFormatter.wrap_for_formatter
