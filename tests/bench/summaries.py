"""Measures the method `news` beside sumy's, all with our sentences and words, on the quality set's longer articles.

With a folder of evaluation data (`make bench EVAL=folder`) also on its articles that have a summary by others.

sumy's methods run as its manual says (a document of sentences, a stemmer, stop words), each on the whole text. What is
compared is the way from a text to its three sentences, splitting included: `ours` can't be faster than its splitter.
"""

from __future__ import annotations

import gzip
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from bot.app import make_analyzer
from bot.core.stopwords import stop_words
from bot.core.text import Splitter
from bot.seeds import load_abbreviations
from tests.quality.longer_articles import longer_articles

Row = tuple[str, str, str, str]
Pair = tuple[str, str]

PEERS = {"LexRank": ("lex_rank", "LexRankSummarizer"), "TextRank": ("text_rank", "TextRankSummarizer")}
LONG = 200
VERY_LONG = 2000
MOST_OF_FOLDER = 400  # articles: sumy's methods take 20 ms each, three times


def measure_methods(folder: Path | None = None) -> list[Row]:
    """Measure all articles, one of 200 sentences and one of 2,000 sentences, and those of a folder."""
    articles = [(a.title, a.text) for name in ("fitted.txt", "kept.txt", "last.txt") for a in longer_articles(name)]
    splitter = Splitter(load_abbreviations())
    long, very_long = (_of_sentences(articles, splitter, count) for count in (LONG, VERY_LONG))
    analyzer = make_analyzer()

    def ours(texts: list[Pair]) -> None:
        for title, text in texts:
            analyzer.summarize(text, title=title, language="en")

    ours(articles)
    rows: list[Row] = []
    sets = [(f"{len(articles)} articles", articles, "5 ×"), (f"{LONG} sentences", long, "30 ×")]
    if open_set := list(_articles_in(folder)):
        sets.insert(0, (f"{len(open_set)} articles of {folder}", open_set, "5 ×"))
    for what, texts, target in sets:
        news = _cpu(lambda texts=texts: ours(texts), 5)
        for peer, (module, name) in PEERS.items():
            make = getattr(import_module(f"sumy.summarizers.{module}"), name)
            theirs = _cpu(lambda texts=texts, make=make: _stock(texts, make, splitter), 3)
            figure, beside = f"{1000 * news:.1f} ms", f"{1000 * theirs:.0f} ms: {theirs / news:.1f} ×"
            rows.append((f"summaries of {what}, news beside sumy's {peer}", figure, target, beside))
    rows.append((f"summary of {VERY_LONG:,} sentences", f"{1000 * _cpu(lambda: ours(very_long), 3):.0f} ms", "1 s", ""))
    return rows


def _articles_in(folder: Path | None) -> Iterator[Pair]:
    """Give the first articles of a folder of evaluation data that have a summary: title and text."""
    for path in sorted(folder.glob("**/single_doc_summaries_*.jsonl.gz")) if folder else ():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in itertools.islice(lines, MOST_OF_FOLDER):
                row = json.loads(line)
                yield row.get("title") or "", row["text"]


def _of_sentences(articles: list[Pair], splitter: Splitter, count: int) -> list[Pair]:
    """Return one text of so many sentences, numbered so that none repeats another."""
    sentences = itertools.cycle(each.text for _, text in articles for each in splitter.sentences(text, "en"))
    lines = [f"In round {n} {next(sentences)}" for n in range(count)]
    paragraphs = (" ".join(lines[n : n + 4]) for n in range(0, count, 4))
    return [(articles[0][0], "\n\n".join(paragraphs))]


def _stock(texts: list[Pair], make: Callable[..., object], splitter: Splitter) -> None:
    """Summarize texts as sumy's manual says, with our tokenizer."""
    from sumy.models.dom import ObjectDocumentModel, Paragraph
    from sumy.models.dom import Sentence as SumySentence
    from sumy.nlp.stemmers import Stemmer

    class Words:
        language = "english"

        @staticmethod
        def to_words(text: str) -> tuple[str, ...]:
            return tuple(splitter.words(text, "en"))

    for _, text in texts:
        sentences = [SumySentence(each.text, Words) for each in splitter.sentences(text, "en")]
        method = make(Stemmer("english"))
        method.stop_words = stop_words("en")  # type: ignore[attr-defined] # sumy has no types
        method(ObjectDocumentModel([Paragraph(sentences)]), 3)  # type: ignore[operator]


def _cpu(work: Callable[[], object], runs: int) -> float:
    used: list[float] = []
    for _ in range(runs):
        before = time.process_time()
        work()
        used.append(time.process_time() - before)
    return statistics.median(used)
