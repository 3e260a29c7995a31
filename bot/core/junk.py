# ruff: noqa: RUF001, ISC004 -- letters and signs of many scripts; a pattern goes on in the next line
"""Tells the lines of a page that are no part of its story; it judges no sentence of the story.

Rules 1 and 2 hold for a sentence as well as for a line; 3 to 5 only for the lines of a page that is *prose*: at least
`FEWEST_CLOSED` lines end with a closing sign, and these hold `CLOSED_SHARE` of its characters.
1. *Known words in front*: "Read more", "Sign up for", "Photo:", "Reporting by" …, in the languages read in full, on at
   most `LONGEST` characters.
2. *Known forms*: bylines, links, hashtags, a picture's credit at the end, corrections, what an author is, addresses to
   write to, on at most `LONGEST` characters.
3. *Open lines* of at most `LONGEST_OPEN` characters, without a closing sign: headings, captions, tags, teasers, the
   dates of a timeline.
   An item of a list of `ITEM_WORDS` words or more is none: statements decide in lists.
4. *Lone questions* of at most `LONGEST_QUESTION` characters: the headings of an explainer.
5. *Author's notes* ("Ann Lee is a fellow at …"), a whole paragraph among the `_LAST`.
6. Behind "ENDS" or "Notes to editors", from the `TAIL` of the page on, everything is the press office's.

Theory: who writes a paragraph closes it; what pages put between the paragraphs nobody closed.
Known exceptions: a story about newspapers may start with "Read more"; a last paragraph that was cut off is taken for a
teaser if it is short; a caption of whole sentences without a credit is taken for a paragraph.
"""

from __future__ import annotations

import itertools
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LONGEST = 240
"""Longest line, in characters, that known words or forms make junk; offers to subscribe run to 200."""

LONGEST_OPEN = 180
"""Longest line without a closing sign, in characters, that is taken for a heading or a caption."""

LONGEST_QUESTION = 90
ITEM_WORDS = 10
"""From so many words on a list's item without a closing sign may tell something: statements decide in lists."""

TAIL = 0.5
"""Share of a page behind which "ENDS" or "Notes to editors" ends the story; what follows is the press office's."""

FEWEST_CLOSED = 4
CLOSED_SHARE = 0.6

_SEPARATOR = r"\s*(?:[:|•·/–—-]|\Z)"
_STARTS: Final = rf"""
(?:you\ can\ )?read\ (?:more|also|next|our|the\ (?:full|original))|also\ (?:read\b|in\ this\ series|on\ this)|see\ also\b|keep\ reading
|continue\ reading|recommended\ (?:reading|stories|for\ you)|you\ (?:may|might)\ also\ (?:like|want)|what\ to\ read\ next
|more\ ?:|more\ (?:on\ this|from\ (?:our|the\ author|this)|stories|coverage|like\ this)|don['’]t\ miss\b|in\ pictures\s*:
|editor['’]s\ (?:notes?|picks?|choice)|in\ case\ you\ missed|(?:explore|browse|see)\ (?:all\ )?(?:of\ )?our\b|(?:try|take|play)\ our\b|enjoying\ this\b|want\ more\ (?:stories|news|like)
|(?:like|love)\ what\ you['’]re\ reading|most\ (?:read|popular|viewed|shared|watched)\ (?:in|on|now|stories)
|related(?:\ (?:articles?|stor(?:y|ies)|news|topics?|links?|coverage|content|reading))?{_SEPARATOR}
|(?:click|tap|swipe)\ (?:here|on\ the|to)\b|sign[ -]?up\ (?:for|to|here|now)|subscribe\ (?:to\ (?:our|the)|now|here|for|today)
|follow\ (?:us\b|@|(?:our|the\ author|him|her|them|[\w.'’ -]{{2,30}})\ (?:on|at)\ (?:x\b|twitter|facebook|instagram|telegram|threads|bluesky|whatsapp|mastodon|live))
|(?:share|e-?mail|print|save|bookmark|republish|tweet|gift)\ (?:this|on|via|the\ (?:article|story))\b|like\ us\ on\b
|(?:share|e-?mail|print|save|tweet|comments?|facebook|whatsapp|copy\ link)\s*(?:[:|•·/]|\Z)|share\ save\b
|join\ (?:us\ on|our|the\ conversation)\b|(?:e-?mail|contact|reach|write\ to)\ (?:the\ (?:author|writer|reporter|editor|newsroom)|us\b)
|advert(?:isement|isment|orial)?\W*\Z|advertisement\s*[·|:-]|sponsored\s*(?:[:|]|\Z|content)|paid\ content|partner\ content
|(?:story|article)\ continues\b|continue[sd]?\ (?:below|on\ page)|skip\ (?:past|advert|ad\b)|(?:toggle|hide)\ caption
|copyright\s*(?:©|\(c\)|\d{{4}}|[^.]{{0,60}}\Z)|\(c\)\ \d{{4}}|©|all\ rights\ reserved
|(?:this|the)\ (?:article|story|piece|interview|essay|post|page|backgrounder|explainer|analysis|column|series|report|timeline)
\ (?:was|is|has\ been|first|originally|appear(?:s|ed))\ (?:(?:first|also|part|being|originally|automatically|last|partly)\ )*(?:of\ a\ series
|(?:appeared|updated|amended|translated|corrected|adapted|republished|condensed|syndicated)\b|(?:produced|published|supported|funded|written|edited|provided|generated)\ (?:with|by|through|in\ (?:partnership|print|collaboration)|from|as|under\ a)
|in\ print)|this\ (?:article|story)\ (?:first|originally)|this\ (?:article|story|report)\ (?:was|has\ been)\ (?:(?:first|originally)\ )?(?:published|written|edited|generated)
|(?:a\ |an\ earlier\ )?versions?\ of\ this\ (?:article|story|report)
|(?:file\ |handout\ |stock\ )?(?:photo(?:graph)?|image|picture|video|graphic|illustration|map|chart)s?(?:\ (?:by|courtesy(?:\ of)?|credits?|captions?|source|via))*\s*[:©/|]
|(?:file|handout|stock)\ (?:photo|image|picture)\b|[(\[]\s*(?:file\ )?(?:photo|image|picture|video|graphic|illustration)s?\s*[:/\]]
|(?:photograph|photo|image|picture|illustration|graphic)s?\ (?:by|courtesy|credit)\b|image\ (?:source|caption)\b|caption\s*:|photo\ opportunity
|sources?\s*:\s|credits?\s*:\s|graphics?\s*:\s|(?:ap|afp|reuters|epa|getty)\ (?:photos?|images?)\b|getty\ images
|item\ \d+\ of\ \d+|\[\d+/\d+\]|page\ \d+\ of\ \d+|scroll\ (?:down\ for|to\ continue)|(?:watch|listen)\s*(?:now|live\b|the\ video|here\b|to\ this|\W|\Z)
|(?:additional\ |further\ )?(?:reporting|writing|editing|production|compiled|translated(?:\ from\ (?:the\ )?\w+)?|edited|written)\ by\b|(?:additional|further)\ (?:reporting|research)\b
|with\ (?:(?:additional|further)\ )?(?:files|reporting|inputs?|agency\ inputs?|contributions?)\ (?:from|by)\b
|(?:last\ )?(?:updated?|published|posted|modified|issued|first\ published)(?:\ (?:on|at))?\s?:?\s(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|today|yesterday|just\ now|an?\ (?:hour|minute))[^.]*\Z
|(?:we|this\ (?:web)?site)\ uses?\ (?:\w+\ )?cookies|by\ (?:continuing|using|clicking|signing|subscribing|submitting)\b.{{0,60}}\b(?:you\ (?:agree|accept|consent)|this\ (?:web)?site)
|accept\ (?:all\ )?cookies|manage\ (?:cookies|preferences|consent)|(?:cookie|privacy)\ (?:policy|notice|settings)
|(?:the\ )?(?:views|opinions)\ (?:and\ opinions\ )?expressed|(?:the\ )?(?:writer|author|columnist)['’]s\ (?:views|opinions)\ are\b|(?:figures|notes?)\s?:\s(?:figures|data|numbers|percentages|totals)\b
|(?:this|the)\ (?:interview|conversation|transcript)\ (?:was|has\ been)\ (?:\w+\ )?(?:edited|condensed|shortened|abridged)\b|this\ is\ (?:part\ \w+|the\ \w+\ (?:part|article|story))\ (?:of|in)\ (?:a|our)\ (?:\w+-part\ )?series\b|disclaimer\s*(?::|\Z)|download\ (?:our|the)\ (?:\w+\ )?app|loading\W*\Z|trending(?:\ now)?\s*(?:[:|]|\Z)
|\d+\ (?:comments?|shares|likes)\W*\Z|[\d.]+[- ]min(?:ute)?s?\ (?:read|listen|watch)|reading\ time\b|get\ (?:the|our|your|more)\b.{{0,80}}\b(?:newsletter|inbox|e-?mail|alerts?|app)\b
|never\ miss\ (?:a|an|our)\b|our\ (?:daily|weekly|free)?\s?newsletter|our\ standards\s*:|our\ (?:journalism|newsroom|(?:correspondent|reporter)s?\ (?:filed|contributed))\b|you\ have\ \d+\ (?:free\ )?(?:articles|stories)\b|join\ [\d,.]+\w*\ (?:other\ )?(?:readers|subscribers)
|purchase\ licensing
|if\ you\ (?:(?:have\ )?enjoyed\ (?:this|reading)|have\ (?:a\ (?:story|tip)|any\ questions)|liked?\ this|found\ this|value\ our)|(?:please\ )?(?:consider\ supporting|support\ (?:our|independent|quality)\ (?:journalism|work|newsroom|reporting))
|(?:support|funding)\ for\ this\ (?:report|story|article|series)|donate\W*\Z|donate\ (?:now|here|today)|become\ a\ (?:member|subscriber|supporter)|(?:do\ you\ )?have\ (?:a\ (?:question|tip|story)(?:\ (?:about|for|to)|\?)|any\ questions)|do\ you\ .{{0,40}}\?\ get\ in\ touch
|what\ do\ you\ think\s*\?|(?:let\ us\ know|tell\ us)\b.{{0,60}}\b(?:comments?|below|think|e-?mail|here)|leave\ a\ comment|view\ comments|comments\ (?:are|have\ been)\ (?:closed|disabled)|all\ times\ (?:are\ )?local\b|terms\ (?:of\ (?:use|service)|and\ conditions)\b
|for\ (?:more|further)\ information\s*(?:[,:]|please|contact|visit|about\ the|on\ the)|for\ (?:all\ )?(?:media|press)\ (?:inquir|enquir|quer|contact|accredit)|questions\ from\ the\ (?:media|press)
|(?:press|media)\ (?:contacts?|office|release|inquiries|enquiries)\s*(?:[:|–—-]|\Z)|contacts?\s*:\s|tel(?:ephone)?\s*[.:]|(?:phone|fax|e-?mail)\s*:
|(?:this|that)\ is\ a\ (?:developing|breaking)\ (?:news\ )?story|(?:please\ )?(?:check\ back|refresh)\ .{{0,30}}\bupdates?\b|more\ to\ follow|(?:last\ )?updated\ at\ \d
|(?:full\ (?:story|coverage|text)|live\ updates?|live\ blog|opinion|find\ out\ more|learn\ more)\s*(?:[:|]|\Z)|follow\ our\ (?:live|coverage)
|stay\ (?:up[- ]to[- ]date|informed|ahead|tuned)\b.{{0,40}}\b(?:with|on)\ our|start\ your\ day|have\ your\ say|thank(?:s|\ you)\ for\ (?:reading|signing)
|enter\ your\ e-?mail|(?:you\ can\ )?unsubscribe\ (?:at\ any|here|from)|your\ browser|please\ enable|to\ view\ this|this\ content\ is\ (?:not|un)
|view\ (?:this\ post|original|all|more|comments)|(?:enable|turn\ on|allow)\ notifications|already\ a\ (?:subscriber|member)|(?:log|sign)\ ?in\ (?:to|or|now)
|create\ (?:a\ free|an)\ account|we\ want\ to\ hear\ from|got\ a\ (?:news\ )?(?:tip|story)|send\ (?:us\ )?your\ (?:tips|questions|stories)
|photographer\s*:|(?:pictured|above|below|left|inset)\s*:|(?:pictured|shown)\ (?:above|below|here)\b|(?:top|main|lead|cover)\ (?:photo|image|picture)\s*:
|(?:the\ )?(?:chart|graph|graphic|map)\ (?:above|below)\b|play\ the\ video\b|(?:reuters|afp|ap|epa|getty)/[a-z]|for\ immediate\ release|embargoed\ (?:until|for)|notes?\ (?:to|for)\ editors?|ends?[-–—\#*\s]*\Z|check\ against\ delivery|as\ prepared\ for\ delivery
|about\ (?:the\ (?:author|writer|ministry|department|council|organi[sz]ation|company|agency|commission|association|institute|foundation)|us)\s*(?::|\Z)
|(?:tags?|topics|keywords|categor(?:y|ies)|filed\ under|more\ topics)\s*:|(?:correction|clarification)s?\s*(?:[:(]|,\ \w+\ \d|\Z)
|lesen\ sie\ (?:auch|mehr|hier)|mehr\ (?:dazu|zum\ thema)|zum\ thema{_SEPARATOR}|anzeige\W*\Z|werbung\W*\Z|fotos?\s?:|bild\s?:|quellen?\s?:|newsletter\s?:
|jetzt\ abonnieren|alle\ rechte\ vorbehalten|von\ unserem\ korrespondenten|mitarbeit\s?:
|(?:à\ )?lire\ (?:aussi|la\ suite|également|plus)|à\ lire\b|publicité\W*\Z|crédits?\ photo|abonnez-vous|inscrivez-vous|tous\ droits|mis\ à\ jour\ le\b|publié\ le\b
|lea\ (?:también|más)|lee\ (?:también|más)|leer\ más|ver\ (?:también|más)|publicidad\W*\Z|suscríb[ea]|síguenos|comparte\ (?:en|esta)|te\ puede\ interesar
|imagen\s?:|actualizado\ (?:el|a)\b|publicado\ (?:el|a|em)\b|todos\ (?:los\ derechos|os\ direitos)|tutti\ i\ diritti
|leggi\ (?:anche|di\ più|tutto)|pubblicità\W*\Z|iscriviti|seguici|condividi\b|aggiornato\ (?:il|alle)\b
|lei?a\ (?:também|mais)|saiba\ mais|veja\ (?:também|mais)|publicidade\W*\Z|inscreva-se|siga-nos|compartilhe\b|atualizado\ em\b
|читайте\ (?:также|ещё|еще|по\ теме)|подпи(?:сывайтесь|шитесь)|реклама\W*\Z|фото\s?:|источник\s?:|поделиться\b|автор\s?:
|все\ права\ защищены|читайте\ також|підпи(?:суйтесь|шіться)|джерело\s?:|поділитися\b
|関連記事|続きを読む|写真[：:＝]|[（【]写真|会員登録|無断転載|広告$|シェア|あわせて読みたい
|相关阅读|相關閱讀|延伸阅读|延伸閱讀|责任编辑|責任編輯|编辑[：:]|編輯[：:]|原标题|原標題|点击(?:这里|查看)|版权所有|來源[：:]|来源[：:]
|اقر(?:أ|ئي|ؤوا)\ (?:أيضا|المزيد)|إقرأ|شارك\ (?:هذا|المقال|على)|اشترك|تابعونا|جميع\ الحقوق|المصدر\s?:|صورة\s?:
"""  # noqa: E501 -- one line a kind of junk


def _parts(pattern: str, sign: str) -> list[str]:
    r"""Return a pattern's parts between signs that stand in no group and no class.

    >>> _parts(r"read\ (?:more|next)|[|]", "|"), _parts("(?:a(?:b)) c", ")")
    (['read\\ (?:more|next)', '[|]'], ['(?:a(?:b)', ' c'])
    """
    ends = [-1]
    depth = 0
    for found in re.finditer(r"\\.|\[[^]]*\]|[()|]", pattern, re.DOTALL):
        depth += (found[0] == "(") - (found[0] == ")")
        if found[0] == sign and not depth:
            ends.append(found.start())
    return [pattern[left + 1 : right] for left, right in itertools.pairwise([*ends, len(pattern)])]


def _first_letters(alternative: str) -> set[str]:
    """Return the letters that a match may start with; none at all where it may start with something else.

    >>> sorted(_first_letters("(?:you )?(?:read|see)")), _first_letters("[0-9]+ min")
    (['r', 's', 'y'], set())
    """
    if alternative.startswith("(?:"):
        group = _parts(alternative, ")")[0]
        behind = alternative[len(group) + 1 :]
        letters = [_first_letters(each) for each in _parts(group[3:], "|")]
        if behind.startswith("?"):
            letters.append(_first_letters(behind[1:]))
        return set().union(*letters) if all(letters) else set()
    return {alternative[0]} if alternative[:1].isalnum() and alternative[1:2] not in "?*" else set()


@cache
def _starts_by_letter() -> Mapping[str, Sequence[str]]:
    """Return the known words in front by the letter they may start with, and by "" what starts with no letter."""
    found: dict[str, list[str]] = {"": []}
    for alternative in _parts(_STARTS.replace("\n", ""), "|"):
        for letter in _first_letters(alternative) or {""}:
            found.setdefault(letter, []).append(alternative)
    return found


@cache
def _known(letter: str) -> re.Pattern[str]:
    """Return the pattern of known words in front of a line in small letters that starts with a letter.

    A tenth of them is to be looked at then; and no letter's case is to be ignored, which takes twice as long.
    """
    starts = _starts_by_letter()
    if letter and letter not in starts:
        return _known("")
    return re.compile(rf"\W*?(?:{'|'.join([*starts[''], *(starts[letter] if letter else ())])})", re.VERBOSE)


_MONTHS = (
    r"(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec|JAN|FEB|MAR|APR|MAY|JUN|JUL"
    r"|AUG|SEP|OCT|NOV|DEC)[A-Za-z]*\.?"
)
_DAYS = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?"
_JOB = r"(?:correspondent|reporter|writer|columnist|editor|journalist|contributor|freelancer|bureau chief|producer)"
_NAMED = r"[A-Z][\w'’.-]+(?: [A-Z][\w'’.-]+){1,3}"
_WHERE = r"[A-Z][\w’' -]{2,30}"
_AGENCY = r"(?:AP|AFP|EPA|Getty(?: Images)?|Reuters|Bloomberg|Xinhua|Kyodo|dpa|PA|Pool|Shutterstock|Alamy|Handout)"
Form = tuple[tuple[str, ...], re.Pattern[str]]
_FORMS: Final[tuple[Form, ...]] = tuple(
    (needles, re.compile(pattern))
    for needles, pattern in (
        # a byline: By Mary Ito and John Doe
        (
            ("by ", "von ", "par ", "por ", "di ", "texto ", "автор"),
            r"\W*(?:By|BY|Von|Par|Por|Di|Texto|Автор:?)(?:\s+(?:[^\W\d_a-zà-ÿ][\w.’'-]*|and|und|et|y|e|for|in|de|van|der"
            r"|the|[|/,&•·]|@\S+),?){1,10}\s*\Z",
        ),
        (("http", "www", "t.me", "@", "#"), r"\s*(?:https?://|www\.|t\.me/|@\w+\s*\Z|#\w+(?:[\s,]+#\w+)*\s*\Z)"),
        # a credit at the end: Photo: X ; Credit: X ; via Getty Images
        (
            ("photo", "image", "picture", "credit", "via "),
            r".*(?:\b(?:Photo(?:graph)?|Image|Picture|Credit|PHOTO|CREDIT)s?(?: by| courtesy of|:| credit:)"
            r"|\bvia (?:AP|Getty|Reuters|AFP)\b)[^.!?]{2,60}\W*\Z",
        ),
        # (Image: X) ; (X / For The Herald) ; (AFP)
        (
            (")", "]"),
            r".*[.!?”]\s*[(\[](?:[^()\[\]]{2,40}\s?/\s?[^()\[\]]{2,40}|[^()\[\]]{0,30}(?:Photo|Image|Picture|Getty"
            rf"|Credit|private)[^()\[\]]{{0,30}}|{_AGENCY})[)\]]\W*\Z",
        ),
        # Mary Ito/AFP ; - AP photo ; REUTERS/Mary Ito
        (
            ("/", " photo"),
            rf".*[\w.!?”)] ?(?:\(?[A-Z][\w'’.-]+(?: [A-Z][\w'’.-]+){{0,3}}/{_AGENCY}|[-–—] ?{_AGENCY} photo)\)?\W*\Z",
        ),
        (("/",), r".*\b(?:REUTERS|AFP|EPA|AP Photo|Reuters)/\s?[A-Z][\w.'’ -]{2,50}\W*\Z"),
        # … in this file photo
        (
            (" photo", " image", " picture", " frame", " video"),
            r".*\bin (?:this|an?) (?:file|handout|undated|archive|screen ?grab|satellite|combination) (?:photo|image"
            r"|picture|photograph|frame|video)s?\b",
        ),
        # what an author is: Ann Lee is our trade correspondent
        (
            (" is ", "reports", "writes"),
            rf"(?:{_NAMED}|The (?:author|writer|reporter)) (?:is|reports|writes)\b.{{0,60}}\b(?:{_JOB}s?\b.{{0,40}}\b"
            rf"(?:at|for|with|based|in|covering)\b.{{0,60}}|(?:our|your|the \w+'s)\b.{{0,40}}\b{_JOB})\W*\Z",
        ),
        # who writes what, and where: Ann Lee is Japan correspondent; Ann Lee reported from Oslo and Bo Ek from Bergen
        (
            (" is ", "reported from"),
            rf"{_NAMED} is (?:(?!an? |the |not )[\w-]+ ){{0,5}}{_JOB}\W*\Z|{_NAMED}(?:(?:,| and) {_NAMED})* reported"
            rf" from {_WHERE}(?:(?:,|,? and) (?:{_NAMED} )?(?:reported )?from {_WHERE})*\W*\Z",
        ),
        (
            ("the writer is", "the author is"),
            r"The (?:writer|author) is an? .{3,100}\Z",
        ),
        (("version of",), r".*\b(?:earlier|previous|original|print) version of this (?:article|story|report|piece)\b"),
        (("journalism",), r".*\b(?:support(?:ing|s)?|fund(?:ing|s)?) (?:our|independent|quality|local) journalism\b"),
        (
            ("newsletter", "briefing"),
            r".*\b(?:newsletter|briefing)s?\b.{0,60}\b(?:inbox|e-?mail|[Ss]ign up)\b|.*\b(?:inbox|[Ss]ign up)\b.{0,60}"
            r"\bnewsletters?\b",
        ),
        (
            ("@",),
            r".*(?:\b(?:[Ww]rite|[Ee]mail|[Cc]ontact|[Rr]each|[Qq]uestions|[Ii]nquiries|[Ee]nquiries)\b.{0,60}|^)"
            r"[\w.+-]+@[\w-]+\.\w{2,}\W*\Z",
        ),
        (
            ("contributed",),
            r".*\bcontributed (?:to (?:this|the) (?:report|story|article)|reporting)\b.{0,40}\Z"
            r"|(?i:\W*(?:[a-z][\w'’.-]+ ){1,5}contributed to this (?:report|story|article))",
        ),
    )
)
"""Each with what a text must have, in small letters, to be looked at: most sentences have none of it."""

_WORD_SIGN = re.compile(r"\w")
_LAST = 3  # paragraphs at the end of a page among which an author's note stands
_NOTE = re.compile(
    rf"{_NAMED} is an? [^.!?]{{0,80}}\b(?:fellow|professor|lecturer|scholar|researcher|analyst|economist|author"
    rf"|{_JOB})\b[^.!?]{{0,80}}\.?\Z"
)
_LONGEST_DATE = 50
_DATE = re.compile(  # alone, as in a timeline
    rf"\W*(?:{_DAYS},? )?(?:(?:early|mid|late|end of)[- ])?(?:\d{{1,2}}(?:st|nd|rd|th|\.)? )?(?:of )?{_MONTHS}"
    r"(?: \d{1,2}(?:st|nd|rd|th)?)?(?:,? \d{4})?\W*(?:\d{1,2}[:.]\d\d.{0,12})?\Z"
)
_END = re.compile(
    r"\W*(?:ENDS?|[Nn]otes? (?:to|for) [Ee]ditors?\b.{0,20}|NOTES? (?:TO|FOR) EDITORS?|About (?:the|us) ?[\w ]{0,40})"
    r"\W*\Z|\W*###\W*\Z"
)
_CLOSED = re.compile(r"[.!?…։。！？．।॥؟۔;,][\"'”’»“)\]」』）\u200e\u200f\s]*\Z")
_PLAIN_CLOSERS = ".!?;,"  # most closed lines end in one of these, and no pattern is needed for them
_BULLET = re.compile(r"\s*(?:[•●▪‣⁃*–—-]|\(?\w{1,3}[.)])\s")
_ASKS = re.compile(r"[^.!…。！]*[?？؟]\W*\Z")
_SHORTEST_PARAGRAPH = 40  # characters: a closed line that is shorter proves nothing of its page


def _trace(needle: str) -> tuple[str, bool, bool]:
    """Return a needle's longest word, and whether a written word must start with it and end with it to be it.

    >>> _trace("reported from"), _trace(" is "), _trace("@")
    (('reported', False, True), ('is', True, True), ('@', False, False))
    """
    words = needle.split()
    place = max(range(len(words)), key=lambda number: len(words[number]))
    return words[place], place > 0 or needle[0] == " ", place < len(words) - 1 or needle[-1] == " "


_TRACES: Final = tuple((tuple(map(_trace, needles)), 1 << number) for number, (needles, _) in enumerate(_FORMS))
_EVERY_TRACE: Final = {trace for traces, _ in _TRACES for trace in traces}
_WHOLE_TRACES: Final = frozenset(word for word, starts, ends in _EVERY_TRACE if starts and ends)
_ANY_TRACE: Final = re.compile(
    "|".join(sorted(re.escape(word) + r"\Z" * ends for word, starts, ends in _EVERY_TRACE if word not in _WHOLE_TRACES))
)
"""Nine of ten written words have none of them: a third of the time of asking for one after the other."""

EVERY_FORM: Final = (1 << len(_FORMS)) - 1


def forms_hinted(written: str) -> int:
    """Return the forms that a text may have which has this written word, a bit each.

    >>> forms_hinted("tariff"), forms_hinted("@mary").bit_count()
    (0, 2)
    """
    small = written.lower()
    if small not in _WHOLE_TRACES and not _ANY_TRACE.search(small):
        return 0
    forms = 0
    for traces, form in _TRACES:
        for word, starts, ends in traces:
            if word in small and (not starts or small.startswith(word)) and (not ends or small.endswith(word)):
                forms |= form
                break
    return forms


@lru_cache(maxsize=1024)
def _forms_of(hinted: int) -> tuple[Form, ...]:
    return tuple(form for number, form in enumerate(_FORMS) if hinted >> number & 1)


def is_junk(text: str, forms: int = EVERY_FORM) -> bool:
    """Say whether a sentence or a line belongs to the page and not to the story, by its own words.

    Args:
        text: the sentence or line.
        forms: those that its written words hint at, where that is known; most hint at none.

    >>> is_junk("Read more: Tokyo waits"), is_junk("By Mary Ito"), is_junk("By Friday it fell.")
    (True, True, False)
    >>> is_junk("Crew unload steel. (Delta Light / For The Herald)"), is_junk("Ann Lee is our trade correspondent.")
    (True, True)
    """
    text = text.strip()
    if len(text) > LONGEST:
        return False
    small = text.lower()
    letter = small[:1] if small[:1].isalnum() else "".join(_WORD_SIGN.findall(small)[:1])
    if _known(letter).match(small):
        return True
    for needles, form in _forms_of(forms):
        for needle in needles:
            if needle in small:
                if form.match(text):
                    return True
                break
    return len(text) <= _LONGEST_DATE and bool(_DATE.match(text))


def junk_lines(text: str, spans: Sequence[tuple[int, int]], hinted: Callable[[str], int] | None = None) -> list[bool]:
    r"""Say of each paragraph whether it is a line of the page.

    Args:
        text: the page's text.
        spans: its paragraphs.
        hinted: tells the forms that a line hints at, where somebody remembers them.

    >>> page = ["A heading", *["The ministry raised the duty on steel plate again."] * 4, "Why?", "It was late."]
    >>> text = "\n\n".join(page)
    >>> from bot.core.paragraphs import paragraphs
    >>> junk_lines(text, paragraphs(text))
    [True, False, False, False, False, True, False]
    """
    lines = [text[start:end] for start, end in spans]
    closed = [line[-1] in _PLAIN_CLOSERS or bool(_CLOSED.search(line[-8:])) for line in lines]
    prose = _is_prose(lines, closed)
    tail = TAIL * len(text)
    ended = next((n for n, line in enumerate(lines) if spans[n][0] >= tail and _END.match(line)), len(lines))
    noted = len(lines) - _LAST if prose else len(lines)
    return [
        n >= ended
        or (len(line) <= LONGEST and is_junk(line, hinted(line) if hinted else EVERY_FORM))
        or (prose and _is_open(line, closed=closed[n]))
        or (n >= noted and bool(_NOTE.match(line)))
        for n, line in enumerate(lines)
    ]


def _is_prose(lines: Sequence[str], closed: Sequence[bool]) -> bool:
    sizes = list(map(len, lines))
    ended = [size for size, is_closed in zip(sizes, closed, strict=True) if is_closed and size >= _SHORTEST_PARAGRAPH]
    return len(ended) >= FEWEST_CLOSED and sum(ended) >= CLOSED_SHARE * sum(sizes)


def _is_open(line: str, *, closed: bool) -> bool:
    if len(line) <= LONGEST_QUESTION and _ASKS.match(line):
        return True
    if len(line) > LONGEST_OPEN or closed:
        return False
    return not (_BULLET.match(line) and len(line.split()) >= ITEM_WORDS)
