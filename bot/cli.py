"""The `communique` command: one short function a verb; what a verb does stands in the use cases.

Errors are one line on stderr: exit status 1 where the work failed, 2 where it was asked wrongly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import Abort, TyperException

from bot import loop
from bot.app import use_own_zones
from bot.core.summary import METHODS
from bot.errors import AskedWronglyError, CommuniqueError
from bot.logs import set_up_logs
from bot.settings import Settings, read_settings

PREVIEW_PORT = 8080
FORMS = ("text", "html", "markdown", "json")

cli = typer.Typer(
    name="communique",
    help="What happened in the world's alliances and tariffs, in sentences that were really written.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

feeds = typer.Typer(help="Feeds: list, add, remove, check, import, export, read.")
cli.add_typer(feeds, name="feeds")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Count = Annotated[int, typer.Option("-n", help="How many sentences.", min=1)]


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    """Return what reads an option that has a fixed set of values."""

    def read(given: str) -> str:
        if given not in allowed:
            raise typer.BadParameter(f"{given!r} is none of {', '.join(allowed)}")
        return given

    return read


Method = Annotated[str, typer.Option(metavar="METHOD", help=f"One of {', '.join(METHODS)}.", parser=_one_of(METHODS))]


@cli.command()
def run(
    or_preview: Annotated[bool, typer.Option("--or-preview", help="Without a token: the preview instead.")] = False,
) -> None:
    """Run the bot on Telegram (TELEGRAM_BOT_TOKEN) until it is told to stop."""
    settings = _settings(logs=True)
    from bot.run import preview as run_preview
    from bot.run import serve

    if or_preview and settings.token is None:
        loop.run(run_preview(settings, PREVIEW_PORT))
    else:
        loop.run(serve(settings))


@cli.command()
def preview(
    port: Annotated[int, typer.Option(help="Where the chat page is.", min=0, max=65535)] = PREVIEW_PORT,
) -> None:
    """Run the same bot against a Bot API built in, with a chat page in the browser."""
    settings = _settings(logs=True)
    from bot.run import preview as run_preview

    loop.run(run_preview(settings, port))


@cli.command()
def summarize(
    source: Annotated[str, typer.Argument(metavar="[FILE|URL|-]", help="An article; - reads stdin.")] = "-",
    n: Count = 3,
    share: Annotated[float | None, typer.Option(help="Instead of -n: this share of its sentences, up to 1.")] = None,
    characters: Annotated[int | None, typer.Option(help="Instead of -n: as many as fit into this length.")] = None,
    method: Method = "news",
    as_json: Json = False,
) -> None:
    """Summarize an article in its own sentences."""
    from bot.verbs.reading import summarize as do

    _leave(do(_settings(), source, n=n, share=share, characters=characters, method=method, as_json=as_json))


@cli.command()
def extract(
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL|-…", help="Pages, PDF, DOCX, Markdown, text.")],
    url: Annotated[str | None, typer.Option(help="Where the input is from, for its links.")] = None,
) -> None:
    """Write what is read out of pages and documents, a JSON line each."""
    from bot.verbs.extracting import extract as do

    _leave(do(sources, url))


@cli.command()
def add(paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Article files or folders.")]) -> None:
    """Put article files into the store; a bad file is named and skipped."""
    from bot.verbs.storing import add as do

    _leave(do(_settings(), paths))


@cli.command()
def digest(
    topics: Annotated[str, typer.Option(help="Topics and places, comma-separated.")] = "alliances,tariffs",
    since: Annotated[str, typer.Option(help="How far to look back: 90m, 24h or 7d.")] = "24h",
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", parser=_one_of(FORMS), help=f"One of {', '.join(FORMS)}.")
    ] = "text",
) -> None:
    """Print a digest of the store."""
    from bot.verbs.storing import digest as do

    _leave(do(_settings(), topics, since, form))


@cli.command()
def search(
    query: Annotated[list[str], typer.Argument(metavar="QUERY")],
    as_json: Json = False,
    limit: Annotated[int, typer.Option("-n", help="How many at most.", min=1)] = 20,
) -> None:
    """Find articles that have all the words, best first."""
    from bot.verbs.storing import search as do

    _leave(do(_settings(), " ".join(query), limit=limit, as_json=as_json))


@cli.command()
def analyze(n: Count = 3, method: Method = "news") -> None:
    """Read JSON Lines on stdin, write summary, topics, places and keywords of each, in order."""
    from bot.verbs.reading import analyze as do

    _leave(do(sys.stdin.buffer, n=n, method=method))


@cli.command()
def cluster(
    stored: Annotated[bool, typer.Option("--stored", help="The store's newest week anew, instead of stdin.")] = False,
    as_json: Json = False,
) -> None:
    """Read JSON Lines on stdin, write the story of each article: those of one event share it."""
    from bot.verbs import clustering

    _leave(clustering.cluster_stored(_settings(), as_json=as_json) if stored else clustering.cluster(sys.stdin.buffer))


@cli.command()
def sentences() -> None:
    """Read JSON Lines on stdin, write the sentences of each text."""
    from bot.verbs.reading import sentences as do

    _leave(do(sys.stdin.buffer))


@cli.command()
def stats(as_json: Json = False) -> None:
    """Count what the store holds."""
    from bot.verbs.storing import stats as do

    _leave(do(_settings(), as_json=as_json))


@cli.command()
def check(as_json: Json = False) -> None:
    """Check token, database and data: what works, what doesn't, what to do."""
    from bot.verbs.checking import check as do

    _leave(do(_settings(), as_json=as_json))


@cli.command()
def poll(as_json: Json = False) -> None:
    """Ask all feeds, once."""
    from bot.verbs.feeding import poll as do

    _leave(do(_settings(), as_json=as_json))


@feeds.command(name="list")
def list_feeds(as_json: Json = False) -> None:
    """List the feeds and how they are."""
    from bot.verbs.feeding import list_feeds as do

    _leave(do(_settings(), as_json=as_json))


@feeds.command(name="add")
def add_feeds(
    urls: Annotated[list[str], typer.Argument(metavar="URL…", help="A feed, or any page that names one.")],
) -> None:
    """Follow feeds."""
    from bot.verbs.feeding import add_feeds as do

    _leave(do(_settings(), urls))


@feeds.command(name="remove")
def remove_feeds(names: Annotated[list[str], typer.Argument(metavar="URL|NAME…")]) -> None:
    """Follow feeds no longer; their articles stay."""
    from bot.verbs.feeding import remove_feeds as do

    _leave(do(_settings(), names))


@feeds.command(name="check")
def check_feeds(
    names: Annotated[list[str] | None, typer.Argument(metavar="[URL|NAME…]", help="All, if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Ask feeds and say which can be read."""
    from bot.verbs.feeding import check_feeds as do

    _leave(do(_settings(), names or (), as_json=as_json))


@feeds.command(name="import")
def import_feeds(files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="TOML or OPML.")]) -> None:
    """Add the feeds of files."""
    from bot.verbs.feeding import import_feeds as do

    _leave(do(_settings(), files))


@feeds.command(name="export")
def export_feeds(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Where to; stdout if left out.")] = None,
) -> None:
    """Write the feeds as OPML."""
    from bot.verbs.feeding import export_feeds as do

    _leave(do(_settings(), file))


@feeds.command(name="read")
def read_feeds(files: Annotated[list[Path], typer.Argument(metavar="FILE…")]) -> None:
    """Read feed files, a JSON line an entry."""
    from bot.verbs.feedfiles import read_feeds as do

    _leave(do(files))


def _settings(*, logs: bool = False) -> Settings:
    settings = read_settings()
    if logs:
        secret = settings.communique_webhook_secret
        secrets = (settings.token or "", secret.get_secret_value() if secret is not None else "")
        set_up_logs(settings.communique_log, settings.communique_log_level, secrets)
    else:
        set_up_logs("text", "ERROR")
    return settings


def _leave(status: int) -> None:
    if status:
        raise typer.Exit(status)


def main() -> None:
    """Run the command; end with its exit status."""
    sys.exit(_status())


def _status() -> int:
    use_own_zones()
    if len(sys.argv) == 1:
        sys.argv.append("--help")
    try:
        status = cli(standalone_mode=False, prog_name="communique")
        sys.stdout.flush()
    except TyperException as error:
        hint = "; --help shows how" if error.exit_code == AskedWronglyError.exit_status else ""
        return _failed(error.format_message().replace("Value error, ", "").rstrip(".") + hint, error.exit_code)
    except CommuniqueError as error:
        return _failed(str(error), error.exit_status)
    except (KeyboardInterrupt, Abort):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that closing stdout says nothing more
        return 1
    return status if isinstance(status, int) else 0


def _failed(sentence: str, status: int) -> int:
    line = " ".join(sentence.split())
    print(f"communique: {line}", file=sys.stderr)  # noqa: T201 -- the one line
    return status
