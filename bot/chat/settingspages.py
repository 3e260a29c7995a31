"""What is set in a chat, as a message whose buttons change it: the pages of /settings, /include and /exclude. PURE.

Each button's data names what is to be (`o:t:tariffs:1`), so that pressing it twice does what pressing it once does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import time

from bot.chat import settingswords as said
from bot.chat import words
from bot.chat.render import CALLBACK_LIMIT, Block, Button, Message, Run, block, bold, italic, messages
from bot.chat.signs import Signs
from bot.chat.storypages import Buttons, in_rows
from bot.core.wish import MOST_SLOTS, Order, canonical
from bot.core.zones import zone_for_language
from bot.model import Subscription

SHOWN_TIMES = (time(7), time(8), time(12), time(18), time(21))
SHOWN_PLACES = ("US", "CN", "EU", "JP", "IN", "GB", "RU", "KR")
SHOWN_ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Tokyo",
)
SHOWN_HOURS = ((time(21), time(7)), (time(22), time(7)), (time(23), time(8)))
LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pl", "pt", "ru", "uk", "tr", "ar", "ja", "ko", "zh", "hi")
PLACES_MOST = 24  # chosen ones with a button; more are changed by /subscribe
REMOVED_MOST = 24  # words with a button to remove them


def settings_page(signs: Signs, subscription: Subscription, view: str = "") -> list[Message]:
    """Lay out a page of the settings; an unknown view is the first page.

    Args:
        signs: who reads, and what topics and places are called.
        subscription: what is set.
        view: `topics`, `places`, `times`, `days`, `zone`, `length`, `language`, `hours`, or the first page.
    """
    match view:
        case "topics":
            return _page(said.TOPICS, said.WHICH_TOPICS, _topics(signs, subscription))
        case "places":
            return _page(said.PLACES, said.WHICH_PLACES, _places(signs, subscription))
        case "times":
            return _page(said.TIMES, said.WHICH_TIMES, _times(subscription))
        case "days":
            return _page(said.DAYS, said.WHICH_DAYS, _days(signs, subscription))
        case "zone":
            zone = subscription.schedule.zone
            return _page(said.ZONE, said.now_there(zone, signs.now), _zones(signs, zone))
        case "length":
            return _page(said.LENGTH, said.WHICH_LENGTH, _lengths(subscription))
        case "language":
            return _page(said.LANGUAGE, said.WHICH_LANGUAGE, _languages(signs.chat.language))
        case "hours":
            return _page(said.QUIET, said.WHICH_HOURS, _hours(subscription))
        case _:
            return messages(_overview(signs, subscription), _first_buttons(subscription))


def command_page(subscription: Subscription, what: str) -> list[Message]:
    """Say by which command a `place`, `time`, `zone` or `hours` is set that no button names."""
    blocks = [block(said.BY_COMMAND[what]), block(_in_one_line(subscription), glued=True)]
    return messages(blocks, [[Button(said.BACK, "o")]])


def _in_one_line(subscription: Subscription) -> Run:
    order = canonical(Order(subscription.wish, subscription.schedule))
    return Run(f"/subscribe {order}", "code")


def phrases_page(phrases: Sequence[str], *, excluded: bool) -> list[Message]:
    """List the words that are included or excluded, each with a button to remove it."""
    how = said.EXCLUDE_HOW if excluded else said.INCLUDE_HOW
    if not phrases:
        return messages([block(said.NOTHING_EXCLUDED if excluded else said.NOTHING_INCLUDED), block(how)])
    list_ = "x" if excluded else "i"
    removing = [Button(said.remove(each), f"w:{list_}:{mark_of(each)}") for each in phrases[:REMOVED_MOST]]
    told = f"{said.EXCLUDED if excluded else said.INCLUDED} {said.phrases(phrases)}."
    return messages([block(told), block(how)], in_rows(removing, 2))


def mark_of(phrase: str) -> str:
    """Name a phrase in the few bytes of a button, for as long as it is in the list.

    >>> len(mark_of("trade war"))
    16
    """
    return hashlib.blake2b(phrase.encode(), digest_size=8).hexdigest()


def _page(title: str, text: str, rows: Buttons) -> list[Message]:
    return messages([block(bold(title)), block(text, glued=True)], [*rows, [Button(said.BACK, "o")]])


def _overview(signs: Signs, subscription: Subscription) -> list[Block]:
    understood, upcoming = words.subscribed(subscription, signs.vocabulary, signs.chat.language)
    blocks = [block(bold(said.TITLE))]
    if subscription.next_run is None:
        blocks.append(block(words.NOT_SUBSCRIBED))
    blocks.append(block(understood))
    if subscription.next_run is not None:
        blocks.append(block(upcoming, glued=True))
    if subscription.paused:
        blocks.append(block(bold(words.paused(subscription.paused))))
    blocks.append(block(said.rest(subscription, signs.chat)))
    blocks += [block(line, glued=True) for line in said.filters(subscription.wish)]
    blocks.append(block(said.IN_ONE_LINE, _in_one_line(subscription)))
    if who := words.whose_settings(signs.chat.kind):
        blocks.append(block(italic(who)))
    return blocks


def _first_buttons(subscription: Subscription) -> Buttons:
    running = subscription.next_run is not None
    return [
        [Button(said.TOPICS, "o:topics"), Button(said.PLACES, "o:places"), Button(said.LENGTH, "o:length")],
        [Button(said.TIMES, "o:times"), Button(said.DAYS, "o:days"), Button(said.ZONE, "o:zone")],
        [
            Button(said.alerts(on=subscription.alerts), f"o:a:{int(not subscription.alerts)}"),
            Button(said.QUIET, "o:hours"),
            Button(said.LANGUAGE, "o:language"),
        ],
        [Button(said.PAUSE if running else said.START, f"o:r:{int(not running)}")],
    ]


def _toggle(label: str, data: str, *, chosen: bool) -> Button:
    """Return a button that turns one thing on, or off where it is marked."""
    return Button(f"{said.CHOSEN if chosen else ''}{label}", f"{data}:{int(not chosen)}")


def _choice(label: str, data: str, *, chosen: bool) -> Button:
    """Return a button that chooses one of several things."""
    return Button(f"{said.CHOSEN if chosen else ''}{label}", data)


def _topics(signs: Signs, subscription: Subscription) -> Buttons:
    chosen = subscription.wish.topics
    buttons = [
        _toggle(signs.name_of(key), f"o:t:{key}", chosen=key in chosen)
        for key in signs.vocabulary.topics
        if len(f"o:t:{key}:1".encode()) <= CALLBACK_LIMIT
    ]
    return in_rows(buttons, 2)


def _places(signs: Signs, subscription: Subscription) -> Buttons:
    chosen = subscription.wish.places
    shown = [*chosen[:PLACES_MOST], *(key for key in SHOWN_PLACES if key in signs.vocabulary.places)]
    buttons = [
        _toggle(signs.name_of(key), f"o:p:{key}", chosen=key in chosen)
        for key in dict.fromkeys(shown)
        if len(f"o:p:{key}:1".encode()) <= CALLBACK_LIMIT
    ]
    return in_rows([*buttons, Button(said.ANOTHER_PLACE, "o:k:place")], 2)


def _times(subscription: Subscription) -> Buttons:
    chosen = subscription.schedule.slots
    shown = sorted({*chosen, *SHOWN_TIMES}) if len(chosen) < MOST_SLOTS else list(chosen)
    buttons = [_toggle(words.clock_time(at), f"o:s:{at:%H%M}", chosen=at in chosen) for at in shown]
    return in_rows([*buttons, Button(said.ANOTHER_TIME, "o:k:time")], 3)


def _days(signs: Signs, subscription: Subscription) -> Buttons:
    names = said.day_names(signs.chat.language)
    chosen = subscription.schedule.days
    buttons = [_toggle(name, f"o:d:{day}", chosen=day in chosen) for day, name in enumerate(names)]
    presets = [Button(said.EVERY_DAY, "o:D:0123456"), Button(said.WEEKDAYS, "o:D:01234")]
    return in_rows([*buttons, *presets], 3)


def _zones(signs: Signs, zone: str) -> Buttons:
    shown = dict.fromkeys([zone, zone_for_language(signs.chat.language), *SHOWN_ZONES])
    buttons = [_choice(_city(key), f"o:z:{key}", chosen=key == zone) for key in shown]
    return in_rows([*buttons, Button(said.ANOTHER_ZONE, "o:k:zone")], 2)


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ") if not zone.startswith("Etc/") else zone


def _lengths(subscription: Subscription) -> Buttons:
    now = (subscription.wish.most_stories, subscription.wish.sentences)
    return [
        [_choice(said.length_choice(*each), f"o:n:{each[0]}:{each[1]}", chosen=each == now)] for each in said.LENGTHS
    ]


def _languages(language: str) -> Buttons:
    now = words.locale_of(language).language
    return in_rows([_choice(said.language_name(code), f"o:l:{code}", chosen=code == now) for code in LANGUAGES], 2)


def _hours(subscription: Subscription) -> Buttons:
    schedule = subscription.schedule
    chosen = (schedule.quiet_from, schedule.quiet_until)
    shown: Iterable[tuple[time, time]] = SHOWN_HOURS
    if chosen[0] is not None and chosen[1] is not None:
        shown = dict.fromkeys([(chosen[0], chosen[1]), *SHOWN_HOURS])
    buttons = [
        _choice(said.hours(*each), f"o:q:{each[0]:%H%M}-{each[1]:%H%M}", chosen=each == chosen) for each in shown
    ]
    nothing = _choice(said.NEVER, "o:q:off", chosen=chosen[0] is None)
    return in_rows([*buttons, nothing, Button(said.ANOTHER_HOURS, "o:k:hours")], 2)
