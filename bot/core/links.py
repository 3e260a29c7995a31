# ruff: noqa: RUF001 -- punctuation of many scripts
"""Links in texts, and the one spelling under which an article is known; it opens none and asks no server.

Rule: what leads a server to the page stays, what tells it where the reader came from goes. Theory: the parameters in
`TRACKING` and the AMP spellings change nothing of an article. Known exceptions: a site that puts a page's number into
`ref`, or ends a real path in `/amp`; `http` and `https`, `www.` and none, a slash at the end or none stay apart,
because on some servers they are different pages.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urlsplit, urlunsplit

TRACKING = frozenset(
    (  # noqa: SIM905 -- words, not rows
        "_ga _gl _hsenc _hsmi __hssc __hstc __hsfp hsctatracking __twitter_impression fbclid gclid gclsrc dclid gbraid"
        " wbraid msclkid twclid ttclid li_fat_id yclid ysclid mc_cid mc_eid mkt_tok igshid igsh vero_id vero_conv"
        " oly_enc_id oly_anon_id wickedid rb_clickid s_cid ref ref_src ref_url referrer cmp cmpid cmp_id ocid ncid icid"
        " ito wt_mc wt_zmc xtor ns_mchannel ns_source ns_campaign ns_linkname ns_fee traffic_source feedname feedtype"
        " smid smtyp smprod ftag spm guccounter guce_referrer guce_referrer_sig soc_src soc_trk sharetype"
        " share_bandit_exp mbid sr_share cid_share rss_feed"
    ).split()
)
"""Parameters that only say where a reader came from, lower case; those beginning as `TRACKING_STARTS` come on top."""

TRACKING_STARTS = (
    "utm_",
    "at_medium",
    "at_campaign",
    "at_custom",
    "at_link",
    "at_ptr",
    "at_bbc",
    "mtm_",
    "pk_",
    "hsa_",
)

LONGEST = 4_096
"""Longest link that is looked at, in characters: what a message of Telegram can hold."""

_LINK = re.compile(
    r"(?:https?://|(?<![\w@./-])www\.)[^\s<>\"“”„«»`|\\^{}\x00-\x1f，。、！？；：（）【】「」《》]+", re.IGNORECASE
)
_HOST = re.compile(
    r"(?:https?://)?(?:[^\s/?#@]*@)?(?:\[[0-9a-f:.]+\]|[\w-]+(?:\.[\w-]+)*\.?)(?::\d+)?(?:[/?#]|\Z)", re.IGNORECASE
)
_JUNK = ".,;:!?…'’‘*_~"
_PAIRS = {")": "(", "]": "["}
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_CACHE_PATH = re.compile(r"/(?:amp|[cvi])(/s)?/((?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/.*)?)\Z", re.IGNORECASE)
_AMP_END = re.compile(r"(?<=[\w-])(?:/amp/?|\.amp(?=\.html?\Z|\Z))\Z|(?<=[\w-])\.amp(?=\.html?\Z)", re.IGNORECASE)
# Nothing in it can be written in another way, but for parameters that only track: nearly every link of a feed.
_PLAIN = re.compile(
    r"https?://(?!(?:www\.)?google\.|[^/]*ampproject\.org|[^?]*[./](?i:amp))(?:[a-z0-9_-]+\.)*[a-z0-9_-]+"
    r"(?:/(?!\.\.?(?:[/?]|\Z))[\w.~!$&'()*+,:;=@-]*+)++(?:\?(?P<query>[\w.~!$'()*+,:;=@/-]++(?:&[\w.~!$'()*+,:;=@/-]++)*+))?",
    re.ASCII,
)


def canonical_url(url: str) -> str:
    """Return the one spelling of a link; what is no link of the web is returned without outer white space.

    Scheme and host in lower case; default ports, fragments (but `#!…`), tracking parameters and dot segments off;
    escapes written in one way; the page behind an AMP link. Idempotent.

    >>> canonical_url("HTTPS://Example.org:443/a/../news/1/amp?utm_source=x&id=7&fbclid=y#top")
    'https://example.org/news/1?id=7'
    >>> canonical_url("https://www.google.com/amp/s/example.org/news.amp.html")
    'https://example.org/news.html'
    """
    current = url.strip()
    for _ in range(20):
        if _is_plain(current):
            break
        simpler = _simpler(current)
        if simpler == current:
            break
        current = simpler
    return current


def _is_plain(url: str) -> bool:
    """Say whether a link is surely as simple as it gets; telling takes a twentieth of the time of trying."""
    found = _PLAIN.fullmatch(url)
    query = found["query"] if found else None
    return found is not None and not (query and any(map(_is_tracking, query.split("&"))))


def _simpler(url: str) -> str:
    """Return a link with one layer of disguise off."""
    if not url[:8].lower().startswith(("http://", "https://")):
        return url
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:  # half an IPv6 address, a port that is no number
        return url
    if not host:
        return url
    if original := _behind_amp(host, parts.path):
        return original + (f"?{parts.query}" if parts.query else "")
    host = f"[{host}]" if ":" in host else host
    default = 443 if parts.scheme == "https" else 80
    place = host if port in {None, default} else f"{host}:{port}"
    user = parts.netloc.rpartition("@")[0]
    place = f"{user}@{place}" if user else place
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    path = _AMP_END.sub("", _path(parts.path)) or "/"
    return urlunsplit((parts.scheme, place, path, _query(parts.query), _escaped(fragment)))


def _behind_amp(host: str, path: str) -> str:
    """Return the link that a cache of AMP pages stands for, or ""."""
    is_cache = host.endswith(".cdn.ampproject.org") or re.fullmatch(r"(?:www\.)?google(?:\.[a-z]{2,3}){1,2}", host)
    found = _CACHE_PATH.match(path) if is_cache else None
    return f"http{'s' if found[1] else ''}://{found[2]}" if found else ""


def _path(path: str) -> str:
    kept: list[str] = []
    segments = _escaped(path).split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    joined = "/".join(kept)
    return joined if joined.startswith("/") else f"/{joined}"


def _query(query: str) -> str:
    return "&".join(_escaped(pair) for pair in query.split("&") if pair and not _is_tracking(pair))


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    if name in {"amp", "outputtype", "output"}:
        return value == "amp" or (name == "amp" and value in {"", "1", "true"})
    return name in TRACKING or name.startswith(TRACKING_STARTS)


def _escaped(part: str) -> str:
    """Write escapes in one way: capitals, none for letters and digits, one for whatever is no ASCII."""
    plain = _ESCAPE.sub(lambda found: _reescaped(found[1]), part)
    return quote(plain, safe="!#$%&'()*+,/:;=?@[]~", errors="replace")


def _reescaped(digits: str) -> str:
    code = unquote_to_bytes(f"%{digits}")[0]
    return chr(code) if code in _UNRESERVED else f"%{digits.upper()}"


def links_in(text: str) -> tuple[str, ...]:
    """Return the links of a text in its order, each once, without the punctuation behind them.

    What begins with `www.` gets `https://`.

    >>> links_in("See (https://example.org/a_(b)), and www.example.org/c.")
    ('https://example.org/a_(b)', 'https://www.example.org/c')
    """
    found: dict[str, None] = {}
    for match in _LINK.finditer(text):
        link = _trimmed(match[0][:LONGEST])
        whole = link if link[:4].lower() == "http" else f"https://{link}"
        if _HOST.match(whole):
            found[whole] = None
    return tuple(found)


def _trimmed(link: str) -> str:
    """Cut punctuation off a link's end; a closing bracket only where none was opened in it."""
    while link:
        last = link[-1]
        opening = _PAIRS.get(last)
        if last not in _JUNK and not (opening and link.count(last) > link.count(opening)):
            break
        link = link[:-1]
    return link


def is_link(text: str) -> bool:
    """Say whether a text is one link and nothing else.

    >>> is_link(" https://example.org/a "), is_link("see https://example.org/a"), is_link("https://")
    (True, False, False)
    """
    stripped = text.strip()
    found = _LINK.match(stripped)
    return bool(found and found.end() == len(stripped) and len(links_in(stripped)) == 1)
