# ruff: noqa: RUF001 -- letters and signs of many scripts
"""Tells what a sentence lacks to stand alone in a summary; it ranks nothing and drops nothing.

Three judgments, each a rule on the sentence's own characters:
1. *Boilerplate* is no part of the story: bylines, "Read more", share and subscription lines, credits, copyright.
   A line that starts with a known phrase and is no longer than `LONGEST_BOILERPLATE`; in the languages read in full.
2. A sentence *leans* on the one before it if it starts with a conjunction, pronoun or demonstrative ("But he …",
   "These insiders …"), or opens or closes a quotation that it does not hold whole.
3. A *fragment* ends without a closing sign (headings, captions), asks a question, or has less than `FEWEST` words.

Known exceptions: "It is" and "There is" may stand alone, and are not listed; a story about newspapers may start with
"Read more".
"""

from __future__ import annotations

import re
from typing import Final

LONGEST_BOILERPLATE = 160
"""Longest line, in characters, that is taken for boilerplate; a paragraph of text is longer."""

FEWEST = 5
"""Fewest words of a sentence that tells something; for scripts without spaces, four characters count as a word."""

_STARTS = r"""
read\ (?:more|also|next|the\ full|our)|also\ read|see\ also|related(?:\ (?:articles?|stories|news|topics|links))?\s?:
|(?:click|tap)\ (?:here|on\ the|to)|sign\ up\ (?:for|to|here|now)|subscribe\ (?:to|now|here|for)|follow\ us\b
|(?:share|email|print|save|bookmark)\ (?:this|on|via|the\ article)|like\ us\ on|join\ us\ on|advertisement\b
|copyright\b|©|all\ rights\ reserved
|this\ (?:article|story|report)\ (?:was|has\ been|first|originally)\ (?:first\ |originally\ |automatically\ )?
(?:appeared|published|updated|amended|written|edited|translated|generated|corrected)
|(?:file\ )?(?:photo|image|picture|video|graphic|illustration)s?(?:\ (?:by|courtesy|credits?|caption))?\s?[:©/]
|\(?(?:ap|afp|reuters|epa|getty)\ (?:photo|images?)\b|getty\ images|scroll\ down\ for|watch\ (?:now|live|the\ video|:)
|listen\ (?:to\ this|now|:)|(?:additional\ )?(?:reporting|writing|editing)\ by\b|(?:with\ )?files\ from\b
|(?:last\ )?(?:updated|published|posted|modified)(?:\ (?:on|at))?\s?:?\s(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct
|nov|dec|mon|tue|wed|thu|fri|sat|sun|today|yesterday)|(?:we|this\ site|this\ website)\ uses?\ cookies
|by\ (?:continuing|using)\ (?:to|this\ site)|accept\ (?:all\ )?cookies|most\ (?:read|popular|viewed)\b|trending\b
|(?:the\ )?views\ expressed|disclaimer\b|download\ (?:our|the)\ app|loading\b|\d+\ (?:comments|shares|min\ read)\b
|lesen\ sie\ (?:auch|mehr|hier)|mehr\ (?:dazu|zum\ thema)|zum\ thema|anzeige\b|werbung\b|foto\s?:|bild\s?:|quelle\s?:
|newsletter\b|jetzt\ abonnieren|alle\ rechte\ vorbehalten
|(?:à\ )?lire\ (?:aussi|la\ suite|également|plus)|à\ lire\b|publicité\b|crédits?\ photo|abonnez-vous|tous\ droits
|lea\ (?:también|más)|lee\ (?:también|más)|leer\ más|ver\ (?:también|más)|publicidad\b|suscríb[ea]|síguenos|comparte\b
|te\ puede\ interesar|todos\ los\ derechos|todos\ os\ direitos|tutti\ i\ diritti
|leggi\ (?:anche|di\ più|tutto)|pubblicità\b|iscriviti|seguici|condividi\b
|lei?a\ (?:também|mais)|saiba\ mais|veja\ (?:também|mais)|publicidade\b|inscreva-se|siga-nos|compartilhe\b
|читайте\ (?:также|ещё|еще|по\ теме)|подпи(?:сывайтесь|шитесь)|реклама\b|фото\s?:|источник\s?:|поделиться\b
|все\ права\ защищены|читайте\ також|підпи(?:суйтесь|шіться)|джерело\s?:|поділитися\b
|関連記事|続きを読む|写真[：:＝]|（写真|会員登録|無断転載|広告$|シェア|あわせて読みたい
|相关阅读|相關閱讀|延伸阅读|延伸閱讀|责任编辑|責任編輯|编辑[：:]|編輯[：:]|原标题|原標題|点击(?:这里|查看)|版权所有|來源[：:]|来源[：:]
|اقر(?:أ|ئي|ؤوا)\ (?:أيضا|المزيد)|إقرأ|شارك\ (?:هذا|المقال|على)|اشترك|تابعونا|جميع\ الحقوق|المصدر\s?:|صورة\s?:
"""
_BOILERPLATE: Final = re.compile(rf"[\s>»→►▶•*\[(–—-]*(?:{_STARTS})", re.IGNORECASE | re.VERBOSE)
_BYLINE = re.compile(
    r"(?:By|BY|Von|Par|Por|Di|Texto|Автор:?|Von:)"
    r"(?:\s+(?:[^\W\d_a-zà-ÿ][\w.’'-]*|and|und|et|y|e|for|in|de|van|der|[|/,]|@\S+),?){1,10}\s*\Z"
)
_LINK = re.compile(r"\s*(?:https?://|www\.|t\.me/|@\w+\s*\Z|#\w+(?:\s+#\w+)*\s*\Z)")

_LEANING = {
    "en": """But And So Yet Or Nor However Still Meanwhile Instead Thus Therefore Moreover Furthermore Besides
        Nevertheless He She They His Her Their Its This That These Those Such Both Another Others Then Here Also
        Even""",
    "de": """Aber Doch Und Oder Er Sie Sein Seine Ihr Ihre Dies Diese Dieser Dieses Das Dabei Damit Dadurch
        Deshalb Daher Zudem Außerdem Auch Dagegen Danach Dann Allerdings Jedoch Denn Solche Beide""",
    "fr": """Mais Et Ou Or Donc Car Il Elle Ils Elles Ce Cet Cette Ces Son Sa Ses Leur Leurs Cela Ceci Ainsi
        Cependant Aussi Pourtant Toutefois Celui Celle""",
    "es": """Pero Y O Así Además También Él Ella Ellos Ellas Este Esta Estos Estas Ese Esa Esos Esas Esto Eso Su
        Sus Sin Aquel Aunque Luego Entonces Ambos""",
    "it": """Ma E O Però Quindi Inoltre Così Anche Egli Lui Lei Loro Questo Questa Questi Queste Quello Quella
        Suo Sua Suoi Ciò Tuttavia Infatti Entrambi""",
    "pt": """Mas E Ou Porém Assim Além Também Ele Ela Eles Elas Este Esta Estes Estas Esse Essa Esses Essas Isso
        Isto Seu Sua Seus Suas Entretanto Contudo Ambos""",
    "ru": """Но А И Или Однако Он Она Они Оно Это Этот Эта Эти Такой Такая Такие Его Её Ее Их Также Поэтому Тем
        Затем Кроме При Тогда Там""",
    "uk": """Але А І Й Та Або Однак Проте Він Вона Вони Воно Це Цей Ця Ці Такий Така Такі Його Її Їх Їхній Також
        Тому Тоді Крім При Там""",
    "ar": "لكن ولكن كما وهو وهي وهذا وهذه هذا هذه ذلك وذلك لذلك إلا أيضا",
}
_LEANING_UNSPACED = {
    "ja": "しかし だが また そして これ それ この その 彼 さらに 一方 なお ただ",
    "zh": "但 然而 不过 不過 而且 同时 同時 他 她 它 这 這 那 该 該 此外 因此 所以 另外",
}
_LEANS = {language: frozenset(words.split()) for language, words in _LEANING.items()}
_LEANS_UNSPACED = {language: tuple(words.split()) for language, words in _LEANING_UNSPACED.items()}
_FIRST_WORD = re.compile(r"[\"'“„«‘(\s—–-]*([^\W\d_]+)")
_CLOSED = re.compile(r"[.!…։。！．।॥؟۔][\"'”’»“)\]」』）\u200e\u200f\s]*\Z")
_IS_UNSPACED = re.compile("[\u2e80-\U0010ffff]")  # from this code point on scripts stand without spaces
_PAIRS = (("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"), ("(", ")"), ("（", "）"))


def is_boilerplate(sentence: str) -> bool:
    """Say whether a sentence or line belongs to the page and not to the story.

    >>> is_boilerplate("Read more: Tokyo waits"), is_boilerplate("By Mary Ito"), is_boilerplate("By Friday it fell.")
    (True, True, False)
    """
    if len(sentence) > LONGEST_BOILERPLATE:
        return False
    return any(pattern.match(sentence) for pattern in (_BOILERPLATE, _BYLINE, _LINK))


def leans(sentence: str, language: str) -> bool:
    """Say whether a sentence needs the one before it to be understood.

    >>> leans("But he declined.", "en"), leans("“We will not.", "en"), leans("The minister declined.", "en")
    (True, True, False)
    """
    first = _FIRST_WORD.match(sentence)
    if first and first[1] in _LEANS.get(language, ()):
        return True
    starts = _LEANS_UNSPACED.get(language, ())
    if starts and sentence.lstrip("「“『").startswith(starts):
        return True
    if sentence.count('"') % 2:
        return True
    return any(sentence.count(opening) != sentence.count(closing) for opening, closing in _PAIRS if opening != "“") or (
        "„" not in sentence and sentence.count("“") != sentence.count("”")
    )


def is_fragment(sentence: str) -> bool:
    """Say whether a sentence is a heading, a caption, a question or a cry rather than a statement.

    >>> is_fragment("A turning point"), is_fragment("Who pays?"), is_fragment("The duty on steel rises to 25 %.")
    (True, True, False)
    """
    unspaced = 0 if sentence.isascii() else len(_IS_UNSPACED.findall(sentence))
    words = len(sentence.split()) + unspaced // 4
    return words < FEWEST or not _CLOSED.search(sentence)
