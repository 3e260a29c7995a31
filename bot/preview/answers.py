"""The methods that answer a pressed button or an inline question; who pressed and asked is people.py's."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from bot.preview.entities import utf16_length
from bot.preview.keyboards import inline_keyboard
from bot.preview.markup import parse_text
from bot.preview.parameters import Parameters
from bot.preview.refusals import Json, bad_request
from bot.preview.rich import parse_rich
from bot.preview.world import World

_ANSWERABLE_FOR = 15 * 60
"""Seconds after which a callback query is too old."""
_INLINE_FOR = 30
"""Seconds after which an inline query is too old (Telegram's own limit is about that)."""
_MOST_TOAST = 200
_MOST_RESULTS = 50
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True)
class Question:
    """A query that waits for its answer: `answer` is what the bot gave, None until then."""

    chat_id: int | None
    asked: int
    lives: int
    answer: Json | None = None


class Answers:
    """Queries and what was answered to them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = itertools.count(4_000_000_001)
        self.questions: dict[str, Question] = {}

    def ask(self, chat_id: int | None, *, inline: bool = False) -> str:
        """Open a query and return its id."""
        query_id = str(next(self._numbers))
        lives = _INLINE_FOR if inline else _ANSWERABLE_FOR
        self.questions[query_id] = Question(chat_id, self._world.unix(), lives)
        return query_id

    def _open(self, query_id: str, *, lives: int) -> Question:
        question = self.questions.get(query_id)
        if question is None or question.answer is not None or question.lives != lives:
            raise bad_request(_TOO_OLD)
        if self._world.unix() - question.asked > lives:
            raise bad_request(_TOO_OLD)
        return question

    def answer_callback(self, call: Parameters) -> bool:
        """Answer answerCallbackQuery: once, and in time."""
        text = call.text("text")
        if utf16_length(text) > _MOST_TOAST:
            raise bad_request("MESSAGE_TOO_LONG")
        question = self._open(call.text("callback_query_id"), lives=_ANSWERABLE_FOR)
        question.answer = {"text": text, "show_alert": call.flag("show_alert"), "url": call.text("url")}
        self._world.journal.write("toast", question.chat_id, by_bot=True, detail=question.answer)
        return True

    def answer_inline(self, call: Parameters) -> bool:
        """Answer answerInlineQuery; results of the kind article are checked through."""
        results = call.decoded("results", "inline query results")
        if not isinstance(results, list):
            raise bad_request("can't parse inline query results: expected an Array")
        if len(results) > _MOST_RESULTS:
            raise bad_request("RESULTS_TOO_MUCH")
        identifiers = [self._check_result(result) for result in results]
        if len(set(identifiers)) < len(identifiers):
            raise bad_request("RESULT_ID_DUPLICATE")
        question = self._open(call.text("inline_query_id"), lives=_INLINE_FOR)
        question.answer = {"results": results, "is_personal": call.flag("is_personal")}
        question.answer["next_offset"] = call.text("next_offset")
        self._world.journal.write("inline", question.chat_id, by_bot=True)
        return True

    def _check_result(self, result: object) -> str:
        if not isinstance(result, dict) or not isinstance(result.get("type"), str):
            raise bad_request('can\'t parse inline query result: field "type" must be a String')
        identifier = result.get("id")
        if not isinstance(identifier, str) or not 1 <= len(identifier.encode()) <= 64:  # noqa: PLR2004 -- bytes
            raise bad_request("RESULT_ID_INVALID")
        if result["type"] == "article":
            if not isinstance(result.get("title"), str) or not result["title"].strip():
                raise bad_request("can't parse inline query result: title is empty")
            self._check_content(result.get("input_message_content"))
        if result.get("reply_markup") is not None:
            inline_keyboard(Parameters({"reply_markup": result["reply_markup"]}), only_inline=True)
        return identifier

    def _check_content(self, content: object) -> None:
        if not isinstance(content, dict):
            raise bad_request("can't parse inline query result: message content is not specified")
        if "rich_message" in content:
            parse_rich(content["rich_message"], user_of=self._world.user, media_of=self._world.files.medium)
            return
        fields = Parameters(content)
        text, _ = parse_text(
            fields.text("message_text"),
            mode=fields.text("parse_mode"),
            entities=content.get("entities"),
            user_of=self._world.user,
        )
        if not text:
            raise bad_request("message text is empty")
