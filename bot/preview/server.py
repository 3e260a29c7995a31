"""The preview's server: its life, the Bot API's routes, and what tests ask of it; methods and people stand elsewhere.

It listens on loopback. Everything is called from its event loop's thread, except over HTTP.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from aiohttp import web

from bot.errors import AskedWronglyError
from bot.preview.browser import Browser
from bot.preview.chats import Chats
from bot.preview.faults import Fault, FaultKind, Faults
from bot.preview.methods import BotApi
from bot.preview.parameters import Parameters, read_parameters
from bot.preview.people import People, Sample
from bot.preview.refusals import ApiError, Json
from bot.preview.updates import Updates
from bot.preview.world import ChatMessage, World

_LARGEST_CALL = 51 * 1024 * 1024
"""Bytes of a request: a file of 50 MB (Bot API) and what stands around it."""
_CALLS_KEPT = 50_000
_TOKEN = re.compile(r"\d+:[\w\-]+")
_ANSWERING = frozenset({"sent", "edited"})


@dataclass(slots=True)
class Call:
    """One call: `at` by the server's clock, `loop_at` in seconds by the loop's, `status` None until answered."""

    method: str
    chat_id: int | None
    at: datetime
    loop_at: float
    parameters: Json = field(default_factory=dict)
    status: int | None = None
    description: str = ""


class PreviewServer:
    """A Telegram of one bot on loopback, and the chat page.

    Args:
        token: the bot's token; what stands before the `:` is the bot's id where it is a number.
        clock: gives the present as an aware datetime.
        samples: articles the page offers to forward.
        latency: seconds every call of the Bot API waits.
        notice: a line the page shows above the chats.
        bot_api: `10.1`, or `10.0` to know no sendRichMessage.
        username: the bot's username.
        key: the secret of `/preview/…`; None for a new one.
    """

    def __init__(
        self,
        token: str,
        *,
        clock: Callable[[], datetime],
        samples: Sequence[Sample] = (),
        latency: float = 0,
        notice: str = "",
        bot_api: str = "10.1",
        username: str = "communique_bot",
        key: str | None = None,
    ) -> None:
        number = token.partition(":")[0]
        bot_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 7_000_000_001  # noqa: PLR2004 -- ids fit 52 bits
        me = {"id": bot_id, "is_bot": True, "first_name": "Communiqué", "username": username}
        self._token = token
        self._clock = clock
        self._latency = latency
        self._calls: deque[Call] = deque(maxlen=_CALLS_KEPT)
        self._world = World(me, clock)
        self._updates = Updates(self._world)
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._url = ""
        self.api = BotApi(self._world, self._updates, rich=bot_api != "10.0")
        self.chats = Chats(self._world, self._updates)
        self.people = People(self._world, self._updates, self.chats, self.api.answers)
        self.faults = Faults()
        self.samples = tuple(samples)
        self.notice = notice
        self.key = key or secrets.token_urlsafe(24)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            AskedWronglyError: where the port is taken or may not be used.
        """
        app = web.Application(client_max_size=_LARGEST_CALL)
        app.router.add_route("*", "/bot{token:[^/]*}/{method:[^/]*}", self._call)
        app.router.add_route("*", "/bot{token:[^/]*}", self._not_found)
        app.router.add_get("/file/bot{token:[^/]*}/{path:.+}", self._download)
        Browser(self).add_routes(app)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise AskedWronglyError(f"the preview can't listen on {host}:{port}: {error.strerror}") from error
        bound = self._runner.addresses[0]
        shown = f"[{bound[0]}]" if ":" in str(bound[0]) else bound[0]
        self._url = f"http://{shown}:{bound[1]}"

    def revoke_token(self) -> None:
        """Know the bot's token no longer, as when its owner has taken a new one; who waits is answered so."""
        self._token = secrets.token_urlsafe(24)
        self._updates.release()

    async def stop(self) -> None:
        """Answer whoever waits and close."""
        self._stopping.set()
        self._world.journal.close()
        await self._updates.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The base address, for TELEGRAM_API_URL and the browser."""
        return self._url

    @property
    def world(self) -> World:
        """The chats, users and messages."""
        return self._world

    @property
    def updates(self) -> Updates:
        """The queue of updates."""
        return self._updates

    def calls(self, method: str | None = None, *, chat_id: int | None = None) -> list[Call]:
        """Return the calls so far (the last 50,000), of a method or chat alone where given."""
        return [
            call
            for call in self._calls
            if (method is None or call.method.lower() == method.lower()) and chat_id in {None, call.chat_id}
        ]

    def messages(self, chat_id: int, *, by_bot: bool | None = None) -> list[ChatMessage]:
        """Return the messages of a chat that were not deleted, oldest first; the bot's alone, or the others'."""
        found = self.chats.state(chat_id).messages.values()
        return [message for message in found if not message.deleted and by_bot in {None, message.by_bot}]

    def mark(self) -> int:
        """Return the present place in the journal, for `since`."""
        return self._world.journal.last

    async def wait_for(
        self,
        chat_id: int,
        *,
        count: int = 1,
        timeout: float = 10,  # noqa: ASYNC109 -- the error says what was there, which asyncio.timeout can't
        since: int | None = None,
    ) -> list[ChatMessage]:
        """Wait until the bot has sent or edited `count` messages in a chat; return them, oldest first.

        What counts is what came after a person last did something there, or after `since` (see `mark`).

        Raises:
            TimeoutError: after `timeout` seconds, saying what had come.
        """
        if since is None:
            since = self._last_act(chat_id)
        found: list[ChatMessage] = []

        def enough() -> bool:
            nonlocal found
            found = self._answers_after(since, chat_id)
            return len(found) >= count

        try:
            await self.wait_until(enough, timeout=timeout)
        except TimeoutError:
            said = [message.text for message in found]
            raise TimeoutError(f"chat {chat_id}: {count} answers wanted in {timeout} s, there were {said}") from None
        return found

    async def wait_until(self, holds: Callable[[], bool], *, timeout: float = 10) -> None:  # noqa: ASYNC109 -- as above
        """Wait until something holds of this server; it is asked again after every deed and call.

        Raises:
            TimeoutError: after `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while not holds():
                if self._world.journal.closed:
                    raise TimeoutError("the preview was stopped")
                await self._world.journal.news()

    async def wait_for_answer(self, query_id: str, *, timeout: float = 10) -> Json:  # noqa: ASYNC109 -- as above
        """Wait for the answer to a pressed button or an inline query; return it.

        Raises:
            TimeoutError: after `timeout` seconds.
        """
        question = self.api.answers.questions[query_id]
        await self.wait_until(lambda: question.answer is not None, timeout=timeout)
        return dict(question.answer or {})

    def _last_act(self, chat_id: int) -> int:
        for deed in reversed(self._world.journal.after(0)):
            if deed.chat_id == chat_id and not deed.by_bot:
                return deed.number
        return 0

    def _answers_after(self, number: int, chat_id: int) -> list[ChatMessage]:
        state = self.chats.state(chat_id)
        deeds = [
            deed
            for deed in self._world.journal.after(number)
            if deed.chat_id == chat_id and deed.by_bot and deed.kind in _ANSWERING
        ]
        numbers = dict.fromkeys(deed.message_id for deed in deeds if deed.message_id is not None)
        return [state.messages[number] for number in numbers if not state.messages[number].deleted]

    async def _not_found(self, _: web.Request) -> web.Response:
        return _refused(ApiError(404, "Not Found"))

    def _check_token(self, request: web.Request) -> None:
        token = unquote(request.match_info["token"])
        if secrets.compare_digest(token.encode(), self._token.encode()):
            return
        raise ApiError(401, "Unauthorized") if _TOKEN.fullmatch(token) else ApiError(404, "Not Found")

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if self._latency:
            await asyncio.sleep(self._latency)
        method = request.match_info["method"]
        try:
            self._check_token(request)
            call = await read_parameters(request)
        except ApiError as refusal:
            return _refused(refusal)
        except web.HTTPRequestEntityTooLarge:
            return _refused(ApiError(413, "Request Entity Too Large"))
        record = self._record(method, call)
        fault = self.faults.take(method, record.chat_id)
        response = await self._broken(request, fault) if fault else None
        if response is None:
            response = await self._answer(method, call)
        record.status = response.status
        self._world.journal.wake()
        if fault is not None and fault.kind is FaultKind.LOST_ANSWER:
            record.description = "the answer was lost"
            _drop(request)
        return response

    def _record(self, method: str, call: Parameters) -> Call:
        try:
            chat_id = call.integer("chat_id") or None
        except ApiError:
            chat_id = None
        record = Call(method, chat_id, self._clock(), asyncio.get_running_loop().time(), call.values)
        self._calls.append(record)
        self._world.journal.wake()
        return record

    async def _answer(self, method: str, call: Parameters) -> web.Response:
        try:
            result = await self.api.answer(method, call)
        except ApiError as refusal:
            return _refused(refusal)
        return web.json_response({"ok": True, "result": result}, dumps=_dumps)

    async def _broken(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        refusal = fault.refusal()
        if refusal is not None:
            return _refused(refusal)
        if fault.kind is FaultKind.NOT_JSON:
            return web.Response(text="<html><body>502 Bad Gateway</body></html>", content_type="text/html")
        if fault.kind is FaultKind.NOT_OK:
            return web.json_response({"ok": False})
        if fault.kind is FaultKind.HALF:
            return await _half(request)
        if fault.kind is FaultKind.LOST_ANSWER:
            return None
        if fault.kind is FaultKind.HANG:
            with suppress(TimeoutError):
                async with asyncio.timeout(fault.seconds):
                    await self._stopping.wait()
        _drop(request)
        return web.Response(status=504)

    async def _download(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request)
        except ApiError as refusal:
            return _refused(refusal)
        stored = self._world.files.by_path(request.match_info["path"])
        if stored is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=stored.data, content_type="application/octet-stream")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _refused(refusal: ApiError) -> web.Response:
    headers = {}
    if "retry_after" in refusal.parameters:
        headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return web.json_response(refusal.as_json(), status=refusal.code, headers=headers, dumps=_dumps)


async def _half(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "400", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"ok": true, "result": {"message_id": 7, "da')
    _drop(request)
    return response


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
