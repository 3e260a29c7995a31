"""One pressed button → its answer: a word at the top of the chat, a message of its own, or its own message changed.

What a button means is its handler's matter. A query that is too old to be answered (the bot was down when the button
was pressed) is no failure: what was asked for is done all the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from re import Match

from telegram import CallbackQuery, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.chat.desk import Ask, Desk, Handle, acknowledged
from bot.chat.render import Button, Message
from bot.chat.send import NO_PREVIEW, keyboard


@dataclass(slots=True)
class Press:
    """A button that somebody pressed, under `ask.message`."""

    desk: Desk
    ask: Ask
    query: CallbackQuery
    acknowledged: bool = False

    async def acknowledge(self, text: str = "", *, alert: bool = False) -> None:
        """End the waiting sign on the button, once; say something at the top of the chat where there is something."""
        if self.acknowledged:
            return
        self.acknowledged = True
        await acknowledged(self.query, text, alert=alert)

    async def answer(self, handle: Handle) -> None:
        """Answer with messages of its own."""
        await self.acknowledge()
        await self.desk.answer(self.ask, handle)

    async def say(self, messages: list[Message]) -> None:
        """Answer with messages that are there already."""

        async def said(_: Ask) -> list[Message]:
            return messages

        await self.answer(said)

    async def show(self, pages: list[Message]) -> None:
        """Show a page in the place of the message; what is no single classic message is sent anew."""
        if len(pages) != 1 or pages[0].rich is not None or self.ask.message.text is None:
            await self.say(pages)
            return
        await self.acknowledge()
        if not await self.desk.may_answer(self.ask):
            return
        await _unless_the_same(
            self.ask.bot.edit_message_text(
                pages[0].html,
                chat_id=self.ask.chat.id,
                message_id=self.ask.message.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(pages[0]),
                link_preview_options=NO_PREVIEW,
            )
        )

    async def show_buttons(self, rows: Sequence[Sequence[Button]]) -> None:
        """Put other buttons under the message."""
        await self.acknowledge()
        if not await self.desk.may_answer(self.ask):
            return
        markup = keyboard(Message("", "", tuple(tuple(row) for row in rows if row)))
        await _unless_the_same(
            self.ask.bot.edit_message_reply_markup(
                chat_id=self.ask.chat.id, message_id=self.ask.message.message_id, reply_markup=markup
            )
        )

    def data_with(self, word: str) -> str | None:
        """Return the data of the button under the message that begins with a word."""
        markup: InlineKeyboardMarkup | None = self.ask.message.reply_markup
        buttons = [button for row in markup.inline_keyboard for button in row] if markup is not None else []
        return next((str(each.callback_data) for each in buttons if str(each.callback_data).startswith(word)), None)


async def _unless_the_same(edit: Awaitable[object]) -> None:
    """An edit that changes nothing is done."""
    try:
        await edit
    except BadRequest as error:
        if "not modified" not in str(error):
            raise


Act = Callable[[Press, Match[str]], Awaitable[None]]
"""Does what a button asks for; the match is of its data."""
