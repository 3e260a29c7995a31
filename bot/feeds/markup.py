"""HTML as feeds carry it → plain text, in linear time for any input; it neither reads pages nor resolves links.

Rule: a tag of a block ends a line, any other tag vanishes, scripts, styles and captions go with their content, and
entities become characters. Theory: what stands in a feed was made by a publishing system, so its tags are known ones
and mostly closed. Known exceptions: a sign `<` right before a letter is taken for a tag in texts (never in titles,
where only names of HTML count), and the cells of a table become lines.
"""

from __future__ import annotations

import html
import re

_BLOCKS = (
    "address|article|aside|blockquote|body|br|caption|center|dd|details|div|dl|dt|fieldset|figure|footer|form|h[1-6]"
    "|head|header|hr|html|li|main|nav|ol|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|dfn|em|embed|font|i|iframe|img|input|ins|kbd|label|mark|object|q|ruby"
    "|rt|rp|s|samp|script|small|source|span|strike|strong|style|sub|sup|svg|time|tt|u|var|video|audio|wbr"
)
# Attribute values may hold ">". Every repeat is possessive and ends at the next "<", so that no input takes longer
# than its length asks for.
_REST = r"(?:(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+>|[^<>]*+>)"
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?![\w:-]){_REST}", re.IGNORECASE)
_TAG = re.compile(rf"<[/!?a-z]{_REST}", re.IGNORECASE)
_HTML_TAG = re.compile(rf"</?(?:{_BLOCKS}|{_INLINE})(?![\w:-]){_REST}", re.IGNORECASE)
_PLAIN_BLOCKS = (
    "p br div li ul ol h1 h2 h3 h4 h5 h6 blockquote figure table tbody thead tr td th section hr article".split()  # noqa: SIM905 -- words, not rows
)
_PLAIN_INLINE = "a b i em strong span img u sup sub small cite q code".split()  # noqa: SIM905 -- words, not rows
_PLAIN_TAGS = {
    f"{slash}{name}": stands_for
    for names, stands_for in ((_PLAIN_BLOCKS, "\n"), (_PLAIN_INLINE, ""))
    for name in names
    for slash in ("", "/")
}
"""Tags that most feeds have no others of → what each leaves behind."""

_NAMED = re.compile(r"(/?[a-z][a-z0-9]*)(?=[ /]|\Z)", re.IGNORECASE | re.ASCII)
_UNSEEN = re.compile(r"<(!--|/?(?:script|style|figcaption|noscript|template)(?![\w:-]))", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def text_from_html(source: str) -> str:
    r"""Return the text of a piece of HTML: a line a paragraph, no markup.

    Markup that was escaped once too often is taken off too. A source without any tag is plain text: there blank
    lines part paragraphs.

    >>> text_from_html("<p>Two <b>states</b><br/>signed &amp; left.</p><script>x<y</script>")
    'Two states\nsigned & left.'
    >>> text_from_html("&lt;p&gt;Escaped twice&lt;/p&gt;")
    'Escaped twice'
    >>> text_from_html("One\nline.\n\nAnother.")
    'One line.\nAnother.'
    """
    if not (_TAG.search(source) or "<!--" in source):
        source = html.unescape(source) if "&" in source else source
        if not _HTML_TAG.search(source):
            return text_from_plain(source)
    plain = _without_plain_tags(source)
    lines = html.unescape(_without_tags(source) if plain is None else plain).split("\n")
    return "\n".join(filter(None, map(_one_line, lines)))


def text_from_plain(source: str) -> str:
    r"""Return a plain text with its white space put in order: a line a paragraph.

    >>> text_from_plain(" a <b> \n c\n\n d ")
    'a <b> c\nd'
    """
    return "\n".join(filter(None, map(_one_line, _BLANK_LINE.split(source))))


def title_from_html(source: str) -> str:
    """Return a title on one line: tags of HTML off, entities resolved however often they were escaped (up to twice).

    >>> title_from_html("AT&amp;amp;T <em>buys</em> List<String>")
    'AT&T buys List<String>'
    """
    text = source
    for _ in range(3):
        stripped = _HTML_TAG.sub(_gap, text) if "<" in text else text
        resolved = html.unescape(stripped) if "&" in stripped else stripped
        if resolved == text:
            break
        text = resolved
    return _one_line(text)


def has_tags(source: str) -> bool:
    """Say whether a title carries tags of HTML, escaped or not.

    >>> has_tags("&lt;p&gt;Title&lt;/p&gt;"), has_tags("3 < 4")
    (True, False)
    """
    if "<" not in source and "&" not in source:
        return False
    return bool(_HTML_TAG.search(source) or _HTML_TAG.search(html.unescape(source)))


def _gap(tag: re.Match[str]) -> str:
    return " " if _BLOCK.match(tag[0]) else ""


def _one_line(text: str) -> str:
    """Return a text with its white space in order, and without soft hyphens and signs of no width, which hide words."""
    if text.isprintable() and "  " not in text:  # no white space but single ones, and nothing that can't be seen
        return text.strip(" ")
    return " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def _without_plain_tags(source: str) -> str | None:
    r"""Return what `_without_tags` does but for the width of spaces, in a third of the time; None for rarer tags.

    >>> _without_plain_tags('<P class="a">Two <b>states</b><br />signed</p>'), _without_plain_tags("<p>3 < 4</p>")
    ('\nTwo states\nsigned\n', None)
    """
    # An entity ends at a space: only there does it make a difference which white space it is.
    first, *rest = (" ".join(source.split()) if "&" in source else source.replace("\n", " ")).split("<")
    kept = [first]
    for piece in rest:
        tag, closed, text = piece.partition(">")
        stands_for = _PLAIN_TAGS.get(tag)
        if stands_for is None:
            named = _NAMED.match(tag)
            stands_for = _PLAIN_TAGS.get(named[1].lower()) if named and "'" not in tag else None
            if stands_for is None or tag.count('"') % 2:  # a quoted ">" may not end it
                return None
        if not closed:
            return None
        kept += (stands_for, text)
    return "".join(kept)


def _without_tags(source: str) -> str:
    if _UNSEEN.search(source):
        source = _without_unseen(source)
    source = " ".join(source.split())
    return _TAG.sub("", _BLOCK.sub("\n", source))


def _without_unseen(source: str) -> str:
    """Cut comments, scripts, styles and captions out; what is never closed goes to the end, captions excepted."""
    kept: list[str] = []
    low = source.lower()
    end_of: dict[str, int] = {}
    at = 0
    for found in _UNSEEN.finditer(source):
        name = found[1].lower()
        if found.start() < at or name.startswith("/"):
            continue
        close = "-->" if name == "!--" else f"</{name}"
        # A search that found nothing is not made again: else many open tags would cost their square.
        if end_of.get(close, 0) != -1:
            end_of[close] = low.find(close, found.end())
        end = end_of[close]
        opened = source.find(">", found.end())
        if name != "!--" and source[opened - 1 : opened] == "/":
            continue
        if end == -1 and name in {"figcaption", "noscript", "template"}:
            continue
        kept.append(source[at : found.start()])
        at = len(source) if end == -1 else end + (3 if name == "!--" else 0)
        if end == -1:
            break
    kept.append(source[at:])
    return "".join(kept)
