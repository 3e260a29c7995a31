"""One update → who asks, whether they may, the answer, and its way back; what is answered is the handlers' matter."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Final

import structlog
from telegram import Bot, CallbackQuery, Update
from telegram import Message as TelegramMessage
from telegram.constants import ChatAction, ChatMemberStatus, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter
from telegram.error import TelegramError as PtbError

from bot.chat import words
from bot.chat.pages import Page, notice
from bot.chat.parts import Parts
from bot.chat.patience import Patience
from bot.chat.render import Message
from bot.chat.send import NO_PREVIEW, keyboard, send_answer, takes_rich
from bot.chat.words import EXAMPLE
from bot.core.analysis import Analyzer
from bot.core.zones import zone_for_language
from bot.errors import FetchError, RefusalError, WishError
from bot.model import Chat, ChatKind
from bot.service.answer import Answers
from bot.service.brief import Brief
from bot.service.gather import Gatherer
from bot.service.ports import Clock, Draw, Offload, Reading, Web
from bot.service.trends import Trends
from bot.service.wishes import Wishes

log = structlog.get_logger(__name__)

TYPING_AFTER = 0.4  # seconds; what is quicker needs no sign
NOTE_AFTER = 3.0  # seconds
TYPING_AGAIN = 4.5  # seconds; Telegram shows it for five
HELD_BACK = (Forbidden, RetryAfter, ChatMigrated)
MANAGERS: Final = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


@dataclass(slots=True)
class Ask:
    """One request of somebody: where, what, when; `reply_to` is the message that the answer hangs below.

    `pressed` says that it is a button's: `message` is then the one it stands under.
    """

    chat: Chat
    user_id: int | None
    thread_id: int | None
    words: str
    update_id: int
    message: TelegramMessage
    page: Page
    now: datetime
    bot: Bot
    reply_to: int | None = None
    example: str = EXAMPLE
    pressed: bool = False


Handle = Callable[[Ask], Awaitable[list[Message]]]


@dataclass(slots=True)
class Desk:
    """What every handler works with."""

    answers: Answers
    wishes: Wishes
    brief: Brief
    analyzer: Callable[[], Analyzer]
    offload: Offload
    clock: Clock
    web: Web
    reading: Reading
    gatherer: Gatherer
    trends: Trends
    draw: Draw
    admins: frozenset[int] = frozenset()
    allowed_chats: frozenset[int] = frozenset()
    rich: bool = False
    patience: Patience = field(default_factory=Patience)
    parts: Parts = field(default_factory=Parts)

    async def ask(self, update: Update, bot: Bot, said: str = "") -> Ask | None:
        """Make an Ask of an update; None if nobody is to be answered (the refusal is then already said)."""
        chat, message, pressed = update.effective_chat, update.effective_message, update.callback_query is not None
        if chat is None or not isinstance(message, TelegramMessage):
            return None
        user_id = update.effective_user.id if update.effective_user is not None else None
        thread_id = message.message_thread_id if message.is_topic_message else None
        if self.allowed_chats and chat.id not in self.allowed_chats:
            if chat.type == ChatKind.PRIVATE:
                await send_answer(bot, chat.id, notice(words.NOT_ALLOWED))
            return None
        now = self.clock.now()
        if wait := self.patience.wait(user_id or chat.id, now):
            if update.callback_query is not None:
                await acknowledged(update.callback_query, words.slow_down(wait))
            else:
                await send_answer(bot, chat.id, notice(words.slow_down(wait)), thread_id=thread_id)
            return None
        known = await self.offload(self.answers.met, _chat_from(update))
        vocabulary = (await self.offload(self.analyzer)).vocabulary
        page = Page(vocabulary, now, known, rich=self.rich and takes_rich(bot))
        return Ask(known, user_id, thread_id, said, update.update_id, message, page, now, bot, pressed=pressed)

    async def answer(self, ask: Ask, handle: Handle) -> None:
        """Answer an Ask; what can't be done is said with its reason. Over 3 s, a note says that it is being read."""
        working = asyncio.create_task(self._outcome(ask, handle))
        try:
            note_id = await _accompany(ask, working)
            messages = await working
        finally:
            working.cancel()
        if not messages or not await self.may_answer(ask):
            return
        if note_id is not None and await _became(ask, note_id, messages[0]):
            messages = messages[1:]
        await send_answer(ask.bot, ask.chat.id, messages, thread_id=ask.thread_id, reply_to=ask.reply_to)

    async def _outcome(self, ask: Ask, handle: Handle) -> list[Message]:
        try:
            return await handle(ask)
        except WishError as error:
            return notice(words.wish_not_understood(error, ask.example))
        except RefusalError as error:
            return notice(words.refusal(error.reason, error.count))
        except FetchError as error:
            return notice(words.not_fetched(error))

    async def may_answer(self, ask: Ask) -> bool:
        """Note that an update is answered; return False if it was already, before a crash.

        This comes when all that was asked for is done and stored, and before the answer leaves: a process that dies
        in between has lost nothing but the words, and a restart says nothing twice.
        """
        return await self.offload(self.answers.note_answered, ask.update_id)

    async def may_change(self, ask: Ask) -> bool:
        """Tell whether who asks may change this chat's settings: in groups, its administrators alone.

        Only administrators post in channels, and an anonymous administrator speaks as the group itself; but a button
        can be pressed by everybody who sees it.
        """
        if ask.chat.kind is ChatKind.PRIVATE or (ask.chat.kind is ChatKind.CHANNEL and not ask.pressed):
            return True
        sender = ask.message.sender_chat
        if not ask.pressed and (ask.user_id is None or (sender is not None and sender.id == ask.chat.id)):
            return sender is not None and sender.id == ask.chat.id
        if ask.user_id is None:
            return False
        member = await ask.bot.get_chat_member(ask.chat.id, ask.user_id)
        return member.status in MANAGERS

    def is_operator(self, ask: Ask) -> bool:
        """Tell whether who asks operates this bot (COMMUNIQUE_ADMINS)."""
        return ask.user_id in self.admins

    async def apologize(self, update: object, bot: Bot, error: Exception | None) -> None:
        """Log what went wrong under a short id, and tell the person that id."""
        error_id = secrets.token_hex(3)
        log.error("update_failed", id=error_id, exc_info=error)
        if not isinstance(update, Update) or update.effective_chat is None or isinstance(error, HELD_BACK):
            return  # Telegram would not have another message either
        try:
            await send_answer(bot, update.effective_chat.id, notice(words.error_of_ours(error_id)))
        except PtbError as again:
            log.warning("apology_not_sent", id=error_id, reason=str(again))


async def acknowledged(query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """End the waiting sign on a button; one pressed while the bot was down is too old for that, which is no failure."""
    try:
        await query.answer(text or None, show_alert=alert)
    except BadRequest as error:
        if "query is too old" not in str(error).lower():
            raise


async def _accompany(ask: Ask, working: asyncio.Task[list[Message]]) -> int | None:
    """Show that something is being done while it is: typing first, then a note; return the note's id."""
    note_id = None
    for pause in (TYPING_AFTER, NOTE_AFTER - TYPING_AFTER, *repeat(TYPING_AGAIN, 20)):
        done, _ = await asyncio.wait({working}, timeout=pause)
        if done:
            break
        try:
            if pause == NOTE_AFTER - TYPING_AFTER:
                note = notice(words.READING)
                (note_id,) = await send_answer(
                    ask.bot, ask.chat.id, note, thread_id=ask.thread_id, reply_to=ask.reply_to
                )
            await ask.bot.send_chat_action(ask.chat.id, ChatAction.TYPING, message_thread_id=ask.thread_id)
        except PtbError as error:
            log.info("progress_not_shown", reason=str(error))
    return note_id


async def _became(ask: Ask, note_id: int, message: Message) -> bool:
    """Turn the note into the answer; return False where it can't be, so that it is sent anew."""
    try:
        if message.rich is not None or message.asks is not None:  # another kind of message: the note goes
            await ask.bot.delete_message(ask.chat.id, note_id)
            return False
        await ask.bot.edit_message_text(
            message.html,
            chat_id=ask.chat.id,
            message_id=note_id,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(message),
            link_preview_options=NO_PREVIEW,
        )
    except PtbError as error:
        log.info("note_not_edited", reason=str(error))
        return False
    return True


def _chat_from(update: Update) -> Chat:
    """Make the noun of an update's chat; the language is guessed from its user, the zone from the language."""
    chat, user = update.effective_chat, update.effective_user
    assert chat is not None, "asked for only where there is a chat"
    language = (user.language_code if user is not None and chat.type == ChatKind.PRIVATE else None) or "en"
    return Chat(id=chat.id, kind=ChatKind(chat.type), language=language, zone=zone_for_language(language))
