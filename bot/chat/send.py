"""Messages → Telegram, one at a time; it decides neither what is said, nor what is owed, nor when its turn comes."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.chat.pictures import Picture
from bot.chat.refusals import Meaning, judge, retry_after
from bot.chat.render import Message, classic_parts
from bot.chat.transport import AiohttpRequest

log = structlog.get_logger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
TRIES = 4  # of an answer somebody waits for; what is owed is tried for hours, by deliver.py
LONGEST_WAIT = 60.0  # seconds somebody waits for an answer that Telegram holds back
NETWORK_PAUSE = 0.5  # seconds, doubling
PHOTO_METHOD = "sendPhoto"
RICH_METHOD = "sendRichMessage"
RICH_AGAIN = 86_400.0  # seconds after which a server that knows no rich messages is asked again: it may be a newer one
RICH_PAUSE = 600.0  # seconds without rich messages behind one whose markup was refused, which is a mistake of ours
OUR_MARKUP = re.compile(r"rich|parse|too long|entit|tag", re.IGNORECASE)  # a 400 about a message, not of the server
NO_SUCH_PAGE = "status 404"  # of a server that says so in no words of Telegram's


class RichRefusedError(Exception):
    """The server takes no rich messages now: the classic parts go instead (`classic_parts`)."""


@dataclass(frozen=True, slots=True)
class Form:
    """A message encoded once, whoever it goes to: the method, and all parameters but those of the chat.

    `sha256` is of the markup it has, "" for plain text. `picture` goes along. `leads` says that it stands in front of a
    rich message and of the classic ones that say the same.
    """

    method: str
    body: bytes
    sha256: str = ""
    picture: Picture | None = None
    leads: bool = False


def forms(message: Message, *, paid: bool = False, picture: Picture | None = None) -> tuple[Form, ...]:
    """Return the ways to send a message, the best first: a server that can't read one gets the next.

    A rich message has one way only: what says the same without it are several messages (`classic_parts`).

    Args:
        message: what is sent.
        paid: whether Telegram may charge for it, so that it may go beyond the free pace.
        picture: the message's chart; its words go alone where there is none, or where a chat takes no photos.
    """
    common: dict[str, Any] = {"allow_paid_broadcast": True} if paid else {}
    leads = message.chart is not None
    if leads:
        common["disable_notification"] = True
    if message.asks is not None:
        common["reply_markup"] = ForceReply(selective=True, input_field_placeholder=message.asks).to_dict()
    elif (buttons := keyboard(message)) is not None:
        common["reply_markup"] = buttons.to_dict()
    if message.rich is not None:
        markup = str(message.rich["html"])
        sha256 = hashlib.sha256(markup.encode()).hexdigest()
        return (Form(RICH_METHOD, _encoded({"rich_message": {"html": markup}, **common}), sha256),)
    sha256 = hashlib.sha256(message.html.encode()).hexdigest()
    marked = {"parse_mode": ParseMode.HTML.value, **common}
    caption = _encoded({"caption": message.html, **marked})
    photo = (Form(PHOTO_METHOD, caption, sha256, picture, leads),) if picture is not None else ()
    no_preview = {"link_preview_options": NO_PREVIEW.to_dict()}
    html = _encoded({"text": message.html, **marked, **no_preview})
    plain = _encoded({"text": message.plain, **common, **no_preview})
    return *photo, Form("sendMessage", html, sha256, leads=leads), Form("sendMessage", plain, leads=leads)


def takes_rich(bot: Bot) -> bool:
    """Tell whether the bot's server may know rich messages: it does until it has said otherwise."""
    return asyncio.get_running_loop().time() >= getattr(bot.request, "classic_until", 0.0)


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    """Return the buttons of a message as Telegram takes them."""
    if not message.buttons:
        return None
    rows = [
        [InlineKeyboardButton(button.text, callback_data=button.data, url=button.url) for button in row]
        for row in message.buttons
    ]
    return InlineKeyboardMarkup(rows)


async def send_once(
    bot: Bot,
    chat_id: int,
    message: Message | Sequence[Form],
    *,
    thread_id: int | None = None,
    reply_to: int | None = None,
    urgent: bool = True,
    leaving: Callable[[], None] | None = None,
) -> int:
    """Send one message when its turn has come; return its id. Every error of Telegram's goes up, but for markup.

    Markup that Telegram can't parse is a mistake of ours: it is logged with its hash, and the next form is sent.
    `urgent` says that somebody waits for it, `leaving` is called when its turn has come (see `AiohttpRequest.submit`).

    Raises:
        RichRefusedError: it is a rich message, and the server takes none; that is remembered for a day.
    """
    request = bot.request
    if not isinstance(request, AiohttpRequest):
        raise TypeError(f"messages leave through AiohttpRequest, not {type(request).__name__}")
    ways = forms(message) if isinstance(message, Message) else message
    head = _head(chat_id, thread_id, reply_to)
    for form, is_last in zip(ways, [False] * (len(ways) - 1) + [True], strict=True):
        url = f"{bot.base_url}/{form.method}"
        sending = partial(request.submit, url, chat_id=chat_id, urgent=urgent, leaving=leaving)
        try:
            if form.picture is not None:
                sent = await _send_photo(sending, head + form.body, form.picture)
            else:
                sent = await sending(head + form.body)
        except (InvalidToken, NetworkError) as error:  # a BadRequest is a NetworkError, too
            if form.method == RICH_METHOD:
                _judge_rich(request, form, error)
            if form.picture is not None and _takes_no_photo(error):
                log.warning("photo_refused", chat=chat_id, reason=str(error))
                continue
            if is_last or "parse entities" not in str(error):
                raise
            log.error("markup_refused", sha256=form.sha256, reason=str(error))  # noqa: TRY400 -- the traceback says nothing more
        else:
            return _message_id(sent)
    raise ValueError("a message has at least one form")


async def _send_photo(sending: Callable[..., Awaitable[Any]], form: bytes, picture: Picture) -> Any:
    """Send a picture by its id; the first time, and where Telegram knows the id no more, with its bytes."""
    async with contextlib.AsyncExitStack() as stack:
        if picture.file_id is None:
            await stack.enter_async_context(picture.alone)
        if picture.file_id is None:
            sent = await sending(form, photo=picture.png)
            picture.file_id = _photo_id(sent)
            return sent
    try:
        return await sending(form + b"&" + _encoded({"photo": picture.file_id}))
    except BadRequest as error:
        if "file" not in str(error).lower():
            raise
        picture.file_id = None
        return await _send_photo(sending, form, picture)


def _takes_no_photo(error: TelegramError) -> bool:
    """Tell whether a chat may take the words alone: photos can be forbidden in it, or this one did not please."""
    return isinstance(error, BadRequest) and judge(error).meaning in {Meaning.REFUSED, Meaning.SHUT}


def _photo_id(sent: Any) -> str | None:
    """Return the id of the largest size of a photo that was sent."""
    sizes = sent.get("photo") if isinstance(sent, dict) else None
    return str(sizes[-1]["file_id"]) if isinstance(sizes, list) and sizes else None


def _judge_rich(request: AiohttpRequest, form: Form, error: TelegramError) -> None:
    """Remember a server that takes no rich messages; an error that says something else is the caller's.

    Raises:
        RichRefusedError: the classic form may go.
    """
    refused = isinstance(error, BadRequest) and judge(error).meaning is Meaning.REFUSED
    if not (refused or isinstance(error, InvalidToken) or NO_SUCH_PAGE in str(error)):
        return
    now = asyncio.get_running_loop().time()
    if refused and OUR_MARKUP.search(str(error)):
        log.error("markup_refused", sha256=form.sha256, reason=str(error))
        request.classic_until = now + RICH_PAUSE
    else:
        log.warning("rich_messages_unknown", reason=str(error), again_in=RICH_AGAIN)
        request.classic_until = now + RICH_AGAIN
    raise RichRefusedError from error


async def send_answer(
    bot: Bot, chat_id: int, messages: Sequence[Message], *, thread_id: int | None = None, reply_to: int | None = None
) -> list[int]:
    """Send an answer somebody waits for, part by part; return the message ids.

    A short `retry_after` is waited out, a broken connection tried again with growing pauses. A time-out is not
    tried again: Telegram may have sent it.
    """
    sent: list[int] = []
    for message in messages:
        first = reply_to if not sent else None
        try:
            if message.rich is not None and takes_rich(bot):
                sent.append(await _send_waiting(bot, chat_id, message, thread_id, first))
                continue
        except RichRefusedError:
            pass  # remembered and logged where it was refused
        for part in classic_parts(message):
            sent.append(await _send_waiting(bot, chat_id, part, thread_id, first))
            first = None
    return sent


async def _send_waiting(bot: Bot, chat_id: int, message: Message, thread_id: int | None, reply_to: int | None) -> int:
    for attempt in range(1, TRIES + 1):
        try:
            return await send_once(bot, chat_id, message, thread_id=thread_id, reply_to=reply_to)
        except RetryAfter as error:
            if attempt == TRIES or retry_after(error) > LONGEST_WAIT:
                raise
            await asyncio.sleep(retry_after(error))
        except (TimedOut, BadRequest):
            raise
        except NetworkError:
            if attempt == TRIES:
                raise
            await asyncio.sleep(NETWORK_PAUSE * 2**attempt)
    raise AssertionError("the last try returns or raises")


def _head(chat_id: int, thread_id: int | None, reply_to: int | None) -> bytes:
    """Encode what differs from chat to chat."""
    head: dict[str, Any] = {"chat_id": chat_id}
    if thread_id:
        head["message_thread_id"] = thread_id
    if reply_to:
        head["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    return _encoded(head) + b"&"


def _encoded(parameters: Mapping[str, Any]) -> bytes:
    """Encode parameters as Telegram takes a form: what is no string is JSON."""
    values = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in parameters.items()
    }
    return urlencode(values).encode()


def _message_id(sent: Any) -> int:
    number = sent.get("message_id") if isinstance(sent, dict) else None
    if not isinstance(number, int):
        raise NetworkError("an answer without a message")
    return number
