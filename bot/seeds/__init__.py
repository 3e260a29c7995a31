"""The files an operator can edit, read: vocabularies, feeds and samples of `data/`; it decides nothing about texts."""

from bot.seeds.analyzing import annotate_articles, make_analyzer
from bot.seeds.feeds import load_feeds
from bot.seeds.folder import data_folder, sample_files
from bot.seeds.opml import feeds_from_opml, opml_from_feeds
from bot.seeds.vocabulary import (
    load_abbreviations,
    load_fields,
    load_places,
    load_topic_weights,
    load_topics,
)

__all__ = [
    "annotate_articles",
    "data_folder",
    "feeds_from_opml",
    "load_abbreviations",
    "load_feeds",
    "load_fields",
    "load_places",
    "load_topic_weights",
    "load_topics",
    "make_analyzer",
    "opml_from_feeds",
    "sample_files",
]
