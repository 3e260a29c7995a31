"""The command table → a python-telegram-bot Application with its handlers and menu; it starts and stops nothing."""

from __future__ import annotations

from typing import Any

import structlog
from telegram import BotCommand, ChatMember, Update
from telegram import Message as TelegramMessage
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.chat import words
from bot.chat.buttons import press
from bot.chat.commands import COMMANDS, Command
from bot.chat.contents import Contents, contents_of
from bot.chat.desk import Desk, acknowledged
from bot.chat.messages import read_message
from bot.chat.pace import Pace
from bot.chat.pages import notice
from bot.chat.render import Message
from bot.chat.transport import AiohttpRequest
from bot.chat.typed import question_of, read_typed
from bot.model import ChatKind

log = structlog.get_logger(__name__)

SPOKEN = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
CONNECTIONS = 256  # at 1,000 messages a second and a round trip of 0.2 s, 200 are under way
GONE = frozenset({ChatMember.LEFT, ChatMember.BANNED})

BotApplication = Application[Any, Any, Any, Any, Any, Any]


def build_application(token: str, api_url: str, desk: Desk, pace: Pace | None = None) -> BotApplication:
    """Build the bot: transport, handlers, error handler. Nothing is connected yet.

    Args:
        token: the bot's.
        api_url: where the Bot API is.
        desk: what every handler works with.
        pace: where messages wait for their turn.
    """
    application: BotApplication = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(AiohttpRequest(CONNECTIONS, pace))
        .get_updates_request(AiohttpRequest(connections=2))
        .job_queue(None)
        .updater(None)
        .build()
    )
    for command in COMMANDS:
        application.add_handler(CommandHandler(command.name, _command_callback(desk, command), filters=SPOKEN))
    application.add_handler(CallbackQueryHandler(_button_callback(desk)))
    application.add_handler(ChatMemberHandler(_member_callback(desk), ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _migration_callback(desk)))
    application.add_handler(MessageHandler(filters.StatusUpdate.FORUM_TOPIC_REOPENED, _reopening_callback(desk)))
    application.add_handler(MessageHandler(SPOKEN & ~filters.StatusUpdate.ALL, _message_callback(desk)))
    application.add_error_handler(_error_callback(desk))
    return application


async def publish_menu(application: BotApplication) -> None:
    """Publish the command table as Telegram's menu; a server that won't have it is logged, nothing more."""
    menu = [BotCommand(command.name, _menu_line(command)) for command in COMMANDS if not command.operators]
    try:
        await application.bot.set_my_commands(menu)
    except TelegramError as error:
        log.warning("menu_not_published", reason=str(error))


def _menu_line(command: Command) -> str:
    return f"{command.arguments} {command.help}".strip() if command.arguments else command.help


def _words_behind(update: Update) -> str:
    """Return what stands behind a command, as written."""
    message = update.effective_message
    text = (message.text or "") if message is not None else ""
    _, _, said = text.partition(" ") if " " in text.split("\n", 1)[0] else text.partition("\n")
    return said.strip()


def _command_callback(desk: Desk, command: Command) -> Any:
    async def callback(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        ask = await desk.ask(update, context.bot, _words_behind(update))
        if ask is None:
            return
        ask.example = command.example
        if command.operators and not desk.is_operator(ask):
            await desk.answer(ask, lambda _: _said(words.OPERATORS_ONLY))
            return
        if command.changes and not await desk.may_change(ask):
            await desk.answer(ask, lambda _: _said(words.ADMINS_ONLY))
            return
        await desk.answer(ask, lambda ask: command.handle(desk, ask))

    return callback


async def _said(sentence: str) -> list[Message]:
    return notice(sentence)


def _message_callback(desk: Desk) -> Any:
    async def callback(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if not await _is_for_us(desk, update):
            return
        ask = await desk.ask(update, context.bot)
        if ask is None:
            return

        if (question := question_of(ask.message)) is not None:
            await desk.answer(ask, lambda ask: read_typed(desk, ask, question))
            return

        async def answer(contents: Contents) -> None:
            try:
                await desk.answer(ask, lambda ask: read_message(desk, ask, contents))
            except Exception as error:  # noqa: BLE001 -- an edge: it may run behind the update's own handling
                await desk.apologize(update, context.bot, error)

        await desk.parts.take(ask.chat.id, ask.user_id, contents_of(ask.message), answer)

    return callback


async def _is_for_us(desk: Desk, update: Update) -> bool:
    """Tell whether a message that is no command wants an answer.

    In groups and channels people talk to each other: there only a reply with /summary does, and what a linked channel
    posts if the group has asked for that, and answers to what the bot asked for.
    """
    chat, message = update.effective_chat, update.effective_message
    if chat is None or message is None:
        return False
    if chat.type == ChatKind.PRIVATE or question_of(message) is not None:
        return True
    return bool(message.is_automatic_forward) and await desk.offload(desk.answers.reads_channel, chat.id)


def _button_callback(desk: Desk) -> Any:
    async def callback(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        if query is not None and not isinstance(query.message, TelegramMessage):  # its message is too old to be seen
            await acknowledged(query, words.BUTTON_TOO_OLD)
            return
        ask = await desk.ask(update, context.bot)
        if ask is not None:
            await press(desk, ask, update)

    return callback


def _member_callback(desk: Desk) -> Any:
    async def callback(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        changed = update.my_chat_member
        if changed is not None:
            here = changed.new_chat_member.status not in GONE
            await desk.offload(desk.answers.member_changed, changed.chat.id, desk.clock.now(), here=here)

    return callback


def _migration_callback(desk: Desk) -> Any:
    async def callback(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is not None and message.migrate_to_chat_id is not None:
            await desk.offload(desk.answers.migrate, message.chat.id, message.migrate_to_chat_id)

    return callback


def _reopening_callback(desk: Desk) -> Any:
    async def callback(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is not None and message.message_thread_id is not None:
            await desk.offload(desk.answers.topic_opened, message.chat.id, message.message_thread_id)

    return callback


def _error_callback(desk: Desk) -> Any:
    async def callback(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        await desk.apologize(update, context.bot, context.error)

    return callback
