"""Stories → the sentences that tell them, each with its source; which stories are told is decided elsewhere.

What one wish's digest needs, another's needs too: sentences are remembered by the reports they come from.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock

from bot.core.analysis import Analyzer
from bot.core.memory import has_grown, new_sentences, reports_before, reports_since
from bot.core.outlets import independent_reports
from bot.errors import RefusalError
from bot.model import Article, Mark, Story, Told

MOST_READ = 4  # reports of a story that its sentences come from: the fifth says what the others said
LOOKED_AT = 4  # sentences of new reports that are asked whether they say something new
REMEMBERED = 3000  # stories' sentences at hand, about 1 kB each

Sentences = tuple[tuple[int, str], ...]  # with the place of the report each is from


class Teller:
    """Adds sentences to stories, and tells whether they moved; usable from several threads."""

    def __init__(self, analyzer: Callable[[], Analyzer]) -> None:
        self._analyzer = analyzer
        self._remembered: OrderedDict[tuple[int, ...], Sentences] = OrderedDict()
        self._lock = Lock()

    def tell(self, story: Story, n: int) -> Story:
        """Add up to n key sentences, best report first; one whose reports have none is told by its title alone.

        What is new of a developing story is in its `changes` already, and not said again.
        """
        places = _places_to_read(story)
        found = self._sentences([story.articles[place] for place in places], n)
        told = [(places[i], sentence) for i, sentence in found if sentence not in story.changes]
        return replace(
            story, sentences=tuple(sentence for _, sentence in told), told_by=tuple(place for place, _ in told)
        )

    def marked(self, story: Story, known: Told, n: int) -> Story:
        """Return a story that was told with its mark; a developing one with up to n sentences that are new since."""
        language = story.articles[0].language
        came = [one for one in reports_since(story, known.told_at) if one.language == language][:MOST_READ]
        found = self._sentences(came, LOOKED_AT) if came else ()
        before = reports_before(story, known.told_at)
        new = new_sentences(found, before, language=language or "", most=n)
        moved = bool(new) or (bool(came) and has_grown(story, known))
        return replace(
            story, mark=Mark.DEVELOPING if moved else Mark.QUIET, changes=tuple(sentence for _, sentence in new)
        )

    def _sentences(self, reports: Sequence[Article], n: int) -> Sentences:
        """Return the key sentences of reports together, no two saying the same."""
        key = (n, *(hash((article.title, article.text)) for article in reports))
        with self._lock:
            if (known := self._remembered.get(key)) is not None:
                self._remembered.move_to_end(key)
                return known
        found = self._read(reports, n)
        with self._lock:
            self._remembered[key] = found
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return found

    def _read(self, reports: Sequence[Article], n: int) -> Sentences:
        try:
            if len(reports) == 1:
                return tuple((0, sentence) for sentence in self._analyzer().key_sentences(reports[0], n))
            shared = self._analyzer().story_sentences(
                [(article.title, article.text) for article in reports],
                title=reports[0].title,
                language=reports[0].language,
                n=n,
            )
        except RefusalError:
            return ()
        return tuple((i, sentence.text) for i, sentence in shared)


def _places_to_read(story: Story) -> list[int]:
    """Return where the reports stand that a story's sentences come from: the leading one and others in its language."""
    reports = independent_reports(story) or story.articles[:1]
    chosen = {id(one) for one in [one for one in reports if one.language == reports[0].language][:MOST_READ]}
    return [place for place, article in enumerate(story.articles) if id(article) in chosen]
