"""newspaper4k as a peer: JSON Lines of pages in, the CPU seconds of its `parse` and `nlp` out.

It runs in an environment of its own, because newspaper4k holds back a library that the bot has in a newer version, and
imports nothing of the bot. Its `nlp` wants NLTK's Punkt with a model that must be downloaded; the first line brings
abbreviations, with which it gets the same Punkt.
"""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    """Answer each page until there are no more."""
    import newspaper
    from newspaper import nlp
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types.update(json.loads(sys.stdin.readline()))
    nlp.split_sentences._tokenizer = PunktSentenceTokenizer(parameters)
    for line in sys.stdin:
        article = newspaper.Article("https://outlet.example/a", language="en", fetch_images=False)
        article.download(input_html=json.loads(line))
        began = time.process_time()
        article.parse()
        parsed = time.process_time()
        article.nlp()
        used = {"parse": parsed - began, "nlp": time.process_time() - parsed, "summary": len(article.summary)}
        print(json.dumps(used), flush=True)


if __name__ == "__main__":
    main()
