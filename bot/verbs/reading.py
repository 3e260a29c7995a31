"""The verbs that read texts and keep nothing: summarize, analyze, sentences. Each returns the exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from bot.app import make_analyzer
from bot.chat import words
from bot.core.analysis import Analyzer
from bot.core.links import is_link, links_in
from bot.core.text import Splitter
from bot.errors import ArticleError, AskedWronglyError, FetchError, RefusalError
from bot.model import Analysis, Article
from bot.seeds import load_abbreviations
from bot.settings import Settings
from bot.verbs.files import Opened, bytes_of, text_field
from bot.verbs.lines import Work, answer_lines
from bot.verbs.output import dumped, say


def summarize(
    settings: Settings,
    source: str,
    *,
    n: int,
    share: float | None,
    characters: int | None,
    method: str,
    as_json: bool,
) -> int:
    """Summarize an article file, what a link leads to, or stdin."""
    if share is not None and characters is not None:
        raise AskedWronglyError("--share and --characters both say how long it is to be; give one of them.")
    with Opened(settings.communique_trusted_hosts) as opened:
        article = _read(opened, source)
    try:
        analysis = make_analyzer().analyze(
            article.text,
            title=article.title,
            language=article.language,
            n=n,
            share=share,
            characters=characters,
            method=method,
        )
    except RefusalError as error:
        raise ArticleError(f"{source}: {_refused(error)}") from error
    say(dumped(_summary_json(article, analysis)) if as_json else _summary_text(article, analysis))
    return 0


def _read(opened: Opened, source: str) -> Article:
    if is_link(source) and not Path(source).exists():
        try:
            return opened.link(links_in(source)[0])
        except FetchError as error:
            raise ArticleError(f"{source}: {words.not_fetched(error)}") from error
    if source == "-":
        return opened.article(sys.stdin.buffer.read(), "")
    return opened.article(bytes_of(Path(source)), source)


def _summary_json(article: Article, analysis: Analysis) -> dict[str, Any]:
    summary = analysis.summary
    return {
        "title": article.title,
        "published": article.published_at.isoformat() if article.published_at else None,
        "language": analysis.language,
        "summary": [
            {"text": each.text, "index": each.index, "start": each.start, "end": each.end} for each in summary.sentences
        ],
        "kept": summary.kept,
        "minutes_saved": summary.minutes_saved,
        **_findings(analysis),
    }


def _summary_text(article: Article, analysis: Analysis) -> str:
    summary = analysis.summary
    kept = words.provenance(len(summary.sentences), summary.total, summary.minutes_saved)
    signs = " · ".join([*analysis.places, *(match.topic for match in analysis.topics)])
    parts_ = [article.title, signs, *(each.text for each in summary.sentences), kept]
    return "\n\n".join(part for part in parts_ if part)


def analyze(source: BinaryIO, *, n: int, method: str) -> int:
    """Read JSON Lines, write one line for each in order; a bad line gives an error and the others are done."""
    # No thread but this one may run when processes are forked, and the small matrices here are none the slower.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return answer_lines(source, partial(analyzing, n, method), parallel=True)


def analyzing(n: int, method: str) -> Work:
    """Make what `analyze` does with a line."""
    return partial(_analyzed, make_analyzer(), n=n, method=method)


def _analyzed(analyzer: Analyzer, item: Mapping[str, Any], *, n: int, method: str) -> dict[str, Any]:
    title, language = text_field(item, "title"), text_field(item, "language") or None
    if "articles" in item:
        texts = [(text_field(each, "title"), text_field(each, "text")) for each in _articles(item)]
        story = analyzer.analyze_story(texts, title=title, language=language, n=n, method=method)
        chosen = story.sentences
        found: dict[str, Any] = {"sources": [article for article, _ in chosen]}
        summary, analysis = [sentence for _, sentence in chosen], story.analysis
    else:
        if not isinstance(item.get("text"), str):
            raise ArticleError('"text" is missing or no string')
        analysis = analyzer.analyze(item["text"], title=title, language=language, n=n, method=method)
        summary, found = list(analysis.summary.sentences), {}
    return {
        "id": item.get("id"),
        "language": analysis.language,
        "summary": [sentence.text for sentence in summary],
        "spans": [[sentence.start, sentence.end] for sentence in summary],
        **found,
        **_findings(analysis),
    }


def _findings(analysis: Analysis) -> dict[str, Any]:
    return {
        "topics": [
            {"topic": match.topic, "score": round(match.score, 3), "evidence": list(match.evidence)}
            for match in analysis.topics
        ],
        "places": list(analysis.places),
        "keywords": list(analysis.keywords),
    }


def sentences(source: BinaryIO) -> int:
    """Read JSON Lines, write the sentences of each text."""
    return answer_lines(source, splitting, parallel=True)


def splitting() -> Work:
    """Make what `sentences` does with a line."""
    return partial(_split, Splitter(load_abbreviations()))


def _split(splitter: Splitter, item: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(item.get("text"), str):
        raise ArticleError('"text" is missing or no string')
    found = splitter.sentences(item["text"], text_field(item, "language") or "en")
    return {"id": item.get("id"), "sentences": [sentence.text for sentence in found]}


def _articles(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    articles = item["articles"]
    if not isinstance(articles, list) or not articles or not all(isinstance(each, dict) for each in articles):
        raise ArticleError('"articles" must be a list of objects with "title", "text" and "source"')
    return articles


def _refused(error: RefusalError) -> str:
    return words.refusal(error.reason, error.count)
